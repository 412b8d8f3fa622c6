/** `npm run bench -- PART [options]`: speed beside a peer, as ratios measured in one run. */

import { parseArgs } from 'node:util';

const parts: Readonly<Record<string, () => Promise<{ run: (options: BenchOptions) => Promise<void> }>>> = {
  train: () => import('./train.ts'),
  recurrent: () => import('./recurrent.ts'),
  matmul: () => import('./matmul.ts'),
  elementwise: () => import('./elementwise.ts'),
  decode: () => import('./decode.ts'),
  serve: () => import('./serve.ts'),
  'decode-overhead': () => import('./decode-overhead.ts'),
  strategies: () => import('./strategies.ts'),
  detector: () => import('./detector.ts'),
  javascript: () => import('./javascript.ts'),
  constraints: () => import('./constraints.ts'),
  growth: () => import('./growth.ts'),
  footprint: () => import('./footprint.ts'),
  tokenizer: () => import('./tokenizer.ts'),
  'tokenizer-kinds': () => import('./tokenizer-kinds.ts'),
  recipe: () => import('./recipe.ts'),
  cures: () => import('./cures.ts'),
};

export interface BenchOptions {
  /** Which configuration; each part has its own names. */
  readonly config?: string;
  /** The Python that has the peer. */
  readonly python?: string;
  readonly peer?: string;
  /** Only these modes of the peer, such as `f32 eager`; all by default. */
  readonly modes?: string;
  readonly rounds: number;
  /** Seconds of work per round and engine. */
  readonly seconds: number;
  readonly json: boolean;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    config: { type: 'string' },
    python: { type: 'string' },
    peer: { type: 'string' },
    modes: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const wanted = positionals.length ? positionals : Object.keys(parts);
const unknown = wanted.find((part) => !parts[part]);
if (values.help || unknown) {
  process.stderr.write(
    `npm run bench -- [${Object.keys(parts).join(' | ')}] [--config NAME] [--python PATH] [--rounds N]`,
  );
  process.stderr.write(` [--seconds N] [--json]\n`);
  process.exit(unknown ? 2 : 0);
}
for (const part of wanted) {
  const { run } = await parts[part]();
  await run({ ...values, rounds: Number(values.rounds), seconds: Number(values.seconds) });
}
