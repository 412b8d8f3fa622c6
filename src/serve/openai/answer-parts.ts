/** A generation as the wire tells of it: the calls of tools are told apart from text. */

import { createToolCallReader, type ToolCallPart } from '../../decode/index.ts';

/** A text with the calls in it; `call` counts those of one text. */
export interface ReadAnswer {
  readonly text: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
}

/** The name of a call, the same in a stream and in a whole answer. */
export const callId = (requestId: string, index: number, call: number): string =>
  `call_${requestId.replace(/^[a-z]+_/, '')}_${index}_${call}`;

/** Reads the texts of one answer, each in pieces, and flushes what was held back of it. */
export interface AnswerReader {
  push(index: number, text: string): readonly ToolCallPart[];
  flush(index: number): readonly ToolCallPart[];
  /** Whether this text has called. */
  hasCalled(index: number): boolean;
}

/** Without tools every text is only text. */
export function createAnswerReader(count: number, toolNames: readonly string[]): AnswerReader {
  const plain = (text: string): readonly ToolCallPart[] => (text === '' ? [] : [{ type: 'text', text }]);
  if (toolNames.length === 0) {
    return { push: (_, text) => plain(text), flush: () => [], hasCalled: () => false };
  }
  const readers = Array.from({ length: count }, () => createToolCallReader(toolNames));
  const called = new Set<number>();
  return {
    push(index, text) {
      const parts = readers[index].push(text);
      if (parts.some(({ type }) => type === 'call')) called.add(index);
      return parts;
    },
    flush: (index) => readers[index].flush(),
    hasCalled: (index) => called.has(index),
  };
}

/** One whole text. */
export function readAnswer(
  whole: string,
  { toolNames, requestId, index }: { toolNames: readonly string[]; requestId: string; index: number },
): ReadAnswer {
  const reader = createAnswerReader(1, toolNames);
  const calls: { id: string; name: string; arguments: string }[] = [];
  let text = '';
  for (const part of [...reader.push(0, whole), ...reader.flush(0)]) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'arguments') calls[part.call].arguments += part.text;
    else calls.push({ id: callId(requestId, index, part.call), name: part.name, arguments: '' });
  }
  return { text, calls };
}
