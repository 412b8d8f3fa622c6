/** Where code that is being written may end: behind a statement, behind the block in which it stands, after so many lines. */

import type { Surroundings } from '../../text/index.ts';
import type { CodeLanguage } from './code-language.ts';

export interface EndOptions extends Surroundings {
  /** `model`: wherever the model ends. */
  readonly until: 'statement' | 'block' | 'model';
  /** At most so many lines. */
  readonly lines?: number | undefined;
  readonly language: Pick<CodeLanguage, 'comment'>;
}

export interface CodeEnd {
  /** The end, in the text written so far. */
  readonly at: number;
  readonly reason: 'statement' | 'block' | 'lines';
}

/** Inside what a place stands: code, a string by its quote, a comment to the end of the line, or one between marks. */
type Mode = 'code' | '"' | "'" | '`' | 'line' | 'marks';

type Mark = 'open' | 'close' | 'line' | 'other';

/**
 * Reads code character by character and tells of brackets, line ends and other characters that are code, not of what stands in strings and
 * comments; until `visit` gives true. What it ends in. NOTE: a pattern between slashes with a quote in it is read as a string to the end
 * of its line.
 */
function readCode(
  text: string,
  mode: Mode,
  { comment }: Pick<CodeLanguage, 'comment'>,
  visit: (mark: Mark, at: number, character: string) => boolean | undefined,
): Mode {
  let inside = mode;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\n') {
      if (inside !== '`' && inside !== 'marks') inside = 'code';
      if (inside === 'code' && visit('line', at, character)) break;
    } else if (inside === 'line') continue;
    else if (inside === 'marks') {
      if (text.startsWith('*/', at)) [inside, at] = ['code', at + 1];
    } else if (inside !== 'code') {
      if (character === '\\') at++;
      else if (character === inside) inside = 'code';
    } else if (text.startsWith(comment, at)) inside = 'line';
    else if (comment === '//' && text.startsWith('/*', at)) [inside, at] = ['marks', at + 1];
    else {
      const mark = '([{'.includes(character) ? 'open' : ')]}'.includes(character) ? 'close' : 'other';
      if (!/\s/.test(character) && visit(mark, at, character)) break;
      if (character === '"' || character === "'" || (character === '`' && comment === '//'))
        inside = character;
    }
  }
  return inside;
}

/** A line that ends so goes on in the next; one that begins so belongs to the one before. */
const GOES_ON = /[,=+\-*/%&|?:<.\\]$|=>$/;
const BELONGS_BEFORE = new Set('.?:&|+*/%=)]');

/**
 * A function that looks for the end in the text so far; undefined: it may go on. `isWhole`: no more will come. Brackets that were opened
 * before may be closed as often as the suffix leaves it to be done; a bracket beyond is the suffix's.
 */
export function codeEnd(options: EndOptions): (text: string, isWhole: boolean) => CodeEnd | undefined {
  const { prefix, suffix, until, lines, language } = options;
  const { open, mode } = openedBefore(prefix, language);
  // What closes behind the place closes the outermost of them.
  const own = open.slice(Math.min(open.length, closedBehind(suffix, language)));
  return (text, isWhole) => {
    const most = lines === undefined ? undefined : lineEnd(text, lines);
    const found = until === 'model' ? undefined : endIn(text, isWhole);
    if (most === undefined || (found && found.at <= most)) return found;
    return { at: most, reason: 'lines' };
  };

  function endIn(text: string, isWhole: boolean): CodeEnd | undefined {
    const left = [...own];
    let depth = 0;
    let line = '';
    let hasCode = mode !== 'code';
    let pending: number | undefined;
    let end: CodeEnd | undefined;
    const endAt = (at: number, reason: CodeEnd['reason']): true => {
      end = { at, reason };
      return true;
    };
    readCode(text, mode, language, (mark, at, character) => {
      if (mark === 'line') {
        const isOpen = depth > 0 || left.at(-1) === '(' || left.at(-1) === '[';
        if (until === 'statement' && hasCode && !isOpen && !GOES_ON.test(line)) pending ??= at;
        line = '';
        return undefined;
      }
      if (pending !== undefined && !BELONGS_BEFORE.has(character)) return endAt(pending, 'statement');
      pending = undefined;
      if (mark === 'open') depth++;
      else if (mark === 'close' && depth > 0) depth--;
      else if (mark === 'close') {
        if (left.pop() === undefined) return endAt(at, until === 'block' ? 'block' : 'statement');
        if (until === 'block' && character === '}') return endAt(at + 1, 'block');
      }
      hasCode = true;
      line += character;
      return undefined;
    });
    if (!end && isWhole && pending !== undefined) endAt(pending, 'statement');
    return end;
  }
}

/** The brackets that are open at the end of a text, the innermost last, and what it ends in. */
function openedBefore(prefix: string, language: EndOptions['language']) {
  const open: string[] = [];
  const mode = readCode(prefix, 'code', language, (mark, _, character) => {
    if (mark === 'open') open.push(character);
    else if (mark === 'close') open.pop();
    return undefined;
  });
  return { open, mode };
}

/** How many brackets a text closes that it does not open. */
function closedBehind(suffix: string, language: EndOptions['language']): number {
  let [depth, closed] = [0, 0];
  readCode(suffix, 'code', language, (mark) => {
    if (mark === 'open') depth++;
    else if (mark === 'close' && depth > 0) depth--;
    else if (mark === 'close') closed++;
    return undefined;
  });
  return closed;
}

/** Where so many lines end; undefined while there are fewer. */
function lineEnd(text: string, lines: number): number | undefined {
  let at = -1;
  for (let line = 0; line < lines; line++) {
    at = text.indexOf('\n', at + 1);
    if (at < 0) return undefined;
  }
  return at;
}
