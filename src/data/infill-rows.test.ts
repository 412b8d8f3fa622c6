/** Rows whose middle comes last: nothing is lost but what the marks take, a row is a function of its number, documents stay apart. */

import { expect, test } from 'vitest';
import { infillingOf, infillPrompt, infillTokens, trainCharacters } from '../text/index.ts';
import { infillRows, middleRows } from './infill-rows.ts';
import { documentRows, IGNORE, sequenceRows } from './rows.ts';
import { tokenArray } from './tokens.ts';

const documents = ['let 一 = "a";\nlet b = 一;', 'f(x)', 'while (true) { break; }'];
const tokenizer = trainCharacters(documents, { specialTokens: ['<|endoftext|>', ...infillTokens] });
const eosId = tokenizer.eosId!;
const infilling = infillingOf(tokenizer)!;
const ids = documents.map((text) => [...tokenizer.encode(text), eosId]);
const starts = [0, ...ids.map((_, i) => ids.slice(0, i + 1).flat().length)];
const tokens = tokenArray(ids.flat(), starts);
const rows = documentRows({ tokens, contextLength: 32, seed: 3, eosId, whole: true });
const how = { tokenizer, infilling, eosId, seed: 5 };

function rowOf(source: typeof rows, row: number) {
  const { contextLength } = source;
  const [inputs, targets] = [new Int32Array(contextLength), new Int32Array(contextLength)];
  source.fill(row, inputs, targets, 0);
  return { inputs: Array.from(inputs), targets: Array.from(targets) };
}

/** The text of what was rearranged, and whether its suffix came first. */
function textIn(made: readonly number[]): { readonly text: string; readonly isSuffixFirst: boolean } {
  const spelled = tokenizer.decode(made, { keepSpecial: true });
  const [, prefix, suffix, rest] = /^<fim_prefix>(.*)<fim_suffix>(.*)<fim_middle>(.*)<\|endoftext\|>$/s.exec(
    spelled,
  )!;
  return { text: prefix + rest + suffix, isSuffixFirst: prefix === '' };
}

test('of every document of a row the parts come back together, in both orders; without chance it is as it was', () => {
  const all = infillRows(rows, { ...how, rate: 1 });
  const orders = new Set<boolean>();
  for (let row = 0; row < 40; row++) {
    const { inputs, targets } = rowOf(all, row);
    const end = targets.indexOf(IGNORE);
    const written = targets.slice(0, end < 0 ? undefined : end);
    for (let from = 0; from < written.length; ) {
      const to = written.indexOf(eosId, from) + 1;
      expect(inputs.slice(from, to)).toEqual([eosId, ...written.slice(from, to - 1)]);
      const { text, isSuffixFirst } = textIn(written.slice(from, to));
      orders.add(isSuffixFirst);
      expect(documents.some((whole) => text !== '' && whole.startsWith(text))).toBe(true);
      from = to;
    }
    expect(rowOf(infillRows(rows, { ...how, rate: 1e-9 }), row)).toEqual(rowOf(rows, row));
  }
  expect(orders.size).toBe(2);
});

test('a row is a function of its number, drawn anew each time it comes', () => {
  const some = () => infillRows(rows, { ...how, rate: 0.9 });
  const [one, other] = [some(), some()];
  for (let row = 0; row < 6; row++) rowOf(one, row);
  for (const row of [4, 1, 3]) expect(rowOf(other, row)).toEqual(rowOf(one, row));
  const perEpoch = rows.rowsPerEpoch!;
  const seen = new Set(Array.from({ length: 8 }, (_, epoch) => String(rowOf(one, epoch * perEpoch).targets)));
  expect(seen.size).toBeGreaterThan(3);
});

test.each([true, false])(
  'measured are middles and their ends alone, behind what a model is asked with',
  (isSuffixFirst) => {
    const own = { ...infilling, isSuffixFirst };
    const source = sequenceRows({ tokens: tokenArray(ids[0]), contextLength: 32 });
    const { inputs, targets } = rowOf(middleRows(source, { ...how, infilling: own }), 0);
    const first = targets.findIndex((id) => id !== IGNORE);
    const middle = tokenizer.decode(targets.filter((id) => id !== IGNORE));
    const asked = tokenizer.decode(inputs.slice(0, first + 1), { keepSpecial: true });
    const marked = isSuffixFirst
      ? /^<\|endoftext\|><fim_prefix><fim_suffix>(?<suffix>.*)<fim_middle>(?<prefix>.*)$/s
      : /^<\|endoftext\|><fim_prefix>(?<prefix>.*)<fim_suffix>(?<suffix>.*)<fim_middle>$/s;
    const { prefix, suffix } = marked.exec(asked)!.groups as { prefix: string; suffix: string };
    // The first token was only read.
    expect(documents[0].slice(1).startsWith(prefix + middle + suffix)).toBe(true);
    expect(inputs.slice(1, first + 1)).toEqual(infillPrompt(own, { prefix, suffix }));
    expect(targets.filter((id) => id !== IGNORE)).toEqual([...tokenizer.encode(middle), eosId]);
  },
);

test('no text spells a mark, not even where a vocabulary reads them in any text; none without them', () => {
  const text = `a${infillTokens[2]}b`;
  expect(infilling.encode(text)).not.toContain(infilling.middleId);
  // As Qwen2.5-Coder has them: ordinary tokens.
  const [first, ...rest] = infillTokens.map((name, i) => ({ name, id: 1000 + i }));
  const marks = [first, ...rest];
  const ordinary = {
    ...tokenizer,
    specialTokens: new Map([['<|endoftext|>', eosId]]),
    encode: (own: string): number[] => {
      const mark = marks.find(({ name }) => own.includes(name));
      if (!mark) return tokenizer.encode(own);
      const at = own.indexOf(mark.name);
      return [
        ...ordinary.encode(own.slice(0, at)),
        mark.id,
        ...ordinary.encode(own.slice(at + mark.name.length)),
      ];
    },
    decode: (own: Iterable<number>) =>
      [...own].map((id) => marks.find((mark) => mark.id === id)?.name ?? tokenizer.decode([id])).join(''),
  };
  const found = infillingOf(ordinary)!;
  expect(found).toMatchObject({ prefixId: 1000, suffixId: 1001, middleId: 1002 });
  expect(ordinary.encode(text)).toContain(1002);
  expect(found.encode(text)).not.toContain(1002);
  expect(ordinary.decode(found.encode(text))).toBe(text);
  expect(infillingOf(trainCharacters(documents, { specialTokens: ['<|endoftext|>'] }))).toBeUndefined();
});
