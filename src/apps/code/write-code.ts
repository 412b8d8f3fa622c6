/** Code from a description, or from code in another language. */

import type { FinishReason } from '../../types.ts';
import { fail } from '../errors.ts';
import { type CodeTask, codeBeginning, codeIn, codeMessages } from './code-prompt.ts';
import { type CodeWriter, tokensOf, type WriteHow } from './code-writer.ts';

export interface WriteCodeOptions extends Omit<WriteHow, 'maxTokens'> {
  readonly writer: CodeWriter;
  /** Default: what the model has room for. */
  readonly maxTokens?: number | undefined;
}

export interface WrittenCode {
  readonly code: string;
  /** `continued`: the model follows no instructions; this is how it went on behind a text that leads to the code. */
  readonly way: 'answered' | 'continued';
  readonly finish: FinishReason;
}

/** @throws `apps/code-window` where the task leaves no room; what the model throws */
export async function writeCode(task: CodeTask, options: WriteCodeOptions): Promise<WrittenCode> {
  const { writer, maxTokens: most = Number.POSITIVE_INFINITY, ...how } = options;
  const { contextTokens, canFollow } = writer;
  const messages = codeMessages(task);
  const beginning = codeBeginning(task);
  const asked = canFollow ? messages.map(({ content }) => content).join('\n') : beginning;
  const needed = tokensOf(writer, asked) + (canFollow ? FRAME_TOKENS : 1);
  const least = 'code' in task ? tokensOf(writer, task.code) : 1;
  if (needed + least > contextTokens)
    throw fail('apps/code-window', { window: contextTokens, needed: needed + least });
  const own = { ...how, maxTokens: Math.min(most, contextTokens - needed) };
  const parts = canFollow ? writer.answer(messages, own) : writer.goOn(beginning, undefined, own);
  let text = '';
  let finish: FinishReason = 'stop';
  for await (const part of parts) {
    if (part.type === 'text-delta') text += part.text;
    if (part.type !== 'finish') continue;
    if (part.reason === 'error') throw part.error;
    if (part.reason === 'aborted') how.signal?.throwIfAborted();
    finish = part.reason;
  }
  return { code: codeIn(text), way: canFollow ? 'answered' : 'continued', finish };
}

/** What a chat template puts around a task, at most. */
const FRAME_TOKENS = 64;
