/** References written in a style: GB/T 7714, APA, IEEE, BibTeX, CSL-JSON. */

import { type PersonName, titleKey, type Work, type WorkType } from './work.ts';

export const citationStyles = ['gbt7714', 'apa', 'ieee', 'bibtex', 'csl'] as const;
export type CitationStyle = (typeof citationStyles)[number];
/** Those that people read. */
export type ListStyle = Exclude<CitationStyle, 'bibtex' | 'csl'>;

/** The usual one of a language. */
export const usualStyle = (lang: 'en' | 'zh'): ListStyle => (lang === 'zh' ? 'gbt7714' : 'apa');

const HAN = /\p{Script=Han}/u;
const isHanWork = ({ title, authors }: Work): boolean =>
  HAN.test(title) || HAN.test(authors[0]?.family ?? '');

/** A whole list, its entries in their order and numbered from 1 where the style has numbers. */
export function writeReferences(
  works: readonly Work[],
  style: CitationStyle,
  keys: readonly string[] = citationKeys(works),
): string {
  if (style === 'csl')
    return `${JSON.stringify(
      works.map((work, i) => toCsl(work, keys[i])),
      null,
      2,
    )}\n`;
  if (style === 'bibtex') return works.map((work, i) => `${toBibtex(work, keys[i])}\n`).join('\n');
  return works.map((work, i) => `${writers[style](work, i + 1)}\n`).join('');
}

/** The works that the marks `[1]`, `[2]` of a text name: a line for each, with its number in any style. */
export const numberedReferences = (works: readonly Work[], style: ListStyle): string[] =>
  works.map((work, i) => {
    const line = writers[style](work, i + 1);
    return line.startsWith('[') ? line : `[${i + 1}] ${line}`;
  });

const writers: {
  readonly [S in ListStyle]: (work: Work, number: number) => string;
} = {
  gbt7714: (work, number) => `[${number}] ${toGbt(work)}`,
  apa: (work) => toApa(work),
  ieee: (work, number) => `[${number}] ${toIeee(work)}`,
};

/** First letters of the given names; of hyphenated ones each. */
const initials = (given: string | undefined): string[] =>
  (given ?? '')
    .split(/[\s.-]+/)
    .filter(Boolean)
    .flatMap((name) => (/^\p{Lu}{2,3}$/u.test(name) ? [...name] : [[...name][0].toUpperCase()]));

const MARKS: { readonly [T in WorkType]: string } = {
  article: 'J',
  conference: 'C',
  book: 'M',
  thesis: 'D',
  preprint: 'A',
  report: 'R',
  web: 'EB/OL',
  other: 'Z',
};

const onWeb = ({ doi, arxiv, url }: Work): string | undefined =>
  doi ? `https://doi.org/${doi}` : arxiv ? `https://arxiv.org/abs/${arxiv}` : url;

/** GB/T 7714—2015 by numbers: at most three authors. */
function toGbt(work: Work): string {
  const { authors, title, type, venue, publisher, year, volume, issue, pages, doi, url } = work;
  const isHan = isHanWork(work);
  const shown = authors
    .slice(0, 3)
    .map(({ family, given }) =>
      [HAN.test(family) ? family : family.toUpperCase(), initials(given).join(' ')].filter(Boolean).join(' '),
    );
  const isMore = authors.length > 3 || work.hasMoreAuthors;
  const names = [...shown, ...(isMore ? [isHan ? '等' : 'et al'] : [])].join(', ');
  const head = `${names ? `${names}. ` : ''}${title}[${MARKS[type]}]`;
  const number = issue ? `(${issue})` : '';
  const whereabouts = [venue, year, volume ? `${volume}${number}` : number || undefined]
    .filter(Boolean)
    .join(', ')
    .replace(/, \(/, '(');
  const house = [publisher ?? (type === 'thesis' ? venue : undefined), year].filter(Boolean).join(', ');
  const body =
    type === 'conference'
      ? `//${[venue, house].filter(Boolean).join('. ')}`
      : type === 'book' || type === 'thesis' || type === 'report'
        ? `. ${house || (year ?? '')}`
        : `. ${whereabouts}`;
  const end = `${pages ? `: ${pages}` : ''}.`;
  const address = doi
    ? ` DOI:${doi}.`
    : type === 'web' || type === 'preprint'
      ? ` ${onWeb(work) ?? url ?? ''}`.trimEnd()
      : '';
  return `${head}${body}${end}${address}`.replace(/\.\s*\.(?=\s|$)/g, '.');
}

/** APA, 7th edition: at most twenty authors. */
function toApa(work: Work): string {
  const { authors, title, year, venue, volume, issue, pages, publisher, type } = work;
  const isHan = isHanWork(work);
  const one = ({ family, given }: PersonName): string =>
    HAN.test(family)
      ? family
      : [
          family,
          initials(given)
            .map((letter) => `${letter}.`)
            .join(' '),
        ]
          .filter(Boolean)
          .join(', ');
  const names = authors.slice(0, 20).map(one);
  const and = isHan ? '' : '& ';
  const list =
    names.length > 1 && !work.hasMoreAuthors
      ? `${names.slice(0, -1).join(', ')}, ${and}${names.at(-1)}`
      : `${names.join(', ')}${work.hasMoreAuthors ? ', et al.' : ''}`;
  const where =
    type === 'book' || type === 'thesis'
      ? (publisher ?? venue)
      : [
          type === 'conference' && venue ? `In ${venue}` : venue,
          volume ? `${volume}${issue ? `(${issue})` : ''}` : issue && `(${issue})`,
          pages?.replace('-', '–'),
        ]
          .filter(Boolean)
          .join(', ');
  const first = list === '' ? '' : `${list}${/\.$/.test(list) ? '' : '.'} `;
  return [`${first}(${year ?? 'n.d.'}). ${title}.`, where && `${where}.`, onWeb(work)]
    .filter(Boolean)
    .join(' ');
}

/** IEEE: at most six authors. */
function toIeee(work: Work): string {
  const { authors, title, year, venue, volume, issue, pages, publisher, type, doi } = work;
  const one = ({ family, given }: PersonName): string =>
    HAN.test(family) ? family : [...initials(given).map((letter) => `${letter}.`), family].join(' ');
  const isMore = authors.length > 6 || work.hasMoreAuthors;
  const names = authors.slice(0, isMore ? 1 : 6).map(one);
  const list = isMore
    ? `${names[0] ?? ''} et al.`
    : names.length > 1
      ? `${names.slice(0, -1).join(', ')}${names.length > 2 ? ',' : ''} and ${names.at(-1)}`
      : (names[0] ?? '');
  const parts = [
    venue && (type === 'conference' ? `in ${venue}` : venue),
    volume && `vol. ${volume}`,
    issue && `no. ${issue}`,
    pages && `pp. ${pages.replace('-', '–')}`,
    (type === 'book' || type === 'thesis') && publisher,
    year,
  ].filter(Boolean);
  return `${list ? `${list}, ` : ''}“${title},” ${parts.join(', ')}${doi ? `, doi: ${doi}` : ''}.`;
}

const BIB_TYPES: { readonly [T in WorkType]: string } = {
  article: 'article',
  conference: 'inproceedings',
  book: 'book',
  thesis: 'phdthesis',
  preprint: 'misc',
  report: 'techreport',
  web: 'misc',
  other: 'misc',
};
const VENUES: { readonly [T in WorkType]?: string } = {
  article: 'journal',
  conference: 'booktitle',
  thesis: 'school',
  report: 'institution',
};

/** What would end a value, or be run. */
const unbraced = (value: string): string => value.replace(/[{}\\]/g, '');
const escaped = (value: string): string => unbraced(value).replace(/([&%$#_])/g, '\\$1');

function toBibtex(work: Work, key: string): string {
  const { type, title, authors, year, venue, volume, issue, pages, publisher, doi, arxiv, url } = work;
  const names = authors.map((author) => {
    const family = escaped(author.family);
    if (author.given) return `${family}, ${escaped(author.given)}`;
    return HAN.test(family) || !/\s/.test(family) ? family : `{${family}}`;
  });
  const fields: readonly (readonly [string, string | number | undefined])[] = [
    ['author', [...names, ...(work.hasMoreAuthors ? ['others'] : [])].join(' and ') || undefined],
    // Capitals of a title stay as they are.
    ['title', title && `{${escaped(title)}}`],
    [VENUES[type] ?? 'howpublished', venue && escaped(venue)],
    ['year', year],
    ['volume', volume && unbraced(volume)],
    ['number', issue && unbraced(issue)],
    ['pages', pages && unbraced(pages).replace('-', '--')],
    ['publisher', publisher && escaped(publisher)],
    ['doi', doi && unbraced(doi)],
    ['eprint', arxiv && unbraced(arxiv)],
    ['archivePrefix', arxiv && 'arXiv'],
    ['url', doi || !url ? undefined : unbraced(url)],
  ];
  const lines = fields.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`  ${name} = {${value}},`],
  );
  return `@${BIB_TYPES[type]}{${key},\n${lines.join('\n')}\n}`;
}

const CSL: { readonly [T in WorkType]: string } = {
  article: 'article-journal',
  conference: 'paper-conference',
  book: 'book',
  thesis: 'thesis',
  preprint: 'article',
  report: 'report',
  web: 'webpage',
  other: 'document',
};

function toCsl(work: Work, key: string): object {
  const { type, title, authors, year, venue, volume, issue, pages, publisher, doi, arxiv, url } = work;
  return {
    id: key,
    type: CSL[type],
    title,
    author: authors.map(({ family, given }) => (given ? { family, given } : { literal: family })),
    ...(year !== undefined && { issued: { 'date-parts': [[year]] } }),
    ...(venue && { 'container-title': venue }),
    ...(volume && { volume }),
    ...(issue && { issue }),
    ...(pages && { page: pages }),
    ...(publisher && { publisher }),
    ...(doi && { DOI: doi }),
    ...((url ?? arxiv) && { URL: url ?? `https://arxiv.org/abs/${arxiv}` }),
  };
}

/** `vaswani2017attention`: the same works have the same keys, none twice. */
export function citationKeys(works: readonly Work[]): string[] {
  const seen = new Map<string, number>();
  return works.map(({ authors: [first], year, title }) => {
    const family = titleKey(first?.family ?? '');
    const word =
      title
        .split(/[^\p{L}\p{N}]+/u)
        .map(titleKey)
        .find((one) => one.length > 3) ?? titleKey(title).slice(0, 8);
    const key = `${family || 'anonymous'}${year ?? ''}${HAN.test(word) ? word.slice(0, 4) : word}`;
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return times === 0 ? key : `${key}-${times + 1}`;
  });
}
