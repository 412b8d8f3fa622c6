/** The process that reads foreign formats: a line of JSON for each file to read comes in, lines with what was found go out. */

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { InkstoneError } from '../errors.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { type ForeignFormat, type Found, type ParserOptions, parsers } from './parsers.ts';

/** What the other side asks. */
export interface ParseRequest extends ParserOptions {
  readonly format: ForeignFormat;
  readonly path: string;
}

/** What this side answers: findings, then one of the last two. */
export type ParseReply =
  | Found
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly code: string; readonly data: unknown };

async function answer(reply: ParseReply): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(reply)}\n`)) await once(process.stdout, 'drain');
}

async function parse({ format, path, ...options }: ParseRequest): Promise<ParseReply> {
  const { name } = parsers[format];
  try {
    const parser = await parsers[format].load();
    let beat = 0;
    for await (const found of parser(path, options)) {
      if (found.kind === 'beat' && Date.now() - beat < 1_000) continue;
      beat = Date.now();
      const length = found.kind === 'document' ? found.text.length : 0;
      const limit = limits.foreignDocumentCharacters;
      if (length > limit) {
        throw fail('io/format-limit', { path, format: name, what: 'characters', limit, got: length });
      }
      await answer(found);
    }
    return { kind: 'end' };
  } catch (error) {
    if (error instanceof InkstoneError) return { kind: 'error', code: error.code, data: error.data };
    const reason = `${(error as Error)?.message ?? error}`.split('\n')[0].slice(0, 200);
    return { kind: 'error', code: 'io/format', data: { path, format: name, reason } };
  }
}

// Libraries print warnings; what goes out here are replies only.
console.log = console.info = console.warn = console.debug = console.error;
for await (const line of createInterface({ input: process.stdin })) {
  await answer(await parse(JSON.parse(line) as ParseRequest));
}
