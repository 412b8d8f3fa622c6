/** How JSON is written: brackets, commas, blanks, and values of every kind. */

import { characterSet } from './character-set.ts';
import { character, choice, type Expression, repeat, sequence, text } from './expression.ts';
import { refuse } from './json-keywords.ts';
import { anyInteger, anyNumber } from './json-numbers.ts';
import { inQuotes, stringCharacter } from './json-strings.ts';

/**
 * Where blanks may stand: nowhere; one space after each `,` and `:`; or, as the model likes, nothing, a space, or a new line
 * and up to 20 blanks after `{ [ , :` and before `} ]`.
 */
export type JsonWhitespace = 'compact' | 'spaced' | 'flexible';

const WHITESPACE: readonly JsonWhitespace[] = ['compact', 'spaced', 'flexible'];

/** Adds a rule, built once and later, so that rules may use themselves. */
export type Define = (name: string, build: () => Expression) => Expression;

export interface JsonSyntax {
  /** Between entries. */
  readonly comma: Expression;
  readonly colon: Expression;
  /** Any string, number or integer. */
  simple(type: 'string' | 'number' | 'integer'): Expression;
  /** Any value. */
  anything(): Expression;
  /** This value, in the key order that it has. */
  literal(value: unknown): Expression;
  /** Brackets around a body, or also around nothing. */
  enclosed(open: string, body: Expression, close: string, mayBeEmpty: boolean): Expression;
  /** An array of so many items. */
  list(item: Expression, min: number, max: number): Expression;
}

export function jsonSyntax(define: Define, whitespace: JsonWhitespace): JsonSyntax {
  if (!WHITESPACE.includes(whitespace)) {
    throw refuse(
      'whitespace',
      `must be one of ${WHITESPACE.join(', ')}, got ${JSON.stringify(whitespace)}`,
      `必须是 ${WHITESPACE.join('、')} 之一，得到 ${JSON.stringify(whitespace)}`,
    );
  }

  const blanks = character(characterSet([0x20, 0x20], [0x09, 0x09]));
  const flexible = choice(text(''), text(' '), sequence(text('\n'), repeat(blanks, 0, 20)));
  /** After an opening bracket and before a closing one. */
  const edge = whitespace === 'flexible' ? define('edge', () => flexible) : text('');
  const gap = whitespace === 'flexible' ? edge : text(whitespace === 'spaced' ? ' ' : '');
  const comma = sequence(text(','), gap);
  const colon = sequence(text(':'), gap);
  const shared: Readonly<Record<'string' | 'number' | 'integer', () => Expression>> = {
    string: () => inQuotes(repeat(stringCharacter, 0)),
    number: () => anyNumber,
    integer: () => anyInteger,
  };
  const simple = (type: keyof typeof shared): Expression => define(type, shared[type]);

  const enclosed = (open: string, body: Expression, close: string, mayBeEmpty: boolean): Expression =>
    sequence(text(open), choice(sequence(edge, body, edge), ...(mayBeEmpty ? [text('')] : [])), text(close));
  const list = (item: Expression, min: number, max: number): Expression =>
    enclosed(
      '[',
      sequence(item, repeat(sequence(comma, item), Math.max(0, min - 1), max - 1)),
      ']',
      min === 0,
    );

  const anything = (): Expression =>
    define('value', () =>
      choice(
        simple('string'),
        simple('number'),
        text('true'),
        text('false'),
        text('null'),
        define('array', () => list(anything(), 0, Number.POSITIVE_INFINITY)),
        define('object', () => members(repeat(sequence(comma, anyMember()), 0), anyMember())),
      ),
    );
  const anyMember = (): Expression => sequence(simple('string'), colon, anything());
  const members = (more: Expression, first: Expression): Expression =>
    enclosed('{', sequence(first, more), '}', true);

  const literal = (value: unknown): Expression => {
    if (Array.isArray(value)) {
      if (value.length === 0) return text('[]');
      const [first, ...others] = value.map(literal);
      return enclosed('[', sequence(first, ...others.flatMap((one) => [comma, one])), ']', false);
    }
    if (typeof value === 'object' && value !== null) {
      const [first, ...others] = Object.entries(value).map(([key, one]) =>
        sequence(text(JSON.stringify(key)), colon, literal(one)),
      );
      if (!first) return text('{}');
      return enclosed('{', sequence(first, ...others.flatMap((one) => [comma, one])), '}', false);
    }
    return text(JSON.stringify(value));
  };

  return { comma, colon, simple, anything, literal, enclosed, list };
}
