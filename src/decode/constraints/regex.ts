/**
 * Regular expressions of ECMAScript as expressions. The engine checks the syntax and says what its classes hold; what is
 * not regular (look-around, back-references) or needs to see its neighbours (`\b`) is refused.
 */

import { anyCharacter, type CharacterSet, caseVariants, setOfAtom } from './character-set.ts';
import { fail } from './errors.ts';
import { character, choice, type Expression, empty, repeat, sequence, text } from './expression.ts';
import { limits } from './limits.ts';

/** Whether the whole text must match, or a part of it as in `RegExp.test`. */
export type RegexScope = 'whole' | 'part';

type Node =
  | { readonly type: 'start' | 'end'; readonly at: number }
  | { readonly type: 'expression'; readonly expression: Expression }
  | { readonly type: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly type: 'repeat'; readonly body: Node; readonly min: number; readonly max: number };

/** Reads a pattern with the flags `u` or `v`, `i`, `s`; a RegExp brings its own. */
export function readRegex(regex: string | RegExp, scope: RegexScope): Expression {
  const pattern = typeof regex === 'string' ? regex : regex.source;
  if (pattern.length > limits.regexLength) {
    throw fail('constraint/limit', {
      where: 'regex',
      what: 'characters',
      whatZh: '字符数',
      limit: limits.regexLength,
      got: pattern.length,
    });
  }
  const alternatives = splitAnchors(parseRegex(pattern, typeof regex === 'string' ? '' : regex.flags));
  const anything = repeat(character(anyCharacter), 0);
  return choice(
    ...alternatives.map(({ body, start, end }) => {
      const inner = toExpression(body, pattern);
      if (scope === 'whole') return inner;
      return sequence(start ? empty : anything, inner, end ? empty : anything);
    }),
  );
}

function parseRegex(pattern: string, ownFlags: string): Node {
  const refuse = (at: number, reason: string, reasonZh: string) =>
    fail('constraint/regex', { pattern, at, reason, reasonZh });
  if (ownFlags.includes('m')) {
    throw refuse(
      0,
      'the flag m is not supported: ^ and $ stand for the whole text',
      '不支持标志 m：^ 与 $ 指整个文本',
    );
  }
  checkDepth(pattern);
  // NOTE: many patterns escape what needs no escape (`\-`), which only the mode without `u` allows.
  const mode = ownFlags.includes('v') ? 'v' : 'u';
  const flags = mode + (ownFlags.includes('i') ? 'i' : '') + (ownFlags.includes('s') ? 's' : '');
  try {
    new RegExp(pattern, flags);
  } catch (error) {
    try {
      new RegExp(pattern);
    } catch {
      const reason = (error as Error).message.replace(/^.*\/[a-z]*: /s, '');
      throw refuse(0, `it is not a regular expression (${reason})`, `开始的内容不是正则表达式（${reason}）`);
    }
  }
  const ignoreCase = flags.includes('i');
  const sets = new Map<string, CharacterSet>();
  let at = 0;

  const has = (token: string): boolean => pattern.startsWith(token, at);
  const take = (token: string): boolean => {
    if (!has(token)) return false;
    at += token.length;
    return true;
  };

  const atomSet = (source: string): Expression => {
    let set = sets.get(source);
    if (!set) {
      try {
        set = setOfAtom(source, flags);
      } catch {
        throw refuse(
          at - source.length,
          `${source} is not valid in Unicode mode`,
          `的 ${source} 在 Unicode 模式下无效`,
        );
      }
      sets.set(source, set);
    }
    return character(set);
  };
  const literal = (letter: string): Expression => {
    if (!ignoreCase) return text(letter);
    const variants = sets.get(letter) ?? caseVariants(letter);
    sets.set(letter, variants);
    return character(variants);
  };

  const escapeSequence = (): Expression => {
    const begin = at;
    const escaped =
      /\\(?:[pP]\{[^}]*\}|u\{[0-9a-fA-F]+\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[a-zA-Z]|[dDsSwW0nrtfv])/y;
    escaped.lastIndex = at;
    const source = escaped.exec(pattern)?.[0];
    if (source) {
      at += source.length;
      return atomSet(source);
    }
    const letter = String.fromCodePoint(pattern.codePointAt(at + 1)!);
    at += 1 + letter.length;
    if (/[bB]/.test(letter)) {
      throw refuse(
        begin,
        'word borders are not supported; write out what stands there',
        '不支持单词边界；请写出该处的字符',
      );
    }
    if (/[1-9k]/.test(letter)) {
      throw refuse(begin, 'back-references are not regular', '的反向引用不是正则的');
    }
    if (/[a-zA-Z]/.test(letter)) {
      throw refuse(begin, `\\${letter} is not supported`, `的 \\${letter} 不受支持`);
    }
    return literal(letter);
  };

  const bracket = (): Expression => {
    const begin = at;
    let depth = 0;
    do {
      if (pattern[at] === '\\') at++;
      else if (pattern[at] === '[' && (depth === 0 || mode === 'v')) depth++;
      else if (pattern[at] === ']') depth--;
      at++;
    } while (depth > 0);
    return atomSet(pattern.slice(begin, at));
  };

  const group = (): Node => {
    const begin = at - 1;
    if (/^\?(?:<?[=!])/.test(pattern.slice(at, at + 3))) {
      throw refuse(begin, 'look-around is not supported', '的环视不受支持');
    }
    const name = /^\?<[^>]*>/.exec(pattern.slice(at))?.[0];
    if (name) at += name.length;
    else if (has('?') && !take('?:'))
      throw refuse(begin, 'this kind of group is not supported', '的这种分组不受支持');
    const body = alternatives();
    at++;
    return body;
  };

  const atom = (): Node => {
    if (take('(')) return group();
    if (take('^')) return { type: 'start', at: at - 1 };
    if (take('$')) return { type: 'end', at: at - 1 };
    if (has('[')) return { type: 'expression', expression: bracket() };
    if (has('\\')) return { type: 'expression', expression: escapeSequence() };
    if (take('.')) return { type: 'expression', expression: atomSet('.') };
    const letter = String.fromCodePoint(pattern.codePointAt(at)!);
    at += letter.length;
    return { type: 'expression', expression: literal(letter) };
  };

  const quantified = (): Node => {
    const body = atom();
    const quantifier = /(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/y;
    quantifier.lastIndex = at;
    const match = quantifier.exec(pattern);
    if (!match) return body;
    at += match[0].length;
    const min = match[1] ? Number(match[1]) : match[0][0] === '+' ? 1 : 0;
    const endless = match[1] ? match[2] === ',' && match[3] === '' : match[0][0] !== '?';
    const max = endless ? Number.POSITIVE_INFINITY : match[1] ? Number(match[3] || match[1]) : 1;
    return { type: 'repeat', body, min, max };
  };

  const alternatives = (): Node => {
    const parts: Node[] = [];
    do {
      const items: Node[] = [];
      while (at < pattern.length && !has('|') && !has(')')) items.push(quantified());
      parts.push(items.length === 1 ? items[0] : { type: 'sequence', parts: items });
    } while (take('|'));
    return parts.length === 1 ? parts[0] : { type: 'choice', parts };
  };

  return alternatives();
}

/** Refuses groups that are nested too deep before anything recurses into them. */
function checkDepth(pattern: string): void {
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern[i] === '(' || pattern[i] === '[') depth++;
    else if (pattern[i] === ')' || pattern[i] === ']') depth--;
    if (depth > limits.depth) {
      throw fail('constraint/limit', {
        where: 'regex',
        what: 'groups inside groups',
        whatZh: '嵌套的分组数',
        limit: limits.depth,
      });
    }
  }
}

interface Alternative {
  readonly start: boolean;
  readonly body: readonly Node[];
  readonly end: boolean;
}

/** The alternatives at the top, each without the anchors at its ends. */
function splitAnchors(node: Node): Alternative[] {
  if (node.type === 'choice') return node.parts.flatMap(splitAnchors);
  const parts = node.type === 'sequence' ? node.parts : [node];
  if (parts.length === 1 && parts[0].type === 'choice') return splitAnchors(parts[0]);
  const from = parts.findIndex(({ type }) => type !== 'start');
  const start = from < 0 ? parts.length : from;
  const end = parts.findLastIndex(({ type }) => type !== 'end') + 1;
  return [{ start: start > 0, body: parts.slice(start, Math.max(start, end)), end: end < parts.length }];
}

function toExpression(parts: readonly Node[], pattern: string): Expression {
  const convert = (node: Node): Expression => {
    switch (node.type) {
      case 'expression':
        return node.expression;
      case 'sequence':
        return sequence(...node.parts.map(convert));
      case 'choice':
        return choice(...node.parts.map(convert));
      case 'repeat':
        return repeat(convert(node.body), node.min, node.max);
      default:
        throw fail('constraint/regex', {
          pattern,
          at: node.at,
          reason: 'an anchor may only stand at the ends of the whole pattern or of one of its alternatives',
          reasonZh: '的锚点只能出现在整个表达式或其一个分支的两端',
        });
    }
  };
  return sequence(...parts.map(convert));
}
