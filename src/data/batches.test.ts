import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { batchRows, createBatches } from './batches.ts';
import { mixRows } from './mixture.ts';
import { documentRows, IGNORE, type RowSource, sequenceRows, windowRows } from './rows.ts';
import { openTokenShard, writeTokenShard } from './token-shards.ts';
import { concatTokens, tokenArray, tokenizeDocuments } from './tokens.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 shards-'));
afterAll(() => rmSync(folder, { recursive: true }));

const EOS = 60_000;
/** Characters as ids, with an end token. */
const tokenizer = {
  vocabSize: 70_000,
  eosId: EOS,
  encode: (text: string) => Array.from(text, (c) => c.codePointAt(0)! % 60_000),
};
const count = (n: number) => Int32Array.from({ length: n }, (_, i) => i);

function row(rows: RowSource, number: number) {
  const [inputs, targets] = [new Int32Array(rows.contextLength), new Int32Array(rows.contextLength)];
  rows.fill(number, inputs, targets, 0);
  return { inputs: [...inputs], targets: [...targets] };
}

describe('random windows', () => {
  test('targets are the inputs moved by one, anywhere in the corpus', () => {
    const batches = createBatches({
      tokens: count(50),
      contextLength: 8,
      batchSize: 64,
      seed: 1,
      mode: 'windows',
    });
    const { inputs, targets } = batches.at(0);
    for (let i = 0; i < inputs.length; i++) {
      expect(targets[i]).toBe(inputs[i] + 1);
      if (i % 8) expect(inputs[i]).toBe(inputs[i - 1] + 1);
    }
  });

  test('every place is equally likely', () => {
    const batches = createBatches({
      tokens: count(14),
      contextLength: 4,
      batchSize: 1000,
      seed: 5,
      mode: 'windows',
    });
    const seen = new Array(10).fill(0);
    for (let step = 0; step < 10; step++) {
      const { inputs } = batches.at(step);
      for (let i = 0; i < inputs.length; i += 4) seen[inputs[i]]++;
    }
    // Ten places, 10,000 draws: the standard deviation is 30.
    for (const times of seen) expect(Math.abs(times - 1000)).toBeLessThan(150);
  });

  test('a corpus of context + 1 tokens has one window; one token less is an error with both numbers', () => {
    const make = (n: number) =>
      createBatches({ tokens: count(n), contextLength: 8, batchSize: 2, seed: 0, mode: 'windows' });
    expect([...make(9).at(3).inputs]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]);
    expect(() => make(8)).toThrow(/8 tokens, context 8; give more text or a context of at most 7/);
    expect(() => make(0)).toThrow('no text');
  });
});

describe('batch k is a pure function of the options and k', () => {
  const tokens = tokenArray(count(500), Float64Array.from([0, 3, 3, 40, 200, 201, 350, 500]));
  const all = [
    { mode: 'windows', seed: 7 },
    { mode: 'sequence' },
    { mode: 'documents', seed: 7, eosId: EOS },
    { mode: 'documents', seed: 7, eosId: EOS, whole: true },
  ] as const;

  test.each(all)('%o: resumed equals unbroken, in any order, with or without a buffer', (options) => {
    const make = () => createBatches({ tokens, contextLength: 16, batchSize: 3, ...options });
    const unbroken = make();
    const wanted = Array.from({ length: 40 }, (_, step) => structuredClone(unbroken.at(step)));
    const resumed = make();
    const into = resumed.at(0);
    for (const step of [25, 39, 3, 24, 0, 11, 10]) {
      expect(resumed.at(step, into)).toBe(into);
      expect(into).toEqual(wanted[step]);
    }
  });

  test('another seed gives other batches', () => {
    for (const options of all.filter((o) => o.mode !== 'sequence')) {
      const [a, b] = [7, 8].map((seed) =>
        createBatches({ tokens, contextLength: 16, batchSize: 3, ...options, seed }).at(0),
      );
      expect(a.inputs).not.toEqual(b.inputs);
    }
  });
});

/** A corpus of documents; each token is unique, so that none can be taken for another. */
const corpora = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 25 }).map((lengths) => {
  const starts = [0];
  for (const length of lengths) starts.push(starts[starts.length - 1] + length);
  return { tokens: tokenArray(count(starts[starts.length - 1]), starts), starts };
});

describe('documents', () => {
  test('in every epoch each token is a target exactly once, after the token that precedes it', () => {
    fc.assert(
      fc.property(
        corpora,
        fc.integer({ min: 1, max: 20 }),
        fc.nat(99),
        fc.boolean(),
        ({ tokens, starts }, contextLength, seed, whole) => {
          if (tokens.length === 0) return;
          const rows = documentRows({ tokens, contextLength, seed, eosId: EOS, whole });
          for (let epoch = 0; epoch < 3; epoch++) {
            const seen: number[] = [];
            let [streamEnd, rowEnd] = [EOS, EOS];
            for (let i = 0; i < rows.rowsPerEpoch!; i++) {
              const { inputs, targets } = row(rows, epoch * rows.rowsPerEpoch! + i);
              for (let k = 0; k < contextLength; k++) {
                if (targets[k] === IGNORE) continue;
                seen.push(targets[k]);
                if (k > 0 && inputs[k] !== EOS)
                  expect(inputs[k]).toBe(targets[k - 1] === IGNORE ? EOS : inputs[k]);
                const begins = starts.includes(targets[k]);
                if (!begins) expect(inputs[k]).toBe(targets[k] - 1);
                else if (whole) expect(inputs[k]).toBe(EOS);
                else expect(inputs[k]).toBe(k > 0 ? targets[k - 1] : streamEnd);
                rowEnd = targets[k];
              }
              streamEnd = rowEnd;
            }
            expect(seen.sort((a, b) => a - b)).toEqual([...count(tokens.length)]);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('epochs have different orders', () => {
    const starts = Float64Array.from({ length: 33 }, (_, i) => i * 4);
    for (const whole of [false, true]) {
      const rows = documentRows({
        tokens: tokenArray(count(128), starts),
        contextLength: 16,
        seed: 1,
        eosId: EOS,
        whole,
      });
      expect(row(rows, 0)).not.toEqual(row(rows, rows.rowsPerEpoch!));
      expect(row(rows, 0)).toEqual(row(rows, 0));
    }
  });

  test('whole documents are not cut when they fit, and little room is lost', () => {
    const lengths = Array.from({ length: 300 }, (_, i) => 10 + ((i * 7919) % 60));
    const starts = [0];
    for (const length of lengths) starts.push(starts[starts.length - 1] + length);
    const total = starts[starts.length - 1];
    const rows = documentRows({
      tokens: tokenArray(count(total), starts),
      contextLength: 128,
      seed: 2,
      eosId: EOS,
      whole: true,
    });
    for (let i = 0; i < rows.rowsPerEpoch!; i++) {
      const { inputs, targets } = row(rows, i);
      expect(inputs[0]).toBe(EOS);
      for (let k = 0; k < 128; k++)
        if (inputs[k] === EOS && targets[k] >= 0) expect(starts).toContain(targets[k]);
    }
    expect(total / (rows.rowsPerEpoch! * 128)).toBeGreaterThan(0.95);
  });
});

describe('in order, for evaluation', () => {
  test('every token but the first is a target once; the rest of the last row is ignored', () => {
    const rows = sequenceRows({ tokens: tokenArray(count(11)), contextLength: 4 });
    const targets = [0, 1, 2].flatMap((i) => row(rows, i).targets);
    expect(targets).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, IGNORE, IGNORE]);
    expect(rows.rowsPerEpoch).toBe(3);
    expect(
      createBatches({ tokens: count(11), contextLength: 4, batchSize: 2, mode: 'sequence' }).batchesPerEpoch,
    ).toBe(2);
    expect(() => sequenceRows({ tokens: tokenArray([1]), contextLength: 4 })).toThrow('1 tokens');
  });
});

describe('mixtures', () => {
  const constant = (value: number, contextLength = 2): RowSource => ({
    contextLength,
    rowsPerEpoch: undefined,
    fill: (number, inputs, targets, at) => {
      inputs[at] = value;
      targets[at] = number;
    },
  });

  test('sources come in proportion, each in order and without a gap', () => {
    const rows = mixRows(
      [
        { rows: constant(1), weight: 3 },
        { rows: constant(2), weight: 1 },
      ],
      { seed: 1 },
    );
    const next = [0, 0, 0];
    for (let i = 0; i < 4096; i++) {
      const { inputs, targets } = row(rows, i);
      expect(targets[0]).toBe(next[inputs[0]]++);
    }
    expect(next).toEqual([0, 3072, 1024]);
    expect(row(rows, 17)).toEqual(
      row(
        mixRows(
          [
            { rows: constant(1), weight: 3 },
            { rows: constant(2), weight: 1 },
          ],
          { seed: 1 },
        ),
        17,
      ),
    );
  });

  test('a weight too small and contexts that differ are errors', () => {
    expect(() =>
      mixRows(
        [
          { rows: constant(1), weight: 1 },
          { rows: constant(2), weight: 0.0001 },
        ],
        { seed: 0 },
      ),
    ).toThrow('0.0001');
    expect(() =>
      mixRows(
        [
          { rows: constant(1), weight: 1 },
          { rows: constant(2, 3), weight: 1 },
        ],
        { seed: 0 },
      ),
    ).toThrow('2, 3');
    expect(() => mixRows([], { seed: 0 })).toThrow('no text');
  });

  test('a mixture is batched like any other rows', () => {
    const windows = windowRows({ tokens: tokenArray(count(20)), contextLength: 4, seed: 1 });
    const batches = batchRows(mixRows([{ rows: windows, weight: 1 }], { seed: 1 }), 3);
    expect(batches.at(5).inputs.length).toBe(12);
  });
});

describe('tokens in memory and on disk', () => {
  const documents = [
    { text: '春眠不覺曉' },
    { text: 'Call me Ishmael.' },
    { text: '' },
    { text: '處處聞啼鳥' },
  ];

  test('a corpus keeps where documents begin and how much text they were', async () => {
    const corpus = await tokenizeDocuments(documents, tokenizer);
    expect([...corpus.starts]).toEqual([0, 6, 23, 24, 30]);
    expect(corpus).toMatchObject({ length: 30, characters: 26, bytes: 46 });
    expect(corpus.tokens[5]).toBe(EOS);
    expect(corpus.tokens).toBeInstanceOf(Uint32Array);
    expect((await tokenizeDocuments(documents, { ...tokenizer, vocabSize: 65_536 })).tokens).toBeInstanceOf(
      Uint16Array,
    );
    await expect(tokenizeDocuments([], tokenizer)).rejects.toMatchObject({ code: 'data/empty' });
    await expect(tokenizeDocuments(documents, { ...tokenizer, vocabSize: 20_000 })).rejects.toMatchObject({
      code: 'data/token',
    });
  });

  test('batches from a shard equal batches from memory', async () => {
    const corpus = await tokenizeDocuments(documents, tokenizer);
    for (const vocabSize of [65_536, 70_000]) {
      const path = join(folder, `${vocabSize}.tokens`);
      const ids = documents.map((d) => [...tokenizer.encode(d.text), EOS]);
      const info = { vocabSize, tokenizerHash: 'ab'.repeat(32) };
      expect(await writeTokenShard(path, ids, info)).toEqual({ tokens: 30, documents: 4 });
      const shard = openTokenShard(path, info);
      expect([...shard.starts]).toEqual([...corpus.starts]);
      for (const options of [
        { mode: 'windows', seed: 3 },
        { mode: 'sequence' },
        { mode: 'documents', seed: 3, eosId: EOS },
        { mode: 'documents', seed: 3, eosId: EOS, whole: true },
      ] as const) {
        const [a, b] = [corpus, shard].map((tokens) =>
          createBatches({ tokens, contextLength: 8, batchSize: 4, ...options }),
        );
        for (let step = 0; step < 5; step++) expect(a.at(step)).toEqual(b.at(step));
      }
      shard.close();
      expect(() => openTokenShard(path, { tokenizerHash: 'cd'.repeat(32) })).toThrow('another tokenizer');
    }
  });

  test('several shards read as one', () => {
    const parts = [count(7), count(1), count(5)].map((ids, i) =>
      tokenArray(
        ids.map((x) => x + 100 * i),
        [0, ids.length],
      ),
    );
    const joined = concatTokens(parts);
    expect([...(joined.starts as Float64Array)]).toEqual([0, 7, 8, 13]);
    const into = new Int32Array(13);
    joined.read(0, 13, into, 0);
    expect([...into]).toEqual([0, 1, 2, 3, 4, 5, 6, 100, 200, 201, 202, 203, 204]);
    joined.read(6, 3, into, 2);
    expect([...into.subarray(2, 5)]).toEqual([6, 100, 200]);
  });

  test('a shard cut at every byte, or with any field of its trailer forged, is refused', async () => {
    const path = join(folder, 'cut.tokens');
    await writeTokenShard(path, [[1, 2, 3], [4]], { vocabSize: 5, tokenizerHash: '' });
    const bytes = readFileSync(path);
    const refused = (content: Buffer) => {
      writeFileSync(path, content);
      expect(() => openTokenShard(path).close()).toThrow(/^token shard|^词元分片/);
    };
    for (let length = 0; length < bytes.length; length++) refused(bytes.subarray(0, length));
    refused(Buffer.concat([bytes, Buffer.alloc(1)]));
    const trailer = bytes.length - 128;
    refused(Buffer.concat([bytes.subarray(0, trailer), Buffer.alloc(8), bytes.subarray(trailer)]));
    for (const value of [0, -1, 1.5, 2, 2 ** 31, 2 ** 32, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const field of [trailer, trailer + 8, trailer - 8, trailer - 16]) {
        const forged = Buffer.from(bytes);
        forged.writeDoubleLE(value, field);
        if (forged.equals(bytes)) continue;
        // The first document may end anywhere within the tokens.
        if (field === trailer - 16 && Number.isSafeInteger(value) && value >= 0 && value <= 4) continue;
        refused(forged);
      }
    }
    const badId = Buffer.from(bytes);
    badId.writeUInt16LE(5, 2);
    writeFileSync(path, badId);
    const shard = openTokenShard(path);
    expect(() => shard.read(0, 4, new Int32Array(4), 0)).toThrow('it holds the id 5');
    shard.close();
  });

  test('an empty shard, an id beyond the vocabulary and a missing file are errors, and nothing is written', async () => {
    const path = join(folder, 'none.tokens');
    await expect(writeTokenShard(path, [[]], { vocabSize: 5, tokenizerHash: '' })).rejects.toMatchObject({
      code: 'data/empty',
    });
    await expect(writeTokenShard(path, [[5]], { vocabSize: 5, tokenizerHash: '' })).rejects.toMatchObject({
      code: 'data/token',
    });
    await expect(writeTokenShard(path, [[1]], { vocabSize: 5, tokenizerHash: 'xyz' })).rejects.toThrow(
      'hexadecimal',
    );
    expect(() => openTokenShard(path)).toThrow('no such file');
  });
});

describe('options', () => {
  test('wrong sizes, steps and buffers are clear errors', () => {
    const make = (more: object) =>
      createBatches({
        tokens: count(50),
        contextLength: 8,
        batchSize: 2,
        mode: 'windows',
        seed: 0,
        ...more,
      } as never);
    expect(() => make({ batchSize: 0 })).toThrow('batchSize');
    expect(() => make({ contextLength: 1.5 })).toThrow('contextLength');
    expect(() => make({}).at(-1)).toThrow('step');
    expect(() => make({}).at(0, make({ batchSize: 3 }).at(0))).toThrow('2 × 8');
  });
});
