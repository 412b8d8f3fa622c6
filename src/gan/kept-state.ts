/** All that a checkpoint of an adversarial training keeps, so that it goes on identically. */

import { fromArray, type Tensor } from '../tensor/index.ts';
import { adam, type TrackedParameter, trackParameters, uniformGroup } from '../train/index.ts';
import { leaves, mapTree } from '../tree.ts';
import type { AdversarialOptions } from './adversarial.ts';

/** What is trained, and the best writer so far; all but the writer stands under a path that belongs to the training alone. */
export function keptState<Params>({ writer, critic, loss }: AdversarialOptions<Params>) {
  // Gulrajani et al. 2017: without momentum, as the critic's slope turns.
  const optimizer = adam(loss === 'wasserstein' ? { beta1: 0, beta2: 0.9 } : {});
  const writerTracked = trackParameters(writer.params, uniformGroup(optimizer));
  const criticTracked = trackParameters(critic.params, uniformGroup(optimizer));
  const best = mapTree<Tensor, Tensor>(writer.params, ({ data, shape }) =>
    fromArray<'f32'>((data as Float32Array).slice(), shape, 'f32'),
  );
  const numbers = fromArray<'f32'>(new Float32Array(2), [2], 'f32');
  const still = (path: string, tensor: Tensor): TrackedParameter => ({
    path: `training.${path}`,
    tensor,
    group: undefined,
    slots: {},
  });
  const vectors = [...critic.vectors].flatMap(([path, { left, right }]) => [
    still(`vectors.${path}.left`, left),
    still(`vectors.${path}.right`, right),
  ]);
  return {
    writer: writerTracked,
    critic: criticTracked,
    best,
    tracked: [
      ...writerTracked,
      ...criticTracked.map((one) => ({ ...one, path: `training.critic.${one.path}` })),
      ...vectors,
      ...leaves<Tensor>(best).map(([path, tensor]) => still(`best.${path}`, tensor)),
      still('figures', numbers),
    ],
    figures: {
      get bestRound() {
        return numbers.data[0];
      },
      set bestRound(round: number) {
        numbers.data[0] = round;
      },
      get collapses() {
        return numbers.data[1];
      },
      set collapses(count: number) {
        numbers.data[1] = count;
      },
    },
  };
}
