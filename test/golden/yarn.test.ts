/** YaRN against transformers (yarn.py): the tables, and a small Llama whose positions are stretched by it. */

import { expect, test } from 'vitest';
import {
  extended,
  forward,
  fromForeign,
  fromForeignConfig,
  ggufArchitectureFor,
  toForeignConfig,
} from '../../src/models/index.ts';
import { rotaryTables } from '../../src/tensor/index.ts';
import { readGolden, relativeError, startingWeights, tokens, unpack } from './model-golden.ts';

interface Golden {
  readonly tables: {
    readonly size: number;
    readonly base: number;
    readonly factor: number;
    readonly original: number;
    readonly beta_fast?: number;
    readonly beta_slow?: number;
    readonly attention_factor?: number;
    readonly frequencies: number[];
    readonly scale: number;
  }[];
  readonly config: { readonly [key: string]: unknown };
  readonly ids: number[][];
  readonly logits: string;
  readonly parameters: [name: string, shape: number[]][];
}

const golden = readGolden<Golden>('yarn');

test.each(golden.tables)('tables of $size features, $factor times $original', (given) => {
  const { size, base, factor, original, frequencies, scale } = given;
  const scaling = {
    kind: 'yarn',
    factor,
    originalContext: original,
    fastTurns: given.beta_fast,
    slowTurns: given.beta_slow,
    attentionFactor: given.attention_factor,
  } as const;
  const { cos, sin } = rotaryTables(8, size, { base, scaling });
  frequencies.forEach((frequency, i) => {
    for (const place of [0, 1, 7]) {
      expect(cos.data[(place * size) / 2 + i]).toBeCloseTo(scale * Math.cos(place * frequency), 5);
      expect(sin.data[(place * size) / 2 + i]).toBeCloseTo(scale * Math.sin(place * frequency), 5);
    }
  });
});

test('a Llama with YaRN: logits, and its config in the words it came in', () => {
  const config = fromForeignConfig(golden.config);
  const weights = golden.parameters.map(
    ([name, shape], i) => [name, startingWeights(name, shape, i)] as const,
  );
  const params = fromForeign('llama', config, new Map(weights));
  const logits = forward(params, config, tokens(golden.ids));
  expect(relativeError(logits.data, unpack(golden.logits))).toBeLessThan(1e-5);
  expect(toForeignConfig('llama', config)).toMatchObject(golden.config);
  // Trained on 8 tokens without any stretching, it becomes the same model.
  const trained = { ...config, contextLength: 8, positions: { kind: 'rotary', base: 10_000 } } as const;
  const stretched = extended(trained, { kind: 'yarn', factor: 4 });
  expect(forward(params, stretched, tokens(golden.ids)).data).toEqual(logits.data);
  expect(() => ggufArchitectureFor(config)).toThrow(/positions.scaling.*yarn/);
});
