/** Finished texts from files: the records of JSON and JSON lines, or a plain file as one text. */

import { basename } from 'node:path';
import { parseGenerations } from '../repeat/index.ts';
import { readTextFile } from './corpus.ts';
import { fail } from './errors.ts';

export interface NamedTexts {
  /** The file, and the run in it when it holds several. */
  readonly name: string;
  readonly texts: readonly string[];
  readonly prompts?: readonly string[];
}

/** Reads the files of a command; at least one. `lines`: a plain file holds one text a line. */
export async function readTexts(
  command: string,
  files: readonly string[],
  { lines = false } = {},
): Promise<NamedTexts[]> {
  if (files.length === 0) {
    const example = `inkstone ${command} texts.jsonl`;
    throw fail('cli/missing-argument', { command, argument: '<file>', example });
  }
  const named: NamedTexts[] = [];
  for (const file of files) {
    const content = await readTextFile(file);
    const name = basename(file);
    if (!lines && !/\.(json|jsonl|ndjson)$/i.test(file) && content.trim() !== '') {
      named.push({ name, texts: [content.replace(/^\ufeff/, '')] });
      continue;
    }
    const { runs, prefixes } = parseGenerations(content, file);
    runs.forEach((texts, run) => {
      const own = runs.length > 1 ? `${name}#${run}` : name;
      named.push({ name: own, texts, ...(prefixes && { prompts: prefixes }) });
    });
  }
  return named;
}
