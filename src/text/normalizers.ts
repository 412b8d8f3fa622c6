/** The normalizers of `tokenizer.json`: one row for each type that can be applied. */

import { cleanText, lowerCase, spaceIdeographs, stripAccents } from './bert-text.ts';
import { readCharsmap } from './charsmap.ts';
import { bound, type Component, componentsOf, patternOf, rowOf } from './components.ts';
import { fail } from './errors.ts';
import { text, truth } from './json-fields.ts';
import { limits } from './limits.ts';
import { patternSearch } from './pattern.ts';

/** Text as the vocabulary wants it. */
export type Normalize = (text: string) => string;

type Reader = (part: Component, path: string) => Normalize;

const form =
  (name: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Reader =>
  () =>
  (given) =>
    given.normalize(name);

/** Controls that SentencePiece's `nmt` rules drop, and what they turn into a space. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it is about
const nmtDropped = /[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/g;
const nmtSpaces = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

const readers: Readonly<Record<string, Reader>> = {
  NFC: form('NFC'),
  NFD: form('NFD'),
  NFKC: form('NFKC'),
  NFKD: form('NFKD'),
  Lowercase: () => lowerCase,
  StripAccents: () => (given) => given.replace(/\p{M}/gu, ''),
  Nmt: () => (given) => given.replace(nmtDropped, '').replace(nmtSpaces, ' '),
  Strip(part, path) {
    const left = truth(part, 'strip_left', undefined, path);
    const right = truth(part, 'strip_right', undefined, path);
    return (given) => {
      let start = 0;
      let end = given.length;
      if (left) while (start < end && isSpace(given.charCodeAt(start))) start++;
      if (right) while (end > start && isSpace(given.charCodeAt(end - 1))) end--;
      return given.slice(start, end);
    };
  },
  Prepend(part, path) {
    const prefix = text(part, 'prepend', path);
    bound(path, 'length', prefix.length, limits.tokenLength);
    return (given) => (given === '' ? given : prefix + given);
  },
  Replace(part, path) {
    const { literal, source } = patternOf(part, path);
    const content = text(part, 'content', path);
    bound(path, 'length', content.length, limits.tokenLength);
    if (literal === '') throw fail('text/field', { where: `${path}pattern`, must: 'not empty', got: '' });
    if (literal !== undefined) return (given) => given.replaceAll(literal, () => content);
    const search = patternSearch(source);
    return (given) => {
      let out = '';
      let at = 0;
      for (let found = search(given, 0); found; found = search(given, at)) {
        out += given.slice(at, found.start) + content;
        at = found.end;
        if (at >= given.length) break;
      }
      return out + given.slice(at);
    };
  },
  BertNormalizer(part, path) {
    const lower = truth(part, 'lowercase', undefined, path);
    const steps: Normalize[] = [];
    if (truth(part, 'clean_text', undefined, path)) steps.push(cleanText);
    if (truth(part, 'handle_chinese_chars', undefined, path)) steps.push(spaceIdeographs);
    if (truth(part, 'strip_accents', lower, path)) steps.push(stripAccents);
    if (lower) steps.push(lowerCase);
    return inTurn(steps);
  },
  Precompiled: (part, path) => readCharsmap(text(part, 'precompiled_charsmap', path)),
};

const isSpace = (unit: number): boolean => /\p{White_Space}/u.test(String.fromCharCode(unit));

const inTurn =
  (steps: readonly Normalize[]): Normalize =>
  (given) =>
    steps.reduce((made, step) => step(made), given);

/**
 * The function of a `normalizer`; `undefined` for null and an empty `Sequence`. Errors: `text/field`, `text/limit`,
 * `text/unsupported`, `text/pattern`; of the function, `text/limit` when text grows beyond all measure.
 */
export function readNormalizer(part: unknown): Normalize | undefined {
  const steps = componentsOf(part, 'normalizer', 'normalizers').map((component, i) =>
    rowOf(readers, 'normalizer', component.type)(component, `normalizer.${i}.`),
  );
  if (steps.length === 0) return undefined;
  return (given) =>
    steps.reduce((made, step) => {
      const next = step(made);
      bound('normalizer', 'text', next.length, limits.tokenLength + given.length * limits.normalGrowth);
      return next;
    }, given);
}
