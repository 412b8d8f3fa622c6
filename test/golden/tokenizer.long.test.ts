/** Whole books against Hugging Face tokenizers; needs `INKSTONE_PYTHON`, a Python that has them, and the corpora. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { saveTokenizer, trainBpe } from '../../src/text/index.ts';

const python = process.env.INKSTONE_PYTHON;
const corpora = resolve(import.meta.dirname, '../../../shared/data/text');
const missing = !python
  ? 'INKSTONE_PYTHON does not name a Python with tokenizers'
  : !existsSync(corpora) && 'the corpora are not there';

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

describe(missing ? `whole books (skipped: ${missing})` : 'whole books', () => {
  test.skipIf(missing).each([
    ['tinyshakespeare.txt', 2000],
    ['hongloumeng.txt', 6000],
  ])(
    '%s: the merges, and the ids of our file there and here, are equal',
    async (name, vocabSize) => {
      const file = join(corpora, name);
      const text = readFileSync(file, 'utf8');
      const tokenizer = await trainBpe([text], { vocabSize, minFrequency: 0 });
      const folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
      try {
        const saved = join(folder, 'tokenizer.json');
        writeFileSync(saved, saveTokenizer(tokenizer));
        const script = join(import.meta.dirname, 'tokenizer-peer.py');
        const theirs = JSON.parse(
          execFileSync(python!, [script, file, String(vocabSize), saved], { encoding: 'utf8' }),
        );
        const ids = digest(tokenizer.encode(text));
        expect(theirs).toEqual({
          merges: digest(tokenizer.toJSON().model.merges),
          ids,
          theirIds: ids,
          decodes: true,
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    300_000,
  );
});
