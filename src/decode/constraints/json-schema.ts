/**
 * JSON schemas (2020-12) as grammars. Every text is valid JSON that satisfies the schema; of the texts that do, some are
 * left out (see `JsonSchemaSpec`). A keyword that is not known is an error, never ignored.
 */

import { characterSet } from './character-set.ts';
import { fail } from './errors.ts';
import {
  character,
  choice,
  type Expression,
  type Grammar,
  optional,
  repeat,
  rule,
  sequence,
  text,
} from './expression.ts';
import { mergeSchemas, type SchemaObject } from './json-merge.ts';
import {
  anyInteger,
  anyNumber,
  type Bound,
  INTEGER_DIGITS,
  integersBetween,
  numbersBetween,
} from './json-numbers.ts';
import {
  formatNames,
  formatted,
  inQuotes,
  insideString,
  otherKeys,
  stringCharacter,
} from './json-strings.ts';
import { limits } from './limits.ts';
import { readRegex } from './regex.ts';

/**
 * Where blanks may stand: nowhere; one space after each `,` and `:`; or, as the model likes, nothing, a space, or a new line
 * and up to 20 blanks after `{ [ , :` and before `} ]`.
 */
export type JsonWhitespace = 'compact' | 'spaced' | 'flexible';

const WHITESPACE: readonly JsonWhitespace[] = ['compact', 'spaced', 'flexible'];

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const;
type Type = (typeof TYPES)[number];

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
const ANNOTATIONS = [
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

/** How many characters of strings with a length are written out in all: cheaper masks, more states. */
const WRITTEN_OUT = 2_000;

/** Reads a schema, given as an object or boolean. Errors name the path. */
export function readJsonSchema(schema: unknown, whitespace: JsonWhitespace = 'flexible'): Grammar {
  const rules = new Map<string, Expression>();
  const queue: [name: string, build: () => Expression][] = [];
  const refuse = (path: string, reason: string, reasonZh: string) =>
    fail('constraint/schema', { path: path || '#', reason, reasonZh });
  let writtenOut = 0;
  checkSize(schema);
  if (!WHITESPACE.includes(whitespace)) {
    throw fail('constraint/schema', {
      path: 'whitespace',
      reason: `must be one of ${WHITESPACE.join(', ')}, got ${JSON.stringify(whitespace)}`,
      reasonZh: `必须是 ${WHITESPACE.join('、')} 之一，得到 ${JSON.stringify(whitespace)}`,
    });
  }

  /** A rule that is built once, later: schemas may refer to themselves. */
  const define = (name: string, build: () => Expression): Expression => {
    if (!rules.has(name)) {
      if (rules.size >= limits.rules) {
        throw fail('constraint/limit', {
          where: 'jsonSchema',
          what: 'rules',
          whatZh: '规则数',
          limit: limits.rules,
        });
      }
      rules.set(name, text(''));
      queue.push([name, build]);
    }
    return rule(name);
  };

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

  /** Brackets around nothing or around a body. */
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

  /** A value as it stands. */
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

  /** Follows a reference inside this schema. */
  const resolve = (reference: unknown, path: string): { readonly target: unknown; readonly path: string } => {
    if (typeof reference !== 'string' || !/^#(?:\/|$)/.test(reference)) {
      throw refuse(
        path,
        `$ref must point into this schema (#/…), got ${JSON.stringify(reference)}`,
        `$ref 必须指向本 schema 内部（#/…），得到 ${JSON.stringify(reference)}`,
      );
    }
    let target: unknown = schema;
    for (const part of reference.split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      const exists = typeof target === 'object' && target !== null && Object.hasOwn(target, key);
      if (!exists) throw refuse(path, `$ref leads nowhere: ${reference}`, `$ref 无所指：${reference}`);
      target = (target as SchemaObject)[key];
    }
    return { target, path: reference };
  };

  const compile = (schema: unknown, path: string): Expression => define(path, () => build(schema, path, 0));

  const build = (schema: unknown, path: string, depth: number): Expression => {
    if (schema === true) return anything();
    if (schema === false) return choice();
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
      throw refuse(
        path,
        `a schema must be an object, true or false, got ${JSON.stringify(schema)}`,
        `schema 必须是对象、true 或 false，得到 ${JSON.stringify(schema)}`,
      );
    }
    if (depth > limits.schemaDepth) {
      throw refuse(
        path,
        'schemas that hold at once are nested too deep, or one refers to itself',
        '同时成立的 schema 嵌套太深，或引用了自身',
      );
    }
    const given = schema as SchemaObject;
    checkKeywords(given, path);
    return combine(given, path, depth) ?? plain(given, path);
  };

  /** A schema that is made of others. */
  const combine = (given: SchemaObject, path: string, depth: number): Expression | undefined => {
    const merge = (a: SchemaObject, b: unknown, at: string): SchemaObject => {
      if (b === true) return a;
      if (typeof b !== 'object' || b === null || Array.isArray(b)) {
        throw refuse(at, 'must be a schema with keywords', '必须是带关键字的 schema');
      }
      checkKeywords(b as SchemaObject, at);
      return mergeSchemas(a, b as SchemaObject, (keyword, reason, reasonZh) =>
        refuse(`${path}/${keyword}`, `${keyword} ${reason}`, `${keyword} ${reasonZh}`),
      );
    };
    const { $ref, allOf, anyOf, oneOf, ...rest } = given;
    const isAlone = !Object.keys(rest).some((keyword) => !ANNOTATIONS.includes(keyword));
    if ($ref !== undefined) {
      const { target, path: at } = resolve($ref, path);
      if (isAlone && !allOf && !anyOf && !oneOf) return compile(target, at);
      const { $ref: _, ...others } = given;
      return build(merge(others, target, at), path, depth + 1);
    }
    if (allOf !== undefined) {
      const { allOf: _, ...others } = given;
      const merged = listOf(allOf, `${path}/allOf`).reduce<SchemaObject>(
        (all, one, i) => merge(all, one, `${path}/allOf/${i}`),
        others,
      );
      return build(merged, path, depth + 1);
    }
    const keyword = anyOf !== undefined ? 'anyOf' : 'oneOf';
    const options = given[keyword];
    if (options === undefined) return undefined;
    const { [keyword]: _, ...others } = given;
    return choice(
      ...listOf(options, `${path}/${keyword}`).map((one, i) => {
        const at = `${path}/${keyword}/${i}`;
        if (isAlone && Object.keys(others).every((name) => ANNOTATIONS.includes(name)))
          return compile(one, at);
        return one === false ? choice() : define(at, () => build(merge(others, one, at), at, depth + 1));
      }),
    );
  };

  /** A schema without others at its own level. */
  const plain = (given: SchemaObject, path: string): Expression => {
    if (given.const !== undefined || given.enum !== undefined) {
      const values = given.const !== undefined ? [given.const] : listOf(given.enum, `${path}/enum`);
      const rest = Object.keys(given).filter(
        (keyword) => !['const', 'enum', 'type', ...ANNOTATIONS].includes(keyword),
      );
      if (rest.length > 0 || (given.const !== undefined && given.enum !== undefined)) {
        throw refuse(
          path,
          `enum and const must stand without ${rest[0] ?? 'each other'}; list only the values that satisfy all`,
          `enum 与 const 不能与 ${rest[0] ?? '彼此'} 并用；请只列出全部符合的值`,
        );
      }
      const types = typesOf(given, path);
      return choice(...values.filter((value) => types.some((type) => isOfType(value, type))).map(literal));
    }
    const parts = typesOf(given, path).map((type) => BUILD[type](given, path));
    return choice(...parts);
  };

  const typesOf = (given: SchemaObject, path: string): readonly Type[] => {
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
  };

  const BUILD: { readonly [T in Type]: (given: SchemaObject, path: string) => Expression } = {
    null: () => text('null'),
    boolean: () => choice(text('true'), text('false')),
    number: (given, path) => number(given, path, 'number'),
    integer: (given, path) => number(given, path, 'integer'),
    string: (given, path) => string(given, path),
    array: (given, path) => array(given, path),
    object: (given, path) => object(given, path),
  };

  const number = (given: SchemaObject, path: string, type: 'number' | 'integer'): Expression => {
    const boundOf = (
      inclusive: string,
      exclusive: string,
      pick: (a: number, b: number) => number,
    ): Bound | undefined => {
      const [a, b] = [inclusive, exclusive].map((keyword) => {
        const value = given[keyword];
        if (value === undefined) return undefined;
        if (typeof value === 'number' && Math.abs(value) < 10 ** INTEGER_DIGITS) return value;
        throw refuse(
          path,
          `${keyword} must be a number below 10^${INTEGER_DIGITS} in size, got ${JSON.stringify(value)}`,
          `${keyword} 的绝对值必须小于 10^${INTEGER_DIGITS}，得到 ${JSON.stringify(value)}`,
        );
      });
      if (a === undefined && b === undefined) return undefined;
      if (b === undefined || (a !== undefined && a !== b && pick(a, b) === a))
        return { value: a!, exclusive: false };
      return { value: b, exclusive: true };
    };
    const low = boundOf('minimum', 'exclusiveMinimum', Math.max);
    const high = boundOf('maximum', 'exclusiveMaximum', Math.min);
    if (!low && !high) return simple(type);
    return type === 'integer' ? integersBetween(low, high) : numbersBetween(low, high);
  };

  const count = (given: SchemaObject, keyword: string, path: string, byDefault: number): number => {
    const value = given[keyword];
    if (value === undefined) return byDefault;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw refuse(
      path,
      `${keyword} must be an integer ≥ 0, got ${JSON.stringify(value)}`,
      `${keyword} 必须是 ≥ 0 的整数，得到 ${JSON.stringify(value)}`,
    );
  };

  const string = (given: SchemaObject, path: string): Expression => {
    const [pattern, format] = [given.pattern, given.format];
    const min = count(given, 'minLength', path, 0);
    const max = count(given, 'maxLength', path, Number.POSITIVE_INFINITY);
    const hasLength = min > 0 || max !== Number.POSITIVE_INFINITY;
    if ([pattern !== undefined, format !== undefined, hasLength].filter(Boolean).length > 1) {
      throw refuse(
        path,
        'only one of pattern, format and lengths may stand together with a string; put the length into the pattern, as in ^[a-z]{2,8}$',
        '字符串的 pattern、format 与长度只能用其一；请把长度写进 pattern，例如 ^[a-z]{2,8}$',
      );
    }
    if (format !== undefined) {
      const known = typeof format === 'string' ? formatted(format) : undefined;
      if (known) return define(`format ${format}`, () => known);
      throw refuse(
        path,
        `format must be one of ${formatNames.join(', ')}, got ${JSON.stringify(format)}; use pattern`,
        `format 必须是 ${formatNames.join('、')} 之一，得到 ${JSON.stringify(format)}；请用 pattern`,
      );
    }
    if (pattern !== undefined) {
      if (typeof pattern !== 'string') throw refuse(path, 'pattern must be a text', 'pattern 必须是文本');
      try {
        return inQuotes(insideString(readRegex(pattern, 'part')));
      } catch (cause) {
        const sentence = (lang: 'en' | 'zh') => (cause as { text: (lang: 'en' | 'zh') => string }).text(lang);
        throw refuse(path, sentence('en'), sentence('zh'));
      }
    }
    if (!hasLength) return simple('string');
    const size = max === Number.POSITIVE_INFINITY ? min : max;
    writtenOut += size;
    const one = writtenOut <= WRITTEN_OUT ? stringCharacter : define('character', () => stringCharacter);
    if (max !== Number.POSITIVE_INFINITY) return inQuotes(repeat(one, min, max));
    return inQuotes(sequence(repeat(one, min, min), repeat(stringCharacter, 0)));
  };

  const array = (given: SchemaObject, path: string): Expression => {
    const min = count(given, 'minItems', path, 0);
    const max = count(given, 'maxItems', path, Number.POSITIVE_INFINITY);
    if (max < min) return choice();
    const { items, prefixItems } = given;
    const first = prefixItems === undefined ? [] : listOf(prefixItems, `${path}/prefixItems`);
    if (first.length === 0) {
      if (items === false || max === 0) return min === 0 ? text('[]') : choice();
      return list(items === undefined ? anything() : compile(items, `${path}/items`), min, max);
    }
    const written = first.slice(0, max).map((one, i) => compile(one, `${path}/prefixItems/${i}`));
    if (written.length === 0) return text('[]');
    const needsMore = min > written.length || (items !== undefined && items !== false);
    const least = Math.max(0, min - written.length);
    if (items === false && least > 0) return choice();
    const item = items === undefined ? anything() : compile(items, `${path}/items`);
    return enclosed(
      '[',
      sequence(
        ...written.flatMap((one, i) => (i === 0 ? [one] : [comma, one])),
        ...(needsMore ? [repeat(sequence(comma, item), least, max - written.length)] : []),
      ),
      ']',
      false,
    );
  };

  const object = (given: SchemaObject, path: string): Expression => {
    const { properties = {}, required = [], additionalProperties } = given;
    if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) {
      throw refuse(path, 'properties must be an object', 'properties 必须是对象');
    }
    const needed = new Set(listOf(required, `${path}/required`, true) as string[]);
    const named = Object.keys(properties);
    const foreign = [...needed].filter((name) => !named.includes(name));
    const extra = additionalProperties ?? (named.length === 0 && foreign.length === 0 ? true : undefined);
    if (extra === false && foreign.length > 0) return choice();
    const valueFor = (name: string): Expression => {
      if (named.includes(name))
        return compile((properties as SchemaObject)[name], `${path}/properties/${escapePointer(name)}`);
      return additionalProperties === undefined
        ? anything()
        : compile(additionalProperties, `${path}/additionalProperties`);
    };
    const names = [...named, ...foreign];
    if (names.some((name) => name.length > limits.keyLength)) {
      throw fail('constraint/limit', {
        where: path,
        what: 'characters in a name',
        whatZh: '属性名的字符数',
        limit: limits.keyLength,
      });
    }
    const memberOf = (name: string): Expression =>
      sequence(text(JSON.stringify(name)), colon, valueFor(name));
    const other =
      extra === undefined || extra === false
        ? undefined
        : sequence(
            names.length === 0 ? simple('string') : define(`${path} keys`, () => otherKeys(names)),
            colon,
            extra === true ? anything() : compile(extra, `${path}/additionalProperties`),
          );
    /** What may follow once something stands before the member number i. */
    const rest = (i: number): Expression => {
      if (i === names.length) return other ? repeat(sequence(comma, other), 0) : text('');
      const one = sequence(comma, memberOf(names[i]));
      const here = needed.has(names[i]) ? one : optional(one);
      return sequence(
        here,
        define(`${path} after ${i}`, () => rest(i + 1)),
      );
    };
    const firstNeeded = names.findIndex((name) => needed.has(name));
    const firsts = firstNeeded < 0 ? names : names.slice(0, firstNeeded + 1);
    const begins = firsts.map((name, i) => sequence(memberOf(name), rest(i + 1)));
    if (firstNeeded < 0 && other) begins.push(sequence(other, rest(names.length)));
    if (begins.length === 0) return text('{}');
    return enclosed('{', choice(...begins), '}', firstNeeded < 0);
  };

  function checkKeywords(given: SchemaObject, path: string): void {
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

  function listOf(value: unknown, path: string, mayBeEmpty = false): readonly unknown[] {
    if (Array.isArray(value) && (mayBeEmpty || value.length > 0)) return value;
    throw refuse(path, 'must be a list of at least one entry', '必须是至少有一项的列表');
  }

  rules.set('root', compile(schema, '#'));
  for (let item = queue.shift(); item; item = queue.shift()) rules.set(item[0], item[1]());
  return { root: 'root', rules, inline: false };
}

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function isOfType(value: unknown, type: Type): boolean {
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
function checkSize(schema: unknown): void {
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
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
}
