/** The singular values of every weight of a model, for `inspect --what spectra`. */

import { nextTurn } from '../decode/index.ts';
import { spectraPlot, spectraTable, type WeightSpectrum, weightSpectrum } from '../eval/index.ts';
import { defineMessages } from '../language.ts';
import { linearAlgebraLimits, singularValues, type Tensor } from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import type { CommandContext } from './command.ts';
import { isEncoderFolder, readEncoder } from './encoders.ts';
import { openModel } from './models.ts';
import { etaSince } from './terminal.ts';
import type { View } from './view-files.ts';

const say = defineMessages({
  live: {
    en: (d: { name: string; eta: string }) => `${d.name}, eta ${d.eta}`,
    zh: (d) => `${d.name}，剩余 ${d.eta}`,
  },
  counted: {
    en: (d: { matrices: number; weights: number }) => `${d.matrices} matrices of ${d.weights} weights`,
    zh: (d) => `${d.weights} 个权重中的 ${d.matrices} 个矩阵`,
  },
  passedOver: {
    en: (d: { names: string; side: number }) =>
      `passed over (wider than ${d.side} on both sides, in fewer bits than f32, or not finite): ${d.names}`,
    zh: (d) => `略过（两边都超过 ${d.side}、存储位数少于 f32，或含非有限数）：${d.names}`,
  },
});

/** Takes every weight matrix apart; whatever cannot be is named. */
export async function weightSpectra(
  path: string,
  { terminal, signal }: Pick<CommandContext, 'terminal' | 'signal'>,
): Promise<View> {
  const params = (await isEncoderFolder(path))
    ? (await readEncoder(path)).params
    : await (await openModel(path)).params();
  const weights = leaves<Tensor>(params);
  const matrices = weights.filter(([, { shape }]) => shape.length === 2);
  const isFit = ({ shape, dtype, data }: Tensor) =>
    Math.min(...shape) <= linearAlgebraLimits.side &&
    (dtype === 'f32' || dtype === 'f64') &&
    (data as Float32Array).every(Number.isFinite);
  const fit = matrices.filter(([, matrix]) => isFit(matrix));
  const workOf = ({ shape: [m, n] }: Tensor) => m * n * Math.min(m, n);
  const all = fit.reduce((sum, [, matrix]) => sum + workOf(matrix), 0);
  const begin = performance.now();
  const spectra: WeightSpectrum[] = [];
  let done = 0;
  for (const [name, matrix] of fit) {
    terminal.live(say('live', { name, eta: etaSince(begin, done / all) }));
    spectra.push(weightSpectrum(name, [matrix.shape[0], matrix.shape[1]], await singularValues(matrix)));
    done += workOf(matrix);
    await nextTurn();
    signal.throwIfAborted();
  }
  terminal.endLive({ keep: false });
  const others = matrices.filter((one) => !fit.includes(one)).map(([name]) => name);
  const { side } = linearAlgebraLimits;
  return {
    answer: { spectra, passedOver: others },
    table: spectraTable(spectra),
    ...(spectra.length > 0 && { plot: spectraPlot(spectra) }),
    lines: [
      say('counted', { matrices: spectra.length, weights: weights.length }),
      ...(others.length > 0 ? [say('passedOver', { names: others.join(', '), side })] : []),
    ],
  };
}
