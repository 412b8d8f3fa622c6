/** Rules about which tokens may stand where. */

import { fail } from '../errors.ts';
import { checkInteger, checkNumber } from '../options.ts';
import { BANNED, type LogitsProcessor } from './processor.ts';

/** Adds to the logits of single ids; −∞ bans. Pairs of id and bias. */
export function logitBias(bias: Iterable<readonly [id: number, bias: number]>): LogitsProcessor {
  const entries = Array.from(bias);
  for (const [id, value] of entries) {
    checkInteger('logitBias', id, 0);
    if (value !== BANNED) checkNumber(`logitBias of ${id}`, value, 'a finite number or −∞', () => true);
  }
  return (logits) => {
    for (const [id, value] of entries) logits[id] += value;
  };
}

export interface NoRepeatNgramOptions {
  /** Whether n-grams of the prompt count. Default true. */
  readonly includePrompt?: boolean;
}

/** Bans every token that would complete an n-gram that the text already has. O(1) amortised. */
export function noRepeatNgram(n: number, options: NoRepeatNgramOptions = {}): LogitsProcessor {
  checkInteger('noRepeatNgram', n, 1);
  const { includePrompt = true } = options;
  return (logits, step) => {
    const repeats = includePrompt ? step.repeats : step.completionRepeats;
    repeats.forEachFollower(n - 1, (id) => {
      logits[id] = BANNED;
    });
  };
}

export interface BadWordsOptions {
  /** Whether a word may have begun in the prompt. Default true. */
  readonly includePrompt?: boolean;
}

/** Bans the last token of each of the sequences of ids wherever the text ends with the tokens before it. */
export function badWords(
  words: readonly (readonly number[])[],
  options: BadWordsOptions = {},
): LogitsProcessor {
  const { includePrompt = true } = options;
  const alone: number[] = [];
  /** The longer words by their last token but one: only those can be complete now. */
  const byEve = new Map<number, (readonly number[])[]>();
  for (const word of words) {
    if (word.length === 0)
      throw fail('decode/option', { option: 'badWords', rule: 'words of at least one token', value: '[]' });
    for (const id of word) checkInteger('badWords', id, 0);
    const eve = word.at(-2);
    if (eve === undefined) alone.push(word[0]);
    else byEve.set(eve, [...(byEve.get(eve) ?? []), word]);
  }
  return (logits, { ids, promptLength }) => {
    for (const id of alone) logits[id] = BANNED;
    const begun = ids.length === 0 ? undefined : byEve.get(ids[ids.length - 1]);
    if (!begun) return;
    const start = includePrompt ? 0 : promptLength;
    for (const word of begun) {
      const from = ids.length - word.length + 1;
      let i = from < start ? -1 : word.length - 2;
      while (i >= 0 && ids[from + i] === word[i]) i--;
      if (i < 0 && from >= start) logits[word[word.length - 1]] = BANNED;
    }
  };
}

/** Bans the ids that end a text until the completion has `n` tokens. */
export function minTokens(n: number): LogitsProcessor {
  checkInteger('minTokens', n, 0);
  return (logits, { ids, promptLength, eosIds }) => {
    if (ids.length - promptLength >= n) return;
    if (!eosIds) throw fail('decode/no-eos', undefined);
    for (const id of eosIds) logits[id] = BANNED;
  };
}

/** Makes the completion begin with these ids: at each of the first places only one token may stand. */
export function forcedPrefix(prefix: readonly number[]): LogitsProcessor {
  for (const id of prefix) checkInteger('forcedPrefix', id, 0);
  return (logits, { ids, promptLength }) => {
    const place = ids.length - promptLength;
    if (place >= prefix.length) return;
    const forced = logits[prefix[place]];
    logits.fill(BANNED);
    // NaN and +∞ stay for the sampler to report.
    logits[prefix[place]] = forced > BANNED || Number.isNaN(forced) ? forced : 0;
  };
}
