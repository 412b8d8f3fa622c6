/** A tool of the assistant: what a model is told of it, what a person's words make of it, and what it does. */

import { z } from 'zod';
import { issueReason } from '../../issues.ts';
import type { Language } from '../../language.ts';
import { fail } from '../errors.ts';

/** What a model is told of a tool. */
export interface ToolSpec {
  /** Letters, digits, `_` and `-`; 64 at most. */
  readonly name: string;
  readonly description: string;
  /** A JSON schema of type `object`. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The schema of an argument that is a text. */
export const aText = (description: string) => ({ type: 'string', minLength: 1, description });

/** The schema of arguments: these and no others; `required` ones must be there. */
export const anObject = (
  properties: Readonly<Record<string, object>>,
  required = Object.keys(properties),
): ToolSpec['parameters'] => ({ type: 'object', properties, required, additionalProperties: false });

export type ToolArguments = Readonly<Record<string, unknown>>;

export interface ToolContext {
  readonly now: Date;
  /** In which the person asked. */
  readonly language: Language;
  readonly signal: AbortSignal;
}

export interface AssistantTool extends ToolSpec {
  /** Whether it changes or sends something: then a person must say yes to each call. */
  readonly hasEffect: boolean;
  /** What it has to say, as text. What it throws is told to the model and to the person. */
  run(args: ToolArguments, context: ToolContext): Promise<string>;
  /** The arguments that a person's words ask for, for models that know no tools; undefined where they ask for something else. */
  fromWords?(words: string, context: Pick<ToolContext, 'now' | 'language'>): ToolArguments | undefined;
}

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** A tool whose arguments can be checked. */
export interface CheckedTool extends AssistantTool {
  /** The arguments as the schema takes them, or what is wrong with them, in a sentence. */
  check(args: unknown, language: Language): { readonly args: ToolArguments } | { readonly problem: string };
}

/** Reads the schemas. @throws `apps/tool` for a name, a schema or a twin (one of `taken` too) that cannot be */
export function checkTools(
  tools: readonly AssistantTool[],
  taken: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, CheckedTool> {
  const checked = new Map<string, CheckedTool>();
  for (const tool of tools) {
    const { name } = tool;
    const refuse = (reason: string, zhReason: string) => fail('apps/tool', { name, reason, zhReason });
    if (!NAME.test(name)) {
      throw refuse(
        '1 to 64 letters, digits, _ or - must be its name',
        '名称须为 1 到 64 个字母、数字、_ 或 -',
      );
    }
    if (checked.has(name) || taken.has(name)) throw refuse('another has this name', '名称重复');
    checked.set(name, { ...tool, check: checkOf(tool, refuse) });
  }
  return checked;
}

function checkOf(
  { parameters }: ToolSpec,
  refuse: (reason: string, zhReason: string) => Error,
): CheckedTool['check'] {
  if (parameters.type !== 'object') {
    throw refuse(
      'its parameters must be a JSON schema of type "object"',
      '参数须为类型 "object" 的 JSON schema',
    );
  }
  const schema = readSchema(parameters, refuse);
  return (args, language) => {
    const { success, data, error } = schema.safeParse(args, { reportInput: true });
    if (success) return { args: data as ToolArguments };
    const [issue] = error.issues;
    const place = issue.path.join('.');
    return { problem: `${place === '' ? '' : `${place}: `}${issueReason(issue, language)}` };
  };
}

function readSchema(
  parameters: ToolSpec['parameters'],
  refuse: (reason: string, zhReason: string) => Error,
): z.ZodType {
  try {
    return z.fromJSONSchema(parameters as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    const { message } = error as Error;
    throw refuse(`its schema cannot be read (${message})`, `参数 schema 无法读取（${message}）`);
  }
}

/** Characters of words that patterns are tried on: what is longer is no order. */
export const MOST_ORDER_CHARACTERS = 300;
/** Places of a pattern: each more makes a match dearer. */
const MOST_PLACES = 4;

/**
 * Reads words by patterns: `where is order {number}` takes what stands at a place as the argument of that name. Letters are
 * alike in either case, spaces and marks at the end do not count.
 *
 * @throws `apps/pattern`
 */
export function wordPatterns(patterns: readonly string[]): NonNullable<AssistantTool['fromWords']> {
  const compiled = patterns.map(compilePattern);
  return (words) => {
    const plain = tidyWords(words);
    if (plain.length > MOST_ORDER_CHARACTERS) return undefined;
    const found = compiled.map((pattern) => pattern.exec(plain)).find((match) => match);
    return found ? { ...found.groups } : undefined;
  };
}

/** Without marks at the ends, and with single spaces. */
export const tidyWords = (words: string): string =>
  words
    .normalize('NFKC')
    .replace(/\s+/gu, ' ')
    // From the beginning of such marks on: else a long row of them is tried from each of its places.
    .replace(/^[\s"“]+|(?<![\s.!?。"”])[\s.!?。"”]+$/gu, '');

function compilePattern(pattern: string): RegExp {
  const pieces = tidyWords(pattern).split(/\{(\w+)\}/);
  const names = pieces.filter((_, i) => i % 2 === 1);
  if (
    names.length > MOST_PLACES ||
    new Set(names).size < names.length ||
    names.some((one) => /^\d/.test(one))
  ) {
    throw fail('apps/pattern', { pattern, most: MOST_PLACES });
  }
  const source = pieces.map((piece, i) =>
    i % 2 === 1 ? `(?<${piece}>.+?)` : piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`, 'iu');
}
