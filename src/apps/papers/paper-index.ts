/** The passages of papers, found by their words; each knows its paper, section and page. */

import { chunkText, roughTokens } from '../../context/index.ts';
import { type Analyzer, bm25Index } from '../../retrieve/index.ts';
import type { GivenPassage } from '../answer.ts';
import { passageSentences } from '../passage-sentences.ts';
import type { TermSource } from '../term-weights.ts';
import { flow, pageOf } from './flow.ts';
import type { Paper } from './read-paper.ts';
import type { Section, SectionKind } from './sections.ts';

/** A stretch of a paper. */
export interface PaperPassage {
  /** Which of the papers, from 0. */
  readonly paper: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly section: string | null;
  readonly kind: SectionKind;
  /** From 1; null where pages are not known. */
  readonly page: number | null;
}

/** Where a sentence stands: what every claim about a paper points to. */
export interface PlaceInPaper {
  /** The id of the paper. */
  readonly paper: string;
  readonly start: number;
  readonly end: number;
  readonly page: number | null;
  readonly section: string | null;
  /** As it stands there, on one line. */
  readonly excerpt: string;
}

/** The place alone. */
export const placeOf = ({ paper, start, end, page, section, excerpt }: PlaceInPaper): PlaceInPaper => ({
  paper,
  start,
  end,
  page,
  section,
  excerpt,
});

export interface PaperIndex {
  readonly papers: readonly Paper[];
  readonly passages: readonly PaperPassage[];
  readonly analyze: Analyzer;
  /** How rare terms are, as claims are checked by. */
  readonly terms: TermSource;
  /** The passages that hold most of these words, the best first; of one paper or of all. */
  search(query: string, top: number, paper?: number): PaperPassage[];
}

/** Words or Chinese characters of a passage. */
const PASSAGE_TOKENS = 160;
/** No claim is looked for there. */
const NOT_READ: readonly SectionKind[] = ['references', 'acknowledgements', 'keywords'];

/** Cuts papers along their sections. */
export function paperIndex(papers: readonly Paper[], analyze: Analyzer): PaperIndex {
  const passages = papers.flatMap((paper, i) => passagesOf(paper, i));
  const terms = passages.map(({ text }) => analyze(text));
  const held = terms.map((own) => new Set(own));
  const index = bm25Index(terms);
  return {
    papers,
    passages,
    analyze,
    terms: {
      analyze,
      holders: async (asked) => ({
        passages: passages.length,
        holders: asked.map((term) => held.reduce((sum, own) => sum + Number(own.has(term)), 0)),
      }),
    },
    search(query, top, paper) {
      const found = index.search(analyze(query), paper === undefined ? top : passages.length);
      const own = found.map(({ index: at }) => passages[at]);
      return (paper === undefined ? own : own.filter((one) => one.paper === paper)).slice(0, top);
    },
  };
}

function passagesOf({ text, sections, pageStarts }: Paper, paper: number): PaperPassage[] {
  const whole: Pick<Section, 'kind' | 'bodyStart' | 'end'> & { title: string | null } = {
    ...{ title: null, kind: 'other', bodyStart: 0, end: sections[0]?.start ?? text.length },
  };
  // What stands before the first section of a paper with sections is its title page.
  const parts = sections.length === 0 ? [whole] : sections.filter(({ kind }) => !NOT_READ.includes(kind));
  return parts.flatMap(({ title, kind, bodyStart, end }) => {
    const body = text.slice(bodyStart, end);
    if (!/[\p{L}\p{N}]/u.test(body)) return [];
    return chunkText(body, roughTokens, { maxTokens: PASSAGE_TOKENS }).map((chunk) => {
      const start = bodyStart + chunk.start;
      return {
        paper,
        text: chunk.text,
        start,
        end: bodyStart + chunk.end,
        section: title,
        kind,
        page: pageOf(pageStarts, start),
      };
    });
  });
}

/** A sentence of a paper with its place and its section. */
export interface PaperSentence extends PlaceInPaper {
  readonly kind: SectionKind;
}

/** Characters of a sentence that says something, and of the longest that is quoted. */
const SENTENCE_LENGTH = { en: [25, 500], zh: [8, 250] } as const;
/** Lines of a caption, a table or a formula are no sentences. */
const NO_SENTENCE =
  /^(?:fig(?:ure)?\.?|table|图|表)\s*\d|^[|+>]|\|.*\||[=<>≤≥∑∏]{2}|^[^\p{L}\p{N}]*\d+[^\p{L}\p{N}]*$/iu;

/** The sentences of a paper that can be quoted, in order. */
export function paperSentences({ papers, passages }: PaperIndex, paper: number): PaperSentence[] {
  const { id, language, pageStarts } = papers[paper];
  const [least, most] = SENTENCE_LENGTH[language];
  return passages
    .filter((one) => one.paper === paper)
    .flatMap((passage) =>
      passageSentences(passage).flatMap(({ text, start, end }) => {
        const excerpt = flow(text);
        if (excerpt.length < least || excerpt.length > most || NO_SENTENCE.test(excerpt)) return [];
        const { section, kind } = passage;
        return [{ paper: id, start, end, page: pageOf(pageStarts, start), section, kind, excerpt }];
      }),
    );
}

/** The first `most` passages of a paper that hold these sentences, in the order of the sentences. */
export function passagesOfSentences(
  { passages }: PaperIndex,
  paper: number,
  sentences: readonly Pick<PaperSentence, 'start'>[],
  most: number,
): PaperPassage[] {
  const found = new Set<PaperPassage>();
  for (const { start } of sentences) {
    const own = passages.find((one) => one.paper === paper && start >= one.start && start < one.end);
    if (own) found.add(own);
    if (found.size === most) break;
  }
  return [...found];
}

/** Passages as a prompt and the check of claims take them, numbered from 1. */
export const givenPassages = (passages: readonly PaperPassage[], { papers }: PaperIndex): GivenPassage[] =>
  passages.map(({ paper, text, start, end, section }, i) => {
    const { id, name, title } = papers[paper];
    return {
      ...{ number: i + 1, match: 0, isCorrection: false, score: 0, scores: {} },
      ...{ text, key: id, source: name, title: title || null, start, end },
      ...{ headings: section === null ? [] : [section], changed: null, checked: null },
    };
  });
