/** The examples that a task head learns from, is tested on, or is asked about. */

import { z } from 'zod';
import {
  type HeadConfig,
  type HeadExample,
  type HeadTask,
  isNumeric,
  placedWords,
  type QuestionExample,
  type TextExample,
  type WordsExample,
} from '../adapt/index.ts';
import { LABEL_LIMIT, readLabelledTexts, readPlainTexts } from '../classify/index.ts';
import { splitByHash } from '../data/index.ts';
import { nearest } from '../errors.ts';
import { type FileRecord, labelNames, readRecords, readTaggedSentences, usualColumn } from '../io/index.ts';
import { issueReason } from '../issues.ts';
import { fail } from './errors.ts';

export interface HeadDataOptions {
  readonly textColumn?: string;
  readonly secondColumn?: string;
  readonly labelColumn?: string;
  readonly header?: boolean;
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
  /** Every example says what is right. */
  readonly isLabelled: boolean;
}

/** Reads the examples of a task, in the order of the file. */
export async function readHeadExamples(
  task: HeadTask,
  path: string,
  options: HeadDataOptions,
): Promise<HeadExample[]> {
  if (task === 'label') return readSentences(path, options);
  if (task === 'span') return readQuestions(path, options);
  if (task === 'pair' || options.secondColumn !== undefined) return readPairs(task, path, options);
  if (!options.isLabelled) return (await readPlainTexts(path, options)).map((text) => ({ text }));
  const texts = await readLabelledTexts(path, options);
  return texts.map(({ text, label }, i) => labelled(task, { text }, label, `${path}#${i + 1}`));
}

function labelled(
  task: HeadTask,
  texts: Pick<TextExample, 'text' | 'second'>,
  label: string,
  where: string,
): TextExample {
  if (!isNumeric(task)) return { ...texts, label };
  const value = label.trim() === '' ? Number.NaN : Number(label);
  if (!Number.isFinite(value)) throw fail('cli/head-number', { where, got: label });
  return { ...texts, value };
}

async function readSentences(path: string, { signal, isLabelled }: HeadDataOptions): Promise<WordsExample[]> {
  const sentences = await readTaggedSentences(path, { signal });
  return sentences.map(({ where, words, tags }) => {
    if (isLabelled && !tags) throw fail('cli/head-unlabelled', { where });
    return { words, ...(tags && { labels: tags }) };
  });
}

const SECOND_NAMES = ['text2', 'text_b', 'sentence2', 'second', 'other', 'hypothesis', '文本2', '句子2'];
const FIRST_NAMES = [
  'text',
  'text1',
  'text_a',
  'sentence1',
  'sentence',
  'first',
  'premise',
  '文本1',
  '句子1',
];
const LABEL_NAMES = [...labelNames, 'score', 'similarity', '分数'];

async function readPairs(task: HeadTask, path: string, options: HeadDataOptions): Promise<TextExample[]> {
  const examples: TextExample[] = [];
  const { isLabelled, header = true, signal } = options;
  const usual = header ? {} : { textColumn: '1', secondColumn: '2', labelColumn: '3' };
  const {
    textColumn = usual.textColumn,
    secondColumn = usual.secondColumn,
    labelColumn = usual.labelColumn,
  } = options;
  for await (const record of readRecords(path, { header, signal })) {
    const texts = {
      text: textOf(record, textColumn, FIRST_NAMES),
      second: textOf(record, secondColumn, SECOND_NAMES),
    };
    const label = fieldOf(record, labelColumn, LABEL_NAMES, isLabelled);
    examples.push(label === undefined ? texts : labelled(task, texts, String(label), record.where));
  }
  return examples;
}

/** A field by the name that was given, else by a usual one. */
function fieldOf(
  { where, fields }: FileRecord,
  name: string | undefined,
  usual: readonly string[],
  isNeeded = true,
): unknown {
  const names = Object.keys(fields);
  const place = name === undefined ? usualColumn(names, usual) : names.indexOf(name);
  if (place !== undefined && place >= 0) return fields[names[place]];
  if (!isNeeded) return undefined;
  const near = name === undefined ? undefined : nearest(name, names);
  throw fail('cli/head-field', { where, wanted: name ?? usual.join(', '), fields: names.join(', '), near });
}

function textOf(record: FileRecord, name: string | undefined, usual: readonly string[]): string {
  const value = fieldOf(record, name, usual);
  if (typeof value === 'string') return value;
  throw fail('cli/head-field', {
    where: record.where,
    wanted: name ?? usual[0],
    fields: Object.keys(record.fields).join(', '),
  });
}

const answer = z.object({ text: z.string(), answer_start: z.int().min(-1) });
const question = z.object({
  question: z.string(),
  answers: z
    .union([
      z.array(answer),
      z
        .object({ text: z.array(z.string()), answer_start: z.array(z.int().min(-1)) })
        .transform(({ text, answer_start }) =>
          text.map((each, i) => ({ text: each, answer_start: answer_start[i] })),
        ),
    ])
    .optional(),
});
const paragraph = z.object({ context: z.string(), qas: z.array(question) });
const squad = z.object({ data: z.array(z.object({ paragraphs: z.array(paragraph) })) });
const flat = question.extend({ context: z.string() });

/** SQuAD's file, or records with `question`, `context` and `answers`. */
async function readQuestions(
  path: string,
  { signal, isLabelled }: HeadDataOptions,
): Promise<QuestionExample[]> {
  const examples: QuestionExample[] = [];
  for await (const { where, fields } of readRecords(path, { signal })) {
    const paragraphs = Array.isArray(fields.data)
      ? checked(squad, fields, where).data.flatMap((article) => article.paragraphs)
      : [fields].map((record) => {
          const { context, ...own } = checked(flat, record, where);
          return { context, qas: [own] };
        });
    for (const { context, qas } of paragraphs) {
      const words = placedWords(context);
      for (const { question: asked, answers } of qas) {
        if (isLabelled && !answers)
          throw fail('cli/head-unlabelled', { where: `${where} "${asked.slice(0, 40)}"` });
        const right = answers?.map(({ text, answer_start }) => placed(context, text, answer_start, where));
        examples.push({ question: asked, context, words, ...(right && { answers: right }) });
      }
    }
  }
  return examples;
}

/** An answer where it stands; some files count from elsewhere, and then the nearest place is meant. */
function placed(context: string, text: string, from: number, where: string): { text: string; start: number } {
  const places = [
    context.lastIndexOf(text, Math.max(0, from)),
    context.indexOf(text, Math.max(0, from)),
  ].filter((at) => at >= 0);
  if (places.length === 0) throw fail('cli/head-answer', { where, answer: text.slice(0, 40) });
  const start = places.reduce((a, b) => (Math.abs(b - from) < Math.abs(a - from) ? b : a));
  return { text, start };
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.infer<Schema> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const reason = { reason: issueReason(issue, 'en'), zhReason: issueReason(issue, 'zh') };
  throw fail('cli/head-question', { where, path: issue.path.join('.') || 'record', ...reason });
}

/** The text by which an example is told from another: examples with the same one are on one side. */
const keyOf = (example: HeadExample): string =>
  'context' in example ? example.context : 'words' in example ? example.words.join(' ') : example.text;

/** Examples to learn from and examples to test on, by the hash of the text. */
export function splitExamples(
  examples: readonly HeadExample[],
  { heldOut, seed }: { readonly heldOut: number; readonly seed: number },
): { readonly train: HeadExample[]; readonly test: HeadExample[] } {
  const documents = examples.map((example) => ({ text: keyOf(example), example }));
  const labelOf = (example: HeadExample): string => ('label' in example && example.label) || '';
  const sides = splitByHash(documents, { heldOut, seed, stratifyBy: ({ example }) => labelOf(example) });
  const own = (side: typeof documents) => side.map(({ example }) => example);
  return { train: own(sides.train), test: own(sides.heldOut) };
}

/** The labels that an example says are right: one, or one for each word. */
export const saidOf = (example: HeadExample): readonly string[] =>
  'words' in example ? (example as WordsExample).labels! : [(example as TextExample).label!];

/** What a head must know of its examples: their labels, the range of their numbers, whether all have answers. */
export function knownOf(
  task: HeadTask,
  examples: readonly HeadExample[],
  where: string,
): Pick<HeadConfig, 'labels' | 'scale' | 'mayBeUnanswered'> {
  if (task === 'span') {
    return { mayBeUnanswered: (examples as QuestionExample[]).some(({ answers }) => answers!.length === 0) };
  }
  if (isNumeric(task)) {
    const values = (examples as TextExample[]).map(({ value }) => value!);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
    return { scale: { mean, deviation: deviation || 1 } };
  }
  const labels = [...new Set(examples.flatMap(saidOf))].sort();
  if (labels.length < 2 || labels.length > LABEL_LIMIT) {
    throw fail('cli/head-labels', { where, got: labels.length, most: LABEL_LIMIT });
  }
  return { labels };
}

/** With more it is hardly a column of labels. */
