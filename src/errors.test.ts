import { afterEach, describe, expect, test } from 'vitest';
import { defineErrors, InkstoneError, nearest } from './errors.ts';
import { defineMessages, language, setLanguage } from './language.ts';
import { leaves, mapTree } from './tree.ts';

const fail = defineErrors({
  'test/inner': {
    en: (d: { a: number; b: number }) => `matmul: inner dimensions must be equal, got ${d.a} and ${d.b}`,
    zh: (d) => `矩阵乘：内维必须相等，得到 ${d.a} 和 ${d.b}`,
  },
});

afterEach(() => setLanguage(undefined));

test('an error is a code and values; its sentence follows the reader', () => {
  setLanguage('zh');
  const error = fail('test/inner', { a: 2, b: 3 });
  expect(error).toBeInstanceOf(InkstoneError);
  expect(error).toMatchObject({
    code: 'test/inner',
    data: { a: 2, b: 3 },
    message: '矩阵乘：内维必须相等，得到 2 和 3',
  });
  expect(error.text('en')).toBe('matmul: inner dimensions must be equal, got 2 and 3');
});

test('INKSTONE_LANG overrides the locale', () => {
  const { INKSTONE_LANG, LC_ALL } = process.env;
  try {
    process.env.LC_ALL = 'zh_CN.UTF-8';
    delete process.env.INKSTONE_LANG;
    expect(language()).toBe('zh');
    process.env.INKSTONE_LANG = 'en';
    expect(language()).toBe('en');
  } finally {
    for (const [name, value] of Object.entries({ INKSTONE_LANG, LC_ALL })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});

test('messages render in either language', () => {
  const say = defineMessages({
    hello: { en: (d: { name: string }) => `hello ${d.name}`, zh: (d) => `你好，${d.name}` },
  });
  expect([say('hello', { name: '李' }, 'en'), say('hello', { name: '李' }, 'zh')]).toEqual([
    'hello 李',
    '你好，李',
  ]);
});

describe('nearest', () => {
  test.each([
    ['lama', 'llama'],
    ['trian', 'train'],
    ['--minuts', '--minutes'],
    ['generete', 'generate'],
  ])('%s means %s', (word, meant) => {
    expect(nearest(word, ['train', 'llama', 'generate', '--minutes', 'doctor'])).toBe(meant);
  });

  test('nothing near is undefined', () => {
    expect(nearest('xyzzy', ['train', 'generate'])).toBeUndefined();
  });
});

test('trees map and list their leaves with paths', () => {
  const tree = { blocks: [{ weight: 1 }, { weight: 2 }], head: undefined };
  expect(leaves(tree)).toEqual([
    ['blocks.0.weight', 1],
    ['blocks.1.weight', 2],
  ]);
  expect(mapTree<number, number>(tree, (x) => x * 10)).toEqual({
    blocks: [{ weight: 10 }, { weight: 20 }],
    head: undefined,
  });
});
