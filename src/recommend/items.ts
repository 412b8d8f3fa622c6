/** What can be recommended: items with an id and a text, read from a file of records. */

import { readRecords, usualColumn } from '../io/index.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';

export interface Item {
  readonly id: string;
  readonly text: string;
  readonly title?: string;
  /** One of few, for filters and limits. */
  readonly category?: string;
}

/** Which fields of a record are what; without, those with a usual name. */
export interface ItemColumns {
  readonly idColumn?: string;
  readonly textColumn?: string;
  readonly titleColumn?: string;
  readonly categoryColumn?: string;
}

/** Usual names, the likeliest first; compared without case, spaces and underscores. */
const usual = {
  id: ['id', 'item', 'itemid', 'key', '编号', '条目', '物品', '作品'],
  text: ['text', 'content', 'body', 'paragraphs', 'description', 'abstract', '正文', '内容', '文本', '简介'],
  title: ['title', 'name', '标题', '题目', '名称'],
  category: ['category', 'genre', 'label', 'class', 'author', '类别', '分类', '标签', '作者'],
} as const;

/** `User ID`, `user_id` and `userId` are one name. */
export function fieldOf(
  names: readonly string[],
  own: string | undefined,
  known: readonly string[],
): string | undefined {
  if (own !== undefined) return names.includes(own) ? own : undefined;
  const at = usualColumn(
    names.map((name) => name.replace(/[\s_-]/g, '')),
    known,
  );
  return at === undefined ? undefined : names[at];
}

/** Of a field as it was written: lists of lines are joined. `undefined`: it is no text. */
export function wordsOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join('\n').trim();
  return undefined;
}

/** Whether every record has the same fields. */
export const isTable = (path: string): boolean => /\.[ct]sv$/i.test(path);

/**
 * Reads the items of a CSV, TSV, JSON or JSON-lines file. An item without a text but with a title has that as its text; one with neither
 * is left out, and counted.
 *
 * @throws `recommend/field`, `recommend/item-twice`, `recommend/limit`, `recommend/no-items`
 */
export async function readItems(
  path: string,
  columns: ItemColumns = {},
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly items: Item[]; readonly empty: number }> {
  const items: Item[] = [];
  const places = new Map<string, string>();
  let empty = 0;
  for await (const { where, fields } of readRecords(path, { signal })) {
    const names = Object.keys(fields);
    const idField = fieldOf(names, columns.idColumn, usual.id);
    const textField = fieldOf(names, columns.textColumn, usual.text);
    const titleField = fieldOf(names, columns.titleColumn, usual.title);
    const id = idField === undefined ? undefined : wordsOf(fields[idField]);
    if (id === undefined || id === '') throw missing(where, 'id', names);
    if (columns.textColumn !== undefined && textField === undefined) throw missing(where, 'text', names);
    // A record of JSON may leave out what it need not say; a column that is named must be there.
    const isStrict = isTable(path);
    if (isStrict && columns.titleColumn !== undefined && titleField === undefined) {
      throw missing(where, 'title', names);
    }
    if (textField === undefined && titleField === undefined) throw missing(where, 'text', names);
    const title = titleField === undefined ? undefined : wordsOf(fields[titleField]);
    const text = (textField === undefined ? undefined : wordsOf(fields[textField])) || title;
    const categoryField = fieldOf(names, columns.categoryColumn, usual.category);
    if (isStrict && columns.categoryColumn !== undefined && categoryField === undefined) {
      throw missing(where, 'category', names);
    }
    const category = categoryField === undefined ? undefined : wordsOf(fields[categoryField]);
    checkId(where, id);
    const first = places.get(id);
    if (first !== undefined) throw fail('recommend/item-twice', { where, id, first });
    places.set(id, where);
    if (!text) {
      empty++;
      continue;
    }
    items.push({ id, text, ...(title && { title }), ...(category && { category }) });
    if (items.length > limits.items) {
      throw fail('recommend/limit', {
        ...{ where, what: 'items', zhWhat: '条目数', most: limits.items, got: items.length },
      });
    }
  }
  if (items.length < 2) throw fail('recommend/no-items', { where: path });
  return { items, empty };
}

const missing = (where: string, what: 'id' | 'text' | 'title' | 'category', known: readonly string[]) =>
  fail('recommend/field', { where, what, option: `--${what}-column`, known });

/** @throws `recommend/limit` */
export function checkId(where: string, id: string): void {
  if (id.length <= limits.idCharacters) return;
  throw fail('recommend/limit', {
    ...{ where, what: 'characters in an id', zhWhat: '编号的字符数' },
    ...{ most: limits.idCharacters, got: id.length },
  });
}
