/**
 * Grammars in GBNF, the notation of llama.cpp: `name ::= …` with "text", [classes], `.`, `( )`, `|`, `* + ? {m,n}` and
 * `# comments`. The rule `root` is the whole text. A rule goes on over line ends inside parentheses and after `|`.
 */

import { anyCharacter, type CharacterSet, characterSet, complement } from './character-set.ts';
import { fail } from './errors.ts';
import {
  character,
  choice,
  type Expression,
  type Grammar,
  repeat,
  rule,
  sequence,
  text,
} from './expression.ts';
import { limits } from './limits.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
  '[': '[',
  ']': ']',
  '-': '-',
  '^': '^',
};

/** Digits of an escape that gives a code point. */
const HEX_ESCAPES: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads a grammar. Errors name the line and column. Left recursion is allowed. */
export function readGrammar(source: string): Grammar {
  const refuse = (reason: string, reasonZh: string, place = at) => {
    const before = source.slice(0, place).split('\n');
    return fail('constraint/grammar', {
      line: before.length,
      column: before[before.length - 1].length + 1,
      reason,
      reasonZh,
    });
  };
  if (source.length > limits.grammarLength) {
    throw fail('constraint/limit', {
      where: 'grammar',
      what: 'characters',
      whatZh: '字符数',
      limit: limits.grammarLength,
      got: source.length,
    });
  }
  const rules = new Map<string, Expression>();
  /** Where each rule is first used. */
  const uses = new Map<string, number>();
  let at = 0;

  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) at += found[0].length;
    return found ?? undefined;
  };
  const take = (token: string): boolean => {
    if (!source.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const skipBlanks = (linesToo: boolean): void => {
    match(linesToo ? /(?:[ \t\r\n]|#[^\n]*)*/y : /[ \t]*(?:#[^\n]*)?/y);
  };

  /** One character of a text or class, escapes read. */
  const letter = (): string => {
    const begin = at;
    if (at >= source.length || source[at] === '\n')
      throw refuse('the text or class is not closed', '文本或字符类没有闭合');
    const first = String.fromCodePoint(source.codePointAt(at)!);
    at += first.length;
    if (first !== '\\') return first;
    const kind = source[at++] ?? '';
    if (Object.hasOwn(ESCAPES, kind)) return ESCAPES[kind];
    const digits = source.slice(at, at + (HEX_ESCAPES[kind] ?? 0));
    const codePoint = Number.parseInt(digits, 16);
    if (digits.length !== HEX_ESCAPES[kind] || !/^[0-9a-fA-F]+$/.test(digits)) {
      throw refuse(`\\${kind} is not an escape`, `\\${kind} 不是转义`, begin);
    }
    at += digits.length;
    if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) {
      throw refuse(`U+${digits} is not a character`, `U+${digits} 不是字符`, begin);
    }
    return String.fromCodePoint(codePoint);
  };

  const literal = (): Expression => {
    let value = '';
    while (!take('"')) value += letter();
    return text(value);
  };

  const bracket = (): CharacterSet => {
    const isNegative = take('^');
    const ranges: [number, number][] = [];
    while (!take(']')) {
      const begin = at;
      const first = letter().codePointAt(0)!;
      let last = first;
      if (source[at] === '-' && source[at + 1] !== ']') {
        at++;
        last = letter().codePointAt(0)!;
      }
      if (last < first) throw refuse('the range runs backwards', '范围首尾颠倒', begin);
      ranges.push([first, last]);
    }
    return isNegative ? complement(characterSet(...ranges)) : characterSet(...ranges);
  };

  const name = (): string | undefined => match(/[a-zA-Z][a-zA-Z0-9_-]*/y)?.[0];

  const atom = (depth: number): Expression | undefined => {
    if (take('"')) return literal();
    if (take('[')) return character(bracket());
    if (take('.')) return character(anyCharacter);
    if (take('(')) {
      if (depth >= limits.depth) {
        throw fail('constraint/limit', {
          where: 'grammar',
          what: 'groups inside groups',
          whatZh: '嵌套的分组数',
          limit: limits.depth,
        });
      }
      const body = alternatives(depth + 1);
      if (!take(')')) throw refuse('a parenthesis is not closed', '括号没有闭合');
      return body;
    }
    const begin = at;
    const called = name();
    if (called === undefined) return undefined;
    if (!uses.has(called)) uses.set(called, begin);
    return rule(called);
  };

  const quantified = (body: Expression, depth: number): Expression => {
    let result = body;
    for (;;) {
      skipBlanks(depth > 0);
      if (take('*')) result = repeat(result, 0);
      else if (take('+')) result = repeat(result, 1);
      else if (take('?')) result = repeat(result, 0, 1);
      else if (source[at] === '{') {
        const begin = at;
        const bounds = match(/\{\s*(\d+)\s*(?:(,)\s*(\d*)\s*)?\}/y);
        if (!bounds)
          throw refuse('a repetition must be {m}, {m,} or {m,n}', '重复必须写成 {m}、{m,} 或 {m,n}');
        const min = Number(bounds[1]);
        const max = bounds[2] ? (bounds[3] ? Number(bounds[3]) : Number.POSITIVE_INFINITY) : min;
        if (max < min) throw refuse('the bounds run backwards', '重复次数首尾颠倒', begin);
        result = repeat(result, min, max);
      } else return result;
    }
  };

  const alternatives = (depth: number): Expression => {
    const options: Expression[] = [];
    do {
      skipBlanks(options.length > 0 || depth > 0);
      const parts: Expression[] = [];
      for (let part = atom(depth); part; part = atom(depth)) parts.push(quantified(part, depth));
      options.push(sequence(...parts));
    } while (take('|'));
    return choice(...options);
  };

  skipBlanks(true);
  while (at < source.length) {
    const begin = at;
    const defined = name();
    skipBlanks(false);
    if (defined === undefined || !take('::=')) {
      throw refuse('a rule must begin with `name ::=`', '规则必须以 `名称 ::=` 开头');
    }
    if (rules.has(defined))
      throw refuse(`the rule ${defined} is defined twice`, `规则 ${defined} 定义了两次`, begin);
    if (rules.size >= limits.rules) {
      throw fail('constraint/limit', {
        where: 'grammar',
        what: 'rules',
        whatZh: '规则数',
        limit: limits.rules,
      });
    }
    skipBlanks(true);
    rules.set(defined, alternatives(0));
    if (at < source.length && !match(/\r?\n/y)) {
      throw refuse(
        `${JSON.stringify(source[at])} does not belong here`,
        `${JSON.stringify(source[at])} 不该出现在这里`,
      );
    }
    skipBlanks(true);
  }
  if (!rules.has('root')) throw refuse('there must be a rule `root`', '必须有名为 `root` 的规则', 0);
  for (const [used, place] of uses) {
    if (!rules.has(used)) throw refuse(`the rule ${used} is not defined`, `规则 ${used} 没有定义`, place);
  }
  return { root: 'root', rules };
}
