/**
 * JSON schemas (2020-12) as grammars. Every text is valid JSON that satisfies the schema; of the texts that do, some are
 * left out (see `JsonSchemaSpec`). A keyword that is not known is an error, never ignored.
 */

import { fail } from './errors.ts';
import {
  choice,
  type Expression,
  type Grammar,
  optional,
  repeat,
  rule,
  sequence,
  text,
} from './expression.ts';
import { areDisjoint, type Flatten } from './json-disjoint.ts';
import {
  ANNOTATIONS,
  checkKeywords,
  checkSize,
  countOf,
  decodePointer,
  escapePointer,
  isOfType,
  listOf,
  namesOf,
  refuse,
  type Type,
  typesOf,
} from './json-keywords.ts';
import { mergeSchemas, type SchemaObject } from './json-merge.ts';
import { type Bound, INTEGER_DIGITS, integersBetween, numbersBetween } from './json-numbers.ts';
import {
  formatNames,
  formatted,
  inQuotes,
  insideString,
  otherKeys,
  stringCharacter,
} from './json-strings.ts';
import { type Define, type JsonWhitespace, jsonSyntax } from './json-syntax.ts';
import { limits } from './limits.ts';
import { readRegex } from './regex.ts';

/** How many characters of strings with a length are written out in all: cheaper masks, more states. */
const WRITTEN_OUT = 2_000;

/** Reads a schema, given as an object or boolean. Errors name the path. */
export function readJsonSchema(schema: unknown, whitespace: JsonWhitespace = 'flexible'): Grammar {
  const rules = new Map<string, Expression>();
  const queue: [name: string, build: () => Expression][] = [];
  let writtenOut = 0;
  checkSize(schema);
  /** A rule that is built once, later: schemas may refer to themselves. */
  const define: Define = (name, build) => {
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

  const { comma, colon, simple, anything, literal, enclosed, list } = jsonSyntax(define, whitespace);

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
      const key = decodePointer(part);
      const exists =
        key !== undefined && typeof target === 'object' && target !== null && Object.hasOwn(target, key);
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

  /** `oneOf` is written as a choice: refuses branches that a value may satisfy both of. */
  const requireDisjoint = (
    branches: readonly unknown[],
    others: SchemaObject,
    path: string,
    merge: (a: SchemaObject, b: unknown, at: string) => SchemaObject,
  ): void => {
    const flatten: Flatten = (schema) => {
      let flat = schema;
      for (let depth = 0; depth <= limits.schemaDepth; depth++) {
        if (typeof flat === 'boolean') return flat;
        if (typeof flat !== 'object' || flat === null) return undefined;
        const { $ref, allOf, ...rest } = flat as SchemaObject;
        if ($ref === undefined && allOf === undefined) return rest;
        const parts = [
          ...($ref === undefined ? [] : [resolve($ref, path).target]),
          ...(allOf === undefined ? [] : listOf(allOf, `${path}/allOf`)),
        ];
        if (parts.includes(false)) return false;
        flat = parts.reduce<SchemaObject>((all, one) => merge(all, one, path), rest);
      }
      return undefined;
    };
    const whole = branches.map((one) => (typeof one === 'boolean' ? one : { ...others, allOf: [one] }));
    for (let i = 1; i < whole.length; i++) {
      const other = whole.findIndex((one, j) => j < i && !areDisjoint(one, whole[i], flatten));
      if (other < 0) continue;
      throw refuse(
        path,
        `a value may satisfy both ${other} and ${i}, which oneOf forbids; give each a required property with a const of its own, or use anyOf`,
        `某个值可能同时符合第 ${other} 与第 ${i} 项，而 oneOf 不允许；请让每项各有一个 required 且 const 不同的属性，或改用 anyOf`,
      );
    }
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
    const branches = listOf(options, `${path}/${keyword}`);
    if (keyword === 'oneOf') requireDisjoint(branches, others, `${path}/oneOf`, merge);
    return choice(
      ...branches.map((one, i) => {
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
      outwards: 1 | -1,
    ): Bound | undefined => {
      const [a, b] = [inclusive, exclusive].map((keyword) => {
        const value = given[keyword];
        // Numbers as large as that are never written.
        const isLoose = typeof value === 'number' && value * outwards >= 10 ** INTEGER_DIGITS;
        if (value === undefined || isLoose) return undefined;
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
    const low = boundOf('minimum', 'exclusiveMinimum', Math.max, -1);
    const high = boundOf('maximum', 'exclusiveMaximum', Math.min, 1);
    if (!low && !high) return simple(type);
    return type === 'integer' ? integersBetween(low, high) : numbersBetween(low, high);
  };

  const string = (given: SchemaObject, path: string): Expression => {
    const [pattern, format] = [given.pattern, given.format];
    const min = countOf(given, 'minLength', path, 0);
    const max = countOf(given, 'maxLength', path, Number.POSITIVE_INFINITY);
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
    const min = countOf(given, 'minItems', path, 0);
    const max = countOf(given, 'maxItems', path, Number.POSITIVE_INFINITY);
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
    const needed = new Set(namesOf(required, `${path}/required`));
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

  rules.set('root', compile(schema, '#'));
  for (let item = queue.shift(); item; item = queue.shift()) rules.set(item[0], item[1]());
  return { root: 'root', rules, inline: false };
}
