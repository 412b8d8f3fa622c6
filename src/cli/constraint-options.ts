/** What form a written text must have, as options: one of them at most. */

import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { ConstraintSpec } from '../decode/index.ts';
import type { OptionTable } from './command.ts';
import { fail } from './errors.ts';
import { flagOf } from './options.ts';

export const constraintOptions = {
  regex: {
    type: 'string',
    placeholder: 'pattern',
    doc: { en: 'the whole text matches this regular expression', zh: '全文须匹配此正则表达式' },
  },
  choices: {
    type: 'string',
    placeholder: 'a,b,c',
    doc: { en: 'the text is one of these', zh: '文本须为其中之一' },
  },
  jsonSchema: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'the text is JSON that satisfies this schema (JSON or YAML)',
      zh: '文本须为符合此 schema 的 JSON',
    },
  },
  grammar: {
    type: 'string',
    placeholder: 'file',
    doc: { en: 'the text is of this grammar (GBNF)', zh: '文本须符合此文法（GBNF）' },
  },
} as const satisfies OptionTable;

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
