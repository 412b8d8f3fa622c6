/** How well a text reads, whatever it says: SLOR by a model that counts, and how little of it is said again. */

import { createVocabulary, splitText } from '../../repeat/index.ts';
import { ngramModel } from '../baseline/kneser-ney.ts';
import { fail } from '../errors.ts';

/** What a text is worth to a model of fluency. */
export interface FluencyScore {
  /** log p(text) − log p of its tokens one by one, in nats: what their order is worth. */
  readonly gain: number;
  /** Words and marks, of Chinese characters. */
  readonly tokens: number;
}

export interface FluencyOptions {
  readonly lang: 'en' | 'zh';
  /** Tokens of the longest grams. Default 3. */
  readonly order?: number;
}

/**
 * A judge of texts that has read others: SLOR = gain / tokens, the log-probability of a text beyond that of its words by
 * themselves, so that neither rare words nor length count (Pauls and Klein 2012; Lau, Clark and Lappin 2017; Kann, Rothe and
 * Filippova 2018). The model is an n-gram model with Kneser–Ney smoothing; case does not count, tokens never read are one kind.
 * NOTE A text that is among those read looks more fluent than it is.
 *
 * @throws where there is nothing to read
 * @example const { gain, tokens } = fluencyJudge(references, { lang: 'en' })('the cat sat on the mat'); // gain / tokens is SLOR
 */
export function fluencyJudge(
  texts: Iterable<string>,
  { lang, order = 3 }: FluencyOptions,
): (text: string) => FluencyScore {
  const number = createVocabulary();
  const read: number[] = [];
  for (const text of texts) {
    const own = number(tokensOf(text, lang));
    if (own.length === 0) continue;
    for (const id of own) read.push(id + 2);
    read.push(END);
  }
  if (read.length === 0) throw fail('eval/no-tokens', { where: 'fluency' });
  const known = read.reduce((most, id) => Math.max(most, id), UNKNOWN);
  const vocabSize = known + 1;
  const model = ngramModel(read, { order, vocabSize, eosId: END });
  const alone = ngramModel(read, { order: 1, vocabSize, eosId: END });
  return (text) => {
    const ids = [END];
    for (const id of number(tokensOf(text, lang))) ids.push(id + 2 > known ? UNKNOWN : id + 2);
    let gain = 0;
    for (let i = 1; i < ids.length; i++) {
      const context = ids.slice(Math.max(0, i - order + 1), i);
      gain += model.logProbability(context, ids[i]) - alone.logProbability([], ids[i]);
    }
    return { gain, tokens: ids.length - 1 };
  };
}

/** What ends a text, and stands before the next. */
const END = 0;
const UNKNOWN = 1;

/** Words and marks, or characters, without regard to width and case. */
export const tokensOf = (text: string, lang: 'en' | 'zh'): string[] =>
  splitText(text.normalize('NFKC').toLowerCase(), lang === 'zh' ? 'characters' : 'segments');
