/** What the inspectors answer, as tables: for a terminal, a CSV file, a page. */

import type { Label } from '../../plots/index.ts';
import type { InspectAnswers } from './inspect.ts';
import type { Choice, Piece } from './inspect-pieces.ts';

export interface InspectTable {
  readonly columns: readonly Label[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A token as it can stand in a line: half characters in angle brackets, white space alone as a sign. */
export function shownPiece({ text, bytes, isSpecial }: Piece): string {
  if (bytes) return `<${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}>`;
  if (isSpecial) return text || '<>';
  const lines = text.replaceAll('\n', '⏎').replaceAll('\t', '⇥');
  return lines.trim() === '' ? lines.replaceAll(/\s/g, '␣') : lines;
}

const round = (value: number, digits = 4): number => Number(value.toFixed(digits));
const choices = (top: readonly Choice[]): string =>
  top.map((choice) => `${shownPiece(choice)} ${(100 * choice.probability).toFixed(1)}%`).join('  ');

const WORDS = {
  place: { en: 'place', zh: '位置' },
  token: { en: 'token', zh: '词元' },
  id: { en: 'id', zh: '编号' },
  probability: { en: 'probability', zh: '概率' },
  rank: { en: 'rank', zh: '名次' },
  entropy: { en: 'entropy, nats', zh: '熵（奈特）' },
  expected: { en: 'expected', zh: '模型预期' },
  layer: { en: 'layer', zh: '层' },
  after: { en: 'after layer (-1: input)', zh: '第几层后（-1：输入）' },
  head: { en: 'head', zh: '头' },
  previous: { en: 'previous token', zh: '前一个词元' },
  first: { en: 'first token', zh: '首个词元' },
  self: { en: 'itself', zh: '自身' },
  induction: { en: 'induction', zh: '归纳' },
  answer: { en: 'answer', zh: '最终答案' },
  likeliest: { en: 'likeliest', zh: '最可能' },
  weight: { en: 'weight', zh: '权重' },
  without: { en: 'difference without it', zh: '去掉后的差' },
  expert: { en: 'expert', zh: '专家' },
  share: { en: 'share of choices', zh: '占选择的份额' },
  most: { en: 'most for', zh: '主要用于' },
  x: { en: 'x', zh: 'x' },
  y: { en: 'y', zh: 'y' },
} as const satisfies Record<string, Label>;

const labels = (...names: (keyof typeof WORDS)[]): Label[] => names.map((name) => WORDS[name]);

export const inspectTables = {
  tokens: ({ tokens, next }: InspectAnswers['tokens']): InspectTable => ({
    columns: labels('place', 'token', 'id', 'probability', 'rank', 'entropy', 'expected'),
    rows: [
      ...tokens.map((token, at) => [
        at,
        shownPiece(token),
        token.id,
        token.expected ? round(Math.exp(token.expected.logprob), 6) : '',
        token.expected?.rank ?? '',
        token.expected ? round(token.expected.entropy) : '',
        choices(token.expected?.top ?? []),
      ]),
      [tokens.length, '', '', '', '', round(next.entropy), choices(next.top)],
    ],
  }),
  attention: ({ heads }: InspectAnswers['attention']): InspectTable => ({
    columns: labels('layer', 'head', 'previous', 'first', 'self', 'induction'),
    rows: heads.map(({ layer, head, scores }) => [
      layer,
      head,
      round(scores.previous),
      round(scores.first),
      round(scores.self),
      scores.induction === undefined ? '' : round(scores.induction),
    ]),
  }),
  lens: (places: InspectAnswers['lens']): InspectTable => ({
    columns: labels('place', 'token', 'answer', 'after', 'probability', 'rank', 'entropy', 'likeliest'),
    rows: places.flatMap(({ at, token, answer, layers }) =>
      layers.map((said, layer) => [
        at,
        shownPiece(token),
        shownPiece(answer),
        layer - 1,
        round(said.probability, 6),
        said.rank,
        round(said.entropy),
        choices(said.top),
      ]),
    ),
  }),
  why: ({ tokens }: InspectAnswers['why']): InspectTable => ({
    columns: labels('place', 'token', 'weight', 'without'),
    rows: tokens.map((token) => [token.at, shownPiece(token), round(token.weight), round(token.without)]),
  }),
  experts: (uses: InspectAnswers['experts']): InspectTable => ({
    columns: labels('layer', 'expert', 'share', 'most'),
    rows: uses.map(({ layer, expert, share, tokens }) => [
      layer,
      expert,
      round(share),
      tokens.map(shownPiece).join('  '),
    ]),
  }),
  map: ({ dots }: InspectAnswers['map']): InspectTable => ({
    columns: labels('token', 'id', 'x', 'y'),
    rows: dots.map((dot) => [shownPiece(dot), dot.id, round(dot.x), round(dot.y)]),
  }),
} as const;

/** A table as CSV (RFC 4180); a cell that a spreadsheet would run as a formula gets a quote before it. */
export function toCsv({ columns, rows }: InspectTable, sayIn: (label: Label) => string): string {
  const cell = (value: string | number): string => {
    if (typeof value === 'number') return String(value);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns.map(sayIn), ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
