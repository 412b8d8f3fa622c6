/** Which column of a table, or field of a record, is the text, which the title and which the label. */

import { nearest } from '../errors.ts';
import { fail } from './errors.ts';

/** What the user said about columns. */
export interface ColumnOptions {
  readonly textColumn?: string;
  readonly titleColumn?: string;
  /** Every document has a label: of `labelColumn`, else of the column with a usual name. Default false. */
  readonly labels?: boolean;
  readonly labelColumn?: string;
  /** False: the first row of a table is no header, and its columns are called 1, 2, … */
  readonly header?: boolean;
}

/** Usual names, the likeliest first; compared without case. */
export const textNames = ['text', 'content', 'body', 'paragraphs', '正文', '内容', '内文', '文本'] as const;
export const titleNames = ['title', '标题', '题目'] as const;
export const labelNames = ['label', 'class', 'category', '标签', '类别', '分类'] as const;

/**
 * The places of the text, the title and the label among the columns: those named, else those with a usual name; the only column is the text.
 * @throws with the columns there are, and the nearest name
 */
export function chooseColumns(
  columns: readonly string[],
  { textColumn, titleColumn, labels = false, labelColumn }: ColumnOptions,
  path: string,
): { text: number; title: number | undefined; label: number | undefined } {
  const named = (column: string): number => {
    const at = columns.indexOf(column);
    if (at >= 0) return at;
    throw fail('io/column', { path, column, columns: shown(columns), near: nearest(column, columns) });
  };
  const usual = (names: readonly string[]): number | undefined => usualColumn(columns, names);
  const text =
    textColumn !== undefined
      ? named(textColumn)
      : (usual(textNames) ?? (columns.length === 1 ? 0 : undefined));
  if (text === undefined) throw fail('io/column', { path, column: undefined, columns: shown(columns) });
  const title = titleColumn !== undefined ? named(titleColumn) : usual(titleNames);
  if (!labels) return { text, title, label: undefined };
  const label = labelColumn !== undefined ? named(labelColumn) : usual(labelNames);
  if (label === undefined) throw fail('io/label-column', { path, columns: shown(columns) });
  return { text, title, label };
}

/** The place of the column with a usual name, the likeliest name first; compared without case. */
export function usualColumn(columns: readonly string[], names: readonly string[]): number | undefined {
  const plain = columns.map((column) => column.trim().toLowerCase());
  return names.map((name) => plain.indexOf(name)).find((at) => at >= 0);
}

const SHOWN = 12;
const SHOWN_LENGTH = 40;

const shown = (columns: readonly string[]): string[] => [
  ...columns.slice(0, SHOWN).map((column) => column.slice(0, SHOWN_LENGTH)),
  ...(columns.length > SHOWN ? ['…'] : []),
];
