/** The ways to say what a text may look like, and the one form they are all read into. */

import { fail } from './errors.ts';
import { choice, type Expression, type Grammar, text } from './expression.ts';
import { readGrammar } from './gbnf.ts';
import { limits } from './limits.ts';
import { readRegex } from './regex.ts';

/** What a text may look like, from its first character to its last. */
export type ConstraintSpec =
  /** A regular expression of ECMAScript that the whole text matches; without look-around, back-references and `\b`. */
  | { readonly regex: string | RegExp }
  /** One of these texts. */
  | { readonly choices: readonly string[] }
  /** A grammar in GBNF, the notation of llama.cpp, whose rule `root` is the whole text. */
  | { readonly grammar: string };

interface ReadSpec {
  readonly grammar: Grammar;
  /** How errors name it. */
  readonly where: string;
}

type Kind = ConstraintSpec extends infer Spec ? (Spec extends unknown ? keyof Spec : never) : never;
type Value<K extends Kind> =
  Extract<ConstraintSpec, { readonly [Key in K]: unknown }> extends {
    readonly [Key in K]: infer V;
  }
    ? V
    : never;

const READERS: { readonly [K in Kind]: (value: Value<K>, spec: ConstraintSpec) => Grammar } = {
  regex: (regex) => oneRule(readRegex(regex, 'whole')),
  choices: (choices) => oneRule(readChoices(choices)),
  grammar: (grammar) => readGrammar(grammar),
};

/** Reads any spec; anything else is an error that names the ways there are. */
export function readSpec(spec: ConstraintSpec): ReadSpec {
  const kinds = typeof spec === 'object' && spec !== null ? Object.keys(spec) : [];
  const kind = kinds[0] as Kind;
  if (kinds.length !== 1 || !Object.hasOwn(READERS, kind)) {
    throw fail('constraint/spec', { got: kinds.length ? `{ ${kinds.join(', ')} }` : String(spec) });
  }
  const read = READERS[kind] as (value: unknown, spec: ConstraintSpec) => Grammar;
  return { grammar: read((spec as Record<string, unknown>)[kind], spec), where: kind };
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
