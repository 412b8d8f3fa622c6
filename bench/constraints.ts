/**
 * What constrained output costs beside a decode step of a GPT-2 small with random weights, on GPT-2's vocabulary of 50,257
 * tokens: milliseconds a token, on average over a text, `first` when every mask is new, `again` when they are remembered.
 */

import ranks from 'gpt-tokenizer/bpeRanks/r50k_base';
import {
  type Constraint,
  type ConstraintSpec,
  compileConstraint,
  createHistory,
} from '../src/decode/index.ts';
import { createLanguageModel, decoderConfig, init } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import { fromRanks } from '../src/text/index.ts';
import type { BenchOptions } from './main.ts';
import { createReport } from './report.ts';
import { median, spread } from './timing.ts';
import { shapes } from './train.ts';

const PROMPT = 256;
const STEPS = 16;
const END_OF_TEXT = '<|endoftext|>';

const person = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    born: { type: 'integer', minimum: 600, maximum: 1000 },
    poem: { type: 'string', maxLength: 80 },
    tags: { type: 'array', items: { type: 'string' } },
    more: { type: 'object' },
  },
  required: ['name', 'born', 'poem', 'tags', 'more'],
};
const answer =
  '{"name": "Li Bai 李白", "born": 701, "poem": "床前明月光，疑是地上霜。举头望明月，低头思故乡。", "tags": ["moon", "home"], "more": {"places": [{"name": "Chang\'an"}, null], "drinks": true}}';
const story = 'The quick brown fox jumps over the lazy dog, and the dog sleeps on. '.repeat(3).trim();

const specs: Readonly<Record<string, readonly [spec: ConstraintSpec, text: string]>> = {
  'JSON schema': [{ jsonSchema: person }, answer],
  'any JSON': [{ jsonSchema: true }, answer],
  'a regular expression, 400 characters at most': [{ regex: '.{1,400}' }, story],
  'a grammar with left recursion': [
    { grammar: 'root ::= root [-+*/] root | "(" root ")" | [0-9]+' },
    '((12+34)*(56-7))/8+((9*10)-(11+12))',
  ],
  'choices, 1,000': [
    { choices: Array.from({ length: 1000 }, (_, i) => `category ${i * 7}, subject ${i % 13}`) },
    'category 693, subject 8',
  ],
};

/** Milliseconds of each token of a text under a constraint, with the push that follows it. */
function timesOf({ processor, vocabSize }: Constraint, ids: readonly number[]): number[] {
  const history = createHistory([0]);
  const row = new Float32Array(vocabSize);
  return ids.map((id) => {
    const start = performance.now();
    processor(row, history);
    history.push(id);
    return performance.now() - start;
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export async function run({ rounds, json }: BenchOptions): Promise<void> {
  const report = createReport('constraints', { json });
  const entries = (ranks as readonly (string | readonly number[])[]).map(
    (token, id) => [typeof token === 'string' ? token : Uint8Array.from(token), id] as const,
  );
  const tokenizer = fromRanks(entries, {
    pattern: 'gpt2',
    specialTokens: new Map([[END_OF_TEXT, entries.length]]),
  });

  const { layers, heads, width } = shapes['gpt2-small'];
  const config = decoderConfig({ layers, heads, width, vocabSize: 50_304, contextLength: 1024 });
  const model = createLanguageModel(init(config, createRng(1)), config);
  const sequence = model.open();
  model.step([{ sequence, ids: Array.from({ length: PROMPT }, (_, i) => i * 150) }]);
  const stepMs = (): number => {
    const times = Array.from({ length: STEPS }, (_, i) => {
      const start = performance.now();
      model.step([{ sequence, ids: [i * 1000] }]);
      return performance.now() - start;
    });
    sequence.rewind(PROMPT);
    return median(times);
  };

  const cases = Object.entries(specs).map(([name, [spec, text]]) => ({
    name,
    spec,
    ids: tokenizer.encode(text),
    compile: [] as number[],
    first: [] as number[],
    worst: [] as number[],
    again: [] as number[],
  }));
  const measure = (): void => {
    for (const { spec, ids, compile, first, worst, again } of cases) {
      const start = performance.now();
      const constraint = compileConstraint(spec, tokenizer);
      compile.push(performance.now() - start);
      const times = timesOf(constraint, ids);
      first.push(mean(times));
      worst.push(Math.max(...times));
      again.push(mean(timesOf(constraint, ids)));
    }
  };
  // The first round also reads the vocabulary and warms the engine up.
  measure();
  stepMs();
  for (const one of cases) for (const list of [one.compile, one.first, one.worst, one.again]) list.length = 0;
  const steps: number[] = [];
  for (let round = 0; round < rounds; round++) {
    steps.push(stepMs());
    measure();
  }

  const step = median(steps);
  report.add({ config: 'a decode step of GPT-2 small', ours: step, unit: 'ms', spread: spread(steps) });
  for (const { name, ids, compile, first, worst, again } of cases) {
    for (const [state, list] of [
      ['first', first],
      ['again', again],
    ] as const) {
      const ours = median(list);
      report.add({
        config: `${name}, ${state}`,
        ours,
        unit: 'ms',
        spread: spread(list),
        shareOfStep: ours / step,
        ...(state === 'first' && { tokens: ids.length, worstMs: median(worst), compileMs: median(compile) }),
      });
    }
  }
  report.save();
}
