/** From the bytes of a request to a checked body. */

import type { Context } from 'hono';
import type { z } from 'zod';
import { defineErrors, nearest } from '../errors.ts';
import { type Issue, issueReason } from '../issues.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { nestingDepth } from './nesting.ts';

const failField = defineErrors({
  'serve/body': {
    en: (d: { field: string; issue: Issue; near: string | undefined }) =>
      `${d.field}: ${issueReason(d.issue, 'en')}${d.near ? `; did you mean "${d.near}"?` : ''}`,
    zh: (d) => `${d.field}：${issueReason(d.issue, 'zh')}${d.near ? `，是不是 "${d.near}"？` : ''}`,
  },
});

/** Reads and checks a body. @throws when it is no JSON, too deep, or breaks a rule of the schema. */
export async function readBody<Schema extends z.ZodObject>(
  c: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/json(;|$)/i.test(type)) throw fail('serve/json', undefined);
  const text = await c.req.text();
  if (nestingDepth(text) > limits.depth) throw fail('serve/depth', { most: limits.depth });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail('serve/json', undefined);
  }
  return checkValue(value, schema);
}

/** The parameters behind the `?` of a route. @throws when one breaks a rule of the schema. */
export const readQuery = <Schema extends z.ZodObject>(c: Context, schema: Schema): z.infer<Schema> =>
  checkValue(c.req.query(), schema);

/** @throws when a value breaks a rule of the schema */
export function checkValue<Schema extends z.ZodObject>(value: unknown, schema: Schema): z.infer<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = [...issue.path, ...(unknown === undefined ? [] : [unknown])].join('.') || 'body';
  const near = unknown === undefined ? undefined : nearest(unknown, Object.keys(schema.shape));
  throw failField('serve/body', { field, issue, near });
}
