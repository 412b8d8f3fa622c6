/** What a text of N tokens will cost, told from a few short measurements. */

import { nextTurn } from '../../decode/index.ts';
import type { LanguageModel } from '../../types.ts';
import { fail } from '../errors.ts';
import { median } from '../spread.ts';

export interface WritingCost {
  /** Milliseconds of one token behind so many others, where it was measured. */
  readonly probes: readonly { readonly length: number; readonly ms: number }[];
  /** Milliseconds of a token = fixed + perToken · tokens before it. */
  readonly fixed: number;
  readonly perToken: number;
  /** Predicted for the last of N tokens, and for all of them. */
  readonly lastMs: number;
  readonly totalMs: number;
}

export interface WritingOptions {
  /** N. */
  readonly tokens: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** First steps are slow: code is not compiled yet, buffers are not made. So many steps, or milliseconds, do not count. */
const COLD_STEPS = 64;
const COLD_MS = 1000;
/** Tokens timed at each probe, and read at a time between them. */
const TIMED = 24;
const PART = 64;
/** Where a token is timed, as shares of N: a quarter is enough to see how attention grows. */
const SHARES = [0, 1, 2, 3, 4, 5, 6].map((part) => part / 24);

/** Times single tokens at lengths up to N/4 and lays a line through them. @throws when N tokens do not fit into the context. */
export async function predictWriting(
  model: LanguageModel,
  { tokens, signal, onProgress }: WritingOptions,
): Promise<WritingCost> {
  checkFits(model, tokens);
  if (tokens < 2 * TIMED) throw fail('eval/few-tokens', { tokens, least: 2 * TIMED });
  const sequence = model.open();
  try {
    warmUp(model, sequence);
    const probes: { length: number; ms: number }[] = [];
    for (const share of SHARES) {
      const length = Math.max(1, Math.round(share * (tokens - TIMED)));
      onProgress?.(probes.length, SHARES.length);
      while (sequence.length < length) {
        await nextTurn();
        signal?.throwIfAborted();
        const count = Math.min(PART, length - sequence.length);
        model.step([{ sequence, ids: someIds(model, count) }], { logits: 'none' });
      }
      const times: number[] = [];
      while (times.length < TIMED && sequence.length < tokens) times.push(timeOne(model, sequence));
      // Where N is small, the tokens of one probe lead beyond the place of the next.
      if (times.length > 0) probes.push({ length: sequence.length - times.length / 2, ms: median(times) });
    }
    const { fixed, slope: perToken } = lineThrough(probes);
    return {
      probes,
      fixed,
      perToken,
      lastMs: fixed + perToken * tokens,
      totalMs: fixed * tokens + (perToken * tokens ** 2) / 2,
    };
  } finally {
    sequence.close();
  }
}

/** Writes N tokens one by one, whichever come, and tells what they took. */
export async function measureWriting(
  model: LanguageModel,
  { tokens, signal, onProgress }: WritingOptions,
): Promise<{ readonly lastMs: number; readonly totalMs: number }> {
  checkFits(model, tokens);
  const sequence = model.open();
  const times: number[] = [];
  try {
    while (times.length < tokens) {
      if (times.length % 32 === 0) {
        onProgress?.(times.length, tokens);
        await nextTurn();
        signal?.throwIfAborted();
      }
      times.push(timeOne(model, sequence));
    }
  } finally {
    sequence.close();
  }
  return { lastMs: median(times.slice(-TIMED)), totalMs: times.reduce((a, b) => a + b, 0) };
}

function checkFits({ contextLength }: LanguageModel, needed: number): void {
  if (needed > contextLength) throw fail('eval/no-room', { where: 'length', needed, contextLength });
}

const someIds = ({ vocabSize }: LanguageModel, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (i * 31) % vocabSize);

function warmUp(model: LanguageModel, sequence: ReturnType<LanguageModel['open']>): void {
  let spent = 0;
  for (let i = 0; i < COLD_STEPS && spent < COLD_MS; i++) {
    sequence.rewind(0);
    spent += timeOne(model, sequence);
  }
}

function timeOne(model: LanguageModel, sequence: ReturnType<LanguageModel['open']>): number {
  const start = performance.now();
  model.step([{ sequence, ids: [sequence.length % model.vocabSize] }]);
  return performance.now() - start;
}

/**
 * The median of the slopes between any two points (Theil 1950, Sen 1968): a step that waited for another process moves it little.
 * What grows with the length never shrinks.
 */
function lineThrough(points: WritingCost['probes']): { readonly fixed: number; readonly slope: number } {
  const slopes = points.flatMap((a, i) =>
    points.slice(i + 1).map((b) => (b.ms - a.ms) / (b.length - a.length)),
  );
  const slope = Math.max(0, median(slopes));
  return { fixed: median(points.map(({ length, ms }) => ms - slope * length)), slope };
}
