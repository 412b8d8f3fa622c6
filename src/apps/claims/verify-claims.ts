/** Claims against documents: which a passage supports, which one contradicts, and which none tells of. */

import type { Collection, Passage, SearchOptions } from '../../retrieve/index.ts';
import { passageSentences } from '../passage-sentences.ts';
import { coverage, type ReadText, readText, type TermWeights, weighTerms } from '../term-weights.ts';
import { type Figure, figuresIn, withoutFigures } from './figures.ts';
import { CLAUSES, isNegated } from './negation.ts';

/** `unfounded`: no passage tells of it, which does not make it false. */
export const verdicts = ['supported', 'contradicted', 'unfounded'] as const;
export type Verdict = (typeof verdicts)[number];

/** Why a passage contradicts: another number stands there, or one of the two denies. */
export type Disagreement =
  | { readonly by: 'number'; readonly claimed: string; readonly found: readonly string[] }
  | { readonly by: 'denial'; readonly denies: 'claim' | 'passage' };

/** A sentence of a document; places in UTF-16 units of it. */
export interface Evidence extends Pick<Passage, 'key' | 'source' | 'title' | 'headings' | 'start' | 'end'> {
  readonly excerpt: string;
}

export interface VerifiedClaim {
  readonly text: string;
  readonly verdict: Verdict;
  /** How much of the claim’s words stands in the passage, by weight: from 0 to 1. */
  readonly support: number;
  /** What is nearest to the claim; null where nothing shares a word. */
  readonly evidence: Evidence | null;
  readonly disagreement: Disagreement | null;
}

export interface VerifyOptions {
  readonly collections: readonly Collection[];
  /** How much of a claim a passage must hold to speak of it, in [0, 1]; default 0.7. */
  readonly minSupport?: number;
  /** Passages read for each claim; default 5. */
  readonly top?: number;
  readonly search?: Pick<SearchOptions, 'mode'> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The claims of a text: its sentences, without headings and questions. */
export const claimsIn = (text: string): string[] =>
  passageSentences({ text, start: 0 })
    .map((sentence) => sentence.text.trim())
    .filter((sentence) => !/[?？]["'”’」』）)]*$/u.test(sentence));

/**
 * Verifies one claim. A sentence of a passage speaks of it if, with the heading and sentence before it, it holds `minSupport` of its words
 * by weight. Of those the one nearest to it tells: it supports the claim unless it lacks a number of it or only one of the two denies.
 * NOTE Words are compared, and who did what to whom is not told: “dogs bite men” supports “men bite dogs”.
 */
export async function verifyClaim(
  claim: string,
  { collections, minSupport = 0.7, top = 5, search, signal }: VerifyOptions,
): Promise<VerifiedClaim> {
  const [{ analyze }] = collections;
  const words = analyze(withoutFigures(claim));
  const lists = await Promise.all(
    collections.map((one) => one.search(claim, { ...search, top, ...(signal && { signal }) })),
  );
  const weights = await weighTerms(collections, words);
  const figures = figuresIn(claim).filter(({ isLoose }) => !isLoose);
  const pieces = lists
    .flat()
    .flatMap((passage) => readPieces(passage, { words, weights, figures, minSupport, analyze }));
  const [best] = pieces.sort((a, b) => b.support - a.support || b.held - a.held || b.near - a.near);
  if (!best || best.near === 0) {
    return { text: claim, verdict: 'unfounded', support: 0, evidence: null, disagreement: null };
  }
  const { support, evidence } = best;
  // Another sentence that speaks of it as well may hold the numbers.
  const speaking = pieces.filter((piece) => piece.support >= minSupport);
  const telling = speaking.find((piece) => piece.missing.length === 0) ?? speaking[0];
  if (!telling) return { text: claim, verdict: 'unfounded', support, evidence, disagreement: null };
  const disagreement = disagreementOf(claim, telling);
  const isUntold = telling.missing.length > 0 && !disagreement;
  return {
    text: claim,
    verdict: disagreement ? 'contradicted' : isUntold ? 'unfounded' : 'supported',
    support: telling.support,
    evidence: telling.evidence,
    disagreement,
  };
}

/** A sentence of a passage beside the claim. */
interface Piece {
  /** The share of the claim’s words in the sentence and what stands before it; and in the sentence alone. */
  readonly support: number;
  readonly near: number;
  /** Numbers of the claim that it has, how many, and those that it lacks. */
  readonly held: number;
  readonly missing: readonly Figure[];
  readonly figures: readonly Figure[];
  readonly isNegated: boolean;
  readonly evidence: Evidence;
}

function readPieces(
  passage: Passage,
  {
    words,
    weights,
    figures,
    minSupport,
    analyze,
  }: {
    readonly words: readonly string[];
    readonly weights: TermWeights;
    readonly figures: readonly Figure[];
    readonly minSupport: number;
    readonly analyze: Collection['analyze'];
  },
): Piece[] {
  const { key, source, title, headings } = passage;
  const above = [title ?? '', ...headings].join('\n');
  return passageSentences(passage).map(({ text, start, end, before }) => {
    const own = figuresIn(text);
    const values = new Set(own.map(({ value }) => value));
    const missing = figures.filter(({ value }) => !values.has(value));
    const read = (one: string): ReadText => readText(one, analyze);
    // The clause that says all of it by itself: what the rest of the sentence denies is something else.
    const [clause] = text
      .split(CLAUSES)
      .map((one) => ({ one, share: coverage(words, read(one), weights) }))
      .filter(({ share }) => share >= minSupport)
      .sort((a, b) => b.share - a.share);
    return {
      support: coverage(words, read(`${above}\n${before}\n${text}`), weights),
      near: coverage(words, read(text), weights),
      held: figures.length - missing.length,
      missing,
      figures: own.filter(({ isLoose }) => !isLoose),
      isNegated: isNegated(clause?.one ?? text),
      evidence: { key, source, title, headings, start, end, excerpt: text },
    };
  });
}

/** A number that the claim has and the sentence has another in place of; or a denial on one side alone. */
function disagreementOf(
  claim: string,
  { missing, figures, isNegated: isDenied }: Piece,
): Disagreement | null {
  const [claimed] = missing;
  if (claimed) {
    const given = new Set(figuresIn(claim).map(({ value }) => value));
    const found = figures.filter(({ value }) => !given.has(value)).map(({ text }) => text);
    return found.length > 0 ? { by: 'number', claimed: claimed.text, found } : null;
  }
  const denies = isNegated(claim);
  if (denies === isDenied) return null;
  return { by: 'denial', denies: denies ? 'claim' : 'passage' };
}
