/** Parts of a `tokenizer.json` as plain data: one component, or a `Sequence` of them. */

import { fail, show } from './errors.ts';
import { type JsonObject, list, object, text } from './json-fields.ts';
import { limits } from './limits.ts';

/** A normalizer, pre-tokenizer or decoder as the format spells it: `{ type, … }`. */
export type Component = JsonObject & { readonly type: string };

/** The error that names a component that cannot be applied, and those that can. */
export const unsupported = (where: string, got: unknown, known: string) =>
  fail('text/unsupported', { where, got: typeof got === 'string' ? got.slice(0, 60) : show(got), known });

/** Refuses a size above its limit. Errors: `text/limit`. */
export function bound(where: string, what: string, got: number, limit: number): void {
  if (got > limit) throw fail('text/limit', { where, what, limit, got });
}

/** The components of a part, those of a `Sequence` in their order; none for null. Errors: `text/field`, `text/limit`. */
export function componentsOf(part: unknown, name: string, children: string): Component[] {
  if (part == null) return [];
  const found: Component[] = [];
  const visit = (source: JsonObject, key: string, path: string, depth: number): void => {
    const component = object(source, key, path);
    const type = text(component, 'type', `${path}${key}.`);
    if (type !== 'Sequence') {
      found.push({ ...component, type });
      bound(name, 'size', found.length, limits.stages);
      return;
    }
    bound(name, 'depth', depth, limits.depth);
    const entries = list(component, children, `${path}${key}.`);
    bound(`${path}${key}.${children}`, 'size', entries.length, limits.stages);
    entries.forEach((_, i) => {
      visit({ [i]: entries[i] }, String(i), `${path}${key}.${children}.`, depth + 1);
    });
  };
  visit({ [name]: part }, name, '', 0);
  return found;
}

/** The reader of a component's type in a closed table. Errors: `text/unsupported`. */
export function rowOf<Row>(table: Readonly<Record<string, Row>>, where: string, type: string): Row {
  if (!Object.hasOwn(table, type)) throw unsupported(where, type, Object.keys(table).join(', '));
  return table[type];
}

/** A `pattern` field: the source of a regular expression; a literal `String` is escaped. Errors: `text/field`, `text/limit`. */
export function patternOf(
  part: JsonObject,
  path: string,
): { readonly literal?: string; readonly source: string } {
  const given = object(part, 'pattern', path);
  const regex = given.Regex == null ? undefined : text(given, 'Regex', `${path}pattern.`);
  const literal = regex === undefined ? text(given, 'String', `${path}pattern.`) : undefined;
  const source = regex ?? literal!.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  bound(path, 'pattern length', source.length, limits.patternLength);
  return { literal, source };
}
