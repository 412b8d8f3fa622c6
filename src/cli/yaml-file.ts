/** What a person writes for a command in YAML (or JSON, which is YAML), checked. */

import { parse } from 'yaml';
import type { z } from 'zod';
import { issueReason } from '../issues.ts';
import { fail } from './errors.ts';
import { readTextFile } from './text-file.ts';

/** Reads a file as its schema wants it. @throws `cli/yaml-file` with the place */
export async function readYamlFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const source = await readTextFile(path);
  let value: unknown;
  try {
    value = parse(source, { maxAliasCount: 0 });
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    throw fail('cli/yaml-file', { path, reason: line, zhReason: line });
  }
  const { data, error } = schema.safeParse(value ?? {}, { reportInput: true });
  if (!error) return data as z.output<Schema>;
  const [issue] = error.issues;
  const place = issue.path.join('.') || '/';
  throw fail('cli/yaml-file', {
    path,
    reason: `${place}: ${issueReason(issue, 'en')}`,
    zhReason: `${place}：${issueReason(issue, 'zh')}`,
  });
}
