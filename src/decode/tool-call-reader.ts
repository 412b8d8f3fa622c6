/** Calls of tools out of a text that arrives in pieces; see `toolCallForm` for how they are spelled. */

import { toolCallForm } from './constraints/tool-calls.ts';

/** What a piece of text turns out to be. `call` counts the calls of the text from 0. */
export type ToolCallPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'call'; readonly call: number; readonly name: string }
  | { readonly type: 'arguments'; readonly call: number; readonly text: string };

export interface ToolCallReader {
  push(text: string): ToolCallPart[];
  /** What was held back: the beginning of a call that never came is text. */
  flush(): ToolCallPart[];
}

/** Reads one text. Calls of other tools than these are text; arguments are objects. */
export function createToolCallReader(names: readonly string[]): ToolCallReader {
  const heads = names.map((name) => ({ name, head: toolCallForm.head(name) }));
  const { tail, between } = toolCallForm;
  let state: 'begin' | 'text' | 'arguments' | 'after' = 'begin';
  let held = '';
  let call = -1;
  /** Of the arguments: brackets open, and whether a string is. */
  let depth = 0;
  let isString = false;
  let isEscaped = false;

  /** How many characters of the arguments are in `held`; negative when their end is not. */
  const argumentsEnd = (): number => {
    for (let i = 0; i < held.length; i++) {
      const character = held[i];
      if (isEscaped) isEscaped = false;
      else if (isString) {
        if (character === '\\') isEscaped = true;
        else if (character === '"') isString = false;
      } else if (character === '"') isString = true;
      else if (character === '{' || character === '[') depth++;
      else if ((character === '}' || character === ']') && --depth === 0) return i + 1;
    }
    return -1;
  };

  const read = (parts: ToolCallPart[]): void => {
    const take = (length: number): string => {
      const taken = held.slice(0, length);
      held = held.slice(length);
      return taken;
    };
    while (held !== '') {
      if (state === 'text') parts.push({ type: 'text', text: take(held.length) });
      else if (state === 'arguments') {
        const end = argumentsEnd();
        parts.push({ type: 'arguments', call, text: take(end < 0 ? held.length : end) });
        if (end >= 0) state = 'after';
      } else {
        const lead = state === 'after' ? tail + between : '';
        const found = heads.find(({ head }) => held.startsWith(lead + head));
        if (found) {
          take((lead + found.head).length);
          parts.push({ type: 'call', call: ++call, name: found.name });
          [state, depth] = ['arguments', 0];
        } else if (state === 'after' || heads.some(({ head }) => (lead + head).startsWith(held))) return;
        else state = 'text';
      }
    }
  };

  return {
    push(text) {
      const parts: ToolCallPart[] = [];
      held += text;
      read(parts);
      return parts;
    },
    flush() {
      const text = state === 'begin' ? held : '';
      held = '';
      return text === '' ? [] : [{ type: 'text', text }];
    },
  };
}
