import { afterEach, describe, expect, test, vi } from 'vitest';
import { byteTokenizer } from '../../../test/toy-tokenizer.ts';
import { functionModel } from '../../decode/index.ts';
import { createRng } from '../../rng.ts';
import {
  bitsByLength,
  lengthTable,
  measureWriting,
  passkeyAccuracy,
  passkeyText,
  passkeyTexts,
  predictWriting,
  readStream,
} from '../index.ts';

const VOCAB = 8;
const ids = Array.from({ length: 50 }, (_, i) => (i * 3) % VOCAB);

/** Knows the next token once it has read so many, but for one chance in two; before, it knows nothing. */
const knowsAfter = (least: number) =>
  functionModel({
    vocabSize: VOCAB,
    logits(read) {
      const row = new Float32Array(VOCAB);
      if (read.length >= least) row[(read.at(-1)! + 3) % VOCAB] = Math.log(VOCAB - 1);
      return row;
    },
  });

describe('bits a character by length', () => {
  test('every length predicts every token but the first; a longer window has fewer tokens with little before them', async () => {
    const names = [4, 2];
    const readers = names.map((least) => ({
      name: `after ${least}`,
      modelFor: () => knowsAfter(least),
      ids,
      characters: 98,
    }));
    const report = await bitsByLength(readers, { lengths: [8, 50] });
    // Windows of 8 tokens predict 7 each: 49 in 7 windows, with 3 and with 1 blind ones.
    const bits = (windows: number, blind: number) => (windows * blind * 3 + (49 - windows * blind)) / 98;
    expect(report.rows[0].bitsPerCharacter[0]).toBeCloseTo(bits(7, 3), 6);
    expect(report.rows[0].bitsPerCharacter[1]).toBeCloseTo(bits(1, 3), 6);
    expect(report.rows[1].bitsPerCharacter[0]).toBeCloseTo(bits(7, 1), 6);
    expect(report.rows[1].perplexity[1]).toBeCloseTo(2 ** ((3 + 48) / 49), 5);
    expect(report.best).toEqual([1, 1]);
    expect(lengthTable(report).rows[1][1]).toMatch(/ \*$/);
  });

  test('a text shorter than the longest window is refused', async () => {
    const reader = { name: 'a', modelFor: () => knowsAfter(1), ids, characters: 98 };
    await expect(bitsByLength([reader], { lengths: [8, 51] })).rejects.toThrow(
      /at least 51 tokens, it has 50/,
    );
  });
});

test('reading on and on: what is read again each time sees only so much', async () => {
  const [kept, again] = [knowsAfter(4), knowsAfter(4)];
  const rows = await readStream(
    [
      { name: 'kept', model: kept, keptBytes: ({ length }) => 10 * length },
      { name: 'again', model: again, again: 3 },
    ],
    { ids, characters: 98 },
  );
  expect(rows[0].perplexity).toBeCloseTo(2 ** ((3 * 3 + 46) / 49), 5);
  expect(rows[0].lastPerplexity).toBeCloseTo(2, 5);
  expect(rows[0].bytes).toBe(490);
  expect(rows[1].perplexity).toBeCloseTo(VOCAB, 4);
  expect(kept.tokensRead).toBe(49);
  expect(again.tokensRead).toBe(1 + 2 + 3 * 47);
  expect([kept.openSequences, again.openSequences]).toEqual([0, 0]);
});

describe('what N tokens will cost', () => {
  afterEach(() => void vi.restoreAllMocks());

  test('is told from a quarter of them, some that had to wait notwithstanding', async () => {
    let now = 0;
    let isBusy = true;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const model = functionModel({
      vocabSize: VOCAB,
      contextLength: 2000,
      logits(read) {
        const waits = isBusy && read.length > 80 && read.length < 120;
        now += 2 + read.length / 100 + (waits ? 50 : 0);
        return new Float32Array(VOCAB);
      },
    });
    const predicted = await predictWriting(model, { tokens: 2000 });
    expect(predicted.fixed).toBeCloseTo(2, 1);
    expect(predicted.perToken).toBeCloseTo(0.01, 3);
    expect(model.tokensRead).toBeLessThan(600);
    isBusy = false;
    const written = await measureWriting(model, { tokens: 2000 });
    expect(predicted.totalMs / written.totalMs).toBeCloseTo(1, 1);
    expect(predicted.lastMs / written.lastMs).toBeCloseTo(1, 1);
  });

  test('what does not fit is told beforehand', async () => {
    const model = functionModel({
      vocabSize: VOCAB,
      contextLength: 64,
      logits: () => new Float32Array(VOCAB),
    });
    await expect(predictWriting(model, { tokens: 65 })).rejects.toThrow(/65 tokens .* holds 64/);
    expect(model.steps).toBe(0);
  });
});

describe('a number in a long text', () => {
  const tokenizer = byteTokenizer();
  /** Sees the last so many bytes of the text, finds the first number in them and says it again. */
  const finder = (sight: number, wrong = 0) =>
    functionModel({
      vocabSize: tokenizer.vocabSize,
      contextLength: 4096,
      logits(read) {
        const text = tokenizer.decode(read.slice(-sight));
        const key = text.match(/(\d{4})[.。]/)?.[1];
        const said = text.match(/\d*$/)![0].length;
        const row = new Float32Array(tokenizer.vocabSize);
        row[key === undefined ? 0 : key.charCodeAt(said) + wrong] = 1;
        return row;
      },
    });

  test.each(['en', 'zh'] as const)('stands at its depth, in %s', (lang) => {
    const at = (depth: number) => {
      const { prompt, key } = passkeyText(createRng(1), { fillers: 20, depth, lang });
      expect(prompt.match(/\d+/g)).toEqual([key]);
      return prompt.indexOf(key) / prompt.length;
    };
    expect(at(0)).toBeLessThan(0.1);
    expect(Math.abs(at(0.5) - 0.5)).toBeLessThan(0.1);
    expect(at(1)).toBeGreaterThan(0.8);
    for (const text of passkeyTexts(5, { fillers: 3, lang })) expect(text).toMatch(/(\d{4})\D.*\1.$/);
  });

  test('is found as far as a model sees, and only whole', async () => {
    const readers = [
      { name: 'all', tokenizer, modelFor: () => finder(4096) },
      { name: 'near', tokenizer, modelFor: () => finder(200) },
      { name: 'wrong', tokenizer, modelFor: () => finder(4096, 1) },
    ];
    const { rows } = await passkeyAccuracy(readers, { lengths: [150, 400], depths: [0, 1], trials: 3 });
    expect(rows.map(({ name, depth, accuracy }) => [name, depth, ...accuracy])).toEqual([
      ['all', 0, 1, 1],
      ['all', 1, 1, 1],
      ['near', 0, 1, 0],
      ['near', 1, 1, 1],
      ['wrong', 0, 0, 0],
      ['wrong', 1, 0, 0],
    ]);
  });
});
