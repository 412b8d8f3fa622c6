/** Texts with labels: read from tables and records, and their labels as numbers. */

import { openSource } from '../io/index.ts';
import type { TextDocument } from '../types.ts';
import { fail } from './errors.ts';

/** A text and the class it belongs to. */
export interface LabelledText extends TextDocument {
  readonly label: string;
}

export interface ReadTextsOptions {
  readonly textColumn?: string;
  readonly labelColumn?: string;
  /** False: the first row is no header; then the text is column 1 and the label column 2, unless named. Default true. */
  readonly header?: boolean;
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
}

const columnsOf = ({ textColumn, labelColumn, header = true }: ReadTextsOptions) =>
  header
    ? { textColumn, labelColumn, header }
    : { textColumn: textColumn ?? '1', labelColumn: labelColumn ?? '2', header };

/** Reads the texts of a CSV, TSV, JSON or JSON-lines source with their labels. @throws for a text without one */
export async function readLabelledTexts(
  spec: string,
  options: ReadTextsOptions = {},
): Promise<LabelledText[]> {
  const { offline, signal } = options;
  const source = await openSource(spec, { ...columnsOf(options), labels: true, offline, signal });
  const found: LabelledText[] = [];
  for await (const document of source.documents({ signal })) {
    const { text, label } = document;
    if (label === undefined) {
      throw fail('classify/no-label', { where: spec, record: found.length + 1, text: text.slice(0, 40) });
    }
    found.push({ ...document, label });
  }
  return found;
}

/** Reads texts that shall get a label; without a table, each document of the source is one. */
export async function readPlainTexts(spec: string, options: ReadTextsOptions = {}): Promise<string[]> {
  const { offline, signal } = options;
  const { textColumn, header } = columnsOf(options);
  const source = await openSource(spec, { textColumn, header, offline, signal });
  const texts: string[] = [];
  for await (const { text } of source.documents({ signal })) texts.push(text);
  return texts;
}

/** Reads texts with what stands in the column or field of their date; `undefined` where nothing does. */
export async function readDatedTexts(
  spec: string,
  { dateColumn, ...options }: Omit<ReadTextsOptions, 'labelColumn'> & { readonly dateColumn: string },
): Promise<{ text: string; date: string | undefined }[]> {
  const { offline, signal } = options;
  const columns = columnsOf({ ...options, labelColumn: dateColumn });
  const source = await openSource(spec, { ...columns, labels: true, offline, signal });
  const found: { text: string; date: string | undefined }[] = [];
  for await (const { text, label } of source.documents({ signal })) found.push({ text, date: label });
  return found;
}

/** Different labels at most: with more it is hardly a column of labels. */
export const LABEL_LIMIT = 1000;

/** The different labels in order, and the place of each text's label among them. @throws for fewer than two, or too many */
export function numberLabels(
  where: string,
  texts: readonly LabelledText[],
): { labels: string[]; classes: Int32Array } {
  const labels = [...new Set(texts.map(({ label }) => label))].sort();
  if (labels.length < 2) throw fail('classify/one-label', { where, labels });
  if (labels.length > LABEL_LIMIT) {
    throw fail('classify/many-labels', { where, labels: labels.length, limit: LABEL_LIMIT });
  }
  const places = new Map(labels.map((label, place) => [label, place]));
  return { labels, classes: Int32Array.from(texts, ({ label }) => places.get(label)!) };
}
