import { describe, expect, test } from 'vitest';
import { chinese, english } from '../../test/golden/tokenizer-texts.ts';
import { InkstoneError } from '../errors.ts';
import { limits } from './limits.ts';
import { readNormalizer } from './normalizers.ts';
import { loadTokenizer } from './read-tokenizer.ts';
import { saveTokenizer } from './save.ts';
import { readTemplate } from './template.ts';
import { trainUnigram } from './train-unigram.ts';
import { trainWordPiece } from './train-word-piece.ts';

// biome-ignore lint/suspicious/noExplicitAny: files are mutated in every way
type File = any;

const unigram = saveTokenizer(
  await trainUnigram([english, chinese], { vocabSize: 330, pattern: 'metaspace' }),
);
const wordPiece = saveTokenizer(await trainWordPiece([english, chinese], { vocabSize: 180 }));

/** A file after `change`, loaded. */
const mutated = (good: string, change: (file: File) => void) => (): unknown => {
  const file: File = JSON.parse(good);
  change(file);
  return loadTokenizer(JSON.stringify(file));
};

const cases: [string, string, (file: File) => void, RegExp][] = [
  ['a vocabulary that is an object', unigram, (f) => (f.model.vocab = {}), /`model\.vocab` must be an array/],
  ['a piece without a score', unigram, (f) => (f.model.vocab[300] = ['a']), /a piece and its finite score/],
  [
    'a score that is text',
    unigram,
    (f) => (f.model.vocab[300] = ['a', '-1']),
    /vocab\[300\]` must be a piece/,
  ],
  ['a score that is null', unigram, (f) => (f.model.vocab[300] = ['a', null]), /finite score/],
  ['an empty piece', unigram, (f) => (f.model.vocab[300] = ['', -1]), /not empty/],
  [
    'an unknown piece behind the vocabulary',
    unigram,
    (f) => (f.model.unk_id = 9999),
    /unk_id` must be null or a place/,
  ],
  ['an unknown piece of 1.5', unigram, (f) => (f.model.unk_id = 1.5), /whole number/],
  [
    'a piece of 600',
    unigram,
    (f) => (f.model.vocab[300] = ['a'.repeat(600), -1]),
    /piece length must be at most 512, got 600/,
  ],
  ['bytes of another type', unigram, (f) => (f.model.byte_fallback = 'yes'), /true or false/],
  ['no decoder', unigram, (f) => (f.decoder = null), /decoder null is not supported; supported: Fuse/],
  ['another decoder', unigram, (f) => (f.decoder = { type: 'CTC' }), /decoder CTC is not supported/],
  [
    'another pre-tokenizer',
    unigram,
    (f) => (f.pre_tokenizer = { type: 'UnicodeScripts' }),
    /pre_tokenizer UnicodeScripts is not supported; supported: Metaspace/,
  ],
  ['another scheme', unigram, (f) => (f.pre_tokenizer.prepend_scheme = 'last'), /prepend_scheme last/],
  ['an empty sign for a space', unigram, (f) => (f.pre_tokenizer.replacement = ''), /one character/],
  [
    'another normalizer',
    unigram,
    (f) => (f.normalizer = { type: 'ByteLevel' }),
    /normalizer ByteLevel is not supported/,
  ],
  [
    'sequences in sequences',
    unigram,
    (f) => {
      f.normalizer = { type: 'NFC' };
      for (let i = 0; i < 60; i++) f.normalizer = { type: 'Sequence', normalizers: [f.normalizer] };
    },
    /depth must be at most 32/,
  ],
  [
    'a thousand normalizers',
    unigram,
    (f) => (f.normalizer = { type: 'Sequence', normalizers: Array(1000).fill({ type: 'NFC' }) }),
    /size must be at most 16/,
  ],
  [
    'a replacement of nothing',
    unigram,
    (f) => (f.normalizer = { type: 'Replace', pattern: { String: '' }, content: 'x' }),
    /not empty/,
  ],
  [
    'a broken pattern',
    unigram,
    (f) => (f.normalizer = { type: 'Replace', pattern: { Regex: '(' }, content: '' }),
    /pattern/,
  ],
  [
    'a charsmap that is no base64',
    unigram,
    (f) => (f.normalizer = { type: 'Precompiled', precompiled_charsmap: '*' }),
    /base64/,
  ],
  [
    'a charsmap of 4 GiB',
    unigram,
    (f) => (f.normalizer = { type: 'Precompiled', precompiled_charsmap: 'AAAAgA==' }),
    /base64 of a trie/,
  ],
  ['no unknown token', wordPiece, (f) => delete f.model.unk_token, /unk_token` must be a string/],
  [
    'an unknown token that is none',
    wordPiece,
    (f) => (f.model.unk_token = '<none>'),
    /a token of the vocabulary, got "<none>"/,
  ],
  ['words of 0 characters', wordPiece, (f) => (f.model.max_input_chars_per_word = 0), /larger than 0/],
  ['words without end', wordPiece, (f) => (f.model.max_input_chars_per_word = 2 ** 40), /at most 4096/],
  ['one id twice', wordPiece, (f) => (f.model.vocab.a = 7), /7 is both/],
  [
    'a normalizer without a field',
    wordPiece,
    (f) => delete f.normalizer.lowercase,
    /lowercase` must be true or false/,
  ],
  [
    'a prefix that is a number',
    wordPiece,
    (f) => (f.model.continuing_subword_prefix = 2),
    /must be a string/,
  ],
];

describe('a hostile or foreign file is an error at load', () => {
  test.each(cases)('%s', (_, good, change, message) => {
    const load = mutated(good, change);
    expect(load).toThrow(message);
    expect(load).toThrow(InkstoneError);
  });

  test('every field set to another type is an error or makes no difference but to ids', () => {
    const values = [null, true, -1, 2 ** 53, '', 'x', [], {}, [['x', -1]], { type: 'x' }];
    for (const good of [unigram, wordPiece]) {
      const visit = (path: (string | number)[], node: File): void => {
        for (const value of values) {
          const file: File = JSON.parse(good);
          let parent = file;
          for (const key of path.slice(0, -1)) parent = parent[key];
          parent[path.at(-1)!] = value;
          try {
            const tokenizer = loadTokenizer(JSON.stringify(file));
            tokenizer.decode(tokenizer.encode(' 明月 the [CLS] ▁'));
            readTemplate(tokenizer.postProcessor);
          } catch (error) {
            expect(error).toBeInstanceOf(InkstoneError);
          }
        }
        if (typeof node !== 'object' || node === null) return;
        for (const key of Object.keys(node).slice(0, 8))
          visit([...path, Array.isArray(node) ? Number(key) : key], node[key]);
      };
      const file = JSON.parse(good);
      for (const key of Object.keys(file)) visit([key], file[key]);
    }
  });

  test('a charsmap cut short or with flipped bits is an error or a normalizer that ends', () => {
    // A trie of one unit whose offset leads anywhere, then text without an end.
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i === 0 ? 32 : i < 4 ? 0 : (i * 37) & 255));
    for (let flip = 0; flip < 512; flip++) {
      const broken = bytes.slice(0, 8 + (flip % 57));
      broken[flip % broken.length] ^= 1 << (flip % 8);
      const precompiled_charsmap = Buffer.from(broken).toString('base64');
      try {
        const normalize = readNormalizer({ type: 'Precompiled', precompiled_charsmap })!;
        expect(typeof normalize('a é 中\u0000 \u00ff')).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(InkstoneError);
      }
    }
  });

  test('text that a normalizer blows up is an error', () => {
    const double = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' };
    const tokenizer = mutated(unigram, (f) => {
      f.normalizer = { type: 'Sequence', normalizers: Array(limits.stages).fill(double) };
    })() as ReturnType<typeof loadTokenizer>;
    expect(() => tokenizer.encode('a'.repeat(1000))).toThrow(expect.objectContaining({ code: 'text/limit' }));
  });

  test.each([
    ['another type', { type: 'x' }, /post_processor x is not supported/],
    [
      'a text C',
      { type: 'TemplateProcessing', single: [{ Sequence: { id: 'C', type_id: 0 } }], pair: [] },
      /A or B/,
    ],
    [
      'a token it lacks',
      {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: 'constructor', type_id: 0 } }],
        pair: [],
        special_tokens: {},
      },
      /constructor/,
    ],
    [
      'a type of -1',
      { type: 'TemplateProcessing', single: [{ Sequence: { id: 'A', type_id: -1 } }], pair: [] },
      /from 0 to 255/,
    ],
    ['no separator', { type: 'BertProcessing', cls: ['[CLS]', 1] }, /sep/],
    ['a separator of text', { type: 'BertProcessing', cls: ['[CLS]', 1], sep: ['x', 'y'] }, /whole number/],
  ])('a template with %s', (_, template, message) => {
    expect(() => readTemplate(template)).toThrow(message);
  });
});

describe('time is linear in the text', () => {
  // A vocabulary of nested pieces makes every place look as far as it can, and no further than the longest piece.
  const nested = mutated(unigram, (f) => {
    f.pre_tokenizer = null;
    f.normalizer = null;
    f.model.vocab.push(...Array.from({ length: 60 }, (_, i) => ['a'.repeat(i + 2), -i - 1]));
  })() as ReturnType<typeof loadTokenizer>;

  test.each(['a', 'ab', '中'])('for %j over and over', (unit) => {
    // In linear time a fraction of a second; in quadratic time minutes.
    const start = performance.now();
    const ids = nested.encode(unit.repeat(300_000));
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(nested.decode(ids)).toBe(unit.repeat(300_000));
  });
});
