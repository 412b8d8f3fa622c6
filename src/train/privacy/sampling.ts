/** Poisson sampling: each example is in each sample with the same probability, whatever the others do. Its privacy is what the accountant counts. */

import { createRng, type Rng } from '../../rng.ts';
import { fail, requireNumber, wholePositive } from '../errors.ts';

/**
 * The sample of a step: the numbers of its examples among `count`, ascending, may be none. A pure function of seed and step. The gaps between
 * them are drawn (geometric), so that a step takes time by the size of its sample.
 */
export function poissonSamples(options: {
  readonly count: number;
  readonly rate: number;
  readonly seed: number;
}): (step: number) => number[] {
  const { count, rate, seed } = options;
  requireNumber('privacy', 'count', count, wholePositive);
  if (!(rate > 0 && rate <= 1)) {
    throw fail('train/option', {
      where: 'privacy',
      option: 'rate',
      rule: 'in (0, 1]',
      zhRule: '在 (0, 1] 之内',
      got: rate,
    });
  }
  const samples = createRng(seed).split('private samples');
  return (step) => {
    const rng = samples.split(step);
    const sample: number[] = [];
    for (let i = gap(rng, rate); i < count; i += 1 + gap(rng, rate)) sample.push(i);
    return sample;
  };
}

/** How many are passed over before the next: P(gap ≥ g) = (1 − q)^g, from 53 random bits. */
const gap = (rng: Rng, rate: number): number =>
  Math.floor(Math.log1p(-(rng.uniform() + rng.integer(2 ** 21) / 2 ** 53)) / Math.log1p(-rate));
