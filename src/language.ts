/** Which language a person reads: English or Chinese. `INKSTONE_LANG` overrides the locale. */

export type Language = 'en' | 'zh';

/** A sentence in every language; a missing translation does not compile. */
export type Sentence<Data> = { readonly [L in Language]: (data: Data) => string };

let chosen: Language | undefined;

/** The reader's language: the one set by `setLanguage`, else `INKSTONE_LANG`, else the locale of the environment. */
export function language(): Language {
  if (chosen) return chosen;
  const env = globalThis.process?.env ?? {};
  const locale = env.INKSTONE_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return /^zh/i.test(locale) ? 'zh' : 'en';
}

/** Fixes the language for this process; `undefined` returns to the environment's. */
export function setLanguage(next: Language | undefined): void {
  chosen = next;
}

/**
 * A table of sentences: `say('key', data)` renders one in the reader's language.
 *
 * @example
 * const say = defineMessages({ hello: { en: (d: { name: string }) => `hello ${d.name}`, zh: (d) => `你好，${d.name}` } });
 * say('hello', { name: 'Li' });
 */
export function defineMessages<Table extends Record<string, unknown>>(
  table: {
    readonly [Key in keyof Table]: Sentence<Table[Key]>;
  },
) {
  return <Key extends keyof Table & string>(
    key: Key,
    data: Table[Key],
    lang: Language = language(),
  ): string => table[key][lang](data);
}
