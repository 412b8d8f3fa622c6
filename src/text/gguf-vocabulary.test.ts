import { beforeAll, describe, expect, test } from 'vitest';
import { bpeTokenizer } from './bpe.ts';
import { byteTokenName, trainCharacters } from './characters.ts';
import { mergesByScore } from './gguf-pieces.ts';
import { fromGgufVocabulary, type GgufVocabulary, toGgufVocabulary } from './gguf-vocabulary.ts';
import { loadTokenizer } from './read-tokenizer.ts';
import { type SavableTokenizer, saveTokenizer } from './save.ts';
import { type PatternName, patternSources } from './split.ts';
import { trainBpe } from './train-bpe.ts';

const END = '<|endoftext|>';
const corpus = ['the whale and the sea, 1851', '床前明月光，疑是地上霜。', "it isn't THE end"];
const texts = ["The sea isn't 12345 deep\n\n  🙂 <|endoftext|>", '明月几时有？\t把酒问青天。', ''];

const trained = new Map<string, SavableTokenizer>();
beforeAll(async () => {
  for (const pattern of Object.keys(patternSources) as PatternName[]) {
    trained.set(pattern, await trainBpe(corpus, { vocabSize: 300, specialTokens: [END], pattern }));
  }
});

describe.each(Object.keys(patternSources))('byte-level BPE with the pattern %s', (pattern) => {
  test('comes back: the same ids for any text, the same end', () => {
    const before = trained.get(pattern)!;
    const vocabulary = toGgufVocabulary(before, before.vocabSize + 3);
    expect(vocabulary).toMatchObject({ model: 'gpt2', eosId: before.eosId });
    const names = { gpt2: 'gpt-2', cl100k: 'dbrx', qwen2: 'qwen2', o200k: 'gpt-4o' };
    expect(vocabulary.pre).toBe(names[pattern as PatternName]);
    expect(vocabulary.tokens.slice(-1)).toEqual([`[PAD${before.vocabSize + 2}]`]);
    expect(vocabulary.kinds.slice(-3)).toEqual([5, 5, 5]);
    expect(vocabulary.kinds[before.eosId!]).toBe(3);
    const after = fromGgufVocabulary(vocabulary);
    expect(after.vocabSize).toBe(before.vocabSize);
    expect(after.eosId).toBe(before.eosId);
    for (const text of texts) {
      for (const allowSpecial of [false, true]) {
        const ids = before.encode(text, { allowSpecial });
        expect(after.encode(text, { allowSpecial })).toEqual(ids);
        expect(after.decode(ids)).toBe(before.decode(ids));
      }
    }
  });
});

test('characters: a space under its own sign, bytes and the end by their kinds', () => {
  const { model, tokens, kinds, merges, eosId } = toGgufVocabulary(
    trainCharacters(corpus, { specialTokens: [END] }),
  );
  expect({ model, merges, eosId }).toEqual({ model: 'llama', merges: undefined, eosId: 0 });
  expect(tokens[0]).toBe(END);
  expect(kinds[tokens.indexOf('\u2581')]).toBe(1);
  expect(tokens).not.toContain(' ');
  expect(kinds[tokens.indexOf('月')]).toBe(1);
  expect(kinds[tokens.indexOf('<0xFF>')]).toBe(6);
  expect(kinds.filter((kind) => kind === 6)).toHaveLength(256);
});

test('characters come back: the same ids, but that the sign of a space is one', () => {
  const before = trainCharacters(corpus, { specialTokens: [END] });
  const written = toGgufVocabulary(before);
  const after = fromGgufVocabulary({
    ...written,
    scores: written.tokens.map(() => 0),
    addSpacePrefix: false,
  });
  expect(after.eosId).toBe(before.eosId);
  for (const text of texts) {
    const ids = before.encode(text, { allowSpecial: true });
    expect(after.encode(text, { allowSpecial: true })).toEqual(ids);
    expect(after.decode(ids)).toBe(before.decode(ids));
  }
  expect(loadTokenizer(saveTokenizer(after)).encode(texts[1])).toEqual(before.encode(texts[1]));
});

describe('pieces joined by score', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byteTokenName(byte));
  const pieces = [...'▁thesa明月光', '▁t', 'he', '▁the', '▁s', 'th', '明月', '月光', 'ea'];
  const rows: [token: string, score: number, kind: number][] = [
    ['<unk>', 0, 2],
    ['<end>', 0, 3],
    ['   ', -1000, 4],
    ...pieces.map((piece, i): [string, number, number] => [piece, -i, 1]),
    ...bytes.map((name): [string, number, number] => [name, 0, 6]),
  ];
  const vocabulary = {
    model: 'llama',
    tokens: rows.map(([token]) => token),
    scores: rows.map(([, score]) => score),
    kinds: rows.map(([, , kind]) => kind),
    eosId: 1,
    unknownId: 0,
  } as const;
  const spell = (tokenizer: SavableTokenizer, text: string) =>
    tokenizer.encode(text, { allowSpecial: true }).map((id) => vocabulary.tokens[id]);

  test.each([
    // ▁t before he before ▁the; 明月 has the higher score.
    ['the sea', ['▁the', '▁s', 'ea']],
    ['明月光', ['▁', '明月', '光']],
    ['月光明', ['▁', '月光', '明']],
    ['é', ['▁', '<0xC3>', '<0xA9>']],
    // Spaces of a token of their own are found first; a space is put before what stands behind it.
    ['the   the<end>the', ['▁the', '   ', '▁the', '<end>', '▁the']],
    ['th', ['▁t', 'h']],
  ])('%j', (text, expected) => {
    const tokenizer = fromGgufVocabulary(vocabulary);
    expect(spell(tokenizer, text)).toEqual(expected);
    expect(tokenizer.eosId).toBe(1);
    expect(spell(loadTokenizer(saveTokenizer(tokenizer)), text)).toEqual(expected);
  });

  test('without the space before a text, decode gives the text', () => {
    const tokenizer = fromGgufVocabulary({ ...vocabulary, addSpacePrefix: false });
    for (const text of ['the sea', '明月 光   é🙂', ' the']) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
    expect(spell(tokenizer, 'the')).toEqual(['t', 'he']);
  });

  test('every way to make a piece of two is a merge', () => {
    const ids = new Map(pieces.map((piece, id) => [piece, id]));
    const merges = mergesByScore(
      ids,
      pieces.map((_, i) => -i),
    );
    const expected = pieces.flatMap((piece, id) =>
      Array.from({ length: piece.length - 1 }, (_, i) => piece.length - 1 - i).flatMap((at) => {
        const [left, right] = [ids.get(piece.slice(0, at)), ids.get(piece.slice(at))];
        return left === undefined || right === undefined ? [] : [{ left, right, id }];
      }),
    );
    expect(merges).toEqual(expected.map((merge, priority) => ({ ...merge, priority })));
    expect(merges).toHaveLength(8);
  });
});

describe('what the format cannot say is refused, in both languages', () => {
  const vocab = new Map(toGgufTokens());
  function toGgufTokens(): [string, number][] {
    return [...'abc'].map((letter, id) => [letter, id]);
  }
  test.each([
    [bpeTokenizer({ vocab, merges: [], normalizer: 'NFC' }), /normalizer must be none, got NFC/],
    [
      bpeTokenizer({ vocab, merges: [], pattern: '[a-z]+' }),
      /pre_tokenizer must be one of gpt2,.*got "\[a-z\]\+"/,
    ],
    [bpeTokenizer({ vocab, merges: [], addPrefixSpace: true }), /without prefix space/],
    [trainCharacters(corpus, { byteFallback: false }), /vocabulary must be characters with all 256 bytes/],
    [trainCharacters(['a▁ b']), /vocabulary must be one without ▁/],
  ])('%#', (tokenizer, message) => {
    const refuse = () => toGgufVocabulary(tokenizer);
    expect(refuse).toThrow(message);
    expect(refuse).toThrow(/choose another, or train with such a tokenizer/);
  });
});

describe('vocabularies that are not read', () => {
  const good: GgufVocabulary = {
    model: 'gpt2',
    pre: 'gpt-2',
    tokens: ['a', 'b', 'ab'],
    kinds: [1, 1, 1],
    merges: ['a b'],
  };
  test('the one beside them is', () => expect(fromGgufVocabulary(good).encode('ab')).toEqual([2]));
  test.each([
    [
      { model: 'bert' },
      /`tokenizer.ggml.model` must be gpt2 .* or llama .*got "bert"; keep the model's tokenizer.json/,
    ],
    [{ model: 'llama' }, /the score of token 0 must be a finite number, got "nothing"/],
    [{ model: 'llama', scores: [0, 0, Number.NaN] }, /the score of token 2 must be a finite number/],
    [{ model: 'llama', scores: [0, 0, 0], tokens: ['a', 'b', 'c'.repeat(600)] }, /piece length.*512/],
    [{ pre: 'viking' }, /`tokenizer.ggml.pre` must be one of gpt-2, dbrx, .*got "viking"/],
    [{ pre: undefined }, /got "nothing"/],
    [{ tokens: ['a', 'b', 'a'] }, /token 2 must be another than token 0, got "a"/],
    [{ merges: ['ab'] }, /merge 0 must be two tokens, got "ab"/],
    [{ merges: ['b a'] }, /merge 0 needs the token "ba"/],
  ])('%j', (changes, message) => {
    expect(() => fromGgufVocabulary({ ...good, ...changes } as GgufVocabulary)).toThrow(message);
  });
});
