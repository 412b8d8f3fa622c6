/** The ways to say what a text may look like, and the one form they are all read into. */

import { fail } from './errors.ts';
import { choice, type Expression, type Grammar, text } from './expression.ts';
import { readGrammar } from './gbnf.ts';
import { readJsonSchema } from './json-schema.ts';
import type { JsonWhitespace } from './json-syntax.ts';
import { limits } from './limits.ts';
import { readRegex } from './regex.ts';
import { readToolCalls, type ToolCallsSpec } from './tool-calls.ts';

/** What a text may look like, from its first character to its last. */
export type ConstraintSpec =
  /** A regular expression of ECMAScript that the whole text matches; without look-around, back-references and `\b`. */
  | { readonly regex: string | RegExp }
  /** One of these texts. */
  | { readonly choices: readonly string[] }
  /** A grammar in GBNF, the notation of llama.cpp, whose rule `root` is the whole text. */
  | { readonly grammar: string }
  | JsonSchemaSpec
  | ToolCallsSpec<ConstraintSpec>;

/**
 * JSON that satisfies a schema of 2020-12. Known are type, enum, const, properties, required, additionalProperties, items,
 * prefixItems, minItems, maxItems, minLength, maxLength, pattern, format (date, time, date-time, uuid, email, hostname, ipv4,
 * uri), minimum, maximum, exclusiveMinimum, exclusiveMaximum, anyOf, oneOf, allOf, and $ref into the schema, also to itself.
 * Any other keyword is an error.
 *
 * Of the texts that the schema allows some are never written: properties come in the order of the schema; properties that
 * it does not name only where `additionalProperties` says so or none is named; entries beyond `prefixItems` only where `items`
 * does, and all of `prefixItems` are written; numbers have at most 15 digits before and after the point, and no exponent
 * where they have bounds. `oneOf` must be of schemas that no value can satisfy two of, as far as types, values, ranges or a
 * required property tell; others are an error. NOTE: keys that the schema does not name may come twice.
 */
export interface JsonSchemaSpec {
  readonly jsonSchema: unknown;
  /** Default 'flexible'. */
  readonly whitespace?: JsonWhitespace;
}

interface ReadSpec {
  readonly grammar: Grammar;
  /** How errors name it. */
  readonly where: string;
}

type Reader = (spec: never) => Grammar;

const READERS: { readonly [kind: string]: Reader } = {
  regex: ({ regex }: { regex: string | RegExp }) => oneRule(readRegex(regex, 'whole')),
  choices: ({ choices }: { choices: readonly string[] }) => oneRule(readChoices(choices)),
  grammar: ({ grammar }: { grammar: string }) => readGrammar(grammar),
  jsonSchema: ({ jsonSchema, whitespace }: JsonSchemaSpec) => readJsonSchema(jsonSchema, whitespace),
  toolCalls: ({ toolCalls }: ToolCallsSpec<ConstraintSpec>) =>
    readToolCalls(toolCalls, readJsonSchema, (spec) => readSpec(spec).grammar),
};

/** Reads any spec; anything else is an error that names the ways there are. */
export function readSpec(spec: ConstraintSpec): ReadSpec {
  const keys = typeof spec === 'object' && spec !== null ? Object.keys(spec) : [];
  const kinds = keys.filter((key) => !(key === 'whitespace' && keys.includes('jsonSchema')));
  const kind = kinds[0];
  if (kinds.length !== 1 || !Object.hasOwn(READERS, kind)) {
    throw fail('constraint/spec', { got: keys.length ? `{ ${keys.join(', ')} }` : String(spec) });
  }
  return { grammar: READERS[kind](spec as never), where: kind };
}

function oneRule(expression: Expression): Grammar {
  return { root: 'root', rules: new Map([['root', expression]]) };
}

function readChoices(choices: readonly string[]): Expression {
  const refuse = (reason: string, reasonZh: string) => fail('constraint/choices', { reason, reasonZh });
  if (!Array.isArray(choices) || choices.length === 0) {
    throw refuse('must be a list of at least one text, got none', '必须是至少含一个文本的列表，一个也没有');
  }
  const length = choices.reduce((sum, one) => sum + (typeof one === 'string' ? one.length : 0), 0);
  if (choices.length > limits.choices) {
    throw fail('constraint/limit', {
      where: 'choices',
      what: 'texts',
      whatZh: '文本数',
      limit: limits.choices,
      got: choices.length,
    });
  }
  if (length > limits.choicesLength) {
    throw fail('constraint/limit', {
      where: 'choices',
      what: 'characters in all',
      whatZh: '字符总数',
      limit: limits.choicesLength,
      got: length,
    });
  }
  for (const one of choices) {
    if (typeof one !== 'string') {
      throw refuse(
        `every choice must be a text, got ${String(one)}`,
        `每一项都必须是文本，得到 ${String(one)}`,
      );
    }
    if (/\p{Surrogate}/u.test(one)) {
      throw refuse(`${JSON.stringify(one)} has half a character`, `${JSON.stringify(one)} 含有半个字符`);
    }
  }
  return choice(...choices.map(text));
}
