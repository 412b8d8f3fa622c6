/** What a trained head says of examples: labels, numbers, the words of an answer. */

import { lastingScope, offThread, withRecording } from '../tensor/index.ts';
import {
  type HeadExample,
  type HeadFeature,
  type HeadReading,
  headBatch,
  headFeatures,
  type QuestionExample,
  type WordsExample,
} from './head-features.ts';
import { type HeadConfig, type HeadParams, isNumeric, runHead, type StatesOf } from './task-head.ts';

/** A model with a head, ready to be asked. */
export interface HeadModel<Params> {
  readonly params: Params;
  readonly head: HeadParams;
  readonly config: HeadConfig;
  readonly reading: HeadReading;
  readonly states: StatesOf<Params>;
}

/** Of `classify`: every label with its probability, the likeliest first. */
export interface LabelAnswer {
  readonly label: string;
  readonly probabilities: readonly { readonly label: string; readonly probability: number }[];
}
/** Of `regress` and `pair`. */
export interface NumberAnswer {
  readonly value: number;
}
/** Of `label`: one for each word. */
export interface WordsAnswer {
  readonly labels: readonly string[];
}
/** Of `span`; an empty text: there is no answer. */
export interface SpanAnswer {
  readonly text: string;
  readonly start: number;
  /** Of the start times that of the end, in the window that the answer is from. */
  readonly probability: number;
}
export type HeadAnswer = LabelAnswer | NumberAnswer | WordsAnswer | SpanAnswer;

export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Told the share that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Places of one pass, padding included. */
const PASS_TOKENS = 2048;
/** Pieces of an answer at most, as BERT's script for SQuAD has it. */
const ANSWER_PIECES = 30;

/** Asks a head about examples; the answers in their order. Rows of like length are read together, off the event loop. */
export async function askHead<Params>(
  model: HeadModel<Params>,
  examples: readonly HeadExample[],
  { signal, onProgress }: AskOptions = {},
): Promise<HeadAnswer[]> {
  const { config } = model;
  const rows = headFeatures(examples, config, model.reading);
  const found: Float32Array[] = Array(rows.length);
  const order = [...rows.keys()].sort((a, b) => rows[b].ids.length - rows[a].ids.length);
  for (let from = 0; from < order.length; ) {
    signal?.throwIfAborted();
    const size = Math.max(1, Math.floor(PASS_TOKENS / rows[order[from]].ids.length));
    const part = order.slice(from, from + size);
    const said = await logitsOf(
      model,
      part.map((row) => rows[row]),
    );
    part.forEach((row, i) => {
      found[row] = said[i];
    });
    from += part.length;
    onProgress?.(from / order.length);
  }
  const own = examples.map((): { row: HeadFeature; logits: Float32Array }[] => []);
  rows.forEach((row, i) => {
    own[row.example].push({ row, logits: found[i] });
  });
  return own.map((parts, i) => answerOf(config, examples[i], parts));
}

/** The logits of each row: [C], [words · C], or those of the starts and then of the ends [2 · T]. */
async function logitsOf<Params>(
  { params, head, config, states }: HeadModel<Params>,
  rows: readonly HeadFeature[],
): Promise<Float32Array[]> {
  const memory = lastingScope();
  try {
    const forward = () =>
      withRecording(false, () => {
        const batch = headBatch(rows, config.task);
        return runHead(head, config, states(params, batch), batch);
      });
    const { data, shape } = await offThread(() => memory.run(forward));
    const width = shape[1];
    const part = (from: number, count: number) =>
      Float32Array.from(data.subarray(from * width, (from + count) * width));
    let at = 0;
    return rows.map(({ places }, i) => {
      if (config.task === 'span') return Float32Array.from([...part(i, 1), ...part(rows.length + i, 1)]);
      const count = config.task === 'label' ? places.length : 1;
      at += count;
      return part(at - count, count);
    });
  } finally {
    memory.end();
  }
}

interface Part {
  readonly row: HeadFeature;
  readonly logits: Float32Array;
}

function answerOf(config: HeadConfig, example: HeadExample, parts: readonly Part[]): HeadAnswer {
  const { task, labels, scale } = config;
  if (task === 'span') return spanAnswer(config, example as QuestionExample, parts);
  if (task === 'label') return { labels: wordLabels(labels!, example as WordsExample, parts) };
  const [{ logits }] = parts;
  if (isNumeric(task)) return { value: logits[0] * scale!.deviation + scale!.mean };
  const shares = softmax(logits);
  const probabilities = labels!.map((label, i) => ({ label, probability: shares[i] }));
  probabilities.sort((a, b) => b.probability - a.probability);
  return { label: probabilities[0].label, probabilities };
}

function softmax(logits: Float32Array): number[] {
  const top = Math.max(...logits);
  const parts = Array.from(logits, (x) => Math.exp(x - top));
  const total = parts.reduce((sum, x) => sum + x, 0);
  return parts.map((x) => x / total);
}

/** The label of words that no row holds. */
const OUTSIDE = 'O';

function wordLabels(labels: readonly string[], { words }: WordsExample, parts: readonly Part[]): string[] {
  const said = words.map(() => (labels.includes(OUTSIDE) ? OUTSIDE : labels[0]));
  for (const { row, logits } of parts) {
    row.words.forEach((word, i) => {
      const own = logits.subarray(i * labels.length, (i + 1) * labels.length);
      said[word] = labels[own.indexOf(Math.max(...own))];
    });
  }
  return said;
}

/** The likeliest start and end of all windows, the end not before the start; no answer where every window says so more surely. */
function spanAnswer(
  { mayBeUnanswered }: HeadConfig,
  { context, words }: QuestionExample,
  parts: readonly Part[],
): SpanAnswer {
  let best = { score: Number.NEGATIVE_INFINITY, first: 0, last: 0, probability: 0 };
  let none = { score: Number.POSITIVE_INFINITY, probability: 0 };
  for (const { row, logits } of parts) {
    const starts = logits.subarray(0, logits.length / 2);
    const ends = logits.subarray(logits.length / 2);
    const [startShares, endShares] = [softmax(starts), softmax(ends)];
    const chance = (start: number, end: number) => startShares[start] * endShares[end];
    if (starts[0] + ends[0] < none.score) none = { score: starts[0] + ends[0], probability: chance(0, 0) };
    let found: readonly [number, number] | undefined;
    row.places.forEach((start, i) => {
      for (let k = i; k < Math.min(row.places.length, i + ANSWER_PIECES); k++) {
        const score = starts[start] + ends[row.places[k]];
        if (!(score > best.score)) continue;
        best = { score, first: row.words[i], last: row.words[k], probability: 0 };
        found = [start, row.places[k]];
      }
    });
    if (found) best = { ...best, probability: chance(...found) };
  }
  if (
    words.length === 0 ||
    best.score === Number.NEGATIVE_INFINITY ||
    (mayBeUnanswered && none.score > best.score)
  ) {
    return { text: '', start: 0, probability: none.probability };
  }
  const { start } = words[best.first];
  return { text: context.slice(start, words[best.last].end), start, probability: best.probability };
}
