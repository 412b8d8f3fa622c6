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
    const bytes = Buffer.from(await c.req.arrayBuffer());
    // Counted first: to read each of very many would hold up everyone.
    if (partsIn(bytes, type) > limits.formFields) throw new RangeError('too many parts');
    const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
    if ([...form].length > limits.formFields) throw new RangeError('too many fields');
    for (const [name, value] of form) {
      const list = /^(.*)\[\]$/.exec(name);
      if (!list) fields.set(name, value);
      else fields.set(list[1], [...((fields.get(list[1]) as unknown[] | undefined) ?? []), value]);
    }
  } catch (error) {
    throw fail('serve/form', undefined, error);
  }
  return checkValue(Object.fromEntries(fields), schema);
}

/** Parts of a form: what stands behind a border, at its beginning or that of a line. */
function partsIn(bytes: Buffer, type: string): number {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const border = quoted ?? plain;
  if (border === undefined) return 0;
  let count = 0;
  for (let at = bytes.indexOf(`\r\n--${border}`); at >= 0; at = bytes.indexOf(`\r\n--${border}`, at + 1)) {
    count++;
    if (count > limits.formFields) break;
  }
  return count;
}
