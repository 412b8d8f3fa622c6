/** A paper: its fields, sections, references and the places where it cites them, from its text. */

import { languageOf } from '../prompt-text.ts';
import { type CitedPlace, citedPlaces } from './cited-places.ts';
import { cleanPages, flow } from './flow.ts';
import { frontMatter } from './front-matter.ts';
import { type Reference, referencesOf } from './reference-list.ts';
import { type Section, sectionsOf } from './sections.ts';
import { texText } from './tex-text.ts';
import { titleKey, type Work } from './work.ts';

/** A paper as it comes in. */
export interface PaperSource {
  /** The path of the file, or what it shall be called. */
  readonly name: string;
  readonly text: string;
  /** Of a PDF or a page: the title that the file gives itself. */
  readonly title?: string | undefined;
  /** Where each page begins, in UTF-16 units. */
  readonly pages?: readonly number[] | undefined;
  /** How it is written. Default: by the ending of the name. */
  readonly format?: 'text' | 'tex' | undefined;
}

export interface Paper extends Work {
  /** What it is called here: `vaswani2017`. */
  readonly id: string;
  readonly name: string;
  readonly language: 'en' | 'zh';
  readonly keywords: readonly string[];
  /** On one line; empty where there is none. */
  readonly abstract: string;
  readonly sections: readonly Section[];
  readonly references: readonly Reference[];
  readonly citedPlaces: readonly CitedPlace[];
  /** What was read, in which all places are. */
  readonly text: string;
  /** Where each page begins, of formats with pages. */
  readonly pageStarts?: readonly number[];
}

/** Characters of one paper. What is longer is a book, and is read so far. */
export const MOST_PAPER_CHARACTERS = 2_000_000;

/** Reads one paper; what it does not tell stays empty. Its `id` is made by `readPapers`. */
export function readPaper(source: PaperSource): Omit<Paper, 'id'> {
  const { name, title: known } = source;
  const isTex = source.format === 'tex' || (source.format === undefined && /\.tex$/i.test(name));
  const given = source.text.slice(0, MOST_PAPER_CHARACTERS).replace(/\0/g, '\ufffd');
  const tex = isTex ? texText(given) : undefined;
  const paged = source.pages && source.pages.length > 0 ? cleanPages(given, source.pages) : undefined;
  const text = tex?.text ?? paged?.text ?? given.replace(/\r\n?/g, '\n');
  const headings = sectionsOf(text);
  // The title of Markdown is a heading, too.
  const isTitle =
    headings.length > 1 &&
    headings[0].depth === 1 &&
    headings[0].kind !== 'abstract' &&
    /^#\s/.test(text.slice(headings[0].start)) &&
    text
      .slice(0, headings[0].start)
      .replace(/^---[\s\S]*?\n---/, '')
      .trim() === '';
  const sections = isTitle && !tex ? headings.slice(1) : headings;
  const references = referencesOf(text, sections);
  const list = sections.filter(({ kind }) => kind === 'references');
  const front = frontMatter(text, sections[0]?.start ?? 0, {
    title: tex?.title ?? known,
    author: tex?.author,
    date: tex?.date,
    firstPage: paged?.pages[1],
  });
  const abstract = sections.find(({ kind }) => kind === 'abstract');
  const year = front.year;
  return {
    name,
    language: languageOf(text),
    type: front.arxiv === undefined ? 'article' : 'preprint',
    ...front,
    title: tex?.title ?? front.title,
    ...(year !== undefined && { year }),
    abstract: abstract ? flow(text.slice(abstract.bodyStart, abstract.end)).slice(0, 5000) : '',
    sections,
    references,
    citedPlaces: citedPlaces(text, references, list),
    text,
    ...(paged && { pageStarts: paged.pages }),
  };
}

/** Reads papers and gives each an id of its own. */
export function readPapers(sources: readonly PaperSource[]): Paper[] {
  return withIds(sources.map(readPaper));
}

/** `vaswani2017`, with a letter where there are several; the name of the file where there is no author. */
export function withIds(papers: readonly Omit<Paper, 'id'>[]): Paper[] {
  const seen = new Map<string, number>();
  const taken = new Set<string>();
  return papers.map((paper) => {
    const family = titleKey(paper.authors[0]?.family ?? '');
    const base = family === '' ? idOfName(paper.name) : `${family}${paper.year ?? ''}`;
    let times = seen.get(base) ?? 0;
    // Another name may end in such a letter.
    while (taken.has(idOf(base, times))) times++;
    seen.set(base, times + 1);
    const id = idOf(base, times);
    taken.add(id);
    return { id, ...paper };
  });
}

const idOf = (base: string, times: number): string =>
  times === 0 ? base : `${base}${String.fromCharCode(97 + (times % 26))}${times > 26 ? times : ''}`;

const idOfName = (name: string): string =>
  name
    .replace(/^.*[/\\]/, '')
    .replace(/\.[A-Za-z0-9]{1,5}$/, '')
    .replace(/[^\p{L}\p{N}_-]+/gu, '-')
    .slice(0, 60) || 'paper';
