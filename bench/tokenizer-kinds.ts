/**
 * Training and encoding of each kind of tokenizer against Hugging Face tokenizers, in one run: the same text, vocabulary
 * size and cutting; encoding by the same file, whose ids must be equal. Needs `--python`, a Python that has them.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { loadTokenizer, saveTokenizer, trainBpe, trainUnigram, trainWordPiece } from '../src/text/index.ts';
import type { BenchOptions } from './main.ts';
import { median } from './timing.ts';

const corpora = ['../shared/data/text/tinyshakespeare.txt', '../shared/data/text/hongloumeng.txt'];
const readmes = ['README.md', 'README.zh.md'];

const kinds = {
  bpe: (texts: readonly string[], vocabSize: number) =>
    trainBpe(texts, { vocabSize, specialTokens: [], minFrequency: 0 }),
  wordpiece: (texts: readonly string[], vocabSize: number) =>
    trainWordPiece(texts, { vocabSize, specialTokens: ['[UNK]'], minFrequency: 0 }),
  unigram: (texts: readonly string[], vocabSize: number) =>
    trainUnigram(texts, { vocabSize, specialTokens: [], byteFallback: false }),
};

interface Theirs {
  readonly trainMs: number;
  readonly encodeMs: number;
  /** Digest of the ids of the whole text. */
  readonly ids: string;
}

/** `--config` names one kind. Prints our median, the peer's, and `ratio`: our speed over the peer's. */
export async function run({ config, python, rounds, json }: BenchOptions): Promise<void> {
  if (!python) {
    console.log('tokenizer-kinds: skipped, --python does not name a Python with tokenizers');
    return;
  }
  const found = corpora.filter(existsSync);
  const folder = mkdtempSync(join(tmpdir(), 'tokenizer-kinds-'));
  const chosen = Object.entries(kinds).filter(([kind]) => config === undefined || kind === config);
  try {
    for (const file of found.length ? found : readmes) {
      const text = readFileSync(file, 'utf8');
      const lines = text.split(/(?<=\n)/);
      // Room for the characters of a Chinese novel.
      const vocabSize = 8000;
      for (const [kind, train] of chosen) {
        const times = {
          train: [] as number[],
          encode: [] as number[],
          theirTrain: [] as number[],
          theirEncode: [] as number[],
        };
        for (let round = 0; round < rounds; round++) {
          const start = performance.now();
          const trained = await train(lines, vocabSize);
          times.train.push(performance.now() - start);
          const saved = join(folder, 'tokenizer.json');
          writeFileSync(saved, saveTokenizer(trained));
          const tokenizer = loadTokenizer(saveTokenizer(trained));
          const begin = performance.now();
          const ids = tokenizer.encode(text);
          times.encode.push(performance.now() - begin);
          const script = join(import.meta.dirname, 'tokenizer-kinds.py');
          const theirs: Theirs = JSON.parse(
            execFileSync(python, [script, file, kind, String(vocabSize), saved], { encoding: 'utf8' }),
          );
          times.theirTrain.push(theirs.trainMs);
          times.theirEncode.push(theirs.encodeMs);
          if (createHash('sha256').update(JSON.stringify(ids)).digest('hex') !== theirs.ids) {
            throw new Error(`bench tokenizer-kinds: the ids of ${kind} disagree on ${file}`);
          }
        }
        for (const [what, ours, theirs] of [
          ['train', median(times.train), median(times.theirTrain)],
          ['encode', median(times.encode), median(times.theirEncode)],
        ] as const) {
          const row = {
            text: basename(file),
            kind,
            what,
            oursMs: ours,
            theirsMs: theirs,
            ratio: theirs / ours,
          };
          console.log(
            json
              ? JSON.stringify(row)
              : `${row.text} ${kind} ${what}: ${ours.toFixed(0)} ms, tokenizers ${theirs.toFixed(0)} ms, ratio ${row.ratio.toFixed(2)}`,
          );
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
