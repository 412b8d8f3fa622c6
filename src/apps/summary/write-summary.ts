/** Summaries that a model writes of texts of any length: part by part and then together, or from the beginning on. */

import { chunkText } from '../../context/index.ts';
import type { FinishReason } from '../../types.ts';
import { type AnswerWriter, answerTokens, estimatedTokens } from '../answer-writer.ts';
import { fail } from '../errors.ts';
import type { SummaryPart, WrittenSummary } from './summary.ts';
import {
  inPrompt,
  maySayNothing,
  type SummaryRules,
  type SummaryTask,
  saysNothing,
  summaryPrompt,
} from './summary-prompt.ts';

/** Summaries of parts that were written before, in order, and where the next ones go. The same text is summed up the same way. */
export interface KeptParts {
  readonly texts: readonly string[];
  keep(text: string): void | Promise<void>;
}

export interface WriteOptions {
  readonly method: WrittenSummary['method'];
  readonly writer: AnswerWriter;
  readonly rules: SummaryRules;
  /** Tokens of each summary at most. */
  readonly maxTokens: number;
  /** Parts of the text at most. */
  readonly mostParts?: number | undefined;
  readonly kept?: KeptParts | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The summary with its progress. @throws `apps/summary-window`, `apps/summary-grows`, `apps/summary-parts`; what the model throws */
export async function* writeSummary(text: string, options: WriteOptions): AsyncGenerator<SummaryPart, void> {
  const { method, rules } = options;
  const work = workOf(options);
  const isOne = await work.fits({ kind: 'whole', text });
  const outcome = yield* isOne
    ? wholeSummary(text, work)
    : method === 'refine'
      ? refineSummary(text, work)
      : mapReduceSummary(text, work);
  const { summary, finish } = outcome;
  const { lang, question = null } = rules;
  const { parts, levels } = outcome;
  yield {
    ...{ type: 'summary', method, lang, question, parts, levels },
    ...{ summary: saysNothing(summary) ? '' : summary, finish, finishes: work.finishes },
  };
}

interface Outcome {
  readonly summary: string;
  readonly finish: FinishReason;
  readonly parts: number;
  readonly levels: number;
}
type Writing = AsyncGenerator<SummaryPart, Outcome>;

async function* wholeSummary(text: string, work: Work): Writing {
  yield work.progress('reduce', 1);
  return { ...(yield* work.tell({ kind: 'whole', text })), parts: 1, levels: 0 };
}

async function* mapReduceSummary(whole: string, work: Work): Writing {
  let text = whole;
  let parts = 0;
  for (let level = 0; ; level++) {
    const kind = level === 0 ? 'part' : 'summaries';
    if (level > 0 && (await work.fits({ kind, text }))) {
      yield work.progress('reduce', 1);
      return { ...(yield* work.tell({ kind, text })), parts, levels: level };
    }
    const pieces = await work.cut(text, (piece) => ({ kind, text: piece }));
    if (level === 0) parts = work.checkParts(pieces.length);
    const summaries: string[] = [];
    for (const [i, piece] of pieces.entries()) {
      yield work.progress(level === 0 ? 'map' : 'reduce', work.estimate(pieces.length) - i);
      const summary = await work.write({ kind, text: piece });
      if (!saysNothing(summary)) summaries.push(summary);
    }
    if (summaries.length === 0) return { summary: '', finish: 'stop', parts, levels: level };
    const next = summaries.join('\n\n');
    if (next.length >= text.length) throw fail('apps/summary-grows', { parts: pieces.length });
    text = next;
  }
}

async function* refineSummary(text: string, work: Work): Writing {
  const { maxTokens } = work;
  const pieces = await work.cut(text, (piece) => ({ kind: 'next', before: '', text: piece }), maxTokens);
  const parts = work.checkParts(pieces.length);
  let before = '';
  for (const [i, piece] of pieces.entries()) {
    yield work.progress('refine', parts - i);
    const task: SummaryTask =
      before === ''
        ? { kind: 'part', text: piece }
        : { kind: 'next', before: await work.shortened(before, piece), text: piece };
    if (i === parts - 1) {
      const { summary, finish } = yield* work.tell(task);
      if (!saysNothing(summary)) return { summary, finish, parts, levels: 0 };
      if (before !== '') yield { type: 'text-delta', text: before };
      return { summary: before, finish, parts, levels: 0 };
    }
    const summary = await work.write(task);
    if (!saysNothing(summary)) before = summary;
  }
  throw new Error('a text has no part');
}

/** A model that ends at nothing is not listened to for longer, in characters. */
const MOST_CHARACTERS = 65_536;
/** Fewer tokens of text in a part are not worth a call. */
const LEAST_PART = 16;
/** Trials to find how much text fits, where tokens are estimated or a part is more tokens inside its prompt. */
const TRIALS = 8;
/** The next trial aims so far below what was too much. */
const AIM = 0.95;

type Work = ReturnType<typeof workOf>;

/** One summary at work: what fits, what is written, how far it is. */
function workOf({ writer, rules, maxTokens: asked, mostParts, kept, signal }: WriteOptions) {
  const maxTokens = answerTokens(writer, asked);
  const tokenizer = writer.tokenizer ?? estimatedTokens;
  const counter = { encode: (text: string) => tokenizer.encode(inPrompt(text)) };
  const finishes: { [Reason in FinishReason]?: number } = {};
  let done = 0;
  /** How many summaries fit into one prompt, at least. */
  let factor = 1;

  const neededFor = async (task: SummaryTask): Promise<number> =>
    (await writer.count(summaryPrompt(task, rules))) + maxTokens;
  const fits = async (task: SummaryTask): Promise<boolean> => (await neededFor(task)) <= writer.contextTokens;

  /** Pieces of a text, each of which fits beside its task, `reserve` tokens and its summary. */
  async function cut(text: string, taskOf: (piece: string) => SummaryTask, reserve = 0): Promise<string[]> {
    const window = writer.contextTokens - reserve;
    const frame = await neededFor(taskOf(''));
    let budget = window - frame;
    for (let trial = 0; trial < TRIALS && budget >= LEAST_PART; trial++) {
      const pieces = chunkText(text, counter, { maxTokens: budget }).map((chunk) => chunk.text);
      let most = 0;
      for (const piece of pieces) {
        most = Math.max(most, await neededFor(taskOf(piece)));
        signal?.throwIfAborted();
        if (most > window) break;
      }
      factor = Math.max(1, budget / maxTokens);
      if (most <= window) return pieces;
      budget = Math.floor((AIM * budget * (window - frame)) / (most - frame));
    }
    throw fail('apps/summary-window', { window: writer.contextTokens, needed: frame + reserve + LEAST_PART });
  }

  /** What a model writes, as it writes it; the whole of it and why it stopped. */
  async function* write(
    task: SummaryTask,
  ): AsyncGenerator<string, { summary: string; finish: FinishReason }> {
    let written = '';
    let finish: FinishReason = 'stop';
    const how = { maxTokens, ...(signal && { signal }) };
    for await (const part of writer.write(summaryPrompt(task, rules), how)) {
      if (part.type === 'finish') {
        if (part.reason === 'error') throw part.error;
        finish = part.reason;
      }
      if (part.type !== 'text-delta') continue;
      written += part.text;
      yield part.text;
      if (written.length > MOST_CHARACTERS) {
        finish = 'length';
        break;
      }
    }
    signal?.throwIfAborted();
    finishes[finish] = (finishes[finish] ?? 0) + 1;
    return { summary: written.trim(), finish };
  }

  return {
    maxTokens,
    finishes,
    fits,
    cut,
    /** What is still to be written of so many parts, with the levels above them. */
    estimate(parts: number): number {
      let all = parts;
      for (let left = parts; left > 1; all += left) left = Math.min(left - 1, Math.ceil(left / factor));
      return all;
    },
    progress: (stage: 'map' | 'reduce' | 'refine', left: number): SummaryPart => ({
      ...{ type: 'progress', stage, done, total: done + left },
    }),
    checkParts(got: number): number {
      if (mostParts !== undefined && got > mostParts)
        throw fail('apps/summary-parts', { most: mostParts, got });
      return got;
    },
    /** A summary of a part: one that was kept, or a new one, which is. */
    async write(task: SummaryTask): Promise<string> {
      const before = kept?.texts[done];
      done++;
      if (before !== undefined) return before;
      const writing = write(task);
      for (let next = await writing.next(); ; next = await writing.next()) {
        if (!next.done) continue;
        await kept?.keep(next.value.summary);
        return next.value.summary;
      }
    },
    /** The last summary, told as it is written: without white space around it, and not where it says nothing. */
    async *tell(task: SummaryTask) {
      let written = '';
      let shown = 0;
      const writing = write(task);
      for (let next = await writing.next(); ; next = await writing.next()) {
        if (!next.done) written += next.value;
        const text = written.trim();
        const mayChange = next.done ? saysNothing(text) : maySayNothing(text);
        if (!mayChange && text.length > shown) {
          yield { type: 'text-delta', text: text.slice(shown) } as const;
          shown = text.length;
        }
        if (next.done) return next.value;
      }
    },
    /** A summary that leaves room for the next part: a model may need more tokens to read it than to write it. */
    async shortened(before: string, next: string): Promise<string> {
      let shown = before;
      for (
        let most = maxTokens;
        most >= 1 && !(await fits({ kind: 'next', before: shown, text: next }));
        most >>= 1
      ) {
        [{ text: shown }] = chunkText(before, counter, { maxTokens: most });
      }
      if (shown !== before) finishes.length = (finishes.length ?? 0) + 1;
      return shown;
    },
  };
}
