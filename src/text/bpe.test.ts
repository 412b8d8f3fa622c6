import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { awkwardText, brokenText, chinese, english, wellFormed } from '../../test/golden/tokenizer-texts.ts';
import { bpeTokenizer } from './bpe.ts';
import { byteSpellings } from './byte-level.ts';
import { createMerger } from './merge.ts';
import { createMergeRules, type MergeRow } from './merge-rules.ts';
import { createPieceEncoder } from './piece-encoder.ts';
import { fromRanks } from './ranks.ts';
import { loadTokenizer } from './read-tokenizer.ts';
import { type SavableTokenizer, saveTokenizer } from './save.ts';
import { trainBpe } from './train-bpe.ts';

const alphabet = new Map(byteSpellings.map((spelling, id) => [spelling, id]));

const byPattern = new Map<string, SavableTokenizer>();
beforeAll(async () => {
  for (const pattern of ['gpt2', 'cl100k', 'qwen2', 'o200k', '[一-龥]{1,2}|.']) {
    byPattern.set(pattern, await trainBpe([english, chinese], { vocabSize: 400, pattern }));
  }
});

describe('byte-level BPE', () => {
  test('gives back every well-formed text, whatever the pattern', () => {
    for (const tokenizer of byPattern.values()) {
      fc.assert(
        fc.property(awkwardText, (text) => {
          expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
        }),
        { numRuns: 60 },
      );
    }
  });

  test('reads a lone surrogate as U+FFFD, as UTF-8 does', () => {
    const tokenizer = byPattern.get('gpt2')!;
    fc.assert(
      fc.property(brokenText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(wellFormed(text));
      }),
    );
  });

  test('spells what it never saw in bytes', () => {
    const tokenizer = byPattern.get('gpt2')!;
    expect(tokenizer.encode('𠀀').flatMap((id) => [...tokenizer.tokenBytes(id)])).toEqual([
      0xf0, 0xa0, 0x80, 0x80,
    ]);
  });

  test('text that spells a special token is ordinary text unless it is allowed', () => {
    const tokenizer = byPattern.get('gpt2')!;
    const text = '你好<|endoftext|>hello';
    expect(tokenizer.encode(text)).not.toContain(tokenizer.eosId);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    const ids = tokenizer.encode(text, { allowSpecial: true });
    expect(ids.filter((id) => id === tokenizer.eosId)).toHaveLength(1);
    expect(tokenizer.decode(ids)).toBe('你好hello');
    expect(tokenizer.decode(ids, { keepSpecial: true })).toBe(text);
    expect(tokenizer.tokenBytes(tokenizer.eosId!)).toHaveLength(0);
  });

  test('no text becomes a special token by merging', () => {
    const vocab = new Map([...alphabet, ['ab', 256], ['abc', 257]]);
    const merges = [
      ['a', 'b'],
      ['ab', 'c'],
    ] as const;
    const tokenizer = bpeTokenizer({
      vocab,
      merges,
      specialTokens: new Map([['ab', 256]]),
      ignoreMerges: true,
    });
    expect(tokenizer.encode('ab abc')).not.toContain(256);
    expect(tokenizer.encode('ab', { allowSpecial: true })).toEqual([256]);
  });

  test('merges by priority, the leftmost first', () => {
    const vocab = new Map([...alphabet, ['bc', 256], ['ab', 257], ['aa', 258]]);
    const tokenizer = bpeTokenizer({
      vocab,
      merges: [
        ['b', 'c'],
        ['a', 'b'],
        ['a', 'a'],
      ],
    });
    const tokens = (text: string) => tokenizer.encode(text).map((id) => [...vocab.keys()][id]);
    expect(tokens('abc')).toEqual(['a', 'bc']);
    expect(tokens('abab')).toEqual(['ab', 'ab']);
    expect(tokens('aaaaa')).toEqual(['aa', 'aa', 'a']);
  });

  test('decoding an id outside the vocabulary is an error with the range', () => {
    const tokenizer = byPattern.get('gpt2')!;
    for (const id of [-1, tokenizer.vocabSize, 1.5, Number.NaN, 2 ** 31]) {
      expect(() => tokenizer.decode([id])).toThrow(expect.objectContaining({ code: 'text/unknown-id' }));
      expect(() => tokenizer.tokenBytes(id)).toThrow(`0 to ${tokenizer.vocabSize - 1})`);
    }
  });

  test('a byte without a token is an error when it is met', () => {
    const vocab = new Map([...alphabet].filter(([spelling]) => spelling !== 'a'));
    const tokenizer = bpeTokenizer({ vocab, merges: [] });
    expect(tokenizer.encode('b')).toHaveLength(1);
    expect(() => tokenizer.encode('cab')).toThrow(/0x61/);
  });

  test('options are checked when it is built', () => {
    const make = (more: object) => () => bpeTokenizer({ vocab: alphabet, merges: [], ...more });
    expect(make({ eosToken: '<eos>' })).toThrow(/`eosToken` must be one of the special tokens, got "<eos>"/);
    expect(make({ merges: [['a', 'b']] })).toThrow(/merge 0 needs the token "ab"/);
    expect(make({ specialTokens: new Map([['<x>', 97]]) })).toThrow(/97 is both/);
    expect(make({ specialTokens: new Map([['', 256]]) })).toThrow(/not empty/);
    expect(make({ specialTokens: new Map([['<x>', -1]]) })).toThrow(/0 or larger, got -1/);
    expect(make({ pattern: 'cl100k', addPrefixSpace: true })).toThrow(/addPrefixSpace/);
    expect(make({ pattern: '(' })).toThrow(expect.objectContaining({ code: 'text/pattern' }));
  });

  test('a prefix space is put before a text without one', () => {
    const tokenizer = bpeTokenizer({ vocab: alphabet, merges: [], addPrefixSpace: true });
    expect(tokenizer.decode(tokenizer.encode('x'))).toBe(' x');
    expect(tokenizer.decode(tokenizer.encode(' x'))).toBe(' x');
    expect(tokenizer.encode('')).toEqual([]);
  });

  test('a normal form is applied first', () => {
    const tokenizer = bpeTokenizer({ vocab: alphabet, merges: [], normalizer: 'NFC' });
    expect(tokenizer.decode(tokenizer.encode('e\u0301'))).toBe('\u00e9');
  });
});

describe('merging', () => {
  /** Random rules over a few symbols; a rule makes the next free id. */
  const rules = fc
    .array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 24 })
    .map((pairs) =>
      pairs.map(([left, right], i): MergeRow => ({ left, right, priority: i, id: 3 + (i % 3) })),
    );

  test('with the heap equals merging by scanning, and both equal the definition', () => {
    fc.assert(
      fc.property(rules, fc.array(fc.nat(2), { maxLength: 60 }), (merges, symbols) => {
        const known = createMergeRules(6, merges);
        const run = (scanLimit: number): number[] => {
          const copy = Int32Array.from(symbols);
          return [...copy.subarray(0, createMerger(known, scanLimit)(copy, copy.length))];
        };
        expect(run(0)).toEqual(run(64));
        const slow = [...symbols];
        for (;;) {
          const priorities = slow.slice(1).map((right, i) => known.priority(slow[i], right));
          const best = Math.min(...priorities, 2 ** 24);
          if (best === 2 ** 24) break;
          slow.splice(priorities.indexOf(best), 2, known.result(best));
        }
        expect(run(64)).toEqual(slow);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['one letter', 'a'],
    ['one ideograph', '哈'],
    ['spaces', ' '],
    ['line breaks', '\n'],
    ['combining marks', '\u0301'],
  ])('a long piece of %s costs O(n log n) look-ups', async (_, unit) => {
    const text = unit.repeat(3000);
    const tokenizer = await trainBpe([text], { vocabSize: 270, pattern: '[\\S\\s]+' });
    const { model } = tokenizer.toJSON();
    const merges = model.merges.map((merge, priority): MergeRow => {
      const [left, right] = (merge as string).split(' ');
      return { left: model.vocab[left], right: model.vocab[right], priority, id: model.vocab[left + right] };
    });
    expect(merges.length).toBeGreaterThan(5);
    const byteIds = Int32Array.from(byteSpellings, (spelling) => model.vocab[spelling]);
    const looks = (count: number): number => {
      const known = createMergeRules(400, merges);
      let looked = 0;
      const counting = {
        priority: (left: number, right: number) => known.priority(left, right + 0 * looked++),
        result: known.result,
      };
      const out: number[] = [];
      createPieceEncoder({ byteIds, rules: counting, findWhole: undefined })(
        unit.repeat(count),
        0,
        unit.length * count,
        out,
      );
      expect(tokenizer.decode(out)).toBe(unit.repeat(count));
      return looked;
    };
    expect(looks(20_000)).toBeLessThan(2.2 * looks(10_000));
  });

  test('200,000 letters in one piece are encoded and come back', () => {
    const tokenizer = byPattern.get('gpt2')!;
    for (const unit of ['a', '哈']) {
      const text = unit.repeat(200_000);
      expect(tokenizer.decode(tokenizer.encode(text)) === text).toBe(true);
    }
  });
});

describe('ranks', () => {
  const ranks: [string | Uint8Array, number][] = [
    ...Array.from({ length: 256 }, (_, byte): [Uint8Array, number] => [Uint8Array.of(byte), byte]),
    ['ab', 256],
    ['bc', 257],
    ['abc', 258],
    ['你', 260],
    [Uint8Array.of(0xe4, 0xbd), 259],
  ];

  test('any two neighbours whose join is a token merge, the lowest rank first', () => {
    const tokenizer = fromRanks(ranks, { specialTokens: new Map([['<|endoftext|>', 261]]) });
    expect(tokenizer.encode('abc')).toEqual([258]);
    expect(tokenizer.encode('xabcx')).toEqual([120, 258, 120]);
    expect(tokenizer.encode('你')).toEqual([260]);
    expect(tokenizer.eosId).toBe(261);
  });

  test('survive being saved', () => {
    const tokenizer = fromRanks(ranks, { pattern: 'cl100k' });
    const again = loadTokenizer(saveTokenizer(tokenizer));
    for (const text of ['abcabc bc', '你你好', english])
      expect(again.encode(text)).toEqual(tokenizer.encode(text));
  });
});
