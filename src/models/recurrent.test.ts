import { describe, expect, test } from 'vitest';
import { languageModelContract } from '../../test/contracts/language-model.ts';
import { createRng } from '../rng.ts';
import { add, affine, normal, type Tensor, tensor } from '../tensor/index.ts';
import { mapTree } from '../tree.ts';
import { initRecurrent, recurrentLogits } from './recurrent.ts';
import { recurrentConfig, recurrentKinds } from './recurrent-config.ts';
import { createRecurrentModel } from './recurrent-model.ts';

/** Every parameter a little off. */
const perturbed = <Params>(params: Params): Params =>
  mapTree<Tensor, Tensor>(params, (x, path) =>
    add(x, affine(normal(x.shape, { seed: path.length, stream: 3 }), 0.2, 0)),
  ) as Params;

const sizes = { vocabSize: 40, contextLength: 16, width: 24, layers: 2 };

describe.each(recurrentKinds)('%s', (cell) => {
  const config = recurrentConfig({ ...sizes, cell, tiedHead: cell !== 'gru' });
  // New layers of RWKV add nothing yet.
  const params = perturbed(initRecurrent(config, createRng(4)));

  languageModelContract(cell, {
    create: () => createRecurrentModel(params, config, { contextLength: 40 }),
    hidden: true,
    layers: true,
    embed: true,
  });

  test('reading token by token gives the logits of a whole pass, and goes on beyond the window of training', () => {
    const model = createRecurrentModel(params, config);
    const rng = createRng(1);
    const ids = Array.from({ length: 200 }, () => rng.integer(config.vocabSize));
    const whole = recurrentLogits(params, config, tensor([ids], { dtype: 'i32' }));
    const sequence = model.open();
    const bytes = sequence.cacheBytes;
    ids.forEach((id, place) => {
      const [{ logits }] = model.step([{ sequence, ids: [id] }]);
      logits[0].forEach((x, i) => expect(x).toBeCloseTo(whole.data[place * config.vocabSize + i], 3));
      expect(sequence.cacheBytes).toBe(bytes);
    });
    // Back over two kept states, and into the middle of what lies between two.
    for (const back of [131, 70, 64, 63, 3]) {
      sequence.rewind(back);
      const [{ logits }] = model.step([{ sequence, ids: [ids[back]] }]);
      logits[0].forEach((x, i) => expect(x).toBeCloseTo(whole.data[back * config.vocabSize + i], 3));
    }
  });
});
