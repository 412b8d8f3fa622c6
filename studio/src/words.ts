/** The studio's sentences: each stands beside its page, in English and Chinese; a missing one does not compile. */

import { createContext, useContext } from 'react';

export type Language = 'en' | 'zh';

/** A sentence, or one made from values, in every language. */
type Entry = string | ((...values: never[]) => string);

type WordTable = { readonly [key: string]: { readonly [L in Language]: Entry } };

/** The words of a table in one language. */
export type WordsOf<Table extends WordTable> = {
  readonly [Key in keyof Table]: Table[Key]['en'] extends string ? string : Table[Key]['en'];
};

/**
 * A table of sentences.
 *
 * @example
 * const words = defineWords({ runs: { en: (n: number) => `${n} runs`, zh: (n: number) => `${n} 次训练` } });
 * const say = useWords(words);
 * say.runs(3);
 */
export function defineWords<
  const Table extends {
    readonly [Key in keyof Table]: Table[Key] extends { readonly en: string }
      ? { readonly en: string; readonly zh: string }
      : Table[Key] extends { readonly en: infer Make }
        ? { readonly en: Make; readonly zh: Make }
        : never;
  },
>(table: Table): Table {
  return table;
}

export interface LanguageChoice {
  readonly language: Language;
  readonly choose: (language: Language) => void;
}

export const LanguageContext = createContext<LanguageChoice>({ language: 'en', choose: () => {} });

export const useLanguage = (): LanguageChoice => useContext(LanguageContext);

/** The words of the table in the reader's language. */
export function useWords<Table extends WordTable>(table: Table): WordsOf<Table> {
  return wordsIn(table, useLanguage().language);
}

const made = new WeakMap<WordTable, Map<Language, unknown>>();

/** The words of the table in a language; the same object every time. */
export function wordsIn<Table extends WordTable>(table: Table, language: Language): WordsOf<Table> {
  const known = made.get(table) ?? new Map<Language, unknown>();
  made.set(table, known);
  if (!known.has(language)) {
    known.set(
      language,
      Object.fromEntries(Object.entries(table).map(([key, entry]) => [key, entry[language]])),
    );
  }
  return known.get(language) as WordsOf<Table>;
}
