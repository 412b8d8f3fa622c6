/**
 * Self-reinforcement: how likely a sentence becomes the more often it has just been said
 * (Xu et al., "Learning to break the loop", 2022, §2).
 */

import type { Ids } from '../repeat/index.ts';
import type { LanguageModel } from '../types.ts';
import { checkInteger, fail } from './errors.ts';
import { readTexts } from './read-texts.ts';

export interface Reinforcement {
  /** Which time the sentence is said; 1 is the first. */
  readonly n: number;
  /** TP: mean probability of its tokens, averaged over the sentences. */
  readonly tokenProbability: number;
  /** IP: share of its tokens that are likelier than the first time. 0 for the first time. */
  readonly increased: number;
  /** WR: share of the sentences in which more than half of the tokens are. */
  readonly winners: number;
  /** Sentences for which the context was long enough. */
  readonly sentences: number;
}

export interface SelfReinforcementOptions {
  /** The most times a sentence is said. Default 12. */
  readonly repetitions?: number;
  /** Read before the first time. Default: nothing, and then the first token of the first copy counts for nobody. */
  readonly prefix?: Ids;
  readonly signal?: AbortSignal;
}

/**
 * Reads each sentence again and again, as often as the context holds, at least twice. The entry for n averages over the
 * sentences that fit n times.
 */
export async function selfReinforcement(
  model: LanguageModel,
  sentences: readonly Ids[],
  { repetitions = 12, prefix = [], signal }: SelfReinforcementOptions = {},
): Promise<Reinforcement[]> {
  checkInteger('selfReinforcement', 'repetitions', repetitions, 2);
  const room = model.contextLength - prefix.length;
  const usable = sentences.filter(({ length }) => length > 0 && 2 * length <= room);
  if (usable.length === 0) throw fail('eval/no-texts', { where: 'selfReinforcement', least: 1, got: 0 });
  const texts = usable.map((ids) => {
    const copies = Math.min(repetitions, Math.floor(room / ids.length));
    return [...Array.from(prefix), ...Array.from({ length: copies }, () => Array.from(ids)).flat()];
  });
  const read = await readTexts(model, texts, { signal });
  // Entry i is about token i + 1: without a prefix the first token of all has no probability.
  const first = prefix.length === 0 ? 1 : 0;
  return Array.from({ length: repetitions }, (_, copy): Reinforcement => {
    let [sentenceCount, probability, increased, winners] = [0, 0, 0, 0];
    usable.forEach(({ length }, i) => {
      const { logprobs } = read[i];
      const at = (n: number, token: number): number =>
        Math.exp(logprobs[prefix.length + n * length + token - 1]);
      if (prefix.length + (copy + 1) * length > logprobs.length + 1 || first >= length) return;
      let [sum, up] = [0, 0];
      for (let token = first; token < length; token++) {
        sum += at(copy, token);
        if (at(copy, token) > at(0, token)) up++;
      }
      const tokens = length - first;
      sentenceCount++;
      probability += sum / tokens;
      increased += up / tokens;
      if (2 * up > tokens) winners++;
    });
    const mean = (sum: number): number => (sentenceCount === 0 ? Number.NaN : sum / sentenceCount);
    return {
      n: copy + 1,
      tokenProbability: mean(probability),
      increased: mean(increased),
      winners: mean(winners),
      sentences: sentenceCount,
    };
  }).filter((entry) => entry.sentences > 0);
}
