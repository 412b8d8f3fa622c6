/** BibTeX and CSL-JSON in and out: entries as works. Accents are read, `@string` and `#` too; macros are not run. */

import { fail } from './errors.ts';
import type { Reference } from './reference-list.ts';
import { texCharacters } from './tex-text.ts';
import { arxivIn, doiIn, type PersonName, type Work, type WorkType } from './work.ts';

/** A work of a file of references, with its abstract where it has one. */
export interface ListedWork extends Reference {
  readonly key: string;
  readonly abstract?: string;
}

const MOST_ENTRIES = 100_000;
const MOST_BRACES = 64;
const MONTHS: { readonly [name: string]: string } = Object.fromEntries(
  'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ').map((name, i) => [name, String(i + 1)]),
);
const TYPES: { readonly [type: string]: WorkType } = {
  article: 'article',
  inproceedings: 'conference',
  conference: 'conference',
  proceedings: 'conference',
  book: 'book',
  inbook: 'book',
  incollection: 'book',
  phdthesis: 'thesis',
  mastersthesis: 'thesis',
  thesis: 'thesis',
  techreport: 'report',
  report: 'report',
  online: 'web',
  misc: 'other',
  unpublished: 'preprint',
};

/** The entries of a .bib file, in order. @throws `papers/bibtex` with the line of what cannot be read */
export function readBibtex(text: string, name: string): ListedWork[] {
  const strings = new Map(Object.entries(MONTHS));
  const works: ListedWork[] = [];
  const reader = bibReader(text, name);
  for (let entry = reader.next(); entry; entry = reader.next()) {
    const { type, key, fields: raw, line } = entry;
    const fields = new Map(
      raw.map(({ name: field, parts }) => [
        field,
        parts
          .map((part) => (part.isName ? (strings.get(part.text.toLowerCase()) ?? part.text) : part.text))
          .join(''),
      ]),
    );
    if (type === 'string') for (const [field, value] of fields) strings.set(field, value);
    if (type === 'string' || key === '') continue;
    if (works.length >= MOST_ENTRIES)
      throw fail('papers/too-many', { name, what: 'entries', most: MOST_ENTRIES });
    works.push({ ...workOf(type, fields), key, raw: entry.source, line });
  }
  return works;
}

interface BibField {
  readonly name: string;
  readonly parts: readonly { readonly text: string; readonly isName: boolean }[];
}

/** Reads `@type{key, name = value # value, …}` one after another; what stands between them is a comment. */
function bibReader(text: string, file: string) {
  let at = 0;
  let [counted, line] = [0, 1];
  const lineAt = (place: number): number => {
    for (; counted < place; counted++) if (text[counted] === '\n') line++;
    return line;
  };
  const broken = (rule: string, zhRule: string) =>
    fail('papers/bibtex', { name: file, line: lineAt(at), rule, zhRule });
  const space = (): void => {
    while (at < text.length && /\s/.test(text[at])) at++;
  };
  const word = (): string => {
    const from = at;
    while (at < text.length && !/[\s,={}()"#@]/.test(text[at])) at++;
    return text.slice(from, at);
  };
  /** Up to the brace or quote that ends it, with braces in pairs. */
  const enclosed = (close: string): string => {
    const from = ++at;
    for (let depth = 0; at < text.length; at++) {
      const character = text[at];
      if (character === '\\') at++;
      else if (character === close && depth === 0) return text.slice(from, at++);
      else if (character === '{' && ++depth > MOST_BRACES) break;
      else if (character === '}') depth--;
    }
    at = from;
    throw broken(`a value must end with ${close}`, `字段值须以 ${close} 结束`);
  };
  const value = (): BibField['parts'] => {
    const parts: { text: string; isName: boolean }[] = [];
    for (;;) {
      space();
      if (text[at] === '{') parts.push({ text: enclosed('}'), isName: false });
      else if (text[at] === '"') parts.push({ text: enclosed('"'), isName: false });
      else parts.push({ text: word(), isName: true });
      space();
      if (text[at] !== '#') return parts;
      at++;
    }
  };
  return {
    next() {
      for (;;) {
        const start = text.indexOf('@', at);
        if (start < 0) return undefined;
        at = start + 1;
        const type = word().toLowerCase();
        space();
        const open = text[at];
        // An address in a comment.
        if (type === '' || (open !== '{' && open !== '(')) continue;
        const close = open === '{' ? '}' : ')';
        if (type === 'comment' || type === 'preamble') {
          enclosed(close);
          continue;
        }
        const own = lineAt(start);
        at++;
        space();
        let key = '';
        const fields: BibField[] = [];
        if (type !== 'string') {
          key = word();
          space();
        }
        for (;;) {
          while (text[at] === ',' || /\s/.test(text[at] ?? '')) at++;
          if (at >= text.length)
            throw broken(`the entry "${key}" must end with ${close}`, `条目 "${key}" 须以 ${close} 结束`);
          if (text[at] === close) {
            at++;
            break;
          }
          const field = word().toLowerCase();
          space();
          if (field === '' || text[at] !== '=')
            throw broken(`the entry "${key}" must hold name = value`, `条目 "${key}" 中须为 字段 = 值`);
          at++;
          fields.push({ name: field, parts: value() });
        }
        return { type, key, fields, line: own, source: text.slice(start, at).slice(0, 4000) };
      }
    },
  };
}

const plainText = (value: string): string =>
  texCharacters(value)
    .replace(/\\(?:emph|textit|textbf|texttt|mathrm|text)\s*(?=\{)/g, '')
    .replace(/[{}]|\\[a-zA-Z]+\s?/g, '')
    .replace(/\s+/g, ' ')
    .trim();

function workOf(type: string, fields: ReadonlyMap<string, string>): Work & { readonly abstract?: string } {
  const get = (...names: readonly string[]): string | undefined => {
    const value = names.map((name) => fields.get(name)).find((one) => one !== undefined && one.trim() !== '');
    return value === undefined ? undefined : plainText(value);
  };
  const [, year] = /((?:1[5-9]|20)\d\d)/.exec(get('year', 'date') ?? '') ?? [];
  const names = bibNames(fields.get('author') ?? fields.get('editor') ?? '');
  const isArxiv = /arxiv/i.test(get('archiveprefix', 'eprinttype') ?? '');
  const arxiv = isArxiv ? get('eprint')?.replace(/v\d+$/, '') : arxivIn([...fields.values()].join(' '));
  const doi = doiIn(get('doi') ?? '') ?? doiIn(get('url') ?? '');
  const kind = TYPES[type] ?? 'other';
  return {
    type: kind === 'other' && arxiv !== undefined ? 'preprint' : kind,
    title: get('title') ?? '',
    authors: names.authors,
    ...(names.hasMore && { hasMoreAuthors: true }),
    ...(year && { year: Number(year) }),
    ...given({
      venue: get('journal', 'journaltitle', 'booktitle', 'school', 'institution', 'howpublished'),
      volume: get('volume'),
      issue: get('number', 'issue'),
      pages: get('pages')?.replace(/\s*[–—-]+\s*/g, '-'),
      publisher: get('publisher'),
      url: get('url'),
      doi,
      arxiv,
      abstract: get('abstract'),
    }),
  };
}

const given = <Fields extends { readonly [name: string]: string | undefined }>(
  fields: Fields,
): { [Name in keyof Fields]?: string } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

/** `Family, Given and Given Family and others`; a name in braces is one word. */
function bibNames(text: string): { authors: PersonName[]; hasMore: boolean } {
  const names = text
    .replace(/\s+/g, ' ')
    .split(/ and /i)
    .map((name) => name.trim());
  const authors = names.flatMap((name): PersonName[] => {
    if (name === '' || /^(?:others|et al\.?)$/i.test(name)) return [];
    if (/^\{.*\}$/s.test(name)) return [{ family: plainText(name) }];
    const plain = plainText(name);
    if (/\p{Script=Han}/u.test(plain)) return [{ family: plain.replace(/[\s,，]+/g, '') }];
    const [family, ...rest] = plain.split(/,\s*/);
    if (rest.length > 0) return [{ family, given: rest.at(-1)! }];
    const words = plain.split(' ');
    let from = words.length - 1;
    // Small words before the last belong to it.
    while (from > 1 && /^\p{Ll}/u.test(words[from - 1])) from--;
    return [
      { family: words.slice(from).join(' '), ...(from > 0 && { given: words.slice(0, from).join(' ') }) },
    ];
  });
  return { authors, hasMore: names.some((name) => /^(?:others|et al\.?)$/i.test(name)) };
}

/** CSL-JSON, or what a bibliographic service answers, which is nearly the same. */
export function fromCsl(
  item: unknown,
): (Work & { readonly key?: string; readonly abstract?: string }) | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const fields = item as { readonly [name: string]: unknown };
  const text = (name: string): string | undefined => {
    const value = Array.isArray(fields[name]) ? (fields[name] as unknown[])[0] : fields[name];
    const own = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
    return own === undefined || own.trim() === ''
      ? undefined
      : own
          .replace(/<[^<>]{1,40}>/g, '')
          .replace(/\s+/g, ' ')
          .trim();
  };
  const authors = (Array.isArray(fields.author) ? fields.author : []).flatMap((one): PersonName[] => {
    const { family, given: first, literal, name } = Object(one) as { readonly [name: string]: unknown };
    const own = [family, literal, name].find((value) => typeof value === 'string' && value.trim() !== '') as
      | string
      | undefined;
    if (own === undefined) return [];
    if (/\p{Script=Han}/u.test(own)) return [{ family: own + (typeof first === 'string' ? first : '') }];
    return [{ family: own, ...(typeof first === 'string' && first !== '' && { given: first }) }];
  });
  const date = ['issued', 'published-print', 'published', 'published-online', 'created']
    .map((name) => (Object(fields[name]) as { 'date-parts'?: unknown })['date-parts'])
    .map((parts) => (Array.isArray(parts) && Array.isArray(parts[0]) ? Number(parts[0][0]) : Number.NaN))
    .find((year) => Number.isInteger(year) && year > 0);
  const doi = doiIn(text('DOI') ?? '');
  const arxiv =
    arxivIn([text('number'), text('URL'), text('note'), text('archive_location')].join(' ')) ??
    /^10\.48550\/arxiv\.(.+)$/.exec(doi ?? '')?.[1];
  return {
    type: CSL_TYPES[text('type') ?? ''] ?? 'other',
    title: [text('title'), Array.isArray(fields.title) ? text('subtitle') : undefined]
      .filter(Boolean)
      .join(': '),
    authors,
    ...(date !== undefined && { year: date }),
    ...given({
      venue: text('container-title'),
      volume: text('volume'),
      issue: text('issue'),
      pages: text('page')?.replace(/[–—]/g, '-'),
      publisher: text('publisher'),
      url: text('URL'),
      doi,
      arxiv,
      key: text('citation-key') ?? text('id'),
      abstract: text('abstract'),
    }),
  };
}

const CSL_TYPES: { readonly [type: string]: WorkType } = {
  article: 'preprint',
  'article-journal': 'article',
  'journal-article': 'article',
  'article-newspaper': 'article',
  'paper-conference': 'conference',
  'proceedings-article': 'conference',
  book: 'book',
  monograph: 'book',
  'edited-book': 'book',
  chapter: 'book',
  'book-chapter': 'book',
  thesis: 'thesis',
  dissertation: 'thesis',
  report: 'report',
  webpage: 'web',
  'posted-content': 'preprint',
};

/** The items of a CSL-JSON file. @throws `papers/csl` */
export function readCsl(text: string, name: string): ListedWork[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw fail('papers/csl', { name }, error);
  }
  if (!Array.isArray(parsed)) throw fail('papers/csl', { name });
  if (parsed.length > MOST_ENTRIES)
    throw fail('papers/too-many', { name, what: 'entries', most: MOST_ENTRIES });
  return parsed.flatMap((item, i): ListedWork[] => {
    const work = fromCsl(item);
    if (!work || work.title === '') return [];
    return [{ ...work, key: work.key ?? String(i + 1), raw: work.title, line: 1 }];
  });
}
