/** Typed reading of parsed JSON; an error names the field, the rule and the value. */

import { fail } from './errors.ts';

/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

const wrong = (path: string, key: string, must: string, got: unknown) =>
  fail('text/field', { where: path + key, must, got });

/** The object at `key`. Errors: `text/field`. */
export function object(source: JsonObject, key: string, path = ''): JsonObject {
  const value = source[key];
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(path, key, 'an object', value);
  return value as JsonObject;
}

/** The array at `key`. Errors: `text/field`. */
export function list(source: JsonObject, key: string, path = ''): readonly unknown[] {
  const value = source[key];
  if (!Array.isArray(value)) throw wrong(path, key, 'an array', value);
  return value;
}

/** The string at `key`. Errors: `text/field`. */
export function text(source: JsonObject, key: string, path = ''): string {
  const value = source[key];
  if (typeof value !== 'string') throw wrong(path, key, 'a string', value);
  return value;
}

/** The boolean at `key`; `absent` when it is missing or null, and required without `absent`. Errors: `text/field`. */
export function truth(source: JsonObject, key: string, absent?: boolean, path = ''): boolean {
  const value = source[key] ?? absent;
  if (typeof value !== 'boolean') throw wrong(path, key, 'true or false', value);
  return value;
}

/** What `read` finds at `key`, or `undefined` when it is missing. */
export function optional<T>(
  source: JsonObject,
  key: string,
  read: (source: JsonObject, key: string, path: string) => T,
  path = '',
): T | undefined {
  return source[key] == null ? undefined : read(source, key, path);
}
