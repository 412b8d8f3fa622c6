/** What the critic and the writer of an adversarial training want of the critic's answers. */

import { add, mean, neg, softplus, sub, type Tensor } from '../tensor/index.ts';

interface AdversarialLoss {
  /** Of answers [texts] to real and to written texts; the critic makes it small. */
  readonly critic: (real: Tensor, written: Tensor) => Tensor;
  /** Of answers to written texts; the writer makes it small, where it can be differentiated through. */
  readonly writer: (written: Tensor) => Tensor;
  /** Of one answer; the writer makes it large, by trying. */
  readonly reward: (score: number) => number;
}

const softplusOf = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

// −log σ(D(real)) − log(1 − σ(D(written)))
const binaryCrossEntropy = (real: Tensor, written: Tensor): Tensor =>
  add(mean(softplus(neg(real))), mean(softplus(written)));

export const adversarialLosses = {
  /** Goodfellow et al. 2014: the writer makes log(1 − σ(D)) small. The reward is σ(D), as in SeqGAN (Yu et al. 2017). */
  bce: {
    critic: binaryCrossEntropy,
    writer: (written) => neg(mean(softplus(written))),
    reward: (score) => 1 / (1 + Math.exp(-score)),
  },
  /** The same paper, §3: the writer makes log σ(D) large, whose slope does not vanish where the critic is sure. */
  'non-saturating': {
    critic: binaryCrossEntropy,
    writer: (written) => mean(softplus(neg(written))),
    reward: (score) => -softplusOf(-score),
  },
  /** Arjovsky et al. 2017: how much higher real texts stand. It needs a critic that is held back. */
  wasserstein: {
    critic: (real, written) => sub(mean(written), mean(real)),
    writer: (written) => neg(mean(written)),
    reward: (score) => score,
  },
} as const satisfies Readonly<Record<string, AdversarialLoss>>;

export type AdversarialLossName = keyof typeof adversarialLosses;
