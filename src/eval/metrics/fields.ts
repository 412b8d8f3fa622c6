/** What a record says: which of its fields is the prediction, which the reference, and what kind of value stands there. */

import { nearest } from '../../errors.ts';
import { fail } from '../errors.ts';

/** A record of a file, with its place for errors. */
export interface EvalRecord {
  readonly where: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Usual names of fields by what they hold, the likeliest first; compared without case. */
const usualNames = {
  prediction: [
    'prediction',
    'pred',
    'predicted',
    'predictions',
    'hypothesis',
    'output',
    'generated',
    'generation',
    'response',
    'mt',
    '预测',
    '输出',
    '译文',
    '回答',
  ],
  reference: [
    'reference',
    'references',
    'ref',
    'refs',
    'label',
    'target',
    'targets',
    'gold',
    'answer',
    'answers',
    'expected',
    'summary',
    '参考',
    '标签',
    '答案',
    '参考译文',
  ],
  source: [
    'source',
    'src',
    'document',
    'article',
    'passage',
    'context',
    'prompt',
    'input',
    '原文',
    '文档',
    '提示',
    '输入',
  ],
  ranking: ['ranking', 'ranked', 'retrieved', 'results', 'prediction', '检索结果'],
  relevant: ['relevant', 'qrels', 'judgements', 'judgments', 'reference', 'references', '相关'],
  logprobs: ['logprobs', 'log_probs', 'logProbs', 'token_logprobs', 'prediction'],
  text: ['text', 'reference', '文本', '正文'],
  passed: ['passed', 'pass', 'correct', 'prediction', '通过'],
  problem: ['task_id', 'problem', 'task', 'id', '题目'],
  attempts: ['attempts', 'n', 'total'],
} as const;

export type FieldRole = keyof typeof usualNames;

/** Names that the user gave, for what is said, for what is right, and for what it was written from. */
export interface FieldNames {
  readonly prediction?: string;
  readonly reference?: string;
  readonly source?: string;
}

/** Which of these a role is, for the name that the user may give. */
const sides: { readonly [Role in FieldRole]: keyof FieldNames | undefined } = {
  prediction: 'prediction',
  ranking: 'prediction',
  logprobs: 'prediction',
  passed: 'prediction',
  reference: 'reference',
  relevant: 'reference',
  text: 'reference',
  source: 'source',
  problem: undefined,
  attempts: undefined,
};

/** The name of the field in this record, or `undefined`: the one that the user gave, else a usual one. */
export function fieldName(
  { fields }: EvalRecord,
  role: FieldRole,
  names: FieldNames = {},
): string | undefined {
  const side = sides[role];
  const given = side && names[side];
  if (given !== undefined) return Object.hasOwn(fields, given) ? given : undefined;
  const own = Object.keys(fields);
  for (const usual of usualNames[role]) {
    const found = own.find((name) => name.toLowerCase() === usual.toLowerCase());
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The value of a field. @throws with the fields there are */
export function fieldValue(record: EvalRecord, role: FieldRole, names: FieldNames = {}): unknown {
  const name = fieldName(record, role, names);
  if (name !== undefined) return record.fields[name];
  const side = sides[role];
  const given = side && names[side];
  const known = Object.keys(record.fields);
  throw fail('eval/field', {
    where: record.where,
    field: given ?? usualNames[role][0],
    isGiven: given !== undefined,
    option: side && `--${side}`,
    known: known.slice(0, 12),
    ...(given !== undefined && { near: nearest(given, known) }),
  });
}

/** A text; numbers and truth values as they are written. */
export function textField(record: EvalRecord, role: FieldRole, names: FieldNames = {}): string {
  const text = asText(fieldValue(record, role, names));
  if (text === undefined) throw wrongKind(record, role, names, 'a text', '文本');
  return text;
}

/** One text or several; also the form of SQuAD's answers, `{ "text": […] }`. */
export function textsField(record: EvalRecord, role: FieldRole, names: FieldNames = {}): readonly string[] {
  const value = fieldValue(record, role, names);
  const inside = isObject(value) && 'text' in value ? value.text : value;
  const list = (Array.isArray(inside) ? inside : [inside]).map((one) =>
    asText(isObject(one) && 'text' in one ? one.text : one),
  );
  if (list.every((text) => text !== undefined)) return list;
  throw wrongKind(record, role, names, 'a text or a list of texts', '文本或文本的列表');
}

/** A finite number, also where it is written as a text. */
export function numberField(record: EvalRecord, role: FieldRole, names: FieldNames = {}): number {
  const number = asNumber(fieldValue(record, role, names));
  if (number === undefined) throw wrongKind(record, role, names, 'a number', '数字');
  return number;
}

/** A list of finite numbers; one that came as a text is read as JSON. */
export function numbersField(record: EvalRecord, role: FieldRole, names: FieldNames = {}): readonly number[] {
  const value = fromJson(fieldValue(record, role, names));
  const numbers = Array.isArray(value) ? value.map(asNumber) : [undefined];
  if (numbers.every((one) => one !== undefined)) return numbers;
  throw wrongKind(record, role, names, 'a list of numbers', '数字的列表');
}

/** Of what kind a field must be, as an error to throw. */
export function wrongKind(
  record: EvalRecord,
  role: FieldRole,
  names: FieldNames,
  rule: string,
  zhRule: string,
) {
  const name = fieldName(record, role, names) ?? role;
  const got = (JSON.stringify(record.fields[name]) ?? 'undefined').slice(0, 60);
  return fail('eval/field-kind', { where: record.where, field: name, rule, zhRule, got });
}

export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A cell of a table may hold a list written as JSON. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
