/** The frame around every page: where to go, in which language and light, and whether the server answers. */

import { ActionIcon, Tooltip, useMantineColorScheme } from '@mantine/core';
import { onlineManager, useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { request } from '../api/client.ts';
import { useLanguage, useWords } from '../words.ts';
import { Icon } from './icons.tsx';
import { pages } from './pages.ts';
import classes from './shell.module.css';
import { SignIn, useNeedsKey } from './sign-in.tsx';
import { usePageKeys } from './use-page-keys.ts';
import { shellWords } from './words.ts';

// The server is on this machine: a browser without a network still reaches it.
onlineManager.setOnline(true);
onlineManager.setEventListener(() => () => {});

export function Shell() {
  const say = useWords(shellWords);
  const needsKey = useNeedsKey();
  usePageKeys();
  return (
    <div className={classes.frame}>
      <a href="#page" className={classes.skip}>
        {say.skip}
      </a>
      <header className={classes.side}>
        <Link to="/" className={classes.brand}>
          <img src="/seal.svg" alt="" />
          <span>Inkstone 砚</span>
        </Link>
        <nav aria-label={say.pages}>
          <ul className={classes.list}>
            {pages.map(({ to, name }) => (
              <li key={name}>
                <Link
                  to={to}
                  className={classes.link}
                  activeOptions={{ exact: to === '/', includeSearch: false }}
                >
                  <Icon name={name} />
                  <span>{say[name]}</span>
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className={classes.foot}>
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </header>
      <main id="page" tabIndex={-1} className={classes.main}>
        <LostNotice />
        {needsKey ? <SignIn /> : <Outlet />}
      </main>
    </div>
  );
}

function LanguageSwitch() {
  const { language, choose } = useLanguage();
  const other = language === 'en' ? 'zh' : 'en';
  const name = other === 'en' ? 'English' : '中文';
  return (
    <Tooltip label={name}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={name}
        lang={other === 'zh' ? 'zh-Hans' : 'en'}
        onClick={() => choose(other)}
      >
        <Icon name="language" />
      </ActionIcon>
    </Tooltip>
  );
}

const nextScheme = { auto: 'light', light: 'dark', dark: 'auto' } as const;
const schemeIcon = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

function ThemeSwitch() {
  const say = useWords(shellWords);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const label = say.theme(say[colorScheme]);
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={() => setColorScheme(nextScheme[colorScheme])}
      >
        <Icon name={schemeIcon[colorScheme]} />
      </ActionIcon>
    </Tooltip>
  );
}

/** Says so when the server is gone, and goes away when it is back. */
function LostNotice() {
  const say = useWords(shellWords);
  const { isError, failureCount } = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => request('/health', { signal }),
    refetchInterval: 3000,
    refetchIntervalInBackground: false,
    retry: false,
  });
  return (
    <div role="status" aria-live="polite">
      {isError && failureCount > 0 && <p className={classes.lost}>{say.lost}</p>}
    </div>
  );
}
