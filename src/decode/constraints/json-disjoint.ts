/**
 * Whether no value can satisfy two schemas, so that `oneOf` of them is a choice. Only what is proved counts: values, types,
 * ranges and lengths that do not meet, or a property that one requires and the other has differently or forbids.
 */

import { isOfType, TYPES, type Type, typesOf } from './json-keywords.ts';
import type { SchemaObject } from './json-merge.ts';

/** A schema without `$ref` and `allOf` at its own level; `undefined` where that leads too deep. */
export type Flatten = (schema: unknown) => SchemaObject | boolean | undefined;

/** How many levels of properties are looked into. */
const DEPTH = 8;

/** @param flatten is asked for every schema before it is looked at. */
export function areDisjoint(a: unknown, b: unknown, flatten: Flatten, depth = 0): boolean {
  const [one, other] = [flatten(a), flatten(b)];
  if (one === false || other === false) return true;
  if (depth > DEPTH || typeof one !== 'object' || typeof other !== 'object') return false;
  const deeper = (left: unknown, right: unknown) => areDisjoint(left, right, flatten, depth + 1);
  return (
    everyOption(one).some((options) => options.every((option) => deeper(option, other))) ||
    everyOption(other).some((options) => options.every((option) => deeper(one, option))) ||
    areDisjointByThemselves(one, other, deeper)
  );
}

/** Lists of schemas one of which must hold. */
function everyOption({ anyOf, oneOf }: SchemaObject): (readonly unknown[])[] {
  return [anyOf, oneOf].filter((options) => Array.isArray(options));
}

type Deeper = (left: unknown, right: unknown) => boolean;

function areDisjointByThemselves(a: SchemaObject, b: SchemaObject, deeper: Deeper): boolean {
  const [left, right] = [valuesOf(a), valuesOf(b)];
  if (left && right) {
    const texts = new Set(left.map(canonical));
    return right.every((value) => !texts.has(canonical(value)));
  }
  if (left) return left.every((value) => fails(value, b));
  if (right) return right.every((value) => fails(value, a));
  return sharedTypes(a, b).every((type) => DISJOINT[type](a, b, deeper));
}

/** The values that are listed, if they are. */
function valuesOf(schema: SchemaObject): readonly unknown[] | undefined {
  if (schema.const !== undefined) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

/** A value as a text that does not depend on the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1)))
      : part,
  );
}

/** Whether a value certainly does not satisfy a schema. */
function fails(value: unknown, schema: SchemaObject): boolean {
  const types = typesMeant(schema);
  if (!types.some((type) => isOfType(value, type))) return true;
  if (typeof value === 'number') return !meet([value, value], rangeOf(schema));
  if (typeof value === 'string') {
    const length = [...value].length;
    return !meet([length, length], lengthOf(schema, 'minLength', 'maxLength'));
  }
  if (isOfType(value, 'object'))
    return requiredOf(schema).some((name) => !Object.hasOwn(value as object, name));
  return false;
}

/** All types that a schema allows, also those that it says nothing about. */
const typesMeant = (schema: SchemaObject): readonly Type[] =>
  schema.type === undefined ? TYPES : typesOf(schema, '#');

/**
 * Types in which the two can meet. NOTE: a schema without `type` allows every type but is only written as those that its
 * keywords speak of; so a type counts where one of the two writes it and the other allows it.
 */
function sharedTypes(a: SchemaObject, b: SchemaObject): readonly Type[] {
  const isShared = (type: Type, writes: readonly Type[], allows: readonly Type[]): boolean =>
    covers(writes, type) && covers(allows, type);
  const [writtenA, writtenB] = [typesOf(a, '#'), typesOf(b, '#')];
  const [allowedA, allowedB] = [typesMeant(a), typesMeant(b)];
  return TYPES.filter((type) => isShared(type, writtenA, allowedB) || isShared(type, writtenB, allowedA));
}

/** Whether values of this type can be of these types: every integer is a number. */
const covers = (types: readonly Type[], type: Type): boolean =>
  types.includes(type) || (type === 'integer' && types.includes('number'));

type Compare = (a: SchemaObject, b: SchemaObject, deeper: Deeper) => boolean;

const numbersApart: Compare = (a, b) => !meet(rangeOf(a), rangeOf(b));
const never: Compare = () => false;

const DISJOINT: { readonly [T in Type]: Compare } = {
  null: never,
  boolean: never,
  number: numbersApart,
  integer: numbersApart,
  string: (a, b) => !meet(lengthOf(a, 'minLength', 'maxLength'), lengthOf(b, 'minLength', 'maxLength')),
  array: (a, b, deeper) =>
    !meet(lengthOf(a, 'minItems', 'maxItems'), lengthOf(b, 'minItems', 'maxItems')) ||
    prefixOf(a).some((item, i) => i < prefixOf(b).length && deeper(item, prefixOf(b)[i])),
  object: (a, b, deeper) => isToldByProperty(a, b, deeper) || isToldByProperty(b, a, deeper),
};

/** Whether `a` requires a property that `b` forbids, or that has no value in common with it. */
function isToldByProperty(a: SchemaObject, b: SchemaObject, deeper: Deeper): boolean {
  return requiredOf(a).some((name) => {
    const [mine, theirs] = [propertyOf(a, name), propertyOf(b, name)];
    if (theirs === undefined) return b.additionalProperties === false;
    return deeper(mine ?? true, theirs);
  });
}

function propertyOf({ properties }: SchemaObject, name: string): unknown {
  const isThere = typeof properties === 'object' && properties !== null && Object.hasOwn(properties, name);
  return isThere ? (properties as SchemaObject)[name] : undefined;
}

const requiredOf = ({ required }: SchemaObject): readonly string[] =>
  Array.isArray(required) ? required : [];

/** NOTE: as many as can stand in every array; all of them are written. */
function prefixOf({ prefixItems, maxItems }: SchemaObject): readonly unknown[] {
  if (!Array.isArray(prefixItems)) return [];
  return typeof maxItems === 'number' ? prefixItems.slice(0, maxItems) : prefixItems;
}

type Range = readonly [low: number, high: number, lowIsOpen?: boolean, highIsOpen?: boolean];

const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;

const lengthOf = (schema: SchemaObject, min: string, max: string): Range => [
  numberOr(schema[min], 0),
  numberOr(schema[max], Number.POSITIVE_INFINITY),
];

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaObject): Range {
  const [low, openLow] = [minimum, exclusiveMinimum].map((x) => numberOr(x, Number.NEGATIVE_INFINITY));
  const [high, openHigh] = [maximum, exclusiveMaximum].map((x) => numberOr(x, Number.POSITIVE_INFINITY));
  return [Math.max(low, openLow), Math.min(high, openHigh), openLow >= low, openHigh <= high];
}

/** Whether two ranges have a number in common, or might have. */
function meet(a: Range, b: Range): boolean {
  const isBefore = ([, high, , highIsOpen]: Range, [low, , lowIsOpen]: Range): boolean =>
    high < low || (high === low && Boolean(highIsOpen || lowIsOpen) && Number.isFinite(low));
  return !isBefore(a, b) && !isBefore(b, a);
}
