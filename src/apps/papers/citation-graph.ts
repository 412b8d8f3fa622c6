/** Who cites whom among papers, which works they cite together, and which words they share. */

import { emptyWords, type TextPiece } from '../../text/index.ts';
import { flow, pageOf } from './flow.ts';
import { type PaperIndex, type PaperSentence, type PlaceInPaper, paperSentences } from './paper-index.ts';
import type { Paper } from './read-paper.ts';
import { isSameWork, titleKey, type Work } from './work.ts';
import { workFinder } from './work-finder.ts';

export interface CitationLink {
  /** Ids: the first cites the second. */
  readonly from: string;
  readonly to: string;
  /** Each place where the text does so, with its sentence; the list alone may name it, too. */
  readonly places: readonly PlaceInPaper[];
}

/** A work outside that several of the papers cite. */
export interface SharedWork {
  readonly title: string;
  readonly authors: readonly string[];
  readonly year: number | null;
  readonly citedBy: readonly string[];
}

export interface SharedTerms {
  readonly papers: readonly [string, string];
  /** As they stand there, the most telling first. */
  readonly terms: readonly string[];
  /** Cosine of all their words, rare ones weighing more; in [0, 1]. */
  readonly likeness: number;
}

export interface CitationGraph {
  readonly nodes: readonly {
    readonly id: string;
    readonly title: string;
    readonly year: number | null;
    /** How many of the others cite it. */
    readonly citedBy: number;
  }[];
  readonly links: readonly CitationLink[];
  readonly sharedWorks: readonly SharedWork[];
  readonly sharedTerms: readonly SharedTerms[];
}

const MOST_TERMS = 8;
const MOST_SHARED = 50;
/** Pairs that are compared by their words: those of 64 papers. */
const MOST_PAIRS = 2016;
const EMPTY = new Set(emptyWords.split(/\s+/));
/** Words of every paper. */
const OF_PAPERS = new Set(
  'paper work study result results method methods model models approach figure table section use used using show shows based propose proposed different new number two one three first second however et al 本文 研究 方法 结果 模型 使用 进行 提出 通过 不同 表 图 问题 分析'.split(
    ' ',
  ),
);

/** Reads the links out of the reference lists; matched by identifier, else by title. */
export function citationGraph(index: PaperIndex): CitationGraph {
  const { papers } = index;
  const finder = workFinder(papers);
  const places = new Map(papers.map((paper, i) => [paper, i]));
  const links: CitationLink[] = [];
  const outside = new Map<string, { work: Work; citedBy: Set<string> }>();
  for (const [i, paper] of papers.entries()) {
    const entries = new Map<number, number[]>();
    for (const [k, reference] of paper.references.entries()) {
      const cited = finder.candidates(reference).find((one) => isSameWork(reference, one));
      const to = cited && places.get(cited);
      if (to !== undefined && to !== i) entries.set(to, [...(entries.get(to) ?? []), k]);
      if (to !== undefined || reference.title === '') continue;
      const key = reference.doi ?? titleKey(reference.title);
      const shared = outside.get(key) ?? { work: reference, citedBy: new Set() };
      outside.set(key, shared);
      shared.citedBy.add(paper.id);
    }
    const sentences = entries.size > 0 ? paperSentences(index, i) : [];
    for (const [to, own] of entries)
      links.push({ from: paper.id, to: papers[to].id, places: citingPlaces(paper, new Set(own), sentences) });
  }
  const sharedWorks = [...outside.values()]
    .filter(({ citedBy }) => citedBy.size > 1)
    .sort((a, b) => b.citedBy.size - a.citedBy.size)
    .slice(0, MOST_SHARED)
    .map(({ work, citedBy }) => ({
      ...{ title: work.title, authors: work.authors.map(({ family }) => family), year: work.year ?? null },
      citedBy: [...citedBy],
    }));
  return {
    nodes: papers.map(({ id, title, name, year }) => ({
      ...{ id, title: title || name, year: year ?? null },
      citedBy: links.filter(({ to }) => to === id).length,
    })),
    links,
    sharedWorks,
    sharedTerms: sharedTerms(index),
  };
}

/** The sentences, or what is around a mark in none, in which a paper cites one of these entries. */
function citingPlaces(
  { citedPlaces, text, id, pageStarts, sections }: Paper,
  references: ReadonlySet<number>,
  sentences: readonly PaperSentence[],
): PlaceInPaper[] {
  const found = new Map<number, PlaceInPaper>();
  // Both are in order: the first sentence that ends behind a mark is looked for behind the one before.
  let at = 0;
  for (const { start, end, reference } of citedPlaces) {
    if (reference === null || !references.has(reference)) continue;
    while (at < sentences.length && sentences[at].end < start) at++;
    const sentence = at < sentences.length && sentences[at].start <= start ? sentences[at] : undefined;
    const section = sections.findLast((one) => one.start <= start)?.title ?? null;
    const place: PlaceInPaper = sentence ?? {
      paper: id,
      start,
      end,
      page: pageOf(pageStarts, start),
      section,
      excerpt: flow(around(text, { start, end })),
    };
    found.set(place.start, {
      paper: id,
      start: place.start,
      end: place.end,
      page: place.page,
      section: place.section,
      excerpt: place.excerpt,
    });
  }
  return [...found.values()];
}

/** Characters shown on each side where there is no sentence. */
const AROUND = 80;
const around = (text: string, { start, end }: Pick<TextPiece, 'start' | 'end'>): string =>
  text.slice(Math.max(0, start - AROUND), end + AROUND);

/** For each pair of papers the words that weigh most in both. */
function sharedTerms({ papers, passages, analyze }: PaperIndex): SharedTerms[] {
  const counts = papers.map(() => new Map<string, number>());
  const spellings = new Map<string, Map<string, number>>();
  // A text says most of its words again and again.
  const known = new Map<string, readonly string[]>();
  const termsOf = (word: string): readonly string[] => {
    const found = known.get(word) ?? analyze(word);
    known.set(word, found);
    return found;
  };
  for (const { paper, text } of passages) {
    for (const word of text.match(/[\p{L}][\p{L}\p{M}\p{N}-]*/gu) ?? []) {
      for (const term of termsOf(word)) {
        if (!isTelling(term)) continue;
        counts[paper].set(term, (counts[paper].get(term) ?? 0) + 1);
        const own = spellings.get(term) ?? new Map<string, number>();
        spellings.set(term, own);
        const spelled = /\p{Script=Han}/u.test(term) ? term : word.toLowerCase();
        own.set(spelled, (own.get(spelled) ?? 0) + 1);
      }
    }
  }
  const held = new Map<string, number>();
  for (const own of counts) for (const term of own.keys()) held.set(term, (held.get(term) ?? 0) + 1);
  const vectors = counts.map((own) => {
    const weighed = new Map(
      Array.from(own, ([term, count]) => [
        term,
        (1 + Math.log(count)) * Math.log(1 + papers.length / held.get(term)!),
      ]),
    );
    const length = Math.sqrt([...weighed.values()].reduce((sum, weight) => sum + weight * weight, 0)) || 1;
    return new Map(Array.from(weighed, ([term, weight]) => [term, weight / length]));
  });
  const pairs: SharedTerms[] = [];
  for (let i = 0; i < papers.length; i++) {
    for (let k = i + 1; k < papers.length && pairs.length < MOST_PAIRS; k++) {
      const both = [...vectors[i]].flatMap(([term, weight]) => {
        const other = vectors[k].get(term);
        // A word that each says once is chance.
        return other === undefined || counts[i].get(term)! + counts[k].get(term)! < 3
          ? []
          : [{ term, weight: weight * other }];
      });
      if (both.length === 0) continue;
      const likeness = [...vectors[i]].reduce(
        (sum, [term, weight]) => sum + weight * (vectors[k].get(term) ?? 0),
        0,
      );
      const best = both.sort((a, b) => b.weight - a.weight).slice(0, MOST_TERMS);
      const spelled = best.map(({ term }) => [...spellings.get(term)!].sort((a, b) => b[1] - a[1])[0][0]);
      pairs.push({
        papers: [papers[i].id, papers[k].id],
        terms: [...new Set(spelled)],
        likeness: Math.min(1, likeness),
      });
    }
  }
  return pairs.sort((a, b) => b.likeness - a.likeness);
}

const isTelling = (term: string): boolean =>
  !EMPTY.has(term) &&
  !OF_PAPERS.has(term) &&
  (/\p{Script=Han}/u.test(term) ? term.length >= 2 : term.length >= 3) &&
  !/^\d/.test(term);

/** The graph as Mermaid's flow chart; every name is quoted. */
export function toMermaid({ nodes, links }: Pick<CitationGraph, 'nodes' | 'links'>): string {
  const number = new Map(nodes.map(({ id }, i) => [id, i]));
  // Marks that Mermaid reads, and entities by number.
  const safe = (text: string): string =>
    text.replace(/[\s\p{Cc}]+/gu, ' ').replace(/[#"<>&`;\\]/g, (mark) => `#${mark.codePointAt(0)};`);
  const short = (text: string): string =>
    [...text].length > 60 ? `${[...text].slice(0, 59).join('')}…` : text;
  return [
    'flowchart LR',
    ...nodes.map(
      ({ id, title, year }, i) =>
        `  p${i}["${safe(id)}${year === null ? '' : ` (${year})`}<br>${safe(short(title))}"]`,
    ),
    ...links.map(
      ({ from, to, places }) =>
        `  p${number.get(from)} -->${places.length > 1 ? `|${places.length}|` : ''} p${number.get(to)}`,
    ),
    '',
  ].join('\n');
}
