/** A published file with blocks of four types: tensors, tokens and greedy text as Python's libraries have them (gguf-gemma.py). */

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { openModel, requireDecoder } from '../../src/cli/models.ts';
import { dequantize, openGguf } from '../../src/io/index.ts';
import { createLanguageModel } from '../../src/models/index.ts';
import { readGolden, relativeError } from './model-golden.ts';

const path = process.env.INKSTONE_GEMMA_GGUF;
interface Golden {
  readonly types: { readonly [type: string]: number };
  readonly vocabulary: string;
  readonly tensors: { readonly [name: string]: string };
  readonly words: readonly { readonly text: string; readonly ids: readonly number[] }[];
  readonly runs: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly greedy: readonly number[];
    /** The first of them, after the whole text. */
    readonly logits: readonly number[];
  }[];
}

test.skipIf(!path)(
  'Gemma 3 270M in Q4_K_M is read to the bit (needs INKSTONE_GEMMA_GGUF=FILE, see gguf-gemma.py)',
  async () => {
    const golden = readGolden<Golden>('gguf-gemma');
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

test.skipIf(!path)(
  'Gemma 3 270M opens and writes as PyTorch does (needs INKSTONE_GEMMA_GGUF=FILE)',
  async () => {
    const { runs, words } = readGolden<Golden>('gguf-gemma');
    const { config, tokenizer, prefixIds, params } = requireDecoder('test', await openModel(path!));
    for (const { text, ids } of words) {
      expect(tokenizer.encode(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(text);
    }
    const model = createLanguageModel(await params(), config);
    for (const { text, ids, greedy, logits } of runs) {
      expect([...prefixIds, ...tokenizer.encode(text)]).toEqual(ids);
      const sequence = model.open();
      const read = (tokens: readonly number[]): Float32Array =>
        model.step([{ sequence, ids: tokens }])[0].logits[0];
      let last = read(ids);
      expect(relativeError(last.subarray(0, logits.length), logits)).toBeLessThan(1e-4);
      const written = greedy.map((expected) => {
        const best = last.reduce((top, logit, id) => (logit > last[top] ? id : top), 0);
        last = read([expected]);
        return best;
      });
      expect(written).toEqual(greedy);
      sequence.close();
    }
  },
);
