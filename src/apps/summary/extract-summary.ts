/** The sentences of a text of any length that say most of it: ranked part by part, then the best of all parts together. */

import { roughTokens } from '../../context/index.ts';
import { nextTurn } from '../../decode/index.ts';
import type { Analyzer } from '../../retrieve/index.ts';
import { emptyWords, type TextPiece } from '../../text/index.ts';
import { type PassageSentence, passageSentences } from '../passage-sentences.ts';
import { coverage, type ReadText, topicTerms } from '../term-weights.ts';
import { lexRank, pickDiverse, type SentenceVector, sentenceVector, termWeight } from './sentence-graph.ts';
import type { SummaryProgress, SummarySentence } from './summary.ts';

export interface ExtractOptions {
  readonly analyze: Analyzer;
  /** Sentences at most. */
  readonly sentences?: number | undefined;
  /** Words, and Chinese characters, at most; one sentence is taken however long it is. */
  readonly length?: number | undefined;
  /** Only sentences that share a word with it, and those that say most of it first. */
  readonly question?: string | undefined;
  /** Sentences of fewer words with a meaning of their own are left out, if there are others. Default 5. */
  readonly leastTerms?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sentences of a summary at most: four times as many are compared with each other, and time and memory grow with the square. */
export const MOST_SENTENCES = 1000;
/** Sentences that are compared with each other at most, unless more are asked for. */
const GROUP = 400;
/** Those of a group that go on to the next round: a tenth, and twice as many as are asked for. */
const KEPT = 10;
const SPARE = 2;
/** Sentences of fewer words with a meaning of their own say nothing by themselves, and those of more are no summary's; if there are others. */
const LEAST_TERMS = 5;
const MOST_TERMS = 40;
/** Characters read until others get their turn. */
const TURN = 20_000;
/** With a question, walks begin anew at what bears on it as often as they go on. */
const QUESTION_DAMPING = 0.5;

/** Sentences ready to be compared; each text once, since what is said twice weighs no more. */
interface ReadSentences {
  readonly pieces: readonly PassageSentence[];
  readonly vectors: readonly SentenceVector[];
  /** How much each says of the question. */
  readonly topic: Float64Array | undefined;
}

/** The best sentences, in the order of the text, and how many groups there were. */
export async function* extractSentences(
  text: string,
  options: ExtractOptions,
): AsyncGenerator<SummaryProgress, { readonly sentences: SummarySentence[]; readonly parts: number }> {
  const { length = Number.POSITIVE_INFINITY, signal } = options;
  const { pieces, vectors, topic } = yield* readSentences(text, options);
  const most = options.sentences ?? MOST_SENTENCES;
  const spare = SPARE * Math.min(MOST_SENTENCES, options.sentences ?? sentencesOf(pieces, length));
  const group = Math.max(GROUP, 2 * spare);
  const rank = (members: readonly number[]): Float64Array =>
    lexRank(
      members.map((i) => vectors[i]),
      topic && { damping: QUESTION_DAMPING, topic: members.map((i) => topic[i]) },
    );

  let left = [...pieces.keys()].filter((i) => !topic || topic[i] > 0);
  const parts = Math.max(1, Math.ceil(left.length / group));
  while (left.length > group) {
    const best: number[] = [];
    for (let from = 0; from < left.length; from += group) {
      yield { stage: 'rank', done: from, total: left.length };
      await nextTurn();
      signal?.throwIfAborted();
      const members = left.slice(from, from + group);
      const scores = rank(members);
      const kept = Math.max(Math.ceil(members.length / KEPT), spare);
      const order = [...members.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, kept);
      best.push(...order.sort((a, b) => a - b).map((i) => members[i]));
    }
    left = best;
  }
  const scores = rank(left);
  let [taken, room] = [0, length];
  const picked = pickDiverse(
    left.map((i) => vectors[i]),
    scores,
    {
      takes(i) {
        const own = Number.isFinite(length) ? lengthOf(pieces[left[i]].text) : 0;
        if (taken >= most || (taken > 0 && own > room)) return false;
        taken++;
        room -= own;
        return true;
      },
    },
  );
  const sentences = picked.sort((a, b) => a - b).map((i) => sentenceOf(pieces[left[i]], scores[i]));
  return { sentences, parts };
}

const sentenceOf = ({ text, start, end }: TextPiece, score: number): SummarySentence => ({
  text: oneLineOf(text),
  start,
  end,
  score,
});

/** Lines of one sentence put together; between Chinese ones stands no space. */
const oneLineOf = (text: string): string =>
  text.replace(/(?<=\p{Script=Han}|[，、；：])\s*\n\s*(?=\p{Script=Han})/gu, '').replace(/\s+/g, ' ');

const MARKS = /[^\s\p{L}\p{N}]/gu;

/** Words, and Chinese characters, without marks. */
export const lengthOf = (text: string): number => roughTokens.encode(text.replace(MARKS, ' ')).length;

/** How many of the sentences a length holds. */
function sentencesOf(pieces: readonly PassageSentence[], length: number): number {
  const sample = pieces.slice(0, GROUP);
  const mean = sample.reduce((sum, { text }) => sum + lengthOf(text), 0) / Math.max(1, sample.length);
  return Math.max(1, Math.min(pieces.length, Math.ceil(length / Math.max(1, mean))));
}

async function* readSentences(
  text: string,
  { analyze, question, leastTerms = LEAST_TERMS, signal }: ExtractOptions,
): AsyncGenerator<SummaryProgress, ReadSentences> {
  const all = passageSentences({ text, start: 0 });
  const numbers = new Map<string, number>();
  const numberOf = (term: string): number => {
    let number = numbers.get(term);
    if (number === undefined) numbers.set(term, (number = numbers.size));
    return number;
  };
  const asked = question === undefined ? undefined : topicTerms(question, analyze);
  const empty = new Set(analyze(emptyWords));
  const seen = new Set<string>();
  const read: ReadSentence[] = [];
  let turn = 0;
  for (const piece of all) {
    if (piece.end - turn >= TURN) {
      turn = piece.end;
      yield { stage: 'read', done: piece.end, total: text.length };
      await nextTurn();
      signal?.throwIfAborted();
    }
    const terms = analyze(piece.text).filter((term) => !empty.has(term));
    const ids = Int32Array.from(terms, numberOf);
    const key = ids.join(' ');
    if (ids.length === 0 || seen.has(key)) continue;
    seen.add(key);
    const held = asked && { terms: new Set(terms), text: piece.text.normalize('NFKC').toLowerCase() };
    read.push({ piece, ids, held });
  }
  const usual = read.filter(({ ids }) => ids.length >= leastTerms && ids.length <= MOST_TERMS);
  const chosen = usual.length > 0 ? usual : read;
  const holders = new Uint32Array(numbers.size);
  for (const { ids } of chosen) for (const id of new Set(ids)) holders[id]++;
  const frame = { sentences: chosen.length, holders };
  const weightOf = (term: string): number => termWeight(chosen.length, holders[numbers.get(term) ?? -1]);
  const weights = new Map(asked?.map((term) => [term, weightOf(term)]));
  return {
    pieces: chosen.map(({ piece }) => piece),
    vectors: chosen.map(({ ids }) => sentenceVector(ids, frame)),
    topic: asked && Float64Array.from(chosen, ({ held }) => coverage(asked, held!, weights)),
  };
}

interface ReadSentence {
  readonly piece: PassageSentence;
  readonly ids: Int32Array;
  /** To be compared with a question, if there is one. */
  readonly held: ReadText | undefined;
}
