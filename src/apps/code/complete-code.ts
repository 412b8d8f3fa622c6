/** Code completed at a place: filled in between what stands before and behind where the model can, else written on. */

import type { Surroundings } from '../../text/index.ts';
import type { FinishReason, GenerationPart } from '../../types.ts';
import { fail } from '../errors.ts';
import { type CodeEnd, codeEnd, type EndOptions } from './code-end.ts';
import { type CodeWay, type CodeWriter, fitAround, type WriteHow } from './code-writer.ts';

export interface CompleteOptions
  extends Pick<EndOptions, 'until' | 'lines' | 'language'>,
    Pick<WriteHow, 'temperature' | 'seed'> {
  readonly writer: CodeWriter;
  /** At most half of what the model reads and writes. */
  readonly maxTokens: number;
  /** Default: filled in where something stands behind the place and the model can. */
  readonly way?: CodeWay;
  readonly signal?: AbortSignal;
}

export interface Completion {
  readonly text: string;
  readonly way: CodeWay;
  /** What ended it. */
  readonly end: CodeEnd['reason'] | FinishReason;
  /** An endpoint refused the suffix. */
  readonly isRefused?: boolean;
}

/** Where the cursor stands, in lines and UTF-16 units from 1 on. */
export interface CodePlace {
  readonly line: number;
  readonly column: number;
}

/** The text before a place and behind it. @throws `apps/place` */
export function splitAt(text: string, { line, column }: CodePlace): Surroundings {
  const lines = text.split('\n');
  const own = lines[line - 1];
  if (own === undefined) throw fail('apps/place', { lines: lines.length, line, column });
  if (column > own.length + 1)
    throw fail('apps/place', { lines: lines.length, line, column, length: own.length });
  const before = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  const at = before + column - 1;
  return { prefix: text.slice(0, at), suffix: text.slice(at) };
}

/** @throws `apps/place` where there is nothing to go on from; what the model throws */
export async function completeCode(around: Surroundings, options: CompleteOptions): Promise<Completion> {
  const { writer } = options;
  const isBetween = around.suffix.trim() !== '';
  const way = options.way ?? (isBetween && writer.canInfill !== false ? 'infill' : 'left-to-right');
  try {
    return await write(around, way, options);
  } catch (error) {
    const isRefused = way === 'infill' && options.way === undefined && writer.canInfill === 'perhaps';
    if (!isRefused || (error as { code?: unknown }).code !== 'remote/request') throw error;
    return { ...(await write(around, 'left-to-right', options)), isRefused };
  }
}

/** An endpoint that writes more, as if it had no limit, is stopped: the whole text is looked at with each piece. */
const MOST_CHARACTERS_OF_A_TOKEN = 256;

async function write(
  around: Surroundings,
  way: CodeWay,
  { writer, maxTokens: asked, until, lines, language, temperature = 0, seed, signal }: CompleteOptions,
): Promise<Completion> {
  const maxTokens = Math.min(asked, Math.floor(writer.contextTokens / 2));
  const shown = fitAround(around, { writer, way, besides: maxTokens });
  // Where it is written on, what stands behind is written anew.
  const suffix = way === 'infill' ? around.suffix : '';
  const endOf = codeEnd({ prefix: around.prefix, suffix, until, lines, language });
  const stop = new AbortController();
  const how = {
    ...{ maxTokens, temperature, seed },
    signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
  };
  const parts = writer.goOn(shown.prefix, way === 'infill' ? shown.suffix : undefined, how);
  let text = '';
  for await (const part of parts) {
    if (part.type === 'finish') return ended(text, endOf(text, true), finishOf(part, signal), way);
    if (part.type !== 'text-delta') continue;
    text += part.text;
    const end = endOf(text, false);
    const isEndless = text.length > MOST_CHARACTERS_OF_A_TOKEN * maxTokens;
    if (!end && !isEndless) continue;
    stop.abort();
    return ended(text, end, isEndless ? 'length' : 'stop', way);
  }
  return ended(text, endOf(text, true), 'stop', way);
}

const ended = (text: string, end: CodeEnd | undefined, reason: FinishReason, way: CodeWay): Completion =>
  end ? { text: text.slice(0, end.at), way, end: end.reason } : { text, way, end: reason };

function finishOf(part: Extract<GenerationPart, { type: 'finish' }>, signal?: AbortSignal): FinishReason {
  if (part.reason === 'error') throw part.error;
  if (part.reason === 'aborted') signal?.throwIfAborted();
  return part.reason;
}
