/** Decoders with sparse attention: fast equals masked, read bit by bit equals read whole. */

import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { type Tensor, tensor } from '../tensor/index.ts';
import { type DecoderOptions, decoderConfig } from './config.ts';
import { forward, init } from './decoder.ts';
import { createLanguageModel } from './language-model.ts';

const sizes = { vocabSize: 20, contextLength: 40, width: 16, layers: 2, heads: 4, kvHeads: 2 };
const ids = Array.from({ length: 27 }, (_, i) => (7 * i * i + 3 * i) % 20);
const text = (all: readonly number[]): Tensor => tensor([[...all]], { dtype: 'i32' });
const differ = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

describe.each([
  { attentionBlock: 4, positions: 'rotary' },
  { attentionStride: 3, positions: 'rotary' },
  { attentionStride: 5, positions: 'alibi' },
  { window: 4, positions: 'rotary' },
] as const satisfies Partial<DecoderOptions>[])('%j', (changes) => {
  const config = decoderConfig({ ...sizes, ...changes });
  const params = init(config, createRng(2), { std: 0.3 });
  const whole = forward(params, config, text(ids));

  test('equals the same with its scores masked', () => {
    // A cap so far away has no effect but that attention goes by plain ops.
    const plain = decoderConfig({ ...config, attentionSoftcap: 1e4 });
    expect(differ(whole.data, forward(params, plain, text(ids)).data)).toBeLessThan(1e-4);
    const unpadded = forward(params, config, text(ids), { keyEnd: [ids.length] });
    expect(differ(whole.data, unpadded.data)).toBeLessThan(1e-4);
  });

  test('hides from the last token what lies beyond', () => {
    const dense = decoderConfig({ ...sizes, positions: changes.positions });
    expect(differ(whole.data.slice(-20), forward(params, dense, text(ids)).data.slice(-20))).toBeGreaterThan(
      0.01,
    );
  });

  test('read in pieces beside another text, it says the same, and shows where it looks', () => {
    const model = createLanguageModel(params, config);
    const [sequence, other] = [model.open(), model.open()];
    const rows: Float32Array[] = [];
    for (const [from, to] of [
      [0, 9],
      [9, 10],
      [10, 11],
      [11, 27],
    ]) {
      // biome-ignore format: a list
      const batch = [
        { sequence: other, ids: ids.slice(0, 2) },
        { sequence, ids: ids.slice(from, to) },
      ];
      rows.push(...model.step(batch, { logits: 'all' })[1].logits);
    }
    expect(
      differ(
        rows.flatMap((row) => [...row]),
        whole.data,
      ),
    ).toBeLessThan(1e-4);
    const looked = createLanguageModel(params, config);
    const [{ attention }] = looked.step([{ sequence: looked.open(), ids }], { attention: true });
    const last = attention![0][1].slice(0, ids.length);
    expect(last.filter((weight) => weight > 0).length).toBeLessThanOrEqual(9);
  });
});
