/** Our decoder against Hugging Face's Gemma, GPT-NeoX, Falcon, GPT-1 (model-classes.py), Mixtral and Qwen3-MoE (model-experts.py) in PyTorch. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createLanguageModel,
  type DecoderParams,
  foreignFormat,
  forward,
  fromForeign,
  fromForeignConfig,
  loadDecoder,
  loss,
  saveDecoder,
  toForeign,
  toForeignConfig,
} from '../../src/models/index.ts';
import { type Tensor, tensor, valueAndGrad } from '../../src/tensor/index.ts';
import { mapTree } from '../../src/tree.ts';
import {
  type GoldenModel,
  type PackedTensors,
  readGolden,
  relativeError,
  relativeErrors,
  startingWeights,
  tokens,
  unpack,
} from './model-golden.ts';

interface Golden extends GoldenModel {
  /** Every parameter's name in files and shape, in the order of the formula. */
  readonly parameters: [name: string, shape: number[]][];
  /** A prompt of five tokens and what greedy search wrote after it. */
  readonly written: number[];
  /** With so many times the balance of experts in the loss. */
  readonly balanced?: { readonly balance: number; readonly loss: number; readonly gradients: PackedTensors };
}

const goldens = Object.entries({
  ...readGolden<{ readonly [name: string]: Golden }>('model-gemma'),
  ...readGolden<{ readonly [name: string]: Golden }>('model-parallel'),
  ...readGolden<{ readonly [name: string]: Golden }>('model-experts'),
});
const TOLERANCE = 1e-5;
const PROMPT = 5;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkstone-classes-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The likeliest next token again and again, read one at a time beside another text. */
function writeGreedily(
  model: ReturnType<typeof createLanguageModel>,
  prompt: number[],
  count: number,
): number[] {
  const [sequence, other] = [model.open(), model.open()];
  const text = [...prompt];
  let next = [...prompt];
  while (text.length < prompt.length + count) {
    const [{ logits }] = model.step([
      { sequence, ids: next },
      { sequence: other, ids: [text.length] },
    ]);
    next = [logits[0].indexOf(Math.max(...logits[0]))];
    text.push(...next);
  }
  return text;
}

describe.each(goldens)('a small %s', (_, golden) => {
  const format = foreignFormat(golden.config);
  const config = fromForeignConfig(golden.config);
  const foreign = new Map(
    golden.parameters.map(([name, shape], i): [string, Tensor] => [name, startingWeights(name, shape, i)]),
  );
  const params = fromForeign(format, config, foreign);

  test('gives the logits of PyTorch', () => {
    const logits = forward(params, config, tokens(golden.ids));
    expect(relativeError(logits.data, unpack(golden.logits))).toBeLessThan(TOLERANCE);
  });

  test.each([false, true])('gives the loss and every gradient of PyTorch (recompute: %s)', (recompute) => {
    const batch = { ids: tokens(golden.ids), targets: tokens(golden.targets), recompute };
    const { value, gradients } = valueAndGrad((p: DecoderParams) => loss(p, config, batch), params);
    expect(Math.abs(value.item() / golden.loss - 1)).toBeLessThan(TOLERANCE);
    // Gemma's norms are told less 1, which is no part of a gradient.
    const errors = relativeErrors(
      format,
      config,
      format === 'gemma' ? plusNorms(gradients) : gradients,
      golden.gradients,
    );
    expect(errors.filter(([, error]) => !(error < 10 * TOLERANCE))).toEqual([]);
  });

  test.runIf(golden.balanced)(
    'gives the loss and gradients of PyTorch with the balance of its experts',
    () => {
      const { balance, ...expected } = golden.balanced!;
      const batch = { ids: tokens(golden.ids), targets: tokens(golden.targets) };
      const learn = (p: DecoderParams) => loss(p, config, batch, { balance });
      const { value, gradients } = valueAndGrad(learn, params);
      expect(Math.abs(value.item() / expected.loss - 1)).toBeLessThan(TOLERANCE);
      const named = toForeign(format, config, gradients);
      for (const [name, packed] of Object.entries(expected.gradients)) {
        expect(relativeError(named.get(name)!.data, unpack(packed))).toBeLessThan(10 * TOLERANCE);
      }
      const recompute = () => loss(params, config, { ...batch, recompute: true }, { balance });
      expect(recompute).toThrow('leave one out');
    },
  );

  test('writes the tokens that PyTorch writes, one by one beside another text', () => {
    const model = createLanguageModel(params, config);
    const { written } = golden;
    expect(writeGreedily(model, written.slice(0, PROMPT), written.length - PROMPT)).toEqual(written);
  });

  test('says its config and weights in the words they came in, and is found again in a folder', async () => {
    const said = Object.entries(golden.config).filter(([, value]) => value !== null);
    expect(toForeignConfig(format, config)).toMatchObject(Object.fromEntries(said));
    const out = toForeign(format, config, params);
    expect([...out.keys()].sort()).toEqual([...foreign.keys()].sort());
    for (const [name, x] of out) expect(relativeError(x.data, foreign.get(name)!.data)).toBeLessThan(1e-6);
    await saveDecoder(folder, { config, params }, { format });
    const loaded = await loadDecoder(folder);
    expect(loaded.config).toEqual(config);
    const ids = tensor([golden.written], { dtype: 'i32' });
    const again = forward(loaded.params, loaded.config, ids);
    expect(relativeError(again.data, forward(params, config, ids).data)).toBeLessThan(1e-6);
  });
});

/** Norm weights plus 1: what Gemma's names take away. */
function plusNorms(gradients: DecoderParams): DecoderParams {
  const convert = (g: Tensor, path: string): Tensor =>
    /[nN]orm\.weight$/.test(path)
      ? tensor(
          g.data.map((x) => x + 1),
          { shape: g.shape },
        )
      : g;
  return mapTree<Tensor, Tensor>(gradients, convert) as DecoderParams;
}
