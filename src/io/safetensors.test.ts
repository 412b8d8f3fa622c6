import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  openSafetensors,
  readSafetensors,
  safetensorsContent,
  type TensorData,
  writeSafetensors,
} from './safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const golden = JSON.parse(readFileSync('test/golden/safetensors-file.json', 'utf8')) as {
  base64: string;
  tensors: { [name: string]: { dtype: string; shape: number[]; values: string[] } };
};
const goldenBytes = new Uint8Array(Buffer.from(golden.base64, 'base64'));

/** A file with this header text and so many data bytes. */
function forge(header: string, dataBytes = 0, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const row = (dtype: unknown, shape: unknown, offsets: unknown) =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });
const refused = async (bytes: Uint8Array, code = /^safetensors\//) => {
  const error = await readSafetensors(bytes).then(
    () => undefined,
    (e) => e,
  );
  expect(error?.code).toMatch(code);
  return error as Error & { text: (lang: 'en' | 'zh') => string };
};
async function bytesOf(tensors: { [name: string]: TensorData }, metadata?: { [key: string]: string }) {
  const parts: Uint8Array[] = [];
  await safetensorsContent(tensors, metadata)({ write: async (piece) => void parts.push(piece.slice()) });
  return new Uint8Array(Buffer.concat(parts));
}
const float = (bits: number) => new Float32Array(new Uint32Array([bits << 16]).buffer)[0];
const half = (bits: number) => {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
};

describe('safetensors and the reference implementation', () => {
  test('a file from python reads equal', async () => {
    const { tensors, metadata } = await readSafetensors(goldenBytes);
    expect([...tensors.keys()].sort()).toEqual(Object.keys(golden.tensors).sort());
    expect(metadata.get('语言')).toBe('中文');
    for (const [name, { shape, values }] of Object.entries(golden.tensors)) {
      const { dtype, data, shape: got } = tensors.get(name)!;
      expect(got).toEqual(shape);
      const decode = (x: number | bigint) =>
        dtype === 'bf16'
          ? float(x as number)
          : dtype === 'f16'
            ? half(x as number)
            : dtype === 'bool'
              ? x === 1
              : x;
      const wanted = values.map((v) =>
        dtype === 'i64'
          ? BigInt(v)
          : dtype === 'bool'
            ? v === 'True'
            : dtype === 'f32'
              ? Math.fround(Number(v))
              : Number(v),
      );
      expect(Array.from(data as Iterable<number>, decode)).toEqual(wanted);
    }
  });

  test('our bytes equal those of python', async () => {
    const { tensors } = await readSafetensors(goldenBytes);
    const ours = await bytesOf(Object.fromEntries(tensors), { format: 'pt', 语言: '中文' });
    const theirsSwapped = await bytesOf(Object.fromEntries(tensors), { 语言: '中文', format: 'pt' });
    // The reference keeps metadata in a hash map: its two keys come in either order.
    expect([Buffer.from(ours).toString(), Buffer.from(theirsSwapped).toString()]).toContain(
      Buffer.from(goldenBytes).toString(),
    );
  });

  const python = process.env.INKSTONE_PYTHON ?? '';
  test.skipIf(!existsSync(python))(
    'python reads our file (skipped unless INKSTONE_PYTHON names a python with safetensors and torch)',
    async () => {
      const path = join(folder, 'ours.safetensors');
      await writeSafetensors(path, {
        'block.0.权重': { dtype: 'f32', shape: [2, 2], data: new Float32Array([1, -2, 3.5, 4]) },
        ids: { dtype: 'i64', shape: [2], data: new BigInt64Array([5n, -6n]) },
        mask: { dtype: 'bool', shape: [2], data: new Uint8Array([1, 0]) },
        none: { dtype: 'u8', shape: [0], data: new Uint8Array(0) },
      });
      const read = JSON.parse(
        execFileSync(python, ['test/golden/safetensors-file.py', path], { encoding: 'utf8' }),
      );
      expect(read).toEqual({
        'block.0.权重': ['torch.float32', [2, 2], [1, -2, 3.5, 4]],
        ids: ['torch.int64', [2], [5, -6]],
        mask: ['torch.bool', [2], [1, 0]],
        none: ['torch.uint8', [0], []],
      });
    },
    60_000,
  );
});

describe('writing and reading', () => {
  test('any tensors come back bit for bit, from bytes and from a file', async () => {
    const tensor = fc.oneof(
      fc.float32Array().map((data): TensorData => ({ dtype: 'f32', shape: [data.length, 1], data })),
      fc.uint16Array().map((data): TensorData => ({ dtype: 'bf16', shape: [1, data.length], data })),
      fc.bigInt64Array().map((data): TensorData => ({ dtype: 'i64', shape: [data.length], data })),
      fc.uint8Array().map((data): TensorData => ({ dtype: 'u8', shape: [data.length], data })),
    );
    const name = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('__proto__', 'constructor', '模型.头', ''),
    );
    const path = join(folder, 'any.safetensors');
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            name.filter((n) => n !== '__metadata__'),
            tensor,
          ),
          { maxLength: 5 },
        ),
        async (entries) => {
          const written = new Map(entries);
          await writeSafetensors(path, written);
          for (const source of [path, new Uint8Array(readFileSync(path))]) {
            const { tensors } = await readSafetensors(source);
            expect(new Map([...tensors].sort())).toEqual(new Map([...written].sort()));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('one tensor can be read alone, and a misspelt one suggests the near one', async () => {
    const path = join(folder, 'alone.safetensors');
    await writeSafetensors(path, {
      'head.weight': { dtype: 'f32', shape: [1], data: new Float32Array([2]) },
    });
    const file = await openSafetensors(path);
    expect((await file.read('head.weight')).data).toEqual(new Float32Array([2]));
    await expect(file.read('head.wieght')).rejects.toThrow('did you mean "head.weight"?');
    await file.close();
    expect((await readSafetensors(path, { only: () => false })).tensors.size).toBe(0);
  });

  test('a view into a larger buffer writes only itself', async () => {
    const all = new Float32Array([9, 1, 2, 9]);
    const bytes = await bytesOf({ w: { dtype: 'f32', shape: [2], data: all.subarray(1, 3) } });
    expect((await readSafetensors(bytes)).tensors.get('w')!.data).toEqual(new Float32Array([1, 2]));
  });

  test('what cannot be written is refused before a file appears', async () => {
    const path = join(folder, 'never.safetensors');
    const data = new Float32Array(2);
    for (const tensors of [
      { w: { dtype: 'f32', shape: [3], data } },
      { w: { dtype: 'f16', shape: [2], data } },
      { w: { dtype: 'f33', shape: [2], data } },
      { w: { dtype: 'f32', shape: [-1, -2], data } },
      { __metadata__: { dtype: 'f32', shape: [2], data } },
      { '\ud800': { dtype: 'f32', shape: [2], data } },
    ] as unknown as { [name: string]: TensorData }[]) {
      await expect(writeSafetensors(path, tensors)).rejects.toThrow(/^safetensors: cannot write/);
    }
    expect(readdirSync(folder).filter((n) => n.includes('never'))).toEqual([]);
  });
});

describe('hostile files', () => {
  test('cut at every byte, the file is refused', async () => {
    for (let length = 0; length < goldenBytes.length; length++)
      await refused(goldenBytes.subarray(0, length));
    const path = join(folder, 'cut.safetensors');
    for (const length of [0, 7, 8, 100, goldenBytes.length - 1]) {
      writeFileSync(path, goldenBytes.subarray(0, length));
      await expect(readSafetensors(path)).rejects.toThrow(path);
    }
  });

  test('every byte of the header altered: an error, or tensors no larger than the file', async () => {
    const headerEnd = 8 + Number(new DataView(goldenBytes.buffer).getBigUint64(0, true));
    for (let at = 0; at < headerEnd; at += 3) {
      for (const value of [0, 0x22, 0x39, 0xff]) {
        const bytes = goldenBytes.slice();
        bytes[at] = value;
        const read = await readSafetensors(bytes).catch((e) => {
          expect(e.code).toMatch(/^safetensors\//);
        });
        let total = 0;
        for (const { data } of read?.tensors.values() ?? []) total += data.byteLength;
        expect(total).toBeLessThanOrEqual(bytes.length);
      }
    }
  });

  test('every count, length, size and offset at 0, 1, 2^31, 2^32, 2^53, 2^64-1 is refused without a large allocation', async () => {
    const values = [
      '0',
      '1',
      '2147483648',
      '4294967296',
      '9007199254740992',
      '18446744073709551615',
      '-1',
      '1.5',
      '1e3',
      '"4"',
      'null',
    ];
    const before = process.memoryUsage().arrayBuffers;
    for (const value of values) {
      for (const header of [
        `{"w":{"dtype":"F32","shape":[${value}],"data_offsets":[0,8]}}`,
        `{"w":{"dtype":"F32","shape":[2,${value}],"data_offsets":[0,16]}}`,
        `{"w":{"dtype":"F32","shape":[${value},${value},4294967296],"data_offsets":[0,8]}}`,
        `{"w":{"dtype":"F32","shape":[2],"data_offsets":[${value},8]}}`.replace('[0,8]', '[3,8]'),
        `{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,${value}]}}`,
      ]) {
        await refused(forge(header.replace('"data_offsets":[0,8]}', '"data_offsets":[0,7]}'), 7));
      }
      if (/^\d+$/.test(value)) await refused(forge('{"a":1}', 8, BigInt(value)));
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  });

  test('sizes whose product wraps to the right number are refused', async () => {
    // 2^32 · 2^32 · 1 element wraps to 0 in 64 bits; 2^62 · 4 bytes, too.
    await refused(forge(`{"w":${row('F32', [2 ** 32, 2 ** 32], [0, 0])}}`), /layout/);
    await refused(
      forge('{"w":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}'),
      /header/,
    );
  });

  test('a zero size makes a legal empty tensor', async () => {
    const { tensors } = await readSafetensors(forge(`{"w":${row('F32', [0, 2 ** 40], [0, 0])}}`));
    expect(tensors.get('w')!.data.length).toBe(0);
  });

  test.each([
    ['an overlap', `{"a":${row('U8', [4], [0, 4])},"b":${row('U8', [4], [2, 6])}}`, 6, /overlap/],
    ['a hole', `{"a":${row('U8', [2], [0, 2])},"b":${row('U8', [2], [4, 6])}}`, 6, /hole/],
    ['a range beyond the data', `{"a":${row('U8', [9], [0, 9])}}`, 6, /within 6 bytes/],
    ['a range that runs backwards', `{"a":${row('U8', [0], [4, 0])}}`, 4, /range/],
    ['trailing bytes', `{"a":${row('U8', [2], [0, 2])}}`, 6, /4 bytes follow/],
    ['shape and range that differ', `{"a":${row('F32', [2], [0, 6])}}`, 6, /needs 8 bytes/],
    ['a duplicate name', `{"a":${row('U8', [1], [0, 1])},"a":${row('U8', [1], [1, 2])}}`, 2, /comes twice/],
    [
      'a duplicate name in other letters',
      `{"a":${row('U8', [1], [0, 1])},"\\u0061":${row('U8', [1], [1, 2])}}`,
      2,
      /comes twice/,
    ],
    [
      'a duplicate key',
      '{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
      1,
      /comes twice/,
    ],
    ['a duplicate metadata key', '{"__metadata__":{"k":"1","k":"2"}}', 0, /comes twice/],
    ['metadata that is not text', '{"__metadata__":{"k":1}}', 0, /expected a string/],
    ['a dtype of wrong type', `{"a":${row(4, [1], [0, 1])}}`, 1, /expected a string/],
    ['an unknown dtype', `{"a":${row('F33', [1], [0, 1])}}`, 1, /near: F3/],
    ['a shape of wrong type', `{"a":${row('U8', 1, [0, 1])}}`, 1, /expected \[/],
    ['three offsets', `{"a":${row('U8', [1], [0, 1, 2])}}`, 1, /more than 2/],
    ['too many dimensions', `{"a":${row('U8', Array(33).fill(1), [0, 1])}}`, 1, /more than 32/],
    ['an unknown key', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"code":"x"}}', 1, /unknown/],
    ['a missing key', '{"a":{"dtype":"U8","shape":[1]}}', 1, /needs dtype, shape/],
    ['nesting', `${'{"a":'.repeat(50_000)}`, 0, /expected a string|unknown|expected/],
    ['something after the object', '{} {}', 0, /follows/],
    ['a list', '[]', 0, /begin with \{/],
    ['nothing', '', 0, /begin with \{/],
    ['a broken string', '{"a\\', 0, /does not end/],
  ])('%s is refused', async (_, header, dataBytes, message) => {
    const error = await refused(forge(header as string, dataBytes as number));
    expect(error.message).toMatch(message as RegExp);
    expect(error.text('zh')).toMatch(/[\u4e00-\u9fff]/);
  });

  test('the key __proto__ is an ordinary name and changes no prototype', async () => {
    const { tensors } = await readSafetensors(forge(`{"__proto__":${row('U8', [1], [0, 1])}}`, 1));
    expect([...tensors.keys()]).toEqual(['__proto__']);
    expect(({} as { dtype?: unknown }).dtype).toBeUndefined();
  });

  test('a header of 100,000,001 bytes is refused, whatever the file holds', async () => {
    expect((await refused(forge('{}', 0, 100_000_001n))).message).toContain('at most 100000000');
    expect((await refused(forge('{}', 0, 100_000_000n))).message).toContain('100000000 bytes announced');
  });

  test('a header that is not UTF-8 is refused', async () => {
    const bytes = forge('{"a":1}');
    bytes[10] = 0xff;
    expect((await refused(bytes)).message).toContain('not UTF-8');
  });

  test('a missing file and a folder are clear errors', async () => {
    await expect(readSafetensors(join(folder, 'none'))).rejects.toThrow('no such file');
    await expect(readSafetensors(folder)).rejects.toMatchObject({ code: 'io/device' });
  });
});
