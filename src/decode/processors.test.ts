import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import {
  collectProcessors,
  createHistory,
  frequencyPenalty,
  logitBias,
  minP,
  noRepeatNgram,
  PROCESSOR_ORDER,
  presencePenalty,
  repetitionPenalty,
  sample,
  temperature,
  topK,
  topP,
  typicalP,
} from './index.ts';
import { selectBorder, topIds } from './select.ts';

interface Golden {
  readonly name: string;
  readonly ids: readonly number[];
  readonly logits: readonly (number | string)[];
  readonly outputs: readonly {
    readonly option: string;
    readonly value: number;
    readonly promptIgnored?: number;
    readonly logits: readonly (number | string)[];
  }[];
}

const golden: Golden[] = JSON.parse(
  readFileSync(new URL('../../test/golden/decode-processors.json', import.meta.url), 'utf8'),
);
const toRow = (values: readonly (number | string)[]) =>
  Float32Array.from(values, (value) => Number(String(value).replace('inf', 'Infinity')));
const makers = { temperature, topK, topP, minP, typicalP, repetitionPenalty, noRepeatNgram };
const empty = createHistory([]);
const oneTo = (n: number) => Float32Array.from({ length: n }, (_, i) => i);
const kept = (logits: Float32Array) => [...logits.keys()].filter((i) => logits[i] > Number.NEGATIVE_INFINITY);

describe('processors equal those of Hugging Face transformers', () => {
  for (const { name, ids, logits, outputs } of golden) {
    test(name, () => {
      for (const { option, value, promptIgnored, logits: expected } of outputs) {
        const history = createHistory(ids.slice(0, promptIgnored ?? ids.length));
        for (const id of ids.slice(history.ids.length)) history.push(id);
        const process =
          promptIgnored === undefined
            ? makers[option as keyof typeof makers](value)
            : repetitionPenalty(value, { includePrompt: false });
        const row = toRow(logits);
        process(row, history);
        toRow(expected).forEach((want, i) => {
          const where = `${option} ${value}, id ${i}: got ${row[i]}, expected ${want}`;
          if (Number.isFinite(want))
            expect(Math.abs(row[i] - want) <= 1e-6 * Math.abs(want), where).toBe(true);
          else expect(row[i], where).toBe(want);
        });
      }
    });
  }
});

describe('penalties of the completion', () => {
  test('frequency counts every time, presence once, and neither sees the prompt', () => {
    const history = createHistory([0, 0, 1]);
    for (const id of [1, 2, 2]) history.push(id);
    const frequency = new Float32Array(4);
    frequencyPenalty(0.5)(frequency, history);
    expect([...frequency]).toEqual([0, -0.5, -1, 0]);
    const presence = new Float32Array(4);
    presencePenalty(0.25)(presence, history);
    expect([...presence]).toEqual([0, -0.25, -0.25, 0]);
  });

  test('bias adds, and −∞ bans', () => {
    const logits = oneTo(3);
    logitBias([
      [0, 2],
      [2, Number.NEGATIVE_INFINITY],
    ])(logits, empty);
    expect([...logits]).toEqual([2, 1, Number.NEGATIVE_INFINITY]);
  });
});

describe('selection', () => {
  const values = fc.array(
    fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.double({ noNaN: true, min: -1e30, max: 1e30 }),
      fc.constant(Number.NEGATIVE_INFINITY),
    ),
    { minLength: 1, maxLength: 60 },
  );

  test('finds the border that a full sort finds', () => {
    fc.assert(
      fc.property(values, fc.nat(70), (list, count) => {
        const row = Float32Array.from(list);
        const sorted = [...row.keys()].sort((a, b) => row[b] - row[a] || a - b);
        const size = Math.max(1, Math.min(count, row.length));
        const { value, above } = selectBorder(row, size);
        expect(value === row[sorted[size - 1]]).toBe(true);
        expect(above).toBe(row.filter((v) => v > value).length);
        expect(topIds(row, count)).toEqual(sorted.slice(0, count));
      }),
    );
  });

  test('with weights it stops where they reach the target', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
        const row = Float32Array.from(list, (v) => v / 1e29);
        const weights = Float64Array.from(row, (_, i) => (i % 4) / 4);
        const total = weights.reduce((a, b) => a + b, 0);
        fc.pre(total > 0);
        const { value } = selectBorder(row, share * total, weights);
        const weightFrom = (least: number) =>
          row.reduce((sum, v, i) => (v >= least ? sum + weights[i] : sum), 0);
        expect(weightFrom(value)).toBeGreaterThanOrEqual(share * total - 1e-9);
        const next = [...row].filter((v) => v > value).sort((a, b) => a - b)[0];
        if (next !== undefined) expect(weightFrom(next)).toBeLessThan(share * total + 1e-9);
      }),
    );
  });
});

describe('every filter', () => {
  const filters = {
    topK: fc.integer({ min: 1, max: 20 }).map(topK),
    topP: fc.double({ min: 1e-9, max: 1, noNaN: true }).map(topP),
    minP: fc.double({ min: 0, max: 1, noNaN: true }).map(minP),
    typicalP: fc.double({ min: 1e-9, max: 1, noNaN: true }).map(typicalP),
  };
  const row = fc
    .array(fc.oneof(fc.double({ min: -40, max: 40, noNaN: true }), fc.constant(Number.NEGATIVE_INFINITY)), {
      minLength: 1,
      maxLength: 30,
    })
    .filter((values) => values.some(Number.isFinite));

  test.each(Object.keys(filters) as (keyof typeof filters)[])(
    '%s only bans, and never everything',
    (name) => {
      fc.assert(
        fc.property(row, filters[name], (values, filter) => {
          const before = Float32Array.from(values);
          const after = before.slice();
          filter(after, empty);
          expect(kept(after).length).toBeGreaterThan(0);
          for (const i of kept(after)) expect(after[i]).toBe(before[i]);
        }),
      );
    },
  );

  test.each(Object.keys(filters) as (keyof typeof filters)[])(
    '%s leaves NaN for the sampler to report',
    (name) => {
      fc.assert(
        fc.property(row, filters[name], (values, filter) => {
          const logits = Float32Array.from([...values, Number.NaN]);
          filter(logits, empty);
          expect(() => sample()(logits, createRng(1))).toThrow(/NaN/);
        }),
      );
    },
  );
});

describe('the table of processors', () => {
  test('runs in the documented order', () => {
    expect(PROCESSOR_ORDER).toEqual([
      'constraint',
      'processors',
      'logitBias',
      'repetitionPenalty',
      'frequencyPenalty',
      'presencePenalty',
      'dry',
      'noRepeatNgram',
      'badWords',
      'minTokens',
      'forcedPrefix',
      'lookBack',
      'noise',
      'temperature',
      'dynamicTemperature',
      'topNSigma',
      'topH',
      'topK',
      'topP',
      'minP',
      'typicalP',
      'epsilonCutoff',
      'etaCutoff',
      'xtc',
      'mirostat',
      'watermark',
    ]);
    // Top-p after top-k sees renormalised probabilities: of 4 equal tokens 2 stay, then 1.
    const logits = Float32Array.from([1, 1, 1, 1].map((v, i) => v - i * 1e-3));
    for (const process of collectProcessors({ topP: 0.5, topK: 2 })) process(logits, empty);
    expect(kept(logits)).toEqual([0]);
  });

  test('collects only what is enabled', () => {
    const neutral = { repetitionPenalty: 1, frequencyPenalty: 0, presencePenalty: 0, noRepeatNgram: 0 };
    expect(collectProcessors({ ...neutral, temperature: 1, topK: 0, topP: 1, minP: 0, typicalP: 1 })).toEqual(
      [],
    );
    expect(collectProcessors({})).toEqual([]);
    expect(
      collectProcessors({ topK: 5, repetitionPenalty: { theta: 1.1, includePrompt: false } }),
    ).toHaveLength(2);
    expect(collectProcessors({ temperature: 0, topK: 5, topP: 0.9, noRepeatNgram: 3 })).toHaveLength(1);
  });

  test.each([
    [{ temperature: -1 }, 'temperature: must be a number ≥ 0, got -1'],
    [{ temperature: Number.NaN }, 'temperature: must be a number ≥ 0, got NaN'],
    [{ topK: -1 }, 'topK: must be an integer ≥ 1, got -1'],
    [{ topK: 2.5 }, 'topK: must be an integer ≥ 1, got 2.5'],
    [{ topP: 0 }, 'topP: must be in (0, 1], got 0'],
    [{ topP: 1.01 }, 'topP: must be in (0, 1], got 1.01'],
    [{ topP: '0.9' as unknown as number }, 'topP: must be in (0, 1], got 0.9'],
    [{ minP: -0.1 }, 'minP: must be in [0, 1], got -0.1'],
    [{ typicalP: 0 }, 'typicalP: must be in (0, 1], got 0'],
    [{ repetitionPenalty: 0 }, 'repetitionPenalty: must be a number > 0, got 0'],
    [{ frequencyPenalty: Number.POSITIVE_INFINITY }, 'frequencyPenalty: must be a number, got Infinity'],
    [{ presencePenalty: Number.NaN }, 'presencePenalty: must be a number, got NaN'],
    [{ noRepeatNgram: -2 }, 'noRepeatNgram: must be an integer ≥ 1, got -2'],
    [
      { logitBias: { 3: Number.POSITIVE_INFINITY } },
      'logitBias of 3: must be a finite number or −∞, got Infinity',
    ],
    [{ logitBias: new Map([[-1, 1]]) }, 'logitBias: must be an integer ≥ 0, got -1'],
    [{ temperature: 0, topP: 7 }, 'topP: must be in (0, 1], got 7'],
  ])('%j is a clear error', (options, message) => {
    expect(() => collectProcessors(options)).toThrow(message);
  });
});

describe('history', () => {
  test('follows rewinds and forks as if written anew', () => {
    const history = createHistory([1, 2, 1]);
    const banned = () => {
      const logits = new Float32Array(5);
      noRepeatNgram(2)(logits, history);
      return [...logits.keys()].filter((i) => logits[i] !== 0);
    };
    expect(banned()).toEqual([2]);
    expect(history.counts('all').get(1)).toBe(2);
    for (const id of [3, 1]) history.push(id);
    expect(banned()).toEqual([2, 3]);
    expect([...history.counts('completion')]).toEqual([
      [3, 1],
      [1, 1],
    ]);
    const fork = history.fork();
    fork.push(4);
    history.rewind(3);
    expect(banned()).toEqual([2]);
    expect(history.counts('completion').size).toBe(0);
    expect(fork.ids).toEqual([1, 2, 1, 3, 1, 4]);
    expect(fork.repeats.longestRepeat).toBe(0);
    expect(() => history.rewind(2)).toThrow('rewind: the new length must be an integer in [3, 3], got 2');
  });
});
