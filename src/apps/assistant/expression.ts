/** Arithmetic as people write it, read by recursive descent: nothing is run that is no number, sign or function of the table. */

import { fail } from '../errors.ts';

const MOST_CHARACTERS = 500;
const MOST_DEPTH = 50;

const functions: Readonly<Record<string, (...numbers: number[]) => number>> = {
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  abs: Math.abs,
  round: (x, digits = 0) => shifted(Math.round(shifted(x, digits)), -digits),
  floor: Math.floor,
  ceil: Math.ceil,
  min: Math.min,
  max: Math.max,
  ln: Math.log,
  log: (x, base) => (base === undefined ? Math.log10(x) : Math.log(x) / Math.log(base)),
  log2: Math.log2,
  exp: Math.exp,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  mod: (x, y) => x - y * Math.floor(x / y),
};
/** Arguments that a function takes at most, where it is not one. */
const mostArguments: Readonly<Record<string, number>> = {
  ...{ round: 2, log: 2, mod: 2 },
  ...{ min: Number.POSITIVE_INFINITY, max: Number.POSITIVE_INFINITY },
};
const constants: Readonly<Record<string, number>> = { pi: Math.PI, π: Math.PI, e: Math.E };

/** Signs that are written otherwise, and words between numbers. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/×|·|乘以|乘|\btimes\b|\bmultiplied by\b/g, '*'],
  [/÷|除以|\bdivided by\b/g, '/'],
  [/−|减去|减|\bminus\b/g, '-'],
  [/加上|加|\bplus\b/g, '+'],
  [/\*\*|\bto the power of\b|的幂/g, '^'],
  [/%\s*(?:of\b|的)/g, '% *'],
  [/(?<=[\d)]\s*)的(?=\s*\d+(?:\.\d+)?\s*%)/g, '*'],
  [/√\s*(\d+(?:\.\d+)?)/g, 'sqrt($1)'],
  [/√/g, 'sqrt'],
];
/** NOTE Beside a function, a comma may part two numbers: `max(100,200)`. */
const THOUSANDS = /(?<=\d),(?=\d{3}(?!\d))/g;
const CALL = /[a-z]\w*\s*\(/;

const TOKEN = /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)|([a-zπ]\w*)|([-+*/^%(),]))/iy;

/**
 * The value: `+ − × ÷ ^`, brackets, `%` as hundredths, functions such as `sqrt(2)`, `pi`; `15% of 80`, `3乘以4`. Powers bind from
 * the right, and more than a sign before them.
 *
 * @throws `apps/expression` with the place that cannot be read; `apps/no-value` where a step has no finite value
 */
export function evaluateExpression(text: string): number {
  const refuse = (at: string) => fail('apps/expression', { text: text.slice(0, MOST_CHARACTERS), at });
  if (text.length > MOST_CHARACTERS) throw refuse('…');
  const tokens = tokensOf(text, refuse);
  let place = 0;
  let depth = 0;
  let hasValue = true;
  // What cannot be read is said first: a value is looked at when all is.
  const noted = (value: number): number => {
    hasValue &&= Number.isFinite(value);
    return value;
  };
  const take = (...signs: string[]): string | undefined =>
    signs.includes(tokens[place]) ? tokens[place++] : undefined;
  const expect = (sign: string): void => {
    if (!take(sign)) throw refuse(tokens[place] ?? '');
  };

  const sum = (): number => {
    if (++depth > MOST_DEPTH) throw refuse('(');
    let value = product();
    for (let sign = take('+', '-'); sign; sign = take('+', '-')) {
      value = noted(sign === '+' ? value + product() : value - product());
    }
    depth--;
    return value;
  };
  const product = (): number => {
    let value = signed();
    for (let sign = take('*', '/'); sign; sign = take('*', '/')) {
      value = noted(sign === '*' ? value * signed() : value / signed());
    }
    return value;
  };
  const signed = (): number => {
    let isNegative = false;
    for (let sign = take('+', '-'); sign; sign = take('+', '-')) isNegative = isNegative !== (sign === '-');
    return isNegative ? -power() : power();
  };
  const power = (): number => {
    let base = atom();
    while (take('%')) base /= 100;
    if (!take('^')) return base;
    if (++depth > MOST_DEPTH) throw refuse('^');
    const value = noted(base ** signed());
    depth--;
    return value;
  };
  const atom = (): number => {
    const token = tokens[place++] ?? '';
    if (/^[\d.]/.test(token)) return noted(Number(token));
    if (token === '(') {
      const value = sum();
      expect(')');
      return value;
    }
    if (Object.hasOwn(constants, token)) return constants[token];
    if (!Object.hasOwn(functions, token)) throw refuse(token);
    expect('(');
    const given = [sum()];
    const most = mostArguments[token] ?? 1;
    while (given.length < most && take(',')) given.push(sum());
    expect(')');
    return noted(functions[token](...given));
  };

  const value = sum();
  if (place < tokens.length) throw refuse(tokens[place]);
  if (!hasValue) throw fail('apps/no-value', { text });
  return value;
}

function tokensOf(text: string, refuse: (at: string) => Error): string[] {
  // What stands above the line would come down to it.
  const flat = text.replace(/²/g, '^2').replace(/³/g, '^3');
  let plain = flat.normalize('NFKC').toLowerCase();
  for (const [pattern, sign] of SPELLINGS) plain = plain.replace(pattern, sign);
  plain = (CALL.test(plain) ? plain : plain.replace(THOUSANDS, '')).trim();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < plain.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(plain);
    if (!match) throw refuse(plain.slice(at, at + 10));
    tokens.push(match[1] ?? match[2] ?? match[3]);
  }
  return tokens;
}

/** The decimal point moved to the right, without the noise of a multiplication. */
function shifted(x: number, places: number): number {
  const [digits, power = '0'] = String(x).split('e');
  return Number(`${digits}e${Number(power) + places}`);
}

/** As people write it: without the noise of the last binary digits. */
export const showNumber = (value: number): string => String(Number(value.toPrecision(14)));
