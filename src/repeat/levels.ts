/** Repetition above the word: sentences and sections, prompts and their answers. */

import { splitSections, splitSentences, type TextPiece } from '../text/index.ts';
import { mean } from './distribution.ts';
import { createNgramNumbering, type Ids } from './ngrams.ts';
import { selfBleu } from './self-bleu.ts';
import { comparisonKey } from './sentences.ts';

/** How many pieces of texts come again in the same text. Shares are of all pieces, in [0, 1]. */
export interface PieceRepetition {
  readonly total: number;
  /** Share that an earlier piece of the same text equals, whatever stands between. */
  readonly repeated: number;
  /** Share that the piece right before equals (.02 % in human text: Xu et al., "Learning to break the loop", 2022). */
  readonly consecutive: number;
}

/** Repetition of whole sentences; case and punctuation do not count. */
export function sentenceRepetition(texts: readonly string[]): PieceRepetition {
  return pieceRepetition(texts, splitSentences);
}

/** Repetition of whole sections (what blank lines set apart). */
export function sectionRepetition(texts: readonly string[]): PieceRepetition {
  return pieceRepetition(texts, splitSections);
}

function pieceRepetition(texts: readonly string[], split: (text: string) => TextPiece[]): PieceRepetition {
  let total = 0;
  let repeated = 0;
  let consecutive = 0;
  for (const text of texts) {
    const known = new Set<string>();
    let before = '';
    for (const { text: piece } of split(text)) {
      const key = comparisonKey(piece);
      if (key === '') continue;
      total++;
      if (known.has(key)) repeated++;
      if (key === before) consecutive++;
      known.add(key);
      before = key;
    }
  }
  return { total, repeated: repeated / Math.max(total, 1), consecutive: consecutive / Math.max(total, 1) };
}

/** What answers take from their prompts. */
export interface PromptEcho {
  /** Mean share of an answer's tokens that belong to an n-gram of its prompt, in [0, 1]. */
  readonly copied: number;
  /** Mean length in tokens of the longest run taken over. */
  readonly longestCopy: number;
}

/** Copy-from-input rate: runs of at least `n` tokens that stand in the prompt too. One answer for each prompt. */
export function promptEcho(prompts: readonly Ids[], answers: readonly Ids[], n = 4): PromptEcho {
  const rates = answers.map((answer, i) => {
    const number = createNgramNumbering(n);
    const known = new Set(number(prompts[i]));
    let copied = 0;
    let longest = 0;
    let run = 0;
    let last = -n;
    number(answer).forEach((gram, at) => {
      run = known.has(gram) ? Math.max(run + 1, n) : 0;
      longest = Math.max(longest, run);
      if (run === 0) return;
      copied += Math.min(n, at - last);
      last = at;
    });
    return { copied: copied / Math.max(answer.length, 1), longest };
  });
  return {
    copied: mean(rates.map((rate) => rate.copied)),
    longestCopy: mean(rates.map((rate) => rate.longest)),
  };
}

/** How alike the answers to different prompts are. */
export interface AcrossPrompts {
  readonly prompts: number;
  /** Share of answers that equal the answer to another prompt, case and punctuation aside. */
  readonly sameAnswer: number;
  /** Mean share of an answer's distinct 4-grams that the answer to another prompt has too. */
  readonly sharedNgrams: number;
}

/** The same answer to different questions. Answers to one prompt are not compared with each other. */
export function acrossPrompts(
  prompts: readonly string[],
  answers: readonly string[],
  ids: readonly Ids[],
): AcrossPrompts {
  const promptKeys = prompts.map(comparisonKey);
  const shared = createOwners();
  const keys = answers.map(comparisonKey);
  keys.forEach((key, i) => shared.add(key, promptKeys[i]));
  const number = createNgramNumbering(4);
  const grams = ids.map((answer) => new Set(number(answer)));
  const gramOwners = createOwners();
  grams.forEach((set, i) => set.forEach((gram) => gramOwners.add(String(gram), promptKeys[i])));
  return {
    prompts: new Set(promptKeys).size,
    sameAnswer: mean(keys.map((key) => Number(shared.isShared(key)))),
    sharedNgrams: mean(
      grams.map(
        (set) => [...set].filter((gram) => gramOwners.isShared(String(gram))).length / Math.max(set.size, 1),
      ),
    ),
  };
}

/** Which things belong to more than one owner. */
function createOwners(): { add(thing: string, owner: string): void; isShared(thing: string): boolean } {
  const first = new Map<string, string>();
  const shared = new Set<string>();
  return {
    add(thing, owner) {
      if (!first.has(thing)) first.set(thing, owner);
      else if (first.get(thing) !== owner) shared.add(thing);
    },
    isShared: (thing) => shared.has(thing),
  };
}

/** One prompt asked again and again. */
export interface SamePrompt {
  /** Prompts with at least two answers. */
  readonly prompts: number;
  /** Answers per such prompt, on average. */
  readonly answers: number;
  /** Mean over the prompts of the self-BLEU-4 of their answers. */
  readonly selfBleu: number;
  /** Mean share of different answers. */
  readonly distinct: number;
}

/** How alike the answers to one prompt are; `undefined` when none was asked twice. */
export function samePrompt(
  prompts: readonly string[],
  answers: readonly string[],
  ids: readonly Ids[],
): SamePrompt | undefined {
  const groups = new Map<string, number[]>();
  prompts.forEach((prompt, i) => {
    const key = comparisonKey(prompt);
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  const asked = [...groups.values()].filter((group) => group.length > 1);
  if (asked.length === 0) return undefined;
  return {
    prompts: asked.length,
    answers: mean(asked.map((group) => group.length)),
    selfBleu: mean(asked.map((group) => selfBleu(group.map((i) => ids[i])))),
    distinct: mean(
      asked.map((group) => new Set(group.map((i) => comparisonKey(answers[i]))).size / group.length),
    ),
  };
}
