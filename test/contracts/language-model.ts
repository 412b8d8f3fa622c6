/** What every `LanguageModel` promises, as a suite of tests: run it on each implementation. */

import { describe, expect, test } from 'vitest';
import { InkstoneError } from '../../src/errors.ts';
import { createRng } from '../../src/rng.ts';
import type { LanguageModel, Sequence } from '../../src/types.ts';

export interface LanguageModelContractOptions {
  /** A model with at least 4 tokens and a context of at least 16; the suite makes one for each test. */
  readonly create: () => LanguageModel;
  /** The greatest difference of two logits that should be equal. Default 1e-4. */
  readonly tolerance?: number;
  /** Whether it gives hidden states when they are wanted. Default false. */
  readonly hidden?: boolean;
  /** Whether it gives attention weights when they are wanted. Default false. */
  readonly attention?: boolean;
  /** Whether it gives what its layers hand on when wanted, and makes logits of it. Default false. */
  readonly layers?: boolean;
  /** Whether it gives the vectors of tokens. Default false. */
  readonly embed?: boolean;
  /** Whether it reads without end: a full context is not tried then, as there is none. Default false. */
  readonly endless?: boolean;
  /** Random walks through all the verbs. Default 20. */
  readonly walks?: number;
}

/** Cached = uncached, batched = single, and the four verbs of a sequence in any order. */
export function languageModelContract(name: string, options: LanguageModelContractOptions): void {
  const { create, tolerance = 1e-4, hidden = false, attention = false, walks = 20 } = options;
  const { layers = false, embed = false, endless = false } = options;

  const read = (model: LanguageModel, sequence: Sequence, ids: readonly number[]): Float32Array =>
    model.step([{ sequence, ids }])[0].logits[0];

  /** The logits after `ids`, from a sequence that reads them all at once. */
  const afresh = (model: LanguageModel, ids: readonly number[]): Float32Array => {
    const sequence = model.open();
    const logits = read(model, sequence, ids);
    sequence.close();
    return logits;
  };

  const expectClose = (actual: Float32Array, expected: Float32Array, where = ''): void => {
    expect(actual.length, where).toBe(expected.length);
    let worst = 0;
    for (let i = 0; i < actual.length; i++) {
      const difference = actual[i] === expected[i] ? 0 : Math.abs(actual[i] - expected[i]);
      worst = difference > worst || Number.isNaN(difference) ? difference : worst;
    }
    expect(worst, `greatest difference of logits ${where}`).toBeLessThanOrEqual(tolerance);
  };

  const randomIds = (model: LanguageModel, length: number, seed = 1): number[] => {
    const rng = createRng(seed);
    return Array.from({ length }, () => rng.integer(model.vocabSize));
  };

  const expectRefused = (action: () => unknown): void => expect(action).toThrow(InkstoneError);

  describe(`${name} as a language model`, () => {
    test('gives one row of finite logits after the last token, which the caller owns', () => {
      const model = create();
      const sequence = model.open();
      expect(sequence.length).toBe(0);
      const [{ logits }] = model.step([{ sequence, ids: [1, 2, 3] }]);
      expect(sequence.length).toBe(3);
      expect(logits).toHaveLength(1);
      expect(logits[0]).toBeInstanceOf(Float32Array);
      expect(logits[0]).toHaveLength(model.vocabSize);
      expect(logits[0].every(Number.isFinite)).toBe(true);
      const before = logits[0].slice();
      logits[0].fill(Number.NaN);
      read(model, sequence, [1]);
      expectClose(afresh(model, [1, 2, 3]), before, 'after the caller wrote into a row');
    });

    test('chooses the token that its logits choose, or gives the logits', () => {
      const model = create();
      const greedy = { temperature: 0, topK: 0, topP: 1, minP: 0, draw: 0 };
      const prompts = [[1], [2, 3], [1, 1, 2]];
      const requests = prompts.map((ids, i) => ({
        sequence: model.open(),
        ids,
        ...(i !== 1 && { choice: { ...greedy, vocabSize: model.vocabSize - 1 } }),
      }));
      model.step(requests).forEach(({ chosen, logits }, i) => {
        expect(logits).toHaveLength(chosen === undefined ? 1 : 0);
        const row = afresh(model, prompts[i]);
        if (chosen === undefined) return expectClose(logits[0], row);
        const among = row.subarray(0, -1);
        expect(i).not.toBe(1);
        expect(row[chosen]).toBeGreaterThanOrEqual(Math.max(...among) - tolerance);
        expect(chosen).toBeLessThan(among.length);
      });
      const one = { ...greedy, temperature: 1, topK: 1, draw: 0.5 };
      const [{ chosen, logits, hidden: state }] = model.step(
        [{ sequence: model.open(), ids: [1], choice: one }],
        { hidden },
      );
      if (hidden) expect([chosen, logits.length, state?.length]).toEqual([undefined, 1, 1]);
    });

    test('gives rows for all places or for none when asked', () => {
      const model = create();
      const ids = randomIds(model, 7);
      const sequence = model.open();
      const [all] = model.step([{ sequence, ids }], { logits: 'all' });
      expect(all.logits).toHaveLength(7);
      all.logits.forEach((row, i) => {
        expectClose(row, afresh(model, ids.slice(0, i + 1)), `at place ${i}`);
      });
      const [none] = model.step([{ sequence, ids: [1] }], { logits: 'none' });
      expect(none.logits).toHaveLength(0);
      expectClose(read(model, sequence, [2]), afresh(model, [...ids, 1, 2]), 'after a step without logits');
    });

    test('reading in pieces equals reading at once', () => {
      const model = create();
      const ids = randomIds(model, 12);
      const whole = afresh(model, ids);
      for (const size of [1, 2, 5]) {
        const sequence = model.open();
        let last = new Float32Array();
        for (let i = 0; i < ids.length; i += size)
          last = read(model, sequence, ids.slice(i, i + size)).slice();
        expectClose(last, whole, `in pieces of ${size}`);
        sequence.close();
      }
    });

    test('a batch of different pasts and lengths equals each alone', () => {
      const model = create();
      const texts = [3, 1, 9, 2].map((length, i) => randomIds(model, length, i));
      const pasts = [0, 5, 2, 0].map((length, i) => randomIds(model, length, 10 + i));
      const sequences = pasts.map((ids) => {
        const sequence = model.open();
        if (ids.length > 0) read(model, sequence, ids);
        return sequence;
      });
      const results = model.step(sequences.map((sequence, i) => ({ sequence, ids: texts[i] })));
      results.forEach(({ logits }, i) => {
        expectClose(logits[0], afresh(model, [...pasts[i], ...texts[i]]), `in row ${i}`);
        expect(sequences[i].length).toBe(pasts[i].length + texts[i].length);
      });
    });

    test.skipIf(!hidden)(
      `gives hidden states in the rows of the logits${hidden ? '' : ' (skipped: it has none)'}`,
      () => {
        const model = create();
        const ids = randomIds(model, 4);
        const [all] = model.step([{ sequence: model.open(), ids }], { logits: 'all', hidden: true });
        expect(all.hidden).toHaveLength(4);
        const [last] = model.step([{ sequence: model.open(), ids }], { hidden: true });
        expect(last.hidden).toHaveLength(1);
        expectClose(last.hidden![0], all.hidden![3], 'of hidden states');
        expect(model.step([{ sequence: model.open(), ids }])[0].hidden).toBeUndefined();
      },
    );

    test.skipIf(!attention)(
      `gives attention weights in the rows of the logits${attention ? '' : ' (skipped: it has none)'}`,
      () => {
        const model = create();
        const ids = randomIds(model, 5);
        const wants = { logits: 'all', attention: true } as const;
        const plain = model.step([{ sequence: model.open(), ids }], { logits: 'all' })[0];
        expect(plain.attention).toBeUndefined();
        const [all] = model.step([{ sequence: model.open(), ids }], wants);
        all.logits.forEach((row, place) => expectClose(row, plain.logits[place], 'beside attention'));
        expect(all.attention).toHaveLength(5);
        const heads = all.attention![0].map((row) => row.length);
        all.attention!.forEach((layers, place) => {
          expect(layers.map((row) => row.length)).toEqual(heads.map((count) => count * (place + 1)));
          layers.forEach((row, layer) => {
            for (let head = 0; head < heads[layer]; head++) {
              const weights = row.subarray(head * (place + 1), (head + 1) * (place + 1));
              expect(weights.every((weight) => weight >= 0)).toBe(true);
              expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
            }
          });
        });
        // The same from a cache, beside another sequence of another length.
        const sequence = model.open();
        read(model, sequence, ids.slice(0, 2));
        const batch = [
          { sequence: model.open(), ids: ids.slice(0, 1) },
          { sequence, ids: ids.slice(2) },
        ];
        const [other, rest] = model.step(batch, wants);
        expect(other.attention).toHaveLength(1);
        rest.attention!.forEach((layers, place) => {
          layers.forEach((row, layer) => expectClose(row, all.attention![place + 2][layer], 'of attention'));
        });
        const [last] = model.step([{ sequence: model.open(), ids }], { attention: true });
        expect(last.attention).toHaveLength(1);
        last.attention![0].forEach((row, layer) => expectClose(row, all.attention![4][layer], 'of the last'));
        const [none] = model.step([{ sequence: model.open(), ids }], { logits: 'none', attention: true });
        expect(none.attention).toEqual([]);
      },
    );

    test.skipIf(!layers)(
      `gives what its layers hand on, and the last of it makes the logits${layers ? '' : ' (skipped: it has none)'}`,
      () => {
        const model = create();
        const ids = randomIds(model, 5);
        const wants = { logits: 'all', layers: true } as const;
        const [all] = model.step([{ sequence: model.open(), ids }], wants);
        expect(all.layers).toHaveLength(5);
        const projected = model.project!(all.layers!.map((rows) => rows.at(-1)!));
        projected.forEach((row, place) => expectClose(row, all.logits[place], 'of the last layer'));
        // The same from a cache, beside another sequence; and for the last place alone.
        const sequence = model.open();
        read(model, sequence, ids.slice(0, 2));
        const [, rest] = model.step(
          [
            { sequence: model.open(), ids: ids.slice(0, 1) },
            { sequence, ids: ids.slice(2) },
          ],
          wants,
        );
        const [last] = model.step([{ sequence: model.open(), ids }], { layers: true });
        expect([rest.layers!.length, last.layers!.length]).toEqual([3, 1]);
        for (const [got, place] of [[rest.layers![0], 2] as const, [last.layers![0], 4] as const]) {
          expect(got).toHaveLength(all.layers![place].length);
          got.forEach((row, layer) => expectClose(row, all.layers![place][layer], `of layer ${layer}`));
        }
        const [none] = model.step([{ sequence: model.open(), ids }], { logits: 'none', layers: true });
        expect(none.layers).toEqual([]);
        expect(model.step([{ sequence: model.open(), ids }])[0].layers).toBeUndefined();
        expect(model.project!([])).toEqual([]);
      },
    );

    test.skipIf(!embed)(`gives the vectors of tokens${embed ? '' : ' (skipped: it has none)'}`, () => {
      const model = create();
      const rows = model.embed!([1, 3, 1]);
      expect(rows).toHaveLength(3);
      expect(rows[0].every(Number.isFinite)).toBe(true);
      expect(rows[2]).toEqual(rows[0]);
      expect(rows[1]).not.toEqual(rows[0]);
      expect(model.embed!([])).toEqual([]);
    });

    test('rewinding forgets, down to nothing', () => {
      const model = create();
      const ids = randomIds(model, 8);
      const sequence = model.open();
      read(model, sequence, ids);
      sequence.rewind(8);
      expect(sequence.length).toBe(8);
      sequence.rewind(3);
      expect(sequence.length).toBe(3);
      expectClose(
        read(model, sequence, [2, 1]),
        afresh(model, [...ids.slice(0, 3), 2, 1]),
        'after a rewind to 3',
      );
      sequence.rewind(0);
      expectClose(read(model, sequence, [3]), afresh(model, [3]), 'after a rewind to 0');
    });

    test('a fork and its origin go separate ways, in either order of closing', () => {
      const model = create();
      const ids = randomIds(model, 6);
      for (const closeFirst of ['origin', 'fork'] as const) {
        const origin = model.open();
        read(model, origin, ids);
        const fork = origin.fork();
        expect(fork.length).toBe(6);
        expectClose(read(model, fork, [1]), afresh(model, [...ids, 1]), 'of the fork');
        expectClose(read(model, origin, [2]), afresh(model, [...ids, 2]), 'of the origin');
        const [closed, open, last] = closeFirst === 'origin' ? [origin, fork, 1] : [fork, origin, 2];
        closed.close();
        expectClose(
          read(model, open, [3]),
          afresh(model, [...ids, last, 3]),
          `after closing the ${closeFirst}`,
        );
        open.close();
      }
    });

    test('closing twice is harmless, any other use afterwards an error', () => {
      const model = create();
      const sequence = model.open();
      read(model, sequence, [1]);
      sequence.close();
      sequence.close();
      expectRefused(() => sequence.length);
      expectRefused(() => sequence.rewind(0));
      expectRefused(() => sequence.fork());
      expectRefused(() => read(model, sequence, [1]));
    });

    test('bad ids, empty requests, a full context and bad rewinds are errors that change nothing', () => {
      const model = create();
      const ids = randomIds(model, 3);
      const good = model.open();
      const bad = model.open();
      read(model, good, ids);
      read(model, bad, ids);
      const long = endless ? [] : new Array(model.contextLength - 2).fill(1);
      for (const wrong of [[-1], [model.vocabSize], [0.5], [Number.NaN], [1, -1], [], long]) {
        expectRefused(() =>
          model.step([
            { sequence: good, ids: [1] },
            { sequence: bad, ids: wrong },
          ]),
        );
        expect([good.length, bad.length], `after ids [${wrong.slice(0, 3)}]`).toEqual([3, 3]);
      }
      for (const length of [-1, 4, 0.5, Number.NaN]) expectRefused(() => good.rewind(length));
      expectRefused(() =>
        model.step([
          { sequence: good, ids: [1] },
          { sequence: good, ids: [2] },
        ]),
      );
      expect(good.length).toBe(3);
      expectClose(read(model, good, [1]), afresh(model, [...ids, 1]), 'after the errors');
      expectClose(read(model, bad, [2]), afresh(model, [...ids, 2]), 'after the errors');
    });

    test.skipIf(endless)('the context can be used to its last place', () => {
      const model = create();
      const sequence = model.open();
      read(model, sequence, new Array(model.contextLength - 1).fill(1));
      expect(read(model, sequence, [2]).every(Number.isFinite)).toBe(true);
      expect(sequence.length).toBe(model.contextLength);
      expectRefused(() => read(model, sequence, [1]));
      sequence.rewind(2);
      expectClose(read(model, sequence, [3]), afresh(model, [1, 1, 3]), 'after a rewind from a full context');
    });

    test.each(Array.from({ length: walks }, (_, seed) => seed))(
      'any order of the verbs, walk of seed %i',
      (seed) => {
        const model = create();
        const rng = createRng(seed);
        let live: { sequence: Sequence; ids: number[] }[] = [{ sequence: model.open(), ids: [] }];
        for (let turn = 0; turn < 30; turn++) {
          const chosen = live[rng.integer(live.length)];
          const verb = ['step', 'step', 'step', 'rewind', 'fork', 'open', 'close'][rng.integer(7)];
          if (verb === 'step') {
            const batch = live.filter(
              (one) => (one === chosen || rng.integer(2) === 1) && one.ids.length <= 12,
            );
            if (batch.length === 0) continue;
            const requests = batch.map(({ sequence }) => ({
              sequence,
              ids: Array.from({ length: 1 + rng.integer(3) }, () => rng.integer(model.vocabSize)),
            }));
            const results = model.step(requests);
            batch.forEach((one, i) => {
              one.ids.push(...requests[i].ids);
              expectClose(results[i].logits[0], afresh(model, one.ids), `of turn ${turn}, seed ${seed}`);
            });
          } else if (verb === 'rewind') {
            chosen.ids.length = rng.integer(chosen.ids.length + 1);
            chosen.sequence.rewind(chosen.ids.length);
          } else if (verb === 'fork') {
            live.push({ sequence: chosen.sequence.fork(), ids: [...chosen.ids] });
          } else if (verb === 'open') {
            live.push({ sequence: model.open(), ids: [] });
          } else if (live.length > 1) {
            chosen.sequence.close();
            live = live.filter((one) => one !== chosen);
          }
          for (const { sequence, ids } of live) expect(sequence.length).toBe(ids.length);
        }
        for (const { sequence } of live) sequence.close();
      },
    );
  });
}
