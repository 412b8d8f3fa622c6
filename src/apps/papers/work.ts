/** A work that is cited: its bibliographic fields, and how two records of it are compared. */

import { editDistance } from '../../errors.ts';

export const workTypes = [
  'article',
  'conference',
  'book',
  'thesis',
  'preprint',
  'report',
  'web',
  'other',
] as const;
export type WorkType = (typeof workTypes)[number];

export interface PersonName {
  /** A Chinese name stands here whole. */
  readonly family: string;
  /** Given names, or their first letters. */
  readonly given?: string;
}

export interface Work {
  readonly type: WorkType;
  /** Empty where it was not found. */
  readonly title: string;
  readonly authors: readonly PersonName[];
  /** The list of authors ends with "et al." or 等. */
  readonly hasMoreAuthors?: boolean;
  readonly year?: number;
  /** Journal, conference, university. */
  readonly venue?: string;
  readonly volume?: string;
  readonly issue?: string;
  readonly pages?: string;
  readonly publisher?: string;
  /** In lower case, without any address before it. */
  readonly doi?: string;
  /** `1706.03762`, without its version. */
  readonly arxiv?: string;
  readonly url?: string;
}

/** Characters that say nothing are left out. */
export const titleKey = (title: string): string =>
  title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

const DOI = /10\.\d{4,9}\/[^\s\p{Cc}\p{Cs}"<>{}，。；、]+/u;

/** The first DOI in a text, as it is compared; undefined if there is none. */
export function doiIn(text: string): string | undefined {
  const [found] = DOI.exec(text) ?? [];
  if (found === undefined) return undefined;
  let doi: string = found;
  // A point, or a bracket that nothing opened, belongs to the text around it.
  for (let length = 0; length !== doi.length; ) {
    length = doi.length;
    doi = doi.replace(/[.,;:'’”]+$/u, '');
    if (/[)\]]$/.test(doi) && countOf(doi, /[)\]]/g) > countOf(doi, /[([]/g)) doi = doi.slice(0, -1);
  }
  return doi.toLowerCase();
}

const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** The first arXiv identifier in a text, without its version. */
export function arxivIn(text: string): string | undefined {
  const [, id] =
    /(?:arxiv[:\s]\s*|arxiv\.org\/(?:abs|pdf)\/|arxiv preprint arxiv:)((?:\d{4}\.\d{4,5})|(?:[a-z-]+(?:\.[A-Z]{2})?\/\d{7}))/i.exec(
      text,
    ) ?? [];
  return id?.toLowerCase();
}

const LONGEST_COMPARED = 300;

/** How alike two titles are: 1 − edits / letters of the longer; in [0, 1]. */
export function titleLikeness(a: string, b: string): number {
  const [one, other] = [a, b].map((title) => titleKey(title).slice(0, LONGEST_COMPARED));
  if (one === '' || other === '') return 0;
  if (one === other) return 1;
  return 1 - editDistance(one, other) / Math.max(one.length, other.length);
}

/** From here on two titles are those of one work. */
export const SAME_TITLE = 0.85;
/** A subtitle that one of them leaves out. */
const LEAST_MAIN_TITLE = 12;

/** Whether two titles name one work, spelled a little differently or with its subtitle left out. */
export function isSameTitle(a: string, b: string): boolean {
  if (titleLikeness(a, b) >= SAME_TITLE) return true;
  const [short, long] = [a, b].sort((x, y) => x.length - y.length);
  const main = /^(.+?)\s*[:：—–]\s*/u.exec(long)?.[1];
  return (
    main !== undefined && titleKey(main).length >= LEAST_MAIN_TITLE && titleKey(main) === titleKey(short)
  );
}

export type WorkField = 'title' | 'authors' | 'year' | 'doi' | 'venue';

export interface Difference {
  readonly field: WorkField;
  readonly cited: string;
  readonly found: string;
}

const HAN = /\p{Script=Han}/u;

/** What a citation says otherwise than the record of the work. What one of them leaves out is no difference. */
export function differencesOf(cited: Work, found: Work): Difference[] {
  const differences: Difference[] = [];
  const tell = (field: WorkField, one: string, other: string): void =>
    void differences.push({ field, cited: one, found: other });
  if (cited.title && found.title && !isSameTitle(cited.title, found.title))
    tell('title', cited.title, found.title);
  if (!hasSameAuthors(cited, found)) tell('authors', namesOf(cited), namesOf(found));
  if (cited.year !== undefined && found.year !== undefined && cited.year !== found.year)
    tell('year', String(cited.year), String(found.year));
  if (cited.doi && found.doi && cited.doi !== found.doi) tell('doi', cited.doi, found.doi);
  return differences;
}

const familyKey = ({ family }: PersonName): string => titleKey(family);

/** The first author must be the first, and every one that is named must be among those of the record. */
function hasSameAuthors(cited: Work, found: Work): boolean {
  const [own, all] = [cited.authors, found.authors].map((list) => list.map(familyKey).filter(Boolean));
  if (own.length === 0 || all.length === 0) return true;
  // A name in characters and one in letters cannot be compared.
  if (HAN.test(own[0]) !== HAN.test(all[0])) return true;
  const isOne = (a: string, b: string): boolean => a === b || a.endsWith(b) || b.endsWith(a);
  if (!isOne(own[0], all[0])) return false;
  return own.every((name) => all.some((other) => isOne(name, other)));
}

/** `Vaswani, Shazeer`: family names. */
export const namesOf = ({ authors, hasMoreAuthors }: Work): string =>
  authors.map(({ family }) => family).join(', ') + (hasMoreAuthors ? ' et al.' : '');

/** `Vaswani et al.`, `Smith and Lee`, `张三等`: as a sentence names the authors. */
export function shortNames({ authors, hasMoreAuthors }: Work, lang: 'en' | 'zh'): string {
  const [first, second] = authors;
  if (first === undefined) return '';
  const isMany = authors.length > 2 || (hasMoreAuthors ?? false);
  if (isMany) return lang === 'zh' ? `${first.family}等` : `${first.family} et al.`;
  if (second === undefined) return first.family;
  return `${first.family}${lang === 'zh' ? '和' : ' and '}${second.family}`;
}

/** Whether two records are of one work: by an identifier, else by title, with the year at most one apart. */
export function isSameWork(a: Work, b: Work): boolean {
  if (a.doi && b.doi) return a.doi === b.doi;
  if (a.arxiv && b.arxiv) return a.arxiv === b.arxiv;
  if (!a.title || !b.title || !isSameTitle(a.title, b.title)) return false;
  const isNear = a.year === undefined || b.year === undefined || Math.abs(a.year - b.year) <= 1;
  return isNear || hasSameAuthors(a, b);
}
