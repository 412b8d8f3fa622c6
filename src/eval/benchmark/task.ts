/** What a benchmark task is: a small file that says where its items are, how they are put to a model, and what counts. */

import { z } from 'zod';
import { fail } from '../errors.ts';

const text = z.string().max(100_000);
const name = z.string().min(1).max(200);

const common = {
  name,
  /** A file of records (jsonl, json, csv, tsv), beside the task file. */
  data: name,
};

const asked = {
  ...common,
  /** Before the examples and the item. */
  description: text.default(''),
  /** A file of records for examples; default: other items of `data`. */
  examples: name.optional(),
  /** The item as it is put: `Question: {{question}}\nAnswer:`. */
  prompt: text.min(1),
  /** Between a prompt and what follows it. */
  delimiter: text.default(' '),
  /** Between examples. */
  separator: text.default('\n\n'),
};

const schema = z.discriminatedUnion('type', [
  z.strictObject({
    ...asked,
    type: z.literal('multiple-choice'),
    /** Templates, or the field that holds a list. */
    choices: z.union([name, z.array(text.min(1)).min(2).max(100)]),
    /** The field with the right choice: its number (0 is the first) where that is no text, its text, or its letter (A is the first). */
    answer: name,
  }),
  z.strictObject({
    ...asked,
    type: z.literal('generation'),
    /** The field with what is right: a text, or a list of which each is. */
    answer: name,
    maxTokens: z.int().min(1).max(100_000).default(32),
    stop: z.array(text.min(1)).max(16).default(['\n']),
    /** Whose rules compare answers: English as SQuAD, Chinese as CMRC 2018. */
    lang: z.enum(['en', 'zh']),
  }),
  z.strictObject({
    ...common,
    type: z.literal('perplexity'),
    /** The field that holds the text. */
    text: name,
  }),
]);

export type BenchmarkTask = z.output<typeof schema>;
export type MultipleChoiceTask = Extract<BenchmarkTask, { type: 'multiple-choice' }>;
export type GenerationTask = Extract<BenchmarkTask, { type: 'generation' }>;
export type PerplexityTask = Extract<BenchmarkTask, { type: 'perplexity' }>;
/** A task that is put as a prompt, and so may have examples. */
export type AskedTask = MultipleChoiceTask | GenerationTask;

/** Checks what a task file says, and fills in its defaults. @throws `eval/task` */
export function benchmarkTask(value: unknown, where: string): BenchmarkTask {
  const found = schema.safeParse(value, { reportInput: true });
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw fail('eval/task', { where, key: issue.path.join('.'), issue });
}

/** A record of a task's data, with its place for errors. */
export interface BenchmarkItem {
  readonly where: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The template with the fields of an item in the place of `{{name}}`. @throws where one is missing */
export function fill(template: string, item: BenchmarkItem): string {
  return template.replaceAll(/\{\{\s*([^{}]+?)\s*\}\}/g, (_, field: string) => fieldText(item, field));
}

/** A field as text. @throws where it is missing, or is no text or number */
export function fieldText(item: BenchmarkItem, field: string): string {
  const value = fieldOf(item, field);
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw fail('eval/task-field', {
    where: item.where,
    field,
    rule: 'a text or a number',
    zhRule: '为文本或数字',
  });
}

function fieldOf({ fields, where }: BenchmarkItem, field: string): unknown {
  if (Object.hasOwn(fields, field)) return fields[field];
  const known = Object.keys(fields).slice(0, 12).join(', ');
  throw fail('eval/task-field', {
    where,
    field,
    rule: `there; the record has ${known}`,
    zhRule: `存在；该记录有 ${known}`,
  });
}

/** The choices of an item. */
export function choicesOf({ choices }: MultipleChoiceTask, item: BenchmarkItem): string[] {
  if (typeof choices !== 'string') return choices.map((choice) => fill(choice, item));
  const list = fieldOf(item, choices);
  const isList =
    Array.isArray(list) && list.length >= 2 && list.every((one) => typeof one === 'string' && one !== '');
  if (isList) return list as string[];
  const rule = { rule: 'a list of at least 2 texts', zhRule: '为至少 2 条文本的列表' };
  throw fail('eval/task-field', { where: item.where, field: choices, ...rule });
}

/** The place of the right choice. */
export function rightChoice(task: MultipleChoiceTask, item: BenchmarkItem): number {
  const choices = choicesOf(task, item);
  const answer = fieldText(item, task.answer);
  const places = [
    typeof fieldOf(item, task.answer) === 'number' ? Number(answer) : -1,
    choices.indexOf(answer),
    /^[A-Z]$/.test(answer) ? answer.charCodeAt(0) - 65 : -1,
    /^\d+$/.test(answer) ? Number(answer) : -1,
  ];
  const place = places.find((one) => one >= 0 && one < choices.length);
  if (place !== undefined) return place;
  const rule = { rule: `one of the ${choices.length} choices`, zhRule: `为 ${choices.length} 个选项之一` };
  throw fail('eval/task-field', { where: item.where, field: task.answer, ...rule });
}

/** The answers that are right, at least one. */
export function rightAnswers(task: GenerationTask, item: BenchmarkItem): string[] {
  const value = fieldOf(item, task.answer);
  if (!Array.isArray(value)) return [fieldText(item, task.answer)];
  if (value.length > 0 && value.every((one) => typeof one === 'string')) return value;
  const rule = { rule: 'a text, or a list of at least 1', zhRule: '为文本，或至少 1 条文本的列表' };
  throw fail('eval/task-field', { where: item.where, field: task.answer, ...rule });
}
