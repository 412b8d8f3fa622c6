/** GGUF blocks and files against the Python package `gguf` (gguf-blocks.py). */

import { describe, expect, test } from 'vitest';
import {
  dequantize,
  type GgufType,
  openGguf,
  type QuantizableType,
  quantizableTypes,
  quantize,
} from '../../src/io/index.ts';
import { readGolden, unpack } from './model-golden.ts';

const golden = readGolden<{
  readonly reading: { readonly [type: string]: { readonly bytes: string; readonly numbers: string } };
  readonly numbers: string;
  readonly writing: { readonly [type: string]: string };
  readonly file: string;
}>('gguf-blocks');

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

describe('blocks', () => {
  test.each(Object.entries(golden.reading))('%s is read to the bit', (type, { bytes, numbers }) => {
    expect(dequantize(type as GgufType, bytesOf(bytes))).toEqual(unpack(numbers));
  });

  test.each(quantizableTypes)('%s is written to the byte', (type: QuantizableType) => {
    expect(quantize(type, unpack(golden.numbers))).toEqual(bytesOf(golden.writing[type]));
  });

  test.each(['F32', 'F16', 'BF16'] as const)('%s comes back as it was rounded', (type) => {
    const numbers = dequantize(type, bytesOf(golden.writing[type]));
    expect(quantize(type, numbers)).toEqual(bytesOf(golden.writing[type]));
    const worst = { F32: 0, F16: 2 ** -11, BF16: 2 ** -8 }[type];
    unpack(golden.numbers).forEach((x, i) => {
      expect(Math.abs(numbers[i] - x)).toBeLessThanOrEqual(
        Math.max(worst * Math.abs(x), type === 'F16' ? 2 ** -25 : 0),
      );
    });
  });
});

test('a file of the Python package is read whole', async () => {
  const file = await openGguf(bytesOf(golden.file));
  const values = Object.fromEntries([...file.metadata].map(([key, { value }]) => [key, value]));
  expect(values).toEqual({
    'general.architecture': 'llama',
    words: '床前明月光, moonlight',
    'a.uint8': 200,
    'a.int8': -100,
    'a.uint16': 60000,
    'a.int16': -30000,
    'a.uint32': 4_000_000_000,
    'a.int32': -2_000_000_000,
    'a.float32': 0.5,
    'a.bool': true,
    'a.uint64': 2n ** 63n,
    'a.int64': -(2n ** 62n),
    'a.float64': 0.1,
    'list.words': ['春', 'spring', ''],
    'list.numbers': Int32Array.of(1, -2, 3),
    'list.floats': Float32Array.of(0.25, -1.5),
  });
  expect([...file.tensors].map(([name, { type, shape }]) => [name, type, shape])).toEqual([
    ['plain', 'F32', [2, 3]],
    ['half', 'F16', [4]],
    ['blocks', 'Q8_0', [2, 32]],
  ]);
  expect(dequantize('F32', await file.read('plain'))).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
  expect(dequantize('F16', await file.read('half'))).toEqual(Float32Array.of(0, 1, 2, 3));
  expect(await file.read('blocks')).toEqual(bytesOf(golden.writing.Q8_0).subarray(0, 68));
  await file.close();
});
