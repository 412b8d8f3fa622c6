/** Programming languages: what they are called, how their files end, how they write comments. */

export interface CodeLanguage {
  readonly name: string;
  readonly extension: string;
  /** What a comment to the end of the line begins with. */
  readonly comment: '//' | '#' | '--';
}

const slashes = '//' as const;
const hash = '#' as const;

const languages = {
  ts: { name: 'TypeScript', extension: 'ts', comment: slashes },
  tsx: { name: 'TypeScript', extension: 'tsx', comment: slashes },
  js: { name: 'JavaScript', extension: 'js', comment: slashes },
  jsx: { name: 'JavaScript', extension: 'jsx', comment: slashes },
  py: { name: 'Python', extension: 'py', comment: hash },
  go: { name: 'Go', extension: 'go', comment: slashes },
  rs: { name: 'Rust', extension: 'rs', comment: slashes },
  java: { name: 'Java', extension: 'java', comment: slashes },
  kt: { name: 'Kotlin', extension: 'kt', comment: slashes },
  swift: { name: 'Swift', extension: 'swift', comment: slashes },
  c: { name: 'C', extension: 'c', comment: slashes },
  cpp: { name: 'C++', extension: 'cpp', comment: slashes },
  cs: { name: 'C#', extension: 'cs', comment: slashes },
  php: { name: 'PHP', extension: 'php', comment: slashes },
  rb: { name: 'Ruby', extension: 'rb', comment: hash },
  sh: { name: 'Shell', extension: 'sh', comment: hash },
  sql: { name: 'SQL', extension: 'sql', comment: '--' },
} as const satisfies { readonly [extension: string]: CodeLanguage };

/** Names and endings that are written instead. */
const others: { readonly [name: string]: keyof typeof languages } = {
  mts: 'ts', cts: 'ts', mjs: 'js', cjs: 'js', cc: 'cpp', h: 'c', hpp: 'cpp', golang: 'go', bash: 'sh',
}; // biome-ignore format: a list

/** The languages by their endings. */
export const codeLanguages = Object.keys(languages);

/** A language by its name or the ending of its files; undefined where it is not known. */
export function codeLanguage(name: string): CodeLanguage | undefined {
  const wanted = name.toLowerCase().replace(/^\./, '');
  const key = others[wanted] ?? wanted;
  if (Object.hasOwn(languages, key)) return languages[key as keyof typeof languages];
  return Object.values(languages).find((one) => one.name.toLowerCase() === wanted);
}

/** The language of a file; of one that is not known, the ending is its name. */
export function languageOfFile(path: string): CodeLanguage {
  const extension = /\.(\w+)$/.exec(path)?.[1] ?? '';
  return codeLanguage(extension) ?? { name: extension || 'text', extension, comment: slashes };
}

/** Lines as comments. */
export const asComment = (text: string, { comment }: CodeLanguage): string =>
  text
    .split('\n')
    .map((line) => `${comment} ${line}`.trimEnd())
    .join('\n');
