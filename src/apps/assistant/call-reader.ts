/** Calls of tools out of the text of any model: they begin with `<tool_call>` at the start of a line. */

import { toolCallForm } from '../../decode/index.ts';

/** A call as it was written; `undefined` in place of what could not be read. */
export interface WrittenCall {
  readonly name: string | undefined;
  readonly arguments: unknown;
  readonly text: string;
}

export interface CallReader {
  /** The text that can be shown so far. */
  push(text: string): string;
  /** The rest of it, and the calls. */
  end(): { readonly text: string; readonly calls: readonly WrittenCall[] };
}

/** Characters of the calls of one text that are looked at. */
const MOST_CALL_CHARACTERS = 65_536;

const { marker } = toolCallForm;
const FIRST_CALL = new RegExp(`^[ \\t]*${marker}`, 'm');

/**
 * Reads one text. What stands in the middle of a line is text: it may be a quotation. What follows the first call is no text any more.
 */
export function createCallReader(): CallReader {
  let whole = '';
  let shown = 0;
  /** Where the calls begin. */
  let border: number | undefined;
  const show = (to: number): string => {
    const text = whole.slice(shown, to);
    shown = Math.max(shown, to);
    return text;
  };
  return {
    push(text) {
      if (border !== undefined && whole.length - border > MOST_CALL_CHARACTERS) return '';
      whole += text;
      if (border !== undefined) return '';
      border = FIRST_CALL.exec(whole)?.index;
      if (border !== undefined) return show(border);
      // The last line may yet become a call.
      const line = whole.lastIndexOf('\n') + 1;
      const mayBeCall = marker.startsWith(whole.slice(line).trimStart());
      return show(mayBeCall ? line : whole.length);
    },
    end() {
      if (border === undefined) return { text: show(whole.length), calls: [] };
      return { text: '', calls: readCalls(whole.slice(border)) };
    },
  };
}

const CALL = new RegExp(`${marker}([\\s\\S]*?)(?:</tool_call>|(?=${marker})|$)`, 'g');

function readCalls(text: string): WrittenCall[] {
  return [...text.matchAll(CALL)].map(([, body]) => readCall(body.trim()));
}

function readCall(text: string): WrittenCall {
  try {
    const { name, arguments: args = {} } = JSON.parse(text);
    if (typeof name === 'string') return { name, arguments: args, text };
  } catch {
    // Said to the model, which may mend it.
  }
  return { name: undefined, arguments: undefined, text };
}

/** A call, spelled so that the reader reads it. */
export const spellCall = (name: string, args: unknown): string =>
  `${toolCallForm.head(name)}${JSON.stringify(args)}${toolCallForm.tail}`;
