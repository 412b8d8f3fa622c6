/** Models in GGUF files against Hugging Face's in PyTorch, laid out as llama.cpp's converter does (gguf-models.py). */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGguf } from '../../src/io/index.ts';
import { forward, openGgufModel, saveGguf } from '../../src/models/index.ts';
import {
  type GoldenModel,
  type GoldenModelName,
  goldenModel,
  readGolden,
  relativeError,
  tokens,
  unpack,
} from './model-golden.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkstone-gguf-models-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each<GoldenModelName>(['gpt2', 'llama'])('%s in a GGUF file', (name) => {
  const golden = readGolden<GoldenModel>(name);
  const file = Buffer.from(readGolden<Record<string, string>>('gguf-models')[name], 'base64');
  const model = goldenModel(name, golden.config);

  test('gives the logits of PyTorch', async () => {
    const path = join(folder, `${name}.gguf`);
    await writeFile(path, file);
    const { config, params } = await openGgufModel(path);
    expect(config).toEqual(model.config);
    const logits = forward(await params(), config, tokens(golden.ids));
    expect(relativeError(logits.data, unpack(golden.logits))).toBeLessThan(1e-4);
  });

  test('is written with the names, shapes and bytes of the reference', async () => {
    const path = join(folder, `${name}-ours.gguf`);
    await saveGguf(path, model);
    const [ours, theirs] = [await openGguf(path), await openGguf(file)];
    expect([...ours.tensors.keys()].sort()).toEqual([...theirs.tensors.keys()].sort());
    for (const [tensor, { shape, type }] of theirs.tensors) {
      expect([tensor, ours.tensors.get(tensor)]).toMatchObject([tensor, { shape, type }]);
      expect([tensor, await ours.read(tensor)]).toEqual([tensor, await theirs.read(tensor)]);
    }
    for (const [key, value] of theirs.metadata) expect([key, ours.metadata.get(key)]).toEqual([key, value]);
    await ours.close();
  });
});
