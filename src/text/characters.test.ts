import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awkwardText, brokenText, chinese, english, wellFormed } from '../../test/golden/tokenizer-texts.ts';
import { characterTokenizer, trainCharacters } from './characters.ts';
import { loadTokenizer } from './read-tokenizer.ts';
import { saveTokenizer } from './save.ts';

describe('a character tokenizer', () => {
  const tokenizer = trainCharacters(english + chinese, { specialTokens: ['<|endoftext|>'] });

  test('has one id per character, in the order of code points', () => {
    const small = trainCharacters(['cab', '中𠀀'], { byteFallback: false });
    expect(small.vocabSize).toBe(5);
    expect(small.encode('abc中𠀀')).toEqual([0, 1, 2, 3, 4]);
    expect(tokenizer.encode('床前明月光')).toHaveLength(5);
  });

  test('gives back any well-formed text, known characters or not', () => {
    fc.assert(
      fc.property(awkwardText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
    fc.assert(
      fc.property(brokenText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(wellFormed(text));
      }),
    );
  });

  test('without bytes an unknown character is an error that names it', () => {
    const small = trainCharacters('abc中', { byteFallback: false });
    expect(() => small.encode('ab文')).toThrow(/"文" \(U\+6587\)/);
    expect(() => small.encode('ab𠀀')).toThrow(/U\+20000/);
    expect(() => small.encode('\ud800')).toThrow(/U\+FFFD/);
  });

  test('leaves rare characters to the bytes', () => {
    const frequent = trainCharacters(['aab中中文'], { minFrequency: 2 });
    expect(frequent.vocabSize).toBe(2 + 256);
    expect(frequent.encode('a中')).toEqual([0, 1]);
    expect(frequent.decode(frequent.encode('文b'))).toBe('文b');
  });

  test('text cannot spell a special token', () => {
    const text = '明月<|endoftext|>';
    expect(tokenizer.encode(text)).not.toContain(tokenizer.eosId);
    expect(tokenizer.encode(text, { allowSpecial: true }).at(-1)).toBe(tokenizer.eosId);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  test.each([true, false])('survives being saved, byteFallback %s', (byteFallback) => {
    const text = `${english}${chinese}\u0000__proto__<0x41>👍`;
    const before = trainCharacters(text, { specialTokens: ['<终>'], eosToken: '<终>', byteFallback });
    const again = loadTokenizer(saveTokenizer(before));
    expect(again.encode(text)).toEqual(before.encode(text));
    expect(again.eosId).toBe(before.eosId);
    expect(saveTokenizer(again)).toBe(saveTokenizer(before));
  });

  test('its parts are checked', () => {
    expect(() => characterTokenizer({ vocab: new Map([['ab', 0]]) })).toThrow(/single characters, got "ab"/);
    expect(() => characterTokenizer({ vocab: new Map([['\ud800', 0]]) })).toThrow(/single characters/);
    expect(() => characterTokenizer({ vocab: new Map([['a', 0]]), byteIds: [1] })).toThrow(/256 ids, got 1/);
    expect(() =>
      characterTokenizer({
        vocab: new Map([
          ['a', 0],
          ['b', 0],
        ]),
      }),
    ).toThrow(/0 is both "a" and "b"/);
    expect(() => characterTokenizer({ vocab: new Map([['a', 0]]), eosToken: '<e>' })).toThrow(/`eosToken`/);
    expect(() => trainCharacters('', { byteFallback: false })).toThrow(/at least one token/);
  });
});
