/** The keywords of JSON schemas that are known, and the checks of their values. */

import { fail } from './errors.ts';
import type { SchemaObject } from './json-merge.ts';
import { limits } from './limits.ts';

export const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const;
export type Type = (typeof TYPES)[number];

/** Keywords that say something about values of one type only. */
const KEYWORDS: { readonly [T in Type]: readonly string[] } = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  boolean: [],
  null: [],
};
const GENERAL = ['type', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref'];
/** Keywords that allow and forbid nothing. */
export const ANNOTATIONS = [
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
];
const known = new Set([...GENERAL, ...ANNOTATIONS, ...Object.values(KEYWORDS).flat()]);

/** What to do about keywords that are often used and not supported. */
const CURES: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  uniqueItems: ['use a list of choices, or check afterwards', '请列出可选项，或事后检查'],
  patternProperties: [
    'name the properties, or use additionalProperties',
    '请列出属性名，或用 additionalProperties',
  ],
  multipleOf: ['use enum or pattern', '请用 enum 或 pattern'],
  not: ['say what is allowed instead', '请改为说明允许什么'],
  if: ['use anyOf with one schema for each case', '请用 anyOf，每种情况一个 schema'],
  $dynamicRef: ['use $ref', '请用 $ref'],
};

/** An error at a place of the schema, named by its pointer. */
export const refuse = (path: string, reason: string, reasonZh: string) =>
  fail('constraint/schema', { path: path || '#', reason, reasonZh });

/** Refuses keywords that are not known. */
export function checkKeywords(given: SchemaObject, path: string): void {
  for (const keyword of Object.keys(given)) {
    if (known.has(keyword) || given[keyword] === undefined) continue;
    const [cure, cureZh] = CURES[keyword] ?? ['leave it out', '请去掉它'];
    throw refuse(
      path,
      `the keyword ${keyword} is not supported; ${cure}`,
      `不支持关键字 ${keyword}；${cureZh}`,
    );
  }
}

/** A keyword that holds a list. */
export function listOf(value: unknown, path: string, mayBeEmpty = false): readonly unknown[] {
  if (Array.isArray(value) && (mayBeEmpty || value.length > 0)) return value;
  throw refuse(path, 'must be a list of at least one entry', '必须是至少有一项的列表');
}

/** The types that a schema allows; without `type`, those that its keywords speak of. */
export function typesOf(given: SchemaObject, path: string): readonly Type[] {
  if (given.type !== undefined) {
    const types = [given.type].flat();
    const wrong = types.find((type) => !(TYPES as readonly unknown[]).includes(type));
    if (wrong !== undefined) {
      throw refuse(
        path,
        `type must be one of ${TYPES.join(', ')}, got ${JSON.stringify(wrong)}`,
        `type 必须是 ${TYPES.join('、')} 之一，得到 ${JSON.stringify(wrong)}`,
      );
    }
    return types as Type[];
  }
  const all = TYPES.filter((type) => type !== 'integer');
  const meant = all.filter((type) => KEYWORDS[type].some((keyword) => given[keyword] !== undefined));
  return meant.length > 0 ? meant : all;
}

/** A keyword that counts something. */
export function countOf(given: SchemaObject, keyword: string, path: string, byDefault: number): number {
  const value = given[keyword];
  if (value === undefined) return byDefault;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw refuse(
    path,
    `${keyword} must be an integer ≥ 0, got ${JSON.stringify(value)}`,
    `${keyword} 必须是 ≥ 0 的整数，得到 ${JSON.stringify(value)}`,
  );
}

/** A keyword that holds a list of names. */
export function namesOf(value: unknown, path: string): readonly string[] {
  const names = listOf(value, path, true);
  const wrong = names.find((name) => typeof name !== 'string');
  if (wrong === undefined) return names as string[];
  throw refuse(
    path,
    `must be names, got ${JSON.stringify(wrong)}`,
    `必须是名称，得到 ${JSON.stringify(wrong)}`,
  );
}

/** A step of a pointer as a name; `undefined` for one that is badly spelt. */
export function decodePointer(step: string): string | undefined {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return undefined;
  }
}

/** A name as a step of a pointer. */
export const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

export function isOfType(value: unknown, type: Type): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** Refuses what is too large or deep, or no JSON, before anything recurses into it. */
export function checkSize(schema: unknown): void {
  let level: unknown[] = [schema];
  let size = 0;
  for (let depth = 0; level.length > 0; depth++) {
    size += level.length;
    const over = depth > limits.schemaDepth ? 'depth' : size > limits.schemaSize ? 'size' : undefined;
    if (over) {
      const [what, whatZh] = over === 'depth' ? ['levels', '层数'] : ['values', '值的个数'];
      const limit = over === 'depth' ? limits.schemaDepth : limits.schemaSize;
      throw fail('constraint/limit', { where: 'jsonSchema', what, whatZh, limit });
    }
    const odd = level.find((value) => !isJson(value));
    if (odd !== undefined)
      throw refuse('#', `must be JSON, got ${String(odd)}`, `必须是 JSON，得到 ${String(odd)}`);
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
}

/** Whether a value can stand in JSON; `undefined` may, as if it were not there. */
function isJson(value: unknown): boolean {
  return typeof value === 'number'
    ? Number.isFinite(value)
    : ['object', 'string', 'boolean', 'undefined'].includes(typeof value);
}
