/**
 * How well a model knows the canaries of its training text by heart: their exposure (Carlini et al. 2019, "The Secret Sharer"),
 * log₂ of the number of secrets there are − log₂ of the canary's rank among them by log-perplexity.
 */

import { type Canary, type CanaryFormat, canaryText, secretCount, secretOf } from '../../data/index.ts';
import { createRng } from '../../rng.ts';
import type { BenchmarkModel } from '../benchmark/model.ts';
import { checkInteger, fail } from '../errors.ts';
import { meanRanks, pearson } from '../metrics/regression.ts';
import { fitSkewNormal, skewNormalShare } from './skew-normal.ts';

export interface CanaryExposure extends Canary {
  readonly text: string;
  /** −log₂ p of the whole sentence. */
  readonly bits: number;
  /** Bits that the model gives away of the secret; of one it never saw, 1.44 on average. */
  readonly exposure: number;
  /** Among all secrets, the likeliest being 1; where all were read. */
  readonly rank?: number;
}

export interface ExposureReport {
  readonly model: string;
  /** `exact`: every secret was read; `extrapolated`: the distribution of those drawn was. */
  readonly method: 'exact' | 'extrapolated';
  /** Secrets that were read to compare with. */
  readonly read: number;
  /** log₂ of the number of secrets: the greatest exposure. */
  readonly mostExposure: number;
  readonly canaries: readonly CanaryExposure[];
  /** Spearman's correlation of times and exposure; NaN where all stand as often. */
  readonly correlation: number;
}

export interface ExposureOptions {
  /** Spaces of at most so many secrets are read whole. Default 10,000. */
  readonly exactUpTo?: number;
  /** Secrets drawn of a larger space. Default 2,000. */
  readonly samples?: number;
  readonly seed?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Sentences between two reports of progress. */
const GROUP = 256;
/** Fewer tell no shape. */
const LEAST_SAMPLES = 100;

/** The exposure of each canary. @throws `eval/no-likelihoods` of an endpoint */
export async function measureExposure(
  model: BenchmarkModel,
  format: CanaryFormat,
  canaries: readonly Canary[],
  options: ExposureOptions = {},
): Promise<ExposureReport> {
  const { exactUpTo = 10_000, samples = 2000, seed = 0, onProgress, signal } = options;
  checkInteger('measureExposure', 'samples', samples, LEAST_SAMPLES);
  const { score } = model;
  if (!score) throw fail('eval/no-likelihoods', { model: model.name, task: 'measureExposure' });
  const count = secretCount(format);
  const isExact = count <= exactUpTo;
  const rng = createRng(seed);
  const compared = isExact
    ? Array.from({ length: count }, (_, i) => secretOf(format, i))
    : Array.from({ length: samples }, () => secretOf(format, rng.integer(count)));
  const secrets = [...canaries.map(({ secret }) => secret), ...compared];
  const bits = new Float64Array(secrets.length);
  for (let from = 0; from < secrets.length; from += GROUP) {
    const some = secrets.slice(from, from + GROUP).map((secret) => canaryText(format, secret));
    bits.set(
      (await score(some, signal)).map((one) => one.bits),
      from,
    );
    onProgress?.(Math.min(from + GROUP, secrets.length), secrets.length);
  }
  const others = bits.subarray(canaries.length);
  const shape = isExact ? undefined : fitSkewNormal(others);
  const mostExposure = Math.log2(count);
  const measured = canaries.map((canary, i): CanaryExposure => {
    const own = { ...canary, text: canaryText(format, canary.secret), bits: bits[i] };
    if (shape) {
      // No secret ranks before the first.
      const exposure = Math.min(mostExposure, -Math.log2(skewNormalShare(shape, bits[i])));
      return { ...own, exposure };
    }
    const rank = 1 + others.reduce((sum, x) => sum + Number(x < bits[i] - SAME), 0);
    return { ...own, exposure: mostExposure - Math.log2(rank), rank };
  });
  const ranks = [measured.map(({ times }) => times), measured.map(({ exposure }) => exposure)].map(meanRanks);
  return {
    model: model.name,
    method: isExact ? 'exact' : 'extrapolated',
    read: compared.length,
    mostExposure,
    canaries: measured,
    correlation: pearson(ranks[0], ranks[1]),
  };
}

/** Bits by which the same sentence may differ in another batch. */
const SAME = 1e-4;
