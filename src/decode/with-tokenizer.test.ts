import { describe, expect, test } from 'vitest';
import type { Tokenizer } from '../types.ts';
import {
  collectProcessors,
  createTextModel,
  scriptedModel,
  sequenceBreakers,
  withTokenizer,
} from './index.ts';

/** Tokens are these strings; text is cut at the longest that fits. */
function pieces(vocabulary: readonly string[]): Tokenizer {
  const bytes = vocabulary.map((piece) => new TextEncoder().encode(piece));
  return {
    vocabSize: vocabulary.length,
    specialTokens: new Map(),
    eosId: undefined,
    encode(text) {
      const ids: number[] = [];
      for (let rest = text; rest !== ''; ) {
        const fitting = [...vocabulary.keys()].filter((id) => rest.startsWith(vocabulary[id]));
        const id = fitting.sort((a, b) => vocabulary[b].length - vocabulary[a].length)[0];
        if (id === undefined) throw new Error(`no token for ${rest}`);
        ids.push(id);
        rest = rest.slice(vocabulary[id].length);
      }
      return ids;
    },
    decode: (ids) => [...ids].map((id) => vocabulary[id]).join(''),
    tokenBytes: (id) => bytes[id],
  };
}

const tokenizer = pieces([
  'a',
  'b',
  ' ',
  '\n',
  ':\n',
  'x:',
  '春',
  '：',
  ' a',
  'ab',
  '"',
  '*',
  '“',
  '”',
  ':',
  'en',
  'd<',
  '|',
  '>',
]);

describe('breakers as ids', () => {
  test('every token that holds the text, and the beginnings of it followed by the rest', () => {
    expect(sequenceBreakers(tokenizer, '\n')).toEqual([[3], [4]]);
    expect(sequenceBreakers(tokenizer, ':')).toEqual([[4], [5], [14]]);
    expect(sequenceBreakers(tokenizer, '：')).toEqual([[7]]);
    expect(sequenceBreakers(tokenizer, '<|>')).toEqual([[16, 17, 18]]);
    expect(sequenceBreakers(tokenizer, 'ab')).toEqual([[0, 1], [8, 1], [9]]);
    expect(sequenceBreakers(tokenizer, '')).toEqual([]);
  });

  test('are the default of DRY: English and Chinese ones, or just those of llama.cpp', () => {
    const breakersOf = (options: Parameters<typeof withTokenizer>[0]) => {
      const { dry } = withTokenizer(options, tokenizer);
      return typeof dry === 'object' ? new Set(dry.breakers?.flat()) : undefined;
    };
    expect(breakersOf({ dry: 0.8 })).toEqual(new Set([3, 4, 5, 7, 10, 11, 12, 13, 14]));
    expect(breakersOf({ dry: '0.8:2', preset: 'llama.cpp' })).toEqual(new Set([3, 4, 5, 10, 11, 14]));
    expect(breakersOf({ dry: { multiplier: 0.8, breakers: ['春', 2, [0, 1]] } })).toEqual(
      new Set([6, 2, 0, 1]),
    );
    expect(withTokenizer({ dry: '0.8:2' }, tokenizer).dry).toMatchObject({ multiplier: 0.8, base: 2 });
  });
});

test('bad words and a forced prefix may be text; a word is banned as it stands and after a space', () => {
  const options = withTokenizer({ badWords: ['a', '春', [1, 2]], forcedPrefix: 'x:春' }, tokenizer);
  expect(options.badWords).toEqual({ words: [[0], [8], [6], [1, 2]] });
  expect(options.forcedPrefix).toEqual([5, 6]);
  expect(collectProcessors(options)).toHaveLength(2);
});

test('a text model turns text into ids by itself, and its defaults hold for the request', async () => {
  const model = scriptedModel({ vocabSize: tokenizer.vocabSize, script: [0, 1], promptLength: 1 });
  const writer = createTextModel(model, tokenizer, { temperature: 0 });
  const write = async (options: object) => {
    let text = '';
    for await (const part of writer.generate({ prompt: 'b', maxTokens: 4, ...options }))
      if (part.type === 'text-delta') text += part.text;
    return text;
  };
  expect(await write({})).toBe('abab');
  expect(await write({ forcedPrefix: '春：' })).toBe('春：ab');
  expect(await write({ badWords: ['b'] })).not.toContain('b');
  expect(await write({ dry: 50, preset: 'llama.cpp' })).not.toBe('abab');
});
