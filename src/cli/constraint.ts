/** Reads the form that a written text must have from the options. */

import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { ConstraintSpec } from '../decode/index.ts';
import { constraintOptions } from './constraint-options.ts';
import { fail } from './errors.ts';
import { flagOf } from './options.ts';

type Kind = keyof typeof constraintOptions;

/** Reads what the option gives; files are read here. */
const READERS: { readonly [K in Kind]: (value: string) => Promise<ConstraintSpec> } = {
  regex: async (regex) => ({ regex }),
  choices: async (choices) => ({ choices: choices.split(',') }),
  jsonSchema: async (file) => ({
    jsonSchema: await read(file, /\.ya?ml$/.test(file) ? parse : JSON.parse),
  }),
  grammar: async (file) => ({ grammar: await read(file, (text) => text) }),
};

/** The constraint that the options ask for, if any. Two of them, or a file that cannot be read, are an error. */
export async function constraintOf(
  options: { readonly [K in Kind]?: string },
): Promise<ConstraintSpec | undefined> {
  const given = (Object.keys(constraintOptions) as Kind[]).filter((kind) => options[kind] !== undefined);
  if (given.length > 1) {
    throw fail('cli/conflict', {
      command: 'generate',
      options: given.map(flagOf),
      reason: 'a text has one form',
      zhReason: '文本只能有一种形式',
    });
  }
  const [kind] = given;
  return kind && READERS[kind](options[kind]!);
}

/** A file's content; one that cannot be read or parsed is one error that names it. */
async function read<Content>(file: string, parseText: (text: string) => Content): Promise<Content> {
  try {
    return parseText(await readFile(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw fail('cli/constraint-file', { file, reason: code ?? message.split('\n')[0] });
  }
}
