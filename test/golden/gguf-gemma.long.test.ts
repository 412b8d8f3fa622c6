/** Every tensor of a published file with blocks of four types against the Python package `gguf` (gguf-gemma.py). */

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { dequantize, openGguf } from '../../src/io/index.ts';
import { readGolden } from './model-golden.ts';

const path = process.env.INKSTONE_GEMMA_GGUF;

test.skipIf(!path)(
  'Gemma 3 270M in Q4_K_M is read to the bit (needs INKSTONE_GEMMA_GGUF=FILE, see gguf-gemma.py)',
  async () => {
    const golden = readGolden<{
      readonly types: { readonly [type: string]: number };
      readonly vocabulary: string;
      readonly tensors: { readonly [name: string]: string };
    }>('gguf-gemma');
    const sha256 = (content: string | Uint8Array): string =>
      createHash('sha256').update(content).digest('hex');
    const file = await openGguf(path!);
    const words = file.metadata.get('tokenizer.ggml.tokens')!.value as string[];
    expect(sha256(words.join('\n'))).toBe(golden.vocabulary);
    const types: Record<string, number> = {};
    const tensors: Record<string, string> = {};
    for (const [name, { type }] of file.tensors) {
      types[type] = (types[type] ?? 0) + 1;
      tensors[name] = sha256(new Uint8Array(dequantize(type, await file.read(name)).buffer));
    }
    expect(types).toEqual(golden.types);
    expect(tensors).toEqual(golden.tensors);
    await file.close();
  },
);
