import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InkstoneError } from '../errors.ts';
import { createRng } from '../rng.ts';
import type { ByteSink } from './atomic.ts';
import { type GgufContent, ggufContent, openGguf, writeGguf } from './gguf.ts';
import { dequantize, quantize } from './gguf-blocks.ts';
import type { GgufValue } from './gguf-types.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkstone-gguf-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function bytesOf(content: GgufContent): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const sink: ByteSink = { write: async (piece) => void pieces.push(piece.slice()) };
  await ggufContent(content)(sink);
  return new Uint8Array(Buffer.concat(pieces));
}

const numbers = Float32Array.from({ length: 128 }, (_, i) => Math.sin(i));

const content: GgufContent = {
  metadata: new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['poem', { type: 'string', value: '春眠不觉晓, spring' }],
    ['count', { type: 'u64', value: 2n ** 60n }],
    ['yes', { type: 'bool', value: true }],
    ['words', { type: 'array', of: 'string', value: ['床', 'moon', ''] }],
    ['numbers', { type: 'array', of: 'f32', value: Float32Array.of(0.5, -2) }],
    [
      'nested',
      { type: 'array', of: 'array', value: [{ type: 'array', of: 'i16', value: Int16Array.of(-1, 2) }] },
    ],
  ]),
  tensors: new Map([
    ['blocks', { type: 'Q8_0', shape: [4, 32], bytes: () => quantize('Q8_0', numbers) }],
    ['three', { type: 'F32', shape: [3], bytes: () => quantize('F32', numbers.subarray(0, 3)) }],
    ['after', { type: 'BF16', shape: [2, 1, 3], bytes: () => quantize('BF16', numbers.subarray(0, 6)) }],
  ]),
};

describe('what is written', () => {
  test('is read again, from memory and from a file', async () => {
    const path = join(folder, 'whole.gguf');
    await writeGguf(path, content);
    expect(await readFile(path)).toEqual(Buffer.from(await bytesOf(content)));
    for (const source of [path, await bytesOf(content)]) {
      const file = await openGguf(source);
      expect(file.version).toBe(3);
      expect(file.metadata).toEqual(content.metadata);
      expect([...file.tensors].map(([name, { type, shape }]) => [name, type, shape])).toEqual(
        [...content.tensors].map(([name, { type, shape }]) => [name, type, shape]),
      );
      for (const [name, { bytes }] of content.tensors) expect(await file.read(name)).toEqual(bytes());
      await expect(file.read('three ')).rejects.toThrow(/no tensor "three "; did you mean "three"/);
      await file.close();
    }
  });

  test('must fit its shape and type; after an error nothing is left', async () => {
    const only = (tensor: object): GgufContent => ({
      metadata: new Map(),
      tensors: new Map([['x', tensor as never]]),
    });
    const refused = (tensor: object) => expect(writeGguf(join(folder, 'bad.gguf'), only(tensor))).rejects;
    const bytes = () => new Uint8Array(8);
    await refused({ type: 'Q8_0', shape: [2, 16], bytes }).toThrow(
      /"x": rows of Q8_0 must be multiples of 32/,
    );
    await refused({ type: 'F32', shape: [1, 1, 1, 1, 2], bytes }).toThrow(/at most 4 axes/);
    await refused({ type: 'F32', shape: [1.5], bytes }).toThrow(/whole numbers/);
    await refused({ type: 'F32', shape: [3], bytes }).toThrow(/F32 \[3\] needs 12 bytes, got 8/);
    expect((await readdir(folder)).filter((name) => name.includes('bad'))).toEqual([]);
  });

  test('a header that is longer than the first look is read all the same', async () => {
    const words = Array.from({ length: 80_000 }, (_, i) => `词${i}`);
    const metadata = new Map<string, GgufValue>([['words', { type: 'array', of: 'string', value: words }]]);
    const path = join(folder, 'long.gguf');
    await writeGguf(path, { metadata, tensors: content.tensors });
    const file = await openGguf(path);
    expect(file.metadata).toEqual(metadata);
    expect(dequantize('Q8_0', await file.read('blocks'))[1]).toBeCloseTo(Math.sin(1), 2);
    await file.close();
  });
});

describe('hostile files', () => {
  const open = async (bytes: Uint8Array): Promise<string> => {
    try {
      await (await openGguf(bytes)).close();
      return 'read';
    } catch (error) {
      expect(error).toBeInstanceOf(InkstoneError);
      expect((error as InkstoneError).text('zh')).toMatch(/\p{Script=Han}/u);
      return (error as Error).message;
    }
  };

  test('a file cut at any byte of its data or before is refused, as bytes and as a file', async () => {
    const whole = await bytesOf(content);
    // The last tensor has 12 bytes; what follows them only fills up.
    const end = whole.length - 32 + 12;
    for (let length = 0; length < end; length++) {
      expect(await open(whole.subarray(0, length))).toMatch(/the file is cut/);
    }
    expect(await open(whole.subarray(0, end))).toBe('read');
    const path = join(folder, 'cut.gguf');
    await writeGguf(path, content);
    await truncate(path, end - 1);
    await expect(openGguf(path)).rejects.toThrow(/cut.gguf, tensor "after": its range .* must lie within/);
  });

  test('flipped bits give a file or an error of ours, and no more memory than the file has', async () => {
    const whole = await bytesOf(content);
    const rng = createRng(3);
    for (let i = 0; i < 1500; i++) {
      const bytes = whole.slice();
      for (let flips = 0; flips < 3; flips++) {
        const place = rng.integer(bytes.length);
        bytes[place] ^= 1 << rng.integer(8);
      }
      await open(bytes);
    }
  });

  test('any bytes', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (tail) => {
        await open(tail);
        await open(Uint8Array.from([0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0, ...tail]));
      }),
      { numRuns: 300 },
    ));

  /** A header by hand: numbers with their bytes, or texts with their length before them. */
  const header = (...parts: (string | readonly [number | bigint, 4 | 8])[]): Uint8Array => {
    const pieces = parts.map((part) => {
      if (typeof part === 'string') {
        const text = Buffer.from(part);
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(text.length));
        return Buffer.concat([length, text]);
      }
      const number = Buffer.alloc(part[1]);
      if (part[1] === 4) number.writeUInt32LE(Number(part[0]));
      else number.writeBigUInt64LE(BigInt(part[0]));
      return number;
    });
    return new Uint8Array(Buffer.concat(pieces));
  };
  const magic = [0x46554747, 4] as const;
  const begin = (tensors: number | bigint, keys: number | bigint) =>
    [magic, [3, 4], [tensors, 8], [keys, 8]] as const;
  const tensor = (name: string, type: number, place: number, sizes: readonly (number | bigint)[]) =>
    [name, [sizes.length, 4], ...sizes.map((size) => [size, 8] as const), [type, 4], [place, 8]] as const;
  const filler = Array.from({ length: 16 }, () => [0, 8] as const);

  test.each([
    ['another version', [magic, [1, 4], ...filler], /version must be 2 or 3, got 1/],
    ['big-endian', [magic, [0x03000000, 4], ...filler], /big-endian/],
    ['too many tensors', [...begin(2n ** 63n, 0), ...filler], /number of tensors may be at most 1000000/],
    ['more tensors than bytes', [...begin(100, 0), ...filler], /number of tensors is 100, for which/],
    ['more keys than bytes', [...begin(0, 1000), ...filler], /number of keys is 1000, for which/],
    ['a long key', [...begin(0, 1), [2n ** 40n, 8], ...filler], /length of a key may be at most 65535/],
    [
      'a long text',
      [...begin(0, 1), 'k', [8, 4], [2n ** 27n, 8], ...filler],
      /length of the value of "k" is/,
    ],
    ['a long list', [...begin(0, 1), 'k', [9, 4], [8, 4], [2n ** 28n, 8], ...filler], /length of "k" is/],
    [
      'an endless list',
      [...begin(0, 1), 'k', [9, 4], [4, 4], [2n ** 62n, 8], ...filler],
      /length of "k" may be/,
    ],
    [
      'lists in lists',
      [
        ...begin(0, 1),
        'k',
        [9, 4],
        ...Array.from(
          { length: 6 },
          () =>
            [
              [9, 4],
              [1, 8],
            ] as const,
        ).flat(),
        ...filler,
      ],
      /nests deeper than 4/,
    ],
    ['an unknown type', [...begin(0, 1), 'k', [13, 4], ...filler], /"k" has the unknown type 13/],
    ['a key twice', [...begin(0, 2), 'k', [4, 4], [1, 4], 'k', [4, 4], [1, 4], ...filler], /"k" comes twice/],
    ['an alignment of 3', [...begin(0, 1), 'general.alignment', [4, 4], [3, 4], ...filler], /power of 2/],
    ['an alignment of 0', [...begin(0, 1), 'general.alignment', [4, 4], [0, 4], ...filler], /power of 2/],
    [
      'a name twice',
      [...begin(2, 0), ...tensor('x', 0, 0, [1]), ...tensor('x', 0, 32, [1]), ...filler],
      /"x" comes twice/,
    ],
    [
      'an overlap',
      [...begin(2, 0), ...tensor('x', 0, 0, [8]), ...tensor('y', 0, 0, [8]), ...filler],
      /overlap/,
    ],
    ['a hole', [...begin(1, 0), ...tensor('x', 0, 32, [8]), ...filler], /expected 0 \(hole\)/],
    [
      'a huge tensor',
      [...begin(1, 0), ...tensor('x', 0, 0, [2n ** 40n, 2n ** 40n]), ...filler],
      /must lie within/,
    ],
    ['an axis of 2^60', [...begin(1, 0), ...tensor('x', 0, 0, [2n ** 60n]), ...filler], /2\^53 or more/],
    [
      'five axes',
      [...begin(1, 0), ...tensor('x', 0, 0, [1, 1, 1, 1, 1]), ...filler],
      /at most 4 axes, got 5/,
    ],
    [
      'a type without a reader',
      [...begin(1, 0), ...tensor('x', 16, 0, [256]), ...filler],
      /type 16, which is not read; known: F32/,
    ],
    ['half a block', [...begin(1, 0), ...tensor('x', 8, 0, [48]), ...filler], /multiples of 32, got \[48\]/],
    [
      'bytes behind',
      [...begin(1, 0), ...tensor('x', 0, 0, [1]), ...filler, ...filler],
      /bytes follow the last tensor/,
    ],
  ] as const)('%s', async (_, parts, message) => {
    expect(await open(header(...(parts as readonly unknown[] as Parameters<typeof header>)))).toMatch(
      message,
    );
  });
});
