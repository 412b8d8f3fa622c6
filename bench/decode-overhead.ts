/**
 * What logits processors cost beside a decode step of a GPT-2 small with random weights, at a vocabulary of 50,304 and 4,096
 * tokens of history; and what DRY and n-gram blocking cost as the history grows, beside a rescan of it at every token.
 */

import {
  collectProcessors,
  createHistory,
  type History,
  type LogitsProcessor,
  type ProcessorOptions,
} from '../src/decode/index.ts';
import { createLanguageModel, decoderConfig, init } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import type { BenchOptions } from './main.ts';
import { createReport } from './report.ts';
import { median, spread } from './timing.ts';
import { shapes } from './train.ts';

const VOCAB = 50_304;
const HISTORY = 4096;
/** The step is timed with this much read: with 4,096 tokens it takes longer, so the shares are upper bounds. */
const PROMPT = 256;
const STEPS = 16;

const badWords = Array.from({ length: 100 }, (_, i) => [i * 7, i * 11, i * 13].slice(0, 1 + (i % 3)));
const breakers = Array.from({ length: 60 }, (_, i) => i * 800);

/** One processor each, as it is usually set. */
const single: Readonly<Record<string, ProcessorOptions>> = {
  'logit bias, 100 ids': { logitBias: Object.fromEntries(badWords.map(([id], i) => [id + i, -1])) },
  'repetition penalty': { repetitionPenalty: 1.1 },
  'frequency penalty': { frequencyPenalty: 0.1 },
  'presence penalty, last 64': { presencePenalty: { alpha: 0.1, window: 64 } },
  DRY: { dry: { multiplier: 0.8, breakers } },
  'no repeated 4-gram': { noRepeatNgram: 4 },
  'bad words, 100': { badWords },
  'look-back': { lookBack: 0.5 },
  'noise, Gaussian': { noise: 0.1 },
  'noise, Gumbel': { noise: '0.1:gumbel' },
  temperature: { temperature: 0.8 },
  'dynamic temperature': { dynamicTemperature: '0.5:1.2' },
  'top-n-sigma': { topNSigma: 1.5 },
  'top-h': { topH: 0.6 },
  'top-k': { topK: 200 },
  'top-p': { topP: 0.95 },
  'min-p': { minP: 0.02 },
  typical: { typicalP: 0.95 },
  'epsilon cutoff': { epsilonCutoff: 3e-4 },
  'eta cutoff': { etaCutoff: 3e-4 },
  XTC: { xtc: '1:0.1' },
  'mirostat 1': { mirostat: '5:0.1:1' },
  'mirostat 2': { mirostat: 5 },
};

/** As many at once as go together. */
const together: Readonly<Record<string, ProcessorOptions>> = {
  'all that go together': Object.assign(
    {},
    ...Object.entries(single)
      .filter(([name]) => !/look-back|Gumbel|dynamic|mirostat/.test(name))
      .map(([, options]) => options),
  ),
  'the usual: repetition, DRY, temperature, top-k, top-p, min-p': {
    repetitionPenalty: 1.1,
    dry: { multiplier: 0.8, breakers },
    temperature: 0.8,
    topK: 40,
    topP: 0.95,
    minP: 0.05,
  },
};

/** Ids as frequent as words are, of which a third repeat a stretch that was there before. */
function textIds(length: number): number[] {
  const rng = createRng(3);
  const ids: number[] = [];
  while (ids.length < length) {
    const from = rng.integer(Math.max(1, ids.length));
    const size = 4 + rng.integer(20);
    if (rng.uniform() < 1 / 3) ids.push(...ids.slice(from, from + size));
    else for (let i = 0; i < size; i++) ids.push(Math.floor(VOCAB ** rng.uniform()) - 1);
  }
  return ids.slice(0, length);
}

const text = textIds(4 * HISTORY + 1000);
const rows = [4, 5, 6].map((seed) => {
  const rng = createRng(seed);
  return Float32Array.from({ length: VOCAB }, () => 3 * rng.normal());
});

/** Milliseconds a token for `process`, with the push that follows it. */
function timeOf(processors: readonly LogitsProcessor[], length: number, ids = text): number {
  const history: History = createHistory(ids.slice(0, length));
  const row = new Float32Array(VOCAB);
  const times: number[] = [];
  for (let i = 0; i < STEPS + 1; i++) {
    row.set(rows[i % rows.length]);
    const start = performance.now();
    for (const process of processors) process(row, history);
    history.push(ids[length + i]);
    times.push(performance.now() - start);
  }
  // The first call builds what later ones only keep up to date.
  return median(times.slice(1));
}

/** DRY and n-gram blocking as they are defined: each token looks at every earlier place. */
function rescan(): LogitsProcessor {
  return (row, { ids }) => {
    const longest = new Map<number, number>();
    for (let end = 1; end < ids.length; end++) {
      let n = 0;
      while (n < end && ids[end - 1 - n] === ids[ids.length - 1 - n]) n++;
      if (n >= 2) longest.set(ids[end], Math.max(n, longest.get(ids[end]) ?? 0));
      if (n >= 3) row[ids[end]] = Number.NEGATIVE_INFINITY;
    }
    for (const [id, n] of longest) row[id] -= 0.8 * 1.75 ** (n - 2);
  };
}

export async function run({ rounds, json }: BenchOptions): Promise<void> {
  const report = createReport('decode-overhead', { json });
  const { layers, heads, width } = shapes['gpt2-small'];
  const config = decoderConfig({ layers, heads, width, vocabSize: VOCAB, contextLength: 1024 });
  const model = createLanguageModel(init(config, createRng(1)), config);
  const sequence = model.open();
  model.step([{ sequence, ids: text.slice(0, PROMPT) }]);
  const stepMs = (): number => {
    const times = Array.from({ length: STEPS }, (_, i) => {
      const start = performance.now();
      model.step([{ sequence, ids: [text[PROMPT + i]] }]);
      return performance.now() - start;
    });
    sequence.rewind(PROMPT);
    return median(times);
  };

  stepMs();
  const cases = Object.entries({ ...together, ...single });
  const built = cases.map(([name, options]) => ({ name, processors: collectProcessors(options) }));
  for (const { processors } of built) timeOf(processors, HISTORY);
  const steps: number[] = [];
  const times = built.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    steps.push(stepMs());
    built.forEach(({ processors }, i) => times[i].push(timeOf(processors, HISTORY)));
  }
  const step = median(steps);
  report.add({ config: 'a decode step of GPT-2 small', ours: step, unit: 'ms', spread: spread(steps) });
  built.forEach(({ name }, i) => {
    const ours = median(times[i]);
    const share = `${((100 * ours) / step).toFixed(1)} %`;
    report.add({
      config: `${name} (${share} of the step)`,
      ours,
      unit: 'ms',
      spread: spread(times[i]),
      shareOfStep: ours / step,
    });
  });

  const incremental = collectProcessors({ dry: 0.8, noRepeatNgram: 4 });
  const naive = [rescan()];
  for (const [name, ids] of [
    ['text', text],
    ['a loop of 10', text.map((_, i) => i % 10)],
  ] as const) {
    for (const length of [HISTORY / 4, HISTORY, 4 * HISTORY]) {
      timeOf(incremental, length, ids);
      timeOf(naive, length, ids);
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(timeOf(incremental, length, ids));
        theirs.push(timeOf(naive, length, ids));
      }
      const [a, b] = [median(ours), median(theirs)];
      report.add({
        config: `DRY and no repeated 4-gram, ${length} tokens of ${name}`,
        ours: a,
        unit: 'ms',
        peer: b,
        peerName: 'rescan',
        ratio: b / a,
        spread: spread(ours),
      });
    }
  }
  report.save();
}
