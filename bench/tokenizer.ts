/**
 * Encoding speed against gpt-tokenizer on the same vocabulary and text. `cold` is the first encoding of a text by a new
 * tokenizer, `warm` the same text again, with both caches filled. Every round checks that both give the same ids.
 */

import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { GptEncoding } from 'gpt-tokenizer/GptEncoding';
import { fromRanks } from '../src/text/index.ts';
import type { BenchOptions } from './main.ts';
import { median } from './timing.ts';

type Vocabulary = 'cl100k_base' | 'o200k_base';
type Ranks = readonly (string | readonly number[])[];
type Encode = (text: string) => number[];

const corpora = ['../shared/data/text/tinyshakespeare.txt', '../shared/data/text/hongloumeng.txt'];
const readmes = ['README.md', 'README.zh.md'];

/** Milliseconds of each round, and the ids of the last one. */
interface Timing {
  readonly cold: number[];
  readonly warm: number[];
  ids: number[];
}

/** One round: a new tokenizer encodes the text twice. */
function round(create: () => Encode, text: string, timing: Timing): void {
  const encode = create();
  for (const state of ['cold', 'warm'] as const) {
    const start = performance.now();
    timing.ids = encode(text);
    timing[state].push(performance.now() - start);
  }
}

/** Prints, per text and state, our median, the peer's, and `ratio`: our speed over the peer's. */
export async function run({ config = 'cl100k_base', rounds, json }: BenchOptions): Promise<void> {
  const vocabulary = config as Vocabulary;
  const { default: ranks } = (await import(`gpt-tokenizer/bpeRanks/${vocabulary}`)) as { default: Ranks };
  const entries = ranks.flatMap((token, rank) =>
    token === undefined ? [] : [[typeof token === 'string' ? token : Uint8Array.from(token), rank] as const],
  );
  const pattern = vocabulary === 'o200k_base' ? 'o200k' : 'cl100k';
  const ours = () => fromRanks(entries, { pattern }).encode;
  const theirs = () => GptEncoding.getEncodingApi(vocabulary, () => ranks).encode;

  const found = corpora.filter(existsSync);
  for (const file of found.length ? found : readmes) {
    // NOTE: the two differ on white space at the very end, where gpt-tokenizer follows a newer form of the pattern.
    const text = readFileSync(file, 'utf8').trim();
    const a: Timing = { cold: [], warm: [], ids: [] };
    const b: Timing = { cold: [], warm: [], ids: [] };
    for (let i = 0; i < rounds; i++) {
      round(ours, text, a);
      round(theirs, text, b);
      if (a.ids.length !== b.ids.length || a.ids.some((id, at) => id !== b.ids[at])) {
        throw new Error(`bench tokenizer: the two encoders disagree on ${file}`);
      }
    }
    for (const state of ['cold', 'warm'] as const) {
      const oursMs = median(a[state]);
      const theirsMs = median(b[state]);
      const ratio = theirsMs / oursMs;
      const name = `${basename(file)} ${vocabulary} ${state}`;
      console.log(
        json
          ? JSON.stringify({
              text: basename(file),
              vocabulary,
              state,
              tokens: a.ids.length,
              oursMs,
              theirsMs,
              ratio,
            })
          : `${name}: ${oursMs.toFixed(1)} ms, gpt-tokenizer ${theirsMs.toFixed(1)} ms, ratio ${ratio.toFixed(2)}`,
      );
    }
  }
}
