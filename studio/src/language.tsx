/** Which language the reader chose; kept in the browser, and sent along so that the server's errors come in it too. */

import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { setRequestLanguage } from './api/client.ts';
import { recall, remember } from './parts/memory.ts';
import { type Language, LanguageContext } from './words.ts';

const KEY = 'inkstone.language';

function firstLanguage(): Language {
  const kept = recall(KEY);
  if (kept === 'en' || kept === 'zh') return kept;
  return /^zh\b/i.test(navigator.language) ? 'zh' : 'en';
}

const chosen = firstLanguage();
setRequestLanguage(chosen);

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(chosen);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
  }, [language]);
  const value = useMemo(
    () => ({
      language,
      choose(next: Language) {
        remember(KEY, next);
        setRequestLanguage(next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <LanguageContext value={value}>{children}</LanguageContext>;
}
