/** One entry of a reference list as fields: GB/T 7714, APA, IEEE, ACL, Vancouver and what is like them. */

import { looksLikeNames, readNames } from './names.ts';
import { arxivIn, doiIn, type Work, type WorkType } from './work.ts';

/** What is longer is no reference. */
const LONGEST = 2000;
/** `[J]`, `[C]//`, `[EB/OL]`: the kind of a work in GB/T 7714. */
const MARK = /\[\s*(J|M|C|D|R|N|P|S|G|Z|A|DB|CP|EB|DS)(?:\s*\/\s*(?:OL|CD|MT|DK))?\s*\]/;
const KINDS: { readonly [mark: string]: WorkType } = {
  J: 'article',
  N: 'article',
  M: 'book',
  G: 'book',
  C: 'conference',
  A: 'conference',
  D: 'thesis',
  R: 'report',
  S: 'report',
  EB: 'web',
  DB: 'web',
};
const YEAR = /(?<!\d)(?:1[89]|20)\d\d(?!\d)/;
const LABEL = /^\s*(?:[[［【]\s*[\w+-]{1,12}\s*[\]］】]|\(?\d{1,3}[.)]|\[\^[\w-]+\]:?|[-*•])\s*/u;
const URL_PATTERN = /https?:\/\/[^\s<>"，。；]+/;

/** The number that an entry begins with, `[12]` or `12.`; undefined where it has none. */
export function labelOf(raw: string): number | undefined {
  const [, bracket, plain] = /^\s*(?:[[［【]\s*(\d{1,3})\s*[\]］】]|\(?(\d{1,3})[.)])/u.exec(raw) ?? [];
  const digits = bracket ?? plain;
  return digits === undefined ? undefined : Number(digits);
}

/** The fields of an entry; of one that cannot be read only what is certain, its title empty. */
export function readReference(raw: string): Work {
  const text = widthOf(raw.slice(0, LONGEST)).replace(LABEL, '').replace(/\s+/g, ' ').trim();
  const identifiers = identifiersOf(text);
  // Addresses hold points and years of their own.
  const plain = text
    .replace(/(?:doi\s*[:.]?\s*)?(?:https?:\/\/(?:dx\.)?doi\.org\/)?10\.\d{4,9}\/[^\s，。；]+/gi, '')
    .replace(/(?:retrieved from|available(?: at| from)?:?|url:?)?\s*https?:\/\/[^\s，。；]+/gi, '')
    .replace(/\[(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2})\]/g, '')
    // Emphasis of Markdown.
    .replace(/(?<![\p{L}\p{N}])[*_]{1,2}(?=\S)|(?<=\S)[*_]{1,2}(?![\p{L}\p{N}])/gu, '')
    .trim();
  const read =
    byMark(plain) ?? byQuotes(plain) ?? byYear(plain) ?? byColon(plain) ?? byNames(plain) ?? byPoint(plain);
  if (!read) return { type: 'other', title: '', authors: [], ...yearOf(plain), ...identifiers };
  const { names, title, rest, type, year } = read;
  const { authors, hasMore } = readNames(names);
  const where = venueOf(rest, year);
  return {
    type: type ?? typeOf(rest, identifiers),
    title: cleanTitle(title),
    authors,
    ...(hasMore && { hasMoreAuthors: true }),
    ...(year === undefined ? yearOf(rest) : { year }),
    ...where,
    ...identifiers,
  };
}

interface Parts {
  readonly names: string;
  readonly title: string;
  readonly rest: string;
  readonly type?: WorkType;
  readonly year?: number | undefined;
}

/** Full-width letters and digits as usual ones, brackets where numbers stand in them; marks of Chinese sentences stay. */
const widthOf = (text: string): string =>
  text
    .replace(/[！-～]/g, (wide) => {
      if (wide === '：') return ':';
      return '，；？！（）'.includes(wide) ? wide : String.fromCharCode(wide.charCodeAt(0) - 0xfee0);
    })
    .replace(/（([\d\s,–-]+)）/g, '($1)');

function identifiersOf(text: string): Pick<Work, 'doi' | 'arxiv' | 'url'> {
  const doi = doiIn(text);
  const arxiv = arxivIn(text) ?? /^10\.48550\/arxiv\.(.+)$/.exec(doi ?? '')?.[1];
  const url = URL_PATTERN.exec(text)?.[0].replace(/[.,;)]+$/, '');
  return { ...(doi && { doi }), ...(arxiv && { arxiv }), ...(url && { url }) };
}

const yearOf = (text: string): { readonly year?: number } => {
  // The last one: a title may hold a year, too.
  const year = text.match(new RegExp(YEAR, 'g'))?.at(-1);
  return year === undefined ? {} : { year: Number(year) };
};

/** GB/T 7714: `authors. title[J]. venue, year, volume(issue): pages.` */
function byMark(text: string): Parts | undefined {
  const mark = MARK.exec(text);
  if (!mark || mark.index === 0) return undefined;
  const before = text.slice(0, mark.index);
  const rest = text.slice(mark.index + mark[0].length).replace(/^[\s.．。]+/, '');
  const type = KINDS[mark[1]] ?? 'other';
  for (const end of before.matchAll(/[.．。]\s*/g)) {
    const [names, title] = [before.slice(0, end.index), before.slice(end.index + end[0].length)];
    // First letters alone, or a name that goes on.
    if (!/\p{L}{2}|\p{Script=Han}/u.test(names) || /^[,，&]/.test(title)) continue;
    if (title.trim() === '' || /^(?:\p{Lu}\.\s*)*\p{Lu}\p{L}+,/u.test(title)) continue;
    return { names, title, rest, type, ...byGbYear(rest) };
  }
  return { names: '', title: before, rest, type, ...byGbYear(rest) };
}

/** The year stands behind the venue, before volume and pages. */
function byGbYear(rest: string): { readonly year?: number } {
  const [, year] = /[,，(]\s*((?:1[89]|20)\d\d)(?!\d)/.exec(rest) ?? [];
  return year === undefined ? yearOf(rest) : { year: Number(year) };
}

/** IEEE: `authors, “title,” in venue, …` */
function byQuotes(text: string): Parts | undefined {
  const [whole, names, title, rest] = /^(.{0,1000}?)[“"]([^“”"]{4,400})[”"]\s*(.*)$/u.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const [, year] = /\(((?:1[89]|20)\d\d)[a-z]?\)[.,:]?\s*$/.exec(names) ?? [];
  const own = names.replace(/\(?(?:1[89]|20)\d\d[a-z]?\)?[.,:]?\s*$/, '');
  return { names: own, title, rest, ...(year && { year: Number(year) }) };
}

/** APA, Harvard: `authors (year). title. venue`; ACL: `authors. year. title. venue`. */
function byYear(text: string): Parts | undefined {
  const [, names, year, rest] =
    /^([^()]{2,1000}?)[.,，]?\s*[(（]((?:1[89]|20)\d\d)[a-z]?(?:,[^)]{0,30})?[)）][.,，。:]?\s*(.+)$/u.exec(
      text,
    ) ??
    /^(.{2,1000}?[\p{L}.])(?:[.．,，]\s*|\s+)((?:1[89]|20)\d\d)[a-z]?[.．]\s+(.+)$/u.exec(text) ??
    [];
  // A year behind the title is none of these.
  if (names === undefined || !looksLikeNames(names.replace(/\.$/, '')) || !/\p{L}/u.test(rest))
    return undefined;
  return { names, year: Number(year), ...titleFirst(rest) };
}

/** Plain: `authors. title. venue, year` — the first point behind which no name goes on. */
function byNames(text: string): Parts | undefined {
  for (const end of text
    .slice(0, 1200)
    .matchAll(/(?:[.．。]|(?<=\bet al)\.)\s*(?=[\p{Lu}\p{Script=Han}\d《“"])/gu)) {
    const names = text.slice(0, end.index);
    const after = text.slice(end.index + end[0].length);
    // Behind a first letter the name may go on.
    const goesOn =
      /(?:^|[\s,.-])\p{Lu}$/u.test(names) &&
      /^(?:\p{Lu}\.|\p{Lu}[\p{L}'’-]+(?:,|\s+and\s|\s*&))/u.test(after);
    if (goesOn || !looksLikeNames(names) || /^(?:\p{Lu}\.[\s-]*)+\p{Lu}/u.test(after)) continue;
    return { names, ...titleFirst(after) };
  }
  return undefined;
}

/** Lecture notes: `Radford, A., Wu, J.: title. venue (year)` */
function byColon(text: string): Parts | undefined {
  const [, names, rest] = /^([^:：]{3,1000}),?[:：]\s+(.+)$/u.exec(text) ?? [];
  if (
    names === undefined ||
    !/(?:\p{Lu}\.|et al\.?)$/u.test(names) ||
    !looksLikeNames(names.replace(/\.$/, ''))
  )
    return undefined;
  return { names, ...titleFirst(rest) };
}

const ORGANIZATION =
  /^[\p{L}\p{N}]+$|\b(?:organi[sz]ation|committee|association|institute|university|group|team|inc|agency|ministry|commission)$|(?:委员会|局|部|院|协会|组织|中心|公司)$/iu;

/** An organization, or nobody, and a title behind whose point something follows. */
function byPoint(text: string): Parts | undefined {
  const { title: first, rest } = titleFirst(text);
  if (rest === '' && !YEAR.test(text)) return undefined;
  if (rest !== '' && ORGANIZATION.test(first)) return { names: '', ...titleFirst(rest) };
  return first.length >= 6 ? { names: '', title: first, rest } : undefined;
}

/** A title up to the point, question mark or comma behind a long one; then the rest. */
function titleFirst(text: string): { readonly title: string; readonly rest: string } {
  for (const end of text.matchAll(/[.．。?？!](?:["”’])?(?:\s+|(?=[\p{Script=Han}《/])|$)/gu)) {
    const title = text.slice(0, end.index + (/[?？!]/.test(end[0]) ? 1 : 0));
    // `vs.`, `U.S.`, and whatever is too short to be a title.
    if (/(?:\b(?:vs|No|Vol|St|U\.S|[A-Z]))$/.test(title) || title.length < 4) continue;
    return { title, rest: text.slice(end.index + end[0].length) };
  }
  return { title: text, rest: '' };
}

const cleanTitle = (title: string): string =>
  title
    .replace(/^[\s《“"']+|[\s.,，。．》”"']+$/gu, '')
    .replace(/\s+/g, ' ')
    .trim();

/** Journal or book, with volume, issue and pages. */
function venueOf(rest: string, year: number | undefined): Partial<Work> {
  const [, from, to] =
    /(?:pp?\.?\s*|[:：,]\s*|\)\s*[:：,]\s*)(\d{1,6})\s*[-–—~]+\s*(\d{1,6})/.exec(rest) ?? [];
  const [, volumeWord] = /\bvol(?:ume|\.)?\s*(\d{1,5})/i.exec(rest) ?? [];
  const [, issueWord] = /\b(?:no|issue)\.?\s*(\d{1,4}(?:[-–]\d+)?)/i.exec(rest) ?? [];
  const [, volume, issue] =
    /[,，;]\s*(?!(?:1[89]|20)\d\d\s*\()(\d{1,5})\s*\((?!(?:1[89]|20)\d\d\))(\d[\d\s-]*)\)/.exec(rest) ??
    /[,，;]\s*(?!(?:1[89]|20)\d\d)(\d{1,4})\s*[:：,]\s*(?=(?:pp?\.?\s*)?\d+\s*[-–—])/.exec(rest) ??
    [];
  const [, bareIssue] =
    year === undefined ? [] : (new RegExp(`${year}\\s*\\((\\d{1,3})\\)`).exec(rest) ?? []);
  const number = issue ?? issueWord ?? bareIssue;
  const pages = to === undefined ? undefined : `${from}-${to}`;
  const ownVolume = volumeWord ?? volume;
  const { venue, publisher } = nameOf(rest);
  return {
    ...(venue && { venue }),
    ...(publisher && { publisher }),
    ...(ownVolume && { volume: ownVolume }),
    ...(number && { issue: number.replace(/\s+/g, '') }),
    ...(pages && { pages }),
  };
}

function nameOf(rest: string): { readonly venue?: string; readonly publisher?: string } {
  const start = rest.replace(/^[\s/,，.]+/, '').replace(/^in:?\s+/i, '');
  const [, place, house] =
    /(?:^|[.．]\s*)([^:：.,，]{2,30}):\s*(?=[^,，:：]*\p{L}{2})([^,，:：]{2,60}),\s*(?:1[89]|20)\d\d/u.exec(
      start,
    ) ?? [];
  const head =
    place === undefined ? start : start.slice(0, start.indexOf(`${place}:`)).replace(/[\s.．]+$/, '');
  const [venue = ''] = head.split(
    /[,，;；](?=\s*(?:vol|no\b|pp?\.|pages?\b|\d|1[89]\d\d|20\d\d))|\s*\(pp?\.|[．。]|(?<=\p{L}{8})\.(?=\s|$)|\.(?=\s+\d|\s*https?:|$)|\s+\d{1,4}\s*[(,:]|,\s*(?=\()|(?<=\p{Script=Han})[,，]|\s*\((?:1[89]|20)\d\d/u,
  );
  const own = venue.replace(/^[\s"”,]+|[\s,，.:：]+$/gu, '').trim();
  const isName = /\p{L}{2}/u.test(own) && own.length <= 200 && !/^(?:1[89]|20)\d\d/.test(own);
  const isHouse =
    isName && house === undefined && /\b(?:press|publish\w*|springer|elsevier|wiley)$|出版社$/i.test(own);
  if (isHouse) return { publisher: own };
  return { ...(isName && { venue: own }), ...(house && { publisher: house.trim() }) };
}

function typeOf(rest: string, { arxiv, url }: Pick<Work, 'arxiv' | 'url'>): WorkType {
  if (/ph\.?\s?d|master'?s|thesis|dissertation|学位论文/i.test(rest)) return 'thesis';
  if (/proceedings|proc\.|conference|workshop|symposium|会议|论文集|^in:?\s/i.test(rest)) return 'conference';
  if (arxiv !== undefined || /arxiv|preprint/i.test(rest)) return 'preprint';
  if (/press\b|publish|springer$|出版社/i.test(rest)) return 'book';
  if (/technical report|tech\. rep/i.test(rest)) return 'report';
  if (/\d/.test(rest) && /\p{L}{3}/u.test(rest)) return 'article';
  return url === undefined ? 'other' : 'web';
}
