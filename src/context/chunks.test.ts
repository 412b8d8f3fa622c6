import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainBpe, trainCharacters } from '../text/index.ts';
import { type Chunk, type ChunkOptions, chunkText } from './index.ts';

const english = `# The Harbour
The pilot came aboard at six, and the wind fell. Dr. Li said nothing; he watched the water.

## Night
"Is it deep?" asked the boy. It was deep, and black, and very cold: nobody swam there.
`;
const chinese = `第一回 渡口
　　船家说：“今夜无风，天亮再走。”众人听了，便在岸上生火。
　　雨停了……远处有灯。

第二回 过江
　　江水很宽，过了半个时辰，才看见对岸的柳树；柳树下站着一个人。
`;
const corpus = `${english}${chinese}`;
const bpe = await trainBpe([corpus], { vocabSize: 400 });
const characters = trainCharacters([corpus]);
const tokenizers = { bpe, characters };

/** What holds of the chunks of any text. */
function check(text: string, chunks: readonly Chunk[], tokenizer: typeof bpe, options: ChunkOptions): void {
  const { maxTokens, overlapTokens = 0 } = options;
  expect(chunks.map((chunk) => chunk.text.slice(chunk.freshStart - chunk.start)).join('')).toBe(text);
  for (const [i, chunk] of chunks.entries()) {
    expect(chunk.text).toBe(text.slice(chunk.start, chunk.end));
    expect(tokenizer.encode(chunk.text).length).toBe(chunk.tokens);
    expect(chunk.tokens).toBeLessThanOrEqual(maxTokens);
    expect(chunk.freshStart).toBe(i === 0 ? 0 : chunks[i - 1].end);
    expect(chunk.end).toBeGreaterThan(chunk.freshStart);
    const overlap = text.slice(chunk.start, chunk.freshStart);
    expect(tokenizer.encode(overlap).length).toBeLessThanOrEqual(overlapTokens);
  }
}

const pieces = fc.constantFrom(
  ...'a b. 。，\n# 第回二😀é船水;',
  '\n\n',
  '# ',
  '第三回 ',
  'Chapter 4\n',
  '🀄',
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 300 }).map((list) => list.join('')),
  fc.array(fc.constantFrom(english, chinese), { maxLength: 4 }).map((list) => list.join('')),
);

describe('chunks', () => {
  test.each(['bpe', 'characters'] as const)(
    'no text is lost, no chunk over budget, overlap as asked (%s)',
    (name) => {
      const tokenizer = tokenizers[name];
      const settings = fc.record({
        maxTokens: fc.integer({ min: 16, max: 60 }),
        overlapTokens: fc.integer({ min: 0, max: 8 }),
        cutAt: fc.constantFrom('structure' as const, 'tokens' as const),
      });
      fc.assert(
        fc.property(texts, settings, (text, options) => {
          const chunks = chunkText(text, tokenizer, options);
          check(text, chunks, tokenizer, options);
          // Every character here is 4 tokens at most, so 4 tokens of overlap hold one.
          if (options.overlapTokens < 4) return;
          for (const { start, freshStart } of chunks.slice(1)) expect(start).toBeLessThan(freshStart);
        }),
        { numRuns: 300 },
      );
    },
  );

  test('cut at tokens they are full, and repeat just as many tokens as asked', () => {
    const text = chinese.repeat(20);
    const options = { maxTokens: 50, overlapTokens: 10, cutAt: 'tokens' } as const;
    const chunks = chunkText(text, characters, options);
    for (const { tokens } of chunks.slice(0, -1)) expect(tokens).toBe(50);
    for (const { start, freshStart } of chunks.slice(1)) expect(freshStart - start).toBe(10);
    expect(chunks.length).toBe(Math.ceil((text.length - 10) / 40));
  });

  test('they end at headings, else paragraphs, lines, sentences, clauses, and know their headings', () => {
    const cuts = (maxTokens: number, text: string) =>
      chunkText(text, characters, { maxTokens }).map((chunk) => chunk.text);
    expect(cuts(120, english).map((text) => text.split('\n')[0])).toEqual(['# The Harbour', '## Night']);
    const inChinese = chunkText(chinese, characters, { maxTokens: 70 });
    expect(inChinese.map(({ headings }) => headings.join())).toEqual(['第一回 渡口', '第二回 过江']);
    expect(inChinese[1].text).toMatch(/^第二回/);
    expect(cuts(30, '今夜无风，天亮再走，众人便在岸上生火。雨停了，远处有灯，灯下有人。')).toEqual([
      '今夜无风，天亮再走，众人便在岸上生火。',
      '雨停了，远处有灯，灯下有人。',
    ]);
    expect(cuts(12, '今夜无风，天亮再走，众人便在岸上')).toEqual(['今夜无风，天亮再走，', '众人便在岸上']);
    const nested = chunkText(english, characters, { maxTokens: 60 });
    expect(nested.at(-1)!.headings).toEqual(['The Harbour', 'Night']);
  });

  test('no chunk is over budget where less text is more tokens', () => {
    // A text that ends with a full stop is twice as many tokens.
    const encode = (piece: string) => Array<number>((piece.endsWith('.') ? 2 : 1) * piece.length);
    const chunks = chunkText(english.repeat(5), { encode }, { maxTokens: 60, overlapTokens: 20 });
    for (const { text, tokens } of chunks) {
      expect(encode(text).length).toBe(tokens);
      expect(tokens).toBeLessThanOrEqual(60);
    }
  });

  test('the tokenizer reads each part of a long text a few times, however long the text is', () => {
    const read = (copies: number, options: ChunkOptions) => {
      const text = corpus.repeat(copies);
      let units = 0;
      const encode = (piece: string) => {
        units += piece.length;
        return bpe.encode(piece);
      };
      chunkText(text, { encode }, options);
      return units / text.length;
    };
    const options = { maxTokens: 128, overlapTokens: 16 };
    expect(read(100, options)).toBeLessThan(10);
    expect(read(100, options)).toBeLessThan(1.2 * read(10, options));
  });

  test('options that cannot be are refused in both languages', () => {
    const errorOf = (options: ChunkOptions, text = '😀') => {
      try {
        chunkText(text, bpe, options);
      } catch (error) {
        return error as { code: string; text: (lang: string) => string };
      }
      throw new Error('accepted');
    };
    expect(errorOf({ maxTokens: 0 }).code).toBe('context/budget');
    expect(errorOf({ maxTokens: 1.5 }).code).toBe('context/budget');
    expect(errorOf({ maxTokens: 8, overlapTokens: 5 }).code).toBe('context/overlap');
    const tooLarge = errorOf({ maxTokens: 3 });
    expect(tooLarge.code).toBe('context/character');
    expect(tooLarge.text('en')).toContain('"😀" is 4');
    expect(tooLarge.text('zh')).toContain('"😀" 有 4 个');
    expect(chunkText('', bpe, { maxTokens: 8 })).toEqual([]);
  });
});
