/** What every `Embedder` promises, as a suite of tests: run it on each implementation. */

import { describe, expect, test } from 'vitest';
import type { Embedder } from '../../src/types.ts';

const texts = ['the whale sails', '春眠不觉晓', 'a', 'the whale sails', '处处闻啼鸟，夜来风雨声'];

/** One vector for each text, in their order, of one width; together as alone; a signal ends it. */
export function embedderContract(name: string, create: () => Embedder | Promise<Embedder>): void {
  describe(`${name} as an embedder`, () => {
    test('gives each text its vector, whatever stands beside it', async () => {
      const embedder = await create();
      const { vectors, promptTokens } = await embedder.embed(texts);
      expect(vectors).toHaveLength(texts.length);
      expect(new Set(vectors.map(({ length }) => length)).size).toBe(1);
      expect(vectors.every((vector) => Array.from(vector).every(Number.isFinite))).toBe(true);
      expect(promptTokens).toBeGreaterThanOrEqual(0);
      for (const [i, text] of texts.entries()) {
        const [alone] = (await embedder.embed([text])).vectors;
        Array.from(alone).forEach((x, k) => expect(vectors[i][k]).toBeCloseTo(x, 5));
      }
      expect(Array.from(vectors[0])).toEqual(Array.from(vectors[3]));
      expect(Array.from(vectors[0])).not.toEqual(Array.from(vectors[1]));
    });

    test('an aborted signal ends it with its reason', async () => {
      const embedder = await create();
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(embedder.embed(texts, { signal })).rejects.toThrow('enough');
    });
  });
}
