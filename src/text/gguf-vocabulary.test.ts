import { beforeAll, describe, expect, test } from 'vitest';
import { bpeTokenizer } from './bpe.ts';
import { trainCharacters } from './characters.ts';
import { fromGgufVocabulary, type GgufVocabulary, toGgufVocabulary } from './gguf-vocabulary.ts';
import type { SavableTokenizer } from './save.ts';
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
      { model: 'llama' },
      /`tokenizer.ggml.model` must be gpt2 .*got "llama"; keep the model's tokenizer.json/,
    ],
    [{ pre: 'viking' }, /`tokenizer.ggml.pre` must be one of gpt-2, dbrx, .*got "viking"/],
    [{ pre: undefined }, /got "nothing"/],
    [{ tokens: ['a', 'b', 'a'] }, /token 2 must be another than token 0, got "a"/],
    [{ merges: ['ab'] }, /merge 0 must be two tokens, got "ab"/],
    [{ merges: ['b a'] }, /merge 0 needs the token "ba"/],
  ])('%j', (changes, message) => {
    expect(() => fromGgufVocabulary({ ...good, ...changes } as GgufVocabulary)).toThrow(message);
  });
});
