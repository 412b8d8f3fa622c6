/** Pairs of texts from a file of records: what is read, and what belongs to it. */

import { readRecords, usualColumn } from '../io/index.ts';
import type { TextDocument } from '../types.ts';
import { fail } from './errors.ts';
import { flagOf } from './options.ts';

/** `text` is the source, with its task before it where there is one. */
export interface TextPair extends TextDocument {
  readonly target: string;
}

/** Fields of the two sides, and of the task; a number is a column of a table without header. */
export interface PairFields {
  readonly source?: string;
  readonly target?: string;
  readonly taskField?: string;
}

/** Usual names, compared without case. */
const usualNames = {
  source: ['source', 'src', 'input', 'question', 'en', '原文', '源文'],
  target: ['target', 'tgt', 'output', 'translation', 'answer', 'zh', 'de', '译文', '目标'],
} as const;

const isNumber = (name: string | undefined): boolean => name !== undefined && /^\d+$/.test(name);

/** How the task is put before a source (Raffel et al. 2020). */
export const withTask = (task: string | undefined, source: string): string =>
  task ? `${task}: ${source}` : source;

/** Lines as sources; a blank one stays empty. */
export const sourcesOf = (lines: readonly string[], task: string | undefined): string[] =>
  lines.map((line) => (line.trim() === '' ? '' : withTask(task, line)));

/**
 * Every pair of a file of which neither side is empty, each once. Without `fields` the command has no options that name them: they go by
 * their usual names. @throws where a record lacks a side
 */
export async function readPairs(
  path: string,
  given: PairFields | undefined,
  options: { readonly signal?: AbortSignal } = {},
): Promise<TextPair[]> {
  const fields = given ?? {};
  const header = !isNumber(fields.source) && !isNumber(fields.target);
  const pairs = new Map<string, TextPair>();
  for await (const record of readRecords(path, { ...options, header })) {
    const side = (name: keyof PairFields, usual: readonly string[], place: number): string => {
      const own = Object.keys(record.fields);
      const key = fields[name] ?? own[usualColumn(own, usual) ?? (own.length === 2 ? place : -1)] ?? '';
      const value = record.fields[key];
      if (typeof value === 'string') return value.trim();
      const { where } = record;
      const known = own.join(', ');
      if (!given) throw fail('cli/pair-name', { where, usual, known });
      throw fail('cli/pair-field', { where, option: flagOf(name), known });
    };
    const task = fields.taskField === undefined ? undefined : side('taskField', [], 0);
    const source = side('source', usualNames.source, 0);
    const target = side('target', usualNames.target, 1);
    const text = withTask(task, source);
    if (source && target) pairs.set(`${text}\0${target}`, { text, target });
  }
  return [...pairs.values()];
}
