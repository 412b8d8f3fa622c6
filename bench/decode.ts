/**
 * Generation at the shape of GPT-2 small with random weights: one token at a time beside the limit of reading every weight
 * once, prompts beside the limit of arithmetic, sixteen texts at once beside one.
 */

import {
  createLanguageModel,
  decoderConfig,
  init,
  parameterCount,
  type WeightType,
  weightBytes,
} from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import { hasBf16Products, isBlocks } from '../src/tensor/index.ts';
import type { LanguageModel, Sequence } from '../src/types.ts';
import { peakFlops, readBandwidth } from './machine.ts';
import type { BenchOptions } from './main.ts';
import { startTorch, TORCH_MISSING } from './peer.ts';
import { createReport } from './report.ts';
import { median, spread } from './timing.ts';
import { shapes } from './train.ts';

/** How weights are kept; with `+int8` what they multiply is rounded to 8 bits too. */
const WAYS = ['f32', 'bf16', 'q8_0', 'q8_0+int8', 'q4_0', 'q4_0+int8'] as const;
const PROMPT = 256;
const TOKENS = 24;
const BATCH = 16;

/** Milliseconds for the prompt and for each token after it. */
interface Timing {
  readonly prompt: number;
  readonly token: number;
}

function generate(model: LanguageModel, batch: number): Timing {
  const rng = createRng(2);
  const ids = (count: number) => Array.from({ length: count }, () => rng.integer(model.vocabSize));
  const sequences: Sequence[] = Array.from({ length: batch }, () => model.open());
  const start = performance.now();
  for (const sequence of sequences) model.step([{ sequence, ids: ids(PROMPT) }]);
  const prompt = (performance.now() - start) / batch;
  const times: number[] = [];
  for (let i = 0; i < TOKENS; i++) {
    const begin = performance.now();
    model.step(sequences.map((sequence) => ({ sequence, ids: ids(1) })));
    times.push(performance.now() - begin);
  }
  for (const sequence of sequences) sequence.close();
  return { prompt, token: median(times) };
}

export async function run({ rounds, json, python, config: only }: BenchOptions): Promise<void> {
  const report = createReport('decode', { json });
  const peer = startTorch(python, 'torch_decode.py');
  if (!peer) report.note(TORCH_MISSING);
  const { layers, heads, width, vocab: vocabSize } = shapes['gpt2-small'];
  const config = decoderConfig({ layers, heads, width, vocabSize, contextLength: 1024 });
  const params = init(config, createRng(1));
  const weightCount = parameterCount(config) - config.contextLength * width;
  const plain = createLanguageModel(params, config);
  for (const way of WAYS) {
    if (only && only !== way) continue;
    const [weights, activations] = way.split('+') as [WeightType, 'int8'?];
    const model = createLanguageModel(params, config, { weights, activations });
    generate(model, 1);
    const inBlocks = isBlocks(weights);
    // No peak of whole numbers is measured.
    const products = activations ? undefined : inBlocks ? (hasBf16Products() ? 'bf16' : 'f32') : weights;
    const positions = config.contextLength * width * 4;
    const one: Timing[] = [];
    const many: Timing[] = [];
    const peers: Record<'one' | 'many', Timing[]> = { one: [], many: [] };
    const besideOne: Timing[] = [];
    const memory: number[] = [];
    const arithmetic: number[] = [];
    for (let round = 0; round < rounds; round++) {
      one.push(generate(model, 1));
      many.push(generate(model, BATCH));
      besideOne.push(generate(plain, 1));
      memory.push(((weightBytes(config, weights) - positions) * 1000) / readBandwidth());
      // The last row alone goes through the head.
      const blocks = weightCount - vocabSize * width;
      if (products) arithmetic.push((2 * (blocks * PROMPT + vocabSize * width) * 1000) / peakFlops(products));
      for (const [key, batch] of [
        ['one', 1],
        ['many', BATCH],
      ] as const) {
        const request = { layers, heads, width, vocab: vocabSize, prompt: PROMPT, tokens: TOKENS };
        const answer = inBlocks
          ? undefined
          : await peer?.ask({ ...request, batch, dtype: weights, threads: 2 });
        if (answer && !answer.error) {
          peers[key].push({ prompt: Number(answer.promptMs) / batch, token: Number(answer.tokenMs) });
        }
      }
    }
    const row = (name: string, ours: number[], theirs: number[], factor: number, bound?: number[]) =>
      report.add({
        config: `${name} ${way}`,
        ours: factor / median(ours),
        unit: 'tok/s',
        ...(theirs.length && {
          peer: factor / median(theirs),
          peerName: 'PyTorch',
          ratio: median(theirs.map((ms, i) => ms / ours[i])),
        }),
        ...(bound?.length && { shareOfPeak: median(ours.map((ms, i) => bound[i] / ms)) }),
        spread: spread(ours),
        rounds,
      });
    const tokens = (timings: readonly Timing[]) => timings.map(({ token }) => token);
    const prompts = (timings: readonly Timing[]) => timings.map(({ prompt }) => prompt);
    row('one text', tokens(one), tokens(peers.one), 1000, memory);
    row(`prompt of ${PROMPT}`, prompts(one), prompts(peers.one), 1000 * PROMPT, arithmetic);
    row(`${BATCH} texts`, tokens(many), tokens(peers.many), 1000 * BATCH);
    if (way !== 'f32') {
      const factor = median(tokens(besideOne).map((ms, i) => ms / one[i].token));
      report.note(`  one text in ${way} is ${factor.toFixed(2)} × one in f32`);
    }
    report.note(
      `  ${BATCH} texts are ${(BATCH * median(tokens(one).map((ms, i) => ms / many[i].token))).toFixed(1)} × one`,
    );
  }
  peer?.stop();
  report.save();
}
