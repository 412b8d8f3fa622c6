import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awkwardText, chinese, english } from '../../test/golden/tokenizer-texts.ts';
import type { Tokenizer } from '../types.ts';
import { trainCharacters } from './characters.ts';
import { createDetokenizer } from './detokenizer.ts';
import { trainBpe } from './train-bpe.ts';

const tokenizers: [string, Tokenizer][] = [
  ['byte-level BPE', await trainBpe([english, chinese], { vocabSize: 320 })],
  ['characters', trainCharacters(english + chinese, { specialTokens: ['<|endoftext|>'] })],
];

describe.each(tokenizers)('streaming %s', (_, tokenizer) => {
  const parts = (ids: readonly number[], keepSpecial = false): string[] => {
    const detokenizer = createDetokenizer(tokenizer, { keepSpecial });
    return [...ids.map((id) => detokenizer.push(id)), detokenizer.flush()];
  };

  test('joined parts equal the text decoded at once, for any ids', () => {
    const anyIds = fc.array(fc.nat(tokenizer.vocabSize - 1), { maxLength: 40 });
    const textIds = awkwardText.map((text) => tokenizer.encode(text));
    fc.assert(
      fc.property(fc.oneof(anyIds, textIds), fc.boolean(), (ids, keepSpecial) => {
        expect(parts(ids, keepSpecial).join('')).toBe(tokenizer.decode(ids, { keepSpecial }));
      }),
      { numRuns: 500 },
    );
  });

  test('no part ends inside a character', () => {
    fc.assert(
      fc.property(awkwardText, (text) => {
        for (const part of parts(tokenizer.encode(text))) {
          expect(part).not.toMatch(/^\p{Cs}|\p{Cs}$/u);
          if (!text.includes('\ufffd')) expect(part).not.toContain('\ufffd');
        }
      }),
    );
    const ids = tokenizer.encode('👍');
    expect(parts(ids)).toEqual(['', '', '', '👍', '']);
  });

  test('an unfinished character becomes U+FFFD at the end, and the next text is not touched by it', () => {
    const detokenizer = createDetokenizer(tokenizer);
    const [first] = tokenizer.encode('𠀀');
    expect(detokenizer.push(first)).toBe('');
    expect(detokenizer.flush()).toBe('\ufffd');
    expect(detokenizer.push(tokenizer.encode('a')[0])).toBe('a');
  });

  test('keeps U+FEFF and U+0000', () => {
    const text = '\ufeff\u0000a\ufeff';
    expect(parts(tokenizer.encode(text)).join('')).toBe(text);
  });
});
