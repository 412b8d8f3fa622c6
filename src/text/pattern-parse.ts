/** Reads a pre-tokenizer pattern (the common part of Oniguruma's, Rust's and JavaScript's syntax) into a tree. */

import { fail } from './errors.ts';
import { limits } from './limits.ts';

/** Whether a code point belongs to a class. */
export type CharacterTest = (codePoint: number) => boolean;

/** How a repetition gives back: from the longest, from the shortest, or never. */
export type Greed = 'greedy' | 'lazy' | 'possessive';

export type PatternNode =
  | { readonly type: 'character'; readonly test: CharacterTest }
  | { readonly type: 'sequence' | 'choice'; readonly parts: readonly PatternNode[] }
  | {
      readonly type: 'repeat';
      readonly body: PatternNode;
      readonly min: number;
      readonly max: number;
      readonly greed: Greed;
    }
  | { readonly type: 'look'; readonly body: PatternNode; readonly negative: boolean }
  | { readonly type: 'atomic'; readonly body: PatternNode }
  | { readonly type: 'line-start' | 'line-end' | 'text-start' | 'text-end' };

/** Classes by their letter as Oniguruma has them: `\s` is White_Space, `\d` is Nd, `\w` has the Latin-1 fractions. */
const shorthands: { readonly [letter: string]: string } = {
  s: String.raw`\p{White_Space}`,
  S: String.raw`\P{White_Space}`,
  d: String.raw`\p{Nd}`,
  D: String.raw`\P{Nd}`,
  w: String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u{b2}\u{b3}\u{b9}\u{bc}-\u{be}`,
};

const controls: { readonly [letter: string]: string } = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  v: '\v',
  0: '\0',
};

/** A class from its JavaScript source, one table look-up per character after the first. */
function characterTest(source: string, flags: string): CharacterTest {
  const regex = new RegExp(`^[${source}]$`, flags);
  const known = new Uint8Array(0x10000);
  return (codePoint) => {
    if (codePoint > 0xffff) return regex.test(String.fromCodePoint(codePoint));
    let answer = known[codePoint];
    if (answer === 0) answer = known[codePoint] = regex.test(String.fromCharCode(codePoint)) ? 2 : 1;
    return answer === 2;
  };
}

const escapeCodePoint = (character: string): string => `\\u{${character.codePointAt(0)!.toString(16)}}`;

/**
 * Parses `pattern`. Knows alternatives, groups `( ) (?: ) (?> ) (?i: )`, look-ahead, classes, `\p{…}`, `\s \S \d \D \w`,
 * `* + ? {n,m}`, lazy and possessive forms, `^ $ \A \z`. Anything else is an error that names the place.
 */
export function parsePattern(pattern: string): PatternNode {
  const characters = Array.from(pattern);
  const classes = new Map<string, CharacterTest>();
  let at = 0;

  const refuse = (reason: string, reasonZh: string) =>
    fail('text/pattern', { pattern, at, reason, reasonZh });
  const unknown = () =>
    refuse(`${characters[at] ?? 'the end'} is not supported`, `的 ${characters[at] ?? '结尾'} 不受支持`);
  const startsWith = (text: string): boolean => {
    for (let i = 0; i < text.length; i++) if (characters[at + i] !== text[i]) return false;
    return true;
  };
  const take = (text: string): boolean => {
    if (!startsWith(text)) return false;
    at += text.length;
    return true;
  };

  function character(source: string, ignoreCase: boolean): PatternNode {
    const flags = ignoreCase ? 'iu' : 'u';
    const key = flags + source;
    let test = classes.get(key);
    if (!test) {
      try {
        test = characterTest(source, flags);
      } catch {
        throw refuse('the class is not valid', '的字符类无效');
      }
      classes.set(key, test);
    }
    return { type: 'character', test };
  }

  /** After a backslash: the source of a class, e.g. `\p{L}` or `\u{41}`. */
  function escaped(): string {
    const letter = characters[at];
    if (letter === undefined) throw unknown();
    if (letter === 'p' || letter === 'P') {
      const close = characters.indexOf('}', at);
      if (characters[at + 1] !== '{' || close < 0) throw unknown();
      const name = characters.slice(at + 2, close).join('');
      at = close + 1;
      const negative = (letter === 'P') !== name.startsWith('^');
      return `\\${negative ? 'P' : 'p'}{${name.replace(/^\^/, '')}}`;
    }
    if (letter === 'x' || letter === 'u') {
      const digits = /^(?:x([0-9a-fA-F]{2})|[xu]\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4}))/.exec(
        characters.slice(at, at + 9).join(''),
      );
      if (!digits) throw unknown();
      at += digits[0].length;
      return `\\u{${digits[1] ?? digits[2] ?? digits[3]}}`;
    }
    if (Object.hasOwn(shorthands, letter)) {
      at++;
      return shorthands[letter];
    }
    if (Object.hasOwn(controls, letter)) {
      at++;
      return escapeCodePoint(controls[letter]);
    }
    if (/[\p{L}\p{N}]/u.test(letter)) throw unknown();
    at++;
    return escapeCodePoint(letter);
  }

  function bracket(ignoreCase: boolean): PatternNode {
    let source = take('^') ? '^' : '';
    const first = at;
    while (characters[at] !== ']' || at === first) {
      const letter = characters[at];
      // NOTE: nested classes and && mean different things to different engines.
      if (letter === undefined || letter === '[' || startsWith('&&')) throw unknown();
      at++;
      if (letter === '\\') source += escaped();
      else if (letter === '-' && at - 1 > first && characters[at] !== ']') source += '-';
      else source += escapeCodePoint(letter);
    }
    at++;
    return character(source, ignoreCase);
  }

  function atom(ignoreCase: boolean, depth: number): PatternNode {
    if (take('(')) {
      if (depth >= limits.patternDepth) throw refuse('groups are nested too deep', '的括号嵌套太深');
      const look = take('?=') ? 'positive' : take('?!') ? 'negative' : undefined;
      const atomic = !look && take('?>');
      const folded = !look && !atomic && take('?i:');
      if (!look && !atomic && !folded && !take('?:') && startsWith('?')) throw unknown();
      const body = choice(ignoreCase || folded, depth + 1);
      if (!take(')')) throw refuse('a group is not closed', '的括号没有闭合');
      if (look) return { type: 'look', body, negative: look === 'negative' };
      return atomic ? { type: 'atomic', body } : body;
    }
    if (take('[')) return bracket(ignoreCase);
    if (take('^')) return { type: 'line-start' };
    if (take('$')) return { type: 'line-end' };
    if (take('.')) return character(String.raw`^\n`, false);
    if (take('\\A')) return { type: 'text-start' };
    if (take('\\z')) return { type: 'text-end' };
    if (take('\\')) return character(escaped(), ignoreCase);
    const letter = characters[at];
    if (letter === undefined || '*+?{'.includes(letter)) throw unknown();
    at++;
    return character(escapeCodePoint(letter), ignoreCase);
  }

  /** `{n}`, `{n,}`, `{n,m}`, `{,m}` at `at`. */
  function interval(): readonly [min: number, max: number] {
    const match = /^\{(\d{0,5})(,?)(\d{0,5})\}/.exec(characters.slice(at, at + 14).join(''));
    if (!match || (match[1] === '' && match[3] === '')) throw unknown();
    at += match[0].length;
    const min = Number(match[1]);
    const max = match[2] === '' ? min : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (max < min) throw refuse('the interval is empty', '的重复次数范围为空');
    return [min, max];
  }

  function repeated(ignoreCase: boolean, depth: number): PatternNode {
    const body = atom(ignoreCase, depth);
    let min: number;
    let max = Number.POSITIVE_INFINITY;
    if (take('*')) min = 0;
    else if (take('+')) min = 1;
    else if (take('?')) [min, max] = [0, 1];
    else if (characters[at] === '{') {
      [min, max] = interval();
      // NOTE: after an interval, `+` is possessive in some engines and a second repetition in others.
      if (characters[at] === '+') throw unknown();
    } else return body;
    const greed: Greed = take('+') ? 'possessive' : take('?') ? 'lazy' : 'greedy';
    return { type: 'repeat', body, min, max, greed };
  }

  function sequence(ignoreCase: boolean, depth: number): PatternNode {
    const parts: PatternNode[] = [];
    while (at < characters.length && characters[at] !== '|' && characters[at] !== ')') {
      parts.push(repeated(ignoreCase, depth));
    }
    return { type: 'sequence', parts };
  }

  function choice(ignoreCase: boolean, depth: number): PatternNode {
    const parts = [sequence(ignoreCase, depth)];
    while (take('|')) parts.push(sequence(ignoreCase, depth));
    return parts.length === 1 ? parts[0] : { type: 'choice', parts };
  }

  if (pattern.length > limits.patternLength) {
    throw fail('text/limit', {
      where: 'pre_tokenizer',
      what: 'pattern length',
      limit: limits.patternLength,
      got: pattern.length,
    });
  }
  const tree = choice(false, 0);
  if (at < characters.length) throw unknown();
  return tree;
}
