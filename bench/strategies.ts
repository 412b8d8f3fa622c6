/**
 * What searches cost beside plain decoding, on a small model with random weights: finished tokens a second of processor
 * time, which says the same on a busy machine. Strategies take turns.
 */

import { generateTokens, parseStrategy } from '../src/decode/index.ts';
import { createLanguageModel, init, preset } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import type { BenchOptions } from './main.ts';
import { createReport } from './report.ts';
import { median, spread } from './timing.ts';

const PROMPT = 32;
const TOKENS = 64;

/** Each beside the plain way to the same number of texts. */
const pairs: readonly { readonly spec: string; readonly n?: number; readonly beside?: string }[] = [
  { spec: 'greedy' },
  { spec: 'sample', beside: 'greedy' },
  { spec: 'sample', n: 4, beside: 'sample' },
  { spec: 'beam:4', beside: 'sample' },
  { spec: 'beam-sample:4', beside: 'sample' },
  { spec: 'diverse:4:2', beside: 'sample' },
  { spec: 'contrastive:5:0.6', beside: 'greedy' },
  { spec: 'guidance:1.5', beside: 'sample' },
];

export async function run({ rounds, json }: BenchOptions): Promise<void> {
  const report = createReport('strategies', { json });
  const config = preset('poem');
  const rng = createRng(1);
  const model = createLanguageModel(init(config, rng), config);
  const promptIds = Array.from({ length: PROMPT }, () => rng.integer(config.vocabSize));
  const nameOf = ({ spec, n = 1 }: (typeof pairs)[number]) => (n === 1 ? spec : `${spec}, ${n} texts`);
  const rates = new Map(pairs.map((pair) => [nameOf(pair), [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    for (const pair of pairs) {
      const { spec, n = 1 } = pair;
      const begin = process.cpuUsage();
      let tokens = 0;
      const strategy = parseStrategy(spec);
      for await (const event of generateTokens(model, promptIds, {
        strategy,
        n,
        maxTokens: TOKENS,
        seed: 1,
      })) {
        if (event.type === 'token') tokens++;
      }
      const { user, system } = process.cpuUsage(begin);
      // NOTE: the first round warms up.
      if (round >= 0) rates.get(nameOf(pair))!.push((tokens * 1e6) / (user + system));
    }
  }
  for (const pair of pairs) {
    const measured = rates.get(nameOf(pair))!;
    const ours = median(measured);
    const peer = pair.beside === undefined ? undefined : median(rates.get(pair.beside)!);
    report.add({
      config: nameOf(pair),
      ours,
      unit: 'tokens/s',
      spread: spread(measured),
      ...(peer && { peer, peerName: pair.beside, ratio: ours / peer }),
    });
  }
  report.save();
}
