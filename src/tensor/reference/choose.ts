/** The next token of each row of logits, by sorting and adding up. */

import type { Kernels } from '../kernels.ts';

const UNDECIDED = -1;
/** Shares of the whole that are nearer than this are not told apart. */
const DOUBT = 1e-10;

export const chooseKernels: Pick<Kernels, 'chooseTokens'> = {
  chooseTokens(logits, choices, ids, rows, n) {
    for (let row = 0; row < rows; row++) {
      const [temperature, topK, topP, minP, draw, size] = choices.subarray(6 * row, 6 * row + 6);
      const x = Float32Array.from(logits.subarray(row * n, row * n + size));
      ids[row] =
        temperature === 0
          ? likeliest(x)
          : drawn(
              x.map((logit) => logit / temperature),
              { topK, topP, minP, draw },
            );
    }
  },
};

/** The first of the greatest; undecided where one is not finite. */
function likeliest(x: Float32Array): number {
  if (!x.every(Number.isFinite)) return UNDECIDED;
  return x.indexOf(x.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY));
}

function drawn(
  x: Float32Array,
  { topK, topP, minP, draw }: Readonly<Record<'topK' | 'topP' | 'minP' | 'draw', number>>,
): number {
  const best = likeliest(x);
  if (best === UNDECIDED) return UNDECIDED;
  const weight = (id: number): number => Math.exp(x[id] - x[best]);
  const order = Array.from(x.keys()).sort((a, b) => x[b] - x[a]);
  const isCutTo = topK > 0 && topK < x.length;
  const isKept = (least: number) => (id: number) => x[id] >= least;
  let kept = isCutTo ? order.filter(isKept(x[order[topK - 1]])) : order;
  if (topP < 1) {
    const border = passes(kept.map(weight), topP);
    if (
      border === UNDECIDED ||
      x[kept[border]] === x[kept[border - 1]] ||
      x[kept[border]] === x[kept[border + 1]]
    )
      return UNDECIDED;
    kept = kept.slice(0, border + 1);
  }
  kept = kept.filter(isKept(x[best] + minP)).sort((a, b) => a - b);
  return kept[passes(kept.map(weight), draw)] ?? UNDECIDED;
}

/** The first place where the sum so far passes this share of the whole; undecided where it hardly does, or hardly not. */
function passes(weights: readonly number[], share: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let before = 0;
  for (let i = 0; i < weights.length; before += weights[i++]) {
    const after = before + weights[i];
    if (after <= share * total) continue;
    const isClear = share * total - before > DOUBT * total && after - share * total > DOUBT * total;
    return isClear ? i : UNDECIDED;
  }
  return UNDECIDED;
}
