/** What the singular values of weight matrices tell: how many directions a matrix uses, and which of them no random matrix would have. */

import type { Plot } from '../../plots/index.ts';
import type { InspectTable } from './inspect-tables.ts';

export interface WeightSpectrum {
  readonly name: string;
  readonly shape: readonly [rows: number, columns: number];
  /** Singular values, the greatest first. */
  readonly values: readonly number[];
  /** Directions above what f32 can tell from none: max(m, n) · 2⁻²³ · σ₁. */
  readonly rank: number;
  /** ‖A‖²_F / σ₁² (Rudelson & Vershynin 2007): 1 where one direction is all. */
  readonly stableRank: number;
  /** The exponential of the entropy of σᵢ / Σσ (Roy & Vetterli 2007): as many equal directions would be as diverse. */
  readonly effectiveRank: number;
  /** σ₁ / σₙ; infinite where a direction is lost. */
  readonly condition: number;
  /** The fewest directions that hold so much of ‖A‖²_F. */
  readonly directionsFor: { readonly half: number; readonly most: number; readonly nearlyAll: number };
  /** Directions beyond √v (√m + √n), the edge of a random matrix of as great entries (Marchenko & Pastur 1967): what was learnt. */
  readonly beyondNoise: number;
}

/** The measures of one matrix from its singular values. */
export function weightSpectrum(
  name: string,
  shape: readonly [number, number],
  values: readonly number[],
): WeightSpectrum {
  const [rows, columns] = shape;
  const sorted = [...values].sort((a, b) => b - a);
  const [largest] = sorted;
  const energy = sorted.reduce((sum, value) => sum + value * value, 0);
  const total = sorted.reduce((sum, value) => sum + value, 0);
  const entropy = sorted.reduce(
    (sum, value) => (value > 0 ? sum - (value / total) * Math.log(value / total) : sum),
    0,
  );
  const floor = Math.max(rows, columns) * 2 ** -23 * largest;
  const edge = Math.sqrt(energy / (rows * columns)) * (Math.sqrt(rows) + Math.sqrt(columns));
  const directions = (share: number): number => {
    let [held, count] = [0, 0];
    while (held < share * energy && count < sorted.length) held += sorted[count++] ** 2;
    return count;
  };
  return {
    name,
    shape,
    values: sorted,
    rank: sorted.filter((value) => value > floor).length,
    stableRank: energy === 0 ? 0 : energy / (largest * largest),
    effectiveRank: energy === 0 ? 0 : Math.exp(entropy),
    condition: largest / sorted.at(-1)!,
    directionsFor: { half: directions(0.5), most: directions(0.9), nearlyAll: directions(0.99) },
    beyondNoise: sorted.filter((value) => value > edge).length,
  };
}

const COLUMNS = [
  { en: 'weight', zh: '权重' },
  { en: 'shape', zh: '形状' },
  { en: 'greatest σ', zh: '最大 σ' },
  { en: 'rank', zh: '秩' },
  { en: 'stable rank', zh: '稳定秩' },
  { en: 'effective rank', zh: '有效秩' },
  { en: 'condition', zh: '条件数' },
  { en: '50 % of energy', zh: '50% 能量' },
  { en: '90 %', zh: '90%' },
  { en: '99 %', zh: '99%' },
  { en: 'beyond noise', zh: '超出噪声' },
];

/** A row for each matrix. */
export const spectraTable = (spectra: readonly WeightSpectrum[]): InspectTable => ({
  columns: COLUMNS,
  rows: spectra.map(({ name, shape, values, rank, stableRank, effectiveRank, condition, ...rest }) => [
    name,
    shape.join(' × '),
    Number(values[0].toPrecision(4)),
    rank,
    Number(stableRank.toFixed(1)),
    Number(effectiveRank.toFixed(1)),
    Number.isFinite(condition) ? Number(condition.toPrecision(3)) : '∞',
    rest.directionsFor.half,
    rest.directionsFor.most,
    rest.directionsFor.nearlyAll,
    rest.beyondNoise,
  ]),
});

/** Lines that a legend can still name. */
const MOST_NAMED = 12;

/** Singular values against their place, both as shares of the first and of all, so that matrices of any size stand side by side. */
export const spectraPlot = (spectra: readonly WeightSpectrum[]): Plot => ({
  title: { en: 'Singular values of the weights', zh: '权重的奇异值' },
  x: { label: { en: 'place, as a share of all', zh: '序号占全部的比例' } },
  y: { label: { en: 'singular value / greatest', zh: '奇异值 / 最大值' }, scale: 'log' },
  marks: spectra.map(({ name, values }) => ({
    type: 'line' as const,
    ...(spectra.length <= MOST_NAMED && { name }),
    points: values.map((value, i) => ({ x: i / Math.max(1, values.length - 1), y: value / values[0] })),
  })),
  width: 760,
  height: 480,
});
