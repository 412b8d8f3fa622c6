/** A speaker that knows nothing: patterns, answers and exchanged pronouns, in the manner of ELIZA (Weizenbaum 1966). */

import { createRng } from '../rng.ts';
import type { TextModel } from '../types.ts';
import { fail } from './errors.ts';
import { checkInteger } from './options.ts';

export interface Rule {
  /** What the whole text must look like; `*` stands for anything. Small and large letters are alike. */
  readonly pattern: string;
  /** One of them is drawn; `{1}` is what the first `*` stood for, with its pronouns exchanged. */
  readonly answers: readonly string[];
}

export interface RuleSet {
  /** The first one that fits answers. */
  readonly rules: readonly Rule[];
  /** Answers where no rule fits. */
  readonly fallbacks: readonly string[];
  /** What is exchanged in what is given back: `my` to `your`, 我 to 你. */
  readonly swaps?: { readonly [from: string]: string };
}

/** Patterns and answers at most of a set. */
const RULE_LIMIT = 10_000;
/** Characters of a text that are looked at. */
const TEXT_LIMIT = 10_000;

/**
 * A text model that answers by rules: a baseline to stand beside models that learn. The same seed and prompt give the same answer.
 *
 * @example ruleModel(defaultRules).generate({ prompt: 'I need a rest' })
 */
export function ruleModel(
  { rules, fallbacks, swaps = {} }: RuleSet,
  { seed = 0 }: { readonly seed?: number } = {},
): TextModel {
  checkInteger('seed', seed, 0);
  if (fallbacks.length === 0) throw fail('decode/rule-empty', { pattern: undefined });
  if (rules.length > RULE_LIMIT) throw fail('decode/rule-count', { limit: RULE_LIMIT, got: rules.length });
  const compiled = rules.map(compileRule);
  const swap = swapper(swaps);
  const answerTo = (prompt: string): string => {
    const text = tidy(prompt.slice(0, TEXT_LIMIT));
    const rng = createRng(seed).split(text);
    for (const { match, answers } of compiled) {
      const found = match(text);
      if (!found) continue;
      const answer = answers[rng.integer(answers.length)];
      return answer.replace(/\{(\d+)\}/g, (_, place) => swap(found[Number(place) - 1]));
    }
    return fallbacks[rng.integer(fallbacks.length)];
  };
  return {
    async *generate({ prompt, signal }) {
      if (!signal?.aborted) yield { type: 'text-delta', text: answerTo(prompt) };
      const reason = signal?.aborted ? 'aborted' : 'stop';
      yield { type: 'finish', reason, promptTokens: 0, completionTokens: 0 };
    },
  };
}

/** Without marks at the end, and with single spaces. */
const tidy = (text: string): string =>
  text
    .trim()
    .replace(/[\s.!?。！？…]+$/u, '')
    .replace(/\s+/gu, ' ');

/** What the stars of a pattern stand for in a text; undefined where it does not fit. */
function compileRule({ pattern, answers }: Rule) {
  if (answers.length === 0) throw fail('decode/rule-empty', { pattern });
  const pieces = tidy(pattern.toLowerCase()).split('*');
  const stars = pieces.length - 1;
  for (const answer of answers) {
    for (const [, place] of answer.matchAll(/\{(\d+)\}/g)) {
      if (!(Number(place) >= 1 && Number(place) <= stars)) {
        throw fail('decode/rule-place', { pattern, place: `{${place}}`, stars });
      }
    }
  }
  const match = (text: string): string[] | undefined => {
    const lower = text.toLowerCase();
    // Some letters are longer in lower case: then the places would not be those of the text.
    const source = lower.length === text.length ? text : lower;
    if (stars === 0) return lower === pieces[0] ? [] : undefined;
    const last = pieces[stars];
    if (!lower.startsWith(pieces[0]) || !lower.endsWith(last)) return undefined;
    const end = lower.length - last.length;
    const found: string[] = [];
    let from = pieces[0].length;
    for (const piece of pieces.slice(1, stars)) {
      const at = lower.indexOf(piece, from);
      if (at < 0) return undefined;
      found.push(source.slice(from, at).trim());
      from = at + piece.length;
    }
    if (from > end) return undefined;
    return [...found, source.slice(from, end).trim()];
  };
  return { match, answers };
}

/** Exchanges words, all at once: what was put in is not exchanged again. */
function swapper(swaps: { readonly [from: string]: string }): (text: string) => string {
  const table = new Map(Object.entries(swaps).map(([from, to]) => [from.toLowerCase(), to]));
  if (table.size === 0) return (text) => text;
  const words = [...table.keys()].sort((a, b) => b.length - a.length);
  const escaped = words.map((word) => {
    const plain = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return /^[\p{Script=Han}]/u.test(word) ? plain : `(?<![\\p{L}\\p{N}'’])${plain}(?![\\p{L}\\p{N}'’])`;
  });
  const pattern = new RegExp(escaped.join('|'), 'giu');
  return (text) => text.replace(pattern, (word) => table.get(word.toLowerCase()) ?? word);
}
