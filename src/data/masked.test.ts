import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { trainBpe, trainCharacters, trainWordPiece } from '../text/index.ts';
import { maskedRows, masker, PADDING, wordJoins } from './masked.ts';
import { documentRows, IGNORE, type RowSource, sequenceRows, windowRows } from './rows.ts';
import { tokenArray } from './tokens.ts';

const [EOS, MASK] = [0, 1];
const vocabSize = 50;
const options = { maskId: MASK, vocabSize, specialIds: [EOS, MASK], seed: 3 };

/** Documents of 3 to 40 ordinary tokens with the end token behind each. */
function corpus(documents: number) {
  const rng = createRng(7);
  const tokens: number[] = [];
  const starts = [0];
  for (let d = 0; d < documents; d++) {
    for (let n = 3 + rng.integer(38); n > 0; n--) tokens.push(2 + rng.integer(vocabSize - 2));
    tokens.push(EOS);
    starts.push(tokens.length);
  }
  return { tokens, source: tokenArray(tokens, starts) };
}

const { tokens, source } = corpus(200);
const rows = (whole: boolean, contextLength = 31): RowSource =>
  documentRows({ tokens: source, contextLength, seed: 5, eosId: EOS, whole });

function fill(from: RowSource, row: number) {
  const inputs = new Int32Array(from.contextLength);
  const targets = new Int32Array(from.contextLength);
  from.fill(row, inputs, targets, 0);
  return { inputs, targets };
}

/** What stood there before anything was hidden. */
const original = ({ inputs, targets }: ReturnType<typeof fill>): Int32Array =>
  inputs.map((id, i) => (targets[i] === IGNORE ? id : targets[i]));

describe('shares', () => {
  test('15 % of the tokens are guessed; of these 80 % are hidden, 10 % changed, 10 % kept', () => {
    const text = Int32Array.from({ length: 200_000 }, (_, i) => 2 + (i % (vocabSize - 2)));
    const [ids, targets] = [text.slice(), new Int32Array(text.length).fill(IGNORE)];
    masker(options)(ids, targets, createRng(1));
    const places = [...targets.keys()].filter((i) => targets[i] !== IGNORE);
    expect(places.length).toBe(30_000);
    expect(places.every((i) => targets[i] === text[i])).toBe(true);
    const share = (holds: (i: number) => boolean) => places.filter(holds).length / places.length;
    // Standard deviations of such shares are below 0.0024; a changed token is itself once in 48 times.
    expect(Math.abs(share((i) => ids[i] === MASK) - 0.8)).toBeLessThan(0.01);
    expect(Math.abs(share((i) => ids[i] === text[i]) - (0.1 + 0.1 / 48))).toBeLessThan(0.01);
    const changed = places.filter((i) => ids[i] !== MASK && ids[i] !== text[i]);
    expect(new Set(changed.map((i) => ids[i])).size).toBe(48);
    expect(changed.some((i) => ids[i] < 2)).toBe(false);
    expect(ids.every((id, i) => targets[i] !== IGNORE || id === text[i])).toBe(true);
    // Places are drawn evenly: each tenth of the text has its tenth of them.
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = places.filter((i) => Math.floor(i / 20_000) === tenth).length;
      expect(Math.abs(inside - 3000)).toBeLessThan(300);
    }
  });

  test('special tokens and padding are never guessed; every row has something to guess', () => {
    const masked = maskedRows(rows(true), { ...options, rate: 0.5 });
    for (let row = 0; row < masked.rowsPerEpoch!; row++) {
      const { inputs, targets } = fill(masked, row);
      expect(targets.some((id) => id !== IGNORE)).toBe(true);
      targets.forEach((id, i) => {
        if (id !== IGNORE) expect(id).toBeGreaterThan(MASK);
        if (inputs[i] === PADDING) expect(id).toBe(IGNORE);
      });
      const end = inputs.indexOf(PADDING);
      if (end >= 0) expect(inputs.subarray(end).every((id) => id === PADDING)).toBe(true);
    }
  });

  test('a text of one token is guessed; one of special tokens alone is not', () => {
    const hide = masker(options);
    const [ids, targets] = [Int32Array.of(EOS, 9, EOS), Int32Array.of(-1, -1, -1)];
    hide(ids, targets, createRng(1));
    expect([...targets]).toEqual([-1, 9, -1]);
    const none = Int32Array.of(-1, -1);
    hide(Int32Array.of(EOS, EOS), none, createRng(1));
    expect([...none]).toEqual([-1, -1]);
  });

  test.each([0, 1, -0.1, Number.NaN])('a rate of %s is refused', (rate) => {
    expect(() => masker({ ...options, rate })).toThrow(/rate must be in \(0, 1\), got/);
  });
});

describe('rows', () => {
  test.each([true, false])('hold every token of the corpus in each epoch (whole documents: %s)', (whole) => {
    const masked = maskedRows(rows(whole), options);
    for (const epoch of [0, 1]) {
      const seen: number[] = [];
      for (let row = 0; row < masked.rowsPerEpoch!; row++) {
        const ids = original(fill(masked, epoch * masked.rowsPerEpoch! + row));
        // The first place is what came before.
        seen.push(...ids.subarray(1).filter((id) => id !== PADDING));
      }
      expect(seen.sort((a, b) => a - b)).toEqual([...tokens].sort((a, b) => a - b));
    }
  });

  test.each([0, 2])('are the same for the same seed and number, in any order (copies: %s)', (copies) => {
    const make = (seed = 3) => maskedRows(rows(false), { ...options, copies, seed });
    const [one, other] = [make(), make()];
    const numbers = [0, 1, 400, 7, 90];
    const forward = numbers.map((row) => fill(one, row));
    const backward = numbers.toReversed().map((row) => fill(other, row));
    expect(backward.toReversed()).toEqual(forward);
    expect(fill(make(4), 0)).not.toEqual(forward[0]);
  });

  test('dynamic masks differ whenever a text comes again', () => {
    const masked = maskedRows(sequenceRows({ tokens: source, contextLength: 31 }), options);
    const epochs = [0, 1, 2].map((epoch) => fill(masked, epoch * masked.rowsPerEpoch!));
    expect(epochs.map(original)).toEqual(Array(3).fill(Int32Array.from(tokens.slice(0, 32))));
    expect(new Set(epochs.map(({ targets }) => targets.join())).size).toBe(3);
  });

  test('static masks: each text has as many as there are copies, taking turns by epoch', () => {
    const masked = maskedRows(rows(true), { ...options, copies: 3 });
    const n = masked.rowsPerEpoch!;
    const masksOf = new Map<string, string[]>();
    for (let row = 0; row < 6 * n; row++) {
      const filled = fill(masked, row);
      const text = original(filled).join();
      masksOf.set(text, [...(masksOf.get(text) ?? []), [...filled.inputs, filled.targets].join()]);
    }
    expect(masksOf.size).toBe(n);
    for (const masks of masksOf.values()) {
      expect(masks.slice(3)).toEqual(masks.slice(0, 3));
      expect(new Set(masks).size).toBeGreaterThan(1);
    }
    const order = (epoch: number) =>
      Array.from({ length: n }, (_, row) => original(fill(masked, epoch * n + row)).join());
    expect(order(0)).not.toEqual(order(1));
    expect(order(0).sort()).toEqual(order(1).sort());
  });

  test('rows that do not come again cannot have static masks', () => {
    const windows = windowRows({ tokens: source, contextLength: 31, seed: 1 });
    expect(() => maskedRows(windows, { ...options, copies: 1 })).toThrow(/copies must be 0/);
    expect(maskedRows(windows, options).contextLength).toBe(32);
  });
});

describe('whole words', () => {
  const english = 'the whale sailed under the wandering moon; the whales sailed and wandered under moons. ';

  test('of English all parts are hidden together, of Chinese all bytes of a character', async () => {
    const chinese = '床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。';
    // So few tokens that words are in pieces and characters in bytes.
    const tokenizer = await trainBpe([english.repeat(3), chinese], { vocabSize: 290 });
    const joins = wordJoins(tokenizer);
    const hide = masker({
      ...options,
      vocabSize: tokenizer.vocabSize,
      specialIds: [],
      maskId: 289,
      joins,
      rate: 0.3,
    });
    const plain = new TextEncoder();
    for (const [text, units] of [
      [english, /\p{L}+|[^\p{L}]/gu],
      [chinese, /./gsu],
    ] as const) {
      const ids = tokenizer.encode(text);
      expect(ids.length).toBeGreaterThan(text.match(units)!.length * 0.5);
      const targets = new Int32Array(ids.length).fill(IGNORE);
      hide(Int32Array.from(ids), targets, createRng(2));
      // Hidden or not, by byte of the text.
      const hidden = ids.flatMap((id, i) => [...tokenizer.tokenBytes(id)].map(() => targets[i] !== IGNORE));
      let at = 0;
      for (const [unit] of text.matchAll(units)) {
        const size = plain.encode(unit).length;
        // A space before a word may be part of its first token.
        if (/\p{L}/u.test(unit)) expect(new Set(hidden.slice(at, at + size)).size).toBe(1);
        at += size;
      }
      expect(hidden).toContain(true);
      const share = targets.filter((id) => id !== IGNORE).length / ids.length;
      expect(share).toBeGreaterThan(0.2);
      expect(share).toBeLessThanOrEqual(0.31);
    }
  });

  test('pieces of a word go together by WordPiece too', async () => {
    const tokenizer = await trainWordPiece([english], { vocabSize: 45 });
    const joins = wordJoins(tokenizer);
    const ids = tokenizer.encode('the whales wandered');
    const joined = ids.map((id, i) => i > 0 && joins(ids[i - 1], id));
    expect(joined.filter((isJoined) => !isJoined)).toHaveLength(3);
    expect(joined).toContain(true);
  });

  test('characters of Chinese are words of their own, letters of English are not', () => {
    const tokenizer = trainCharacters('明月 moon 12');
    const joins = wordJoins(tokenizer);
    const pair = (text: string): boolean => {
      const [before, id] = tokenizer.encode(text);
      return joins(before, id);
    };
    expect(['mo', 'n1', '明月', '月m', ' m', 'n '].map(pair)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test('a word longer than all that may be hidden is hidden rather than nothing', () => {
    const targets = Int32Array.of(-1, -1, -1);
    masker({ ...options, joins: () => true })(Int32Array.of(5, 6, 7), targets, createRng(1));
    expect([...targets]).toEqual([5, 6, 7]);
  });
});
