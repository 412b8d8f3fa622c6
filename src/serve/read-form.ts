/** From the bytes of a form with a file to a checked body. */

import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { checkValue } from './read-body.ts';

/** Refuses forms that are too large, as they come. */
export const limitForm = (most: number) =>
  bodyLimit({
    maxSize: most,
    onError: () => {
      throw fail('serve/size', { most });
    },
  });

/** Reads and checks a form; `name[]` is a list. @throws when it is no form, or breaks a rule of the schema */
export async function readForm<Schema extends z.ZodObject>(
  c: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const type = c.req.header('content-type') ?? '';
  if (!/^multipart\/form-data;/i.test(type)) throw fail('serve/form', undefined);
  const fields = new Map<string, unknown>();
  try {
    for (const [name, value] of await c.req.formData()) {
      const list = /^(.*)\[\]$/.exec(name);
      if (!list) fields.set(name, value);
      else fields.set(list[1], [...((fields.get(list[1]) as unknown[] | undefined) ?? []), value]);
      if (fields.size > limits.formFields) throw new RangeError('too many fields');
    }
  } catch (error) {
    throw fail('serve/form', undefined, error);
  }
  return checkValue(Object.fromEntries(fields), schema);
}
