/** Everything that all pages share: theme, language, the cache of answers, the router. */

import { MantineProvider } from '@mantine/core';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { ApiError } from './api/client.ts';
import { hearTabs } from './api/tabs.ts';
import { LanguageProvider } from './language.tsx';
import { router } from './router.tsx';
import { noteError } from './shell/sign-in.tsx';
import { theme } from './theme.ts';

/** Whatever was asked wrongly stays wrong; whoever did not answer may answer later. */
const canRetry = (error: Error): boolean =>
  !(error instanceof ApiError) || error.status === 0 || error.status >= 500;

const queries = new QueryClient({
  queryCache: new QueryCache({ onError: noteError }),
  mutationCache: new MutationCache({ onError: noteError }),
  defaultOptions: {
    queries: { retry: (count, error) => count < 2 && canRetry(error), staleTime: 1000 },
  },
});

hearTabs(queries);

/** The nonce of this page, which the content security policy asks of every style element. */
const nonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={nonce}>
      <LanguageProvider>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </LanguageProvider>
    </MantineProvider>
  );
}
