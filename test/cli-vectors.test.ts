/** `inkstone vectors`: learned from a text, looked at, scored, exported and read again, in both languages. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(['vectors', ...argv], { cwd });

/** Kings and queens, days and nights, each pair in sentences of its own. */
const SENTENCES = [
  'The king and the queen rule.',
  'Day follows night, night follows day!',
  '父亲和母亲在家。',
];

beforeAll(async () => {
  const text = Array.from({ length: 400 }, (_, i) => SENTENCES[i % 3]).join('\n');
  writeFileSync(join(cwd, 'text.txt'), text);
  const argv = ['train', '--data', 'text.txt', '--size', '8', '--epochs', '3', '--out', 'made'];
  expect((await run(...argv, '--lowercase')).status).toBe(0);
});

describe('vectors', () => {
  test.each(['skip-gram', 'cbow', 'glove'])(
    'train --method %s, in words and for machines',
    async (method) => {
      const argv = [
        'train',
        '--data',
        'text.txt',
        '--method',
        method,
        '--size',
        '8',
        '--epochs',
        '2',
        '--out',
        method,
      ];
      const en = await run(...argv);
      expect({ status: en.status, err: en.err }).toEqual({ status: 0, err: '' });
      expect(en.out).toMatch(/^text\.txt: \d+ words, \d+ different\n/);
      expect(en.out).toMatch(new RegExp(`\n${method}: learned in [\\d.]+ s, \\d+ words a second\n`));
      expect(en.out).toMatch(/3 related pairs .* in \d+ % of comparisons; chance is 50\n$/);
      const zh = await inkstone(['vectors', ...argv], { cwd, lang: 'zh' });
      for (const line of zh.out.trim().split('\n')) expect(line).toMatch(HAN);
      const { json } = await run(...argv, '--json');
      expect(json).toMatchObject([
        { type: 'vectors', method, size: 8 },
        { type: 'related', pairs: 3 },
      ]);
    },
  );

  test('neighbours and analogies, without capitals where asked', async () => {
    const near = await run('neighbours', 'made', 'king', '--top', '3');
    expect(near.out.split('\n')).toHaveLength(4);
    expect(near.out).toMatch(/^\S+ +-?\d\.\d{3}\n/);
    const { json } = await run('analogy', 'made', 'king', 'queen', 'day', '--top', '2', '--json');
    expect(json).toMatchObject([{ type: 'words', words: { length: 2 } }]);
    expect((await run('neighbours', 'made', 'The')).err).toContain('"The" has no vector');
    expect((await run('neighbours', 'cbow', 'The')).status).toBe(0);
  });

  test('a map as a picture, of the words named or of the most frequent', async () => {
    expect((await run('map', 'made', 'king', 'queen', '父亲')).out).toMatch(
      /^map\.svg: 3 words; the plane holds 100 % of the variance\n/,
    );
    const svg = readFileSync(join(cwd, 'map.svg'), 'utf8');
    expect(svg).toMatch(/^<svg [^>]*>.*<\/svg>\s*$/s);
    for (const word of ['king', 'queen', '父亲']) expect(svg).toContain(word);
    expect((await run('map', 'made', '--out', 'all.svg')).out).toMatch(/^all\.svg: 1\d words;/);
  });

  test('exported, the text format is read like the folder', async () => {
    expect((await run('export', 'made', '--out', 'made.txt')).out).toContain('made.txt: ');
    const [folder, file] = await Promise.all(
      ['made', 'made.txt'].map((path) => run('neighbours', path, '父亲')),
    );
    expect(file).toEqual(folder);
  });

  test('scores, also of questions in a file', async () => {
    writeFileSync(join(cwd, 'analogies.txt'), 'king queen day night\nking queen day xyzzy\n');
    writeFileSync(join(cwd, 'pairs.txt'), 'king queen 9\nday night 9\nking night 1\n');
    const analogies = await run('score', 'made', '--questions', 'analogies.txt');
    expect(analogies.out).toMatch(
      /related pairs.*\nanalogies: [01] of 1 right; 1 more have words without vectors\n/,
    );
    const { json } = await run('score', 'made', '--questions', 'pairs.txt', '--json');
    expect(json[1]).toMatchObject({ type: 'questions', kind: 'similarities', asked: 3, known: 3 });
    const zh = await inkstone(['vectors', 'score', 'made', '--questions', 'pairs.txt'], { cwd, lang: 'zh' });
    for (const line of zh.out.trim().split('\n')) expect(line).toMatch(HAN);
  });

  test.each([
    ['vectors', /<train\|.*> is missing|verb must be/],
    ['vectors tran', /did you mean "train"/],
    ['vectors train', /--data needs a value/],
    ['vectors train text.txt', /--data needs a value/],
    ['vectors train x --data text.txt', /does not expect "x"/],
    ['vectors train --data text.txt --method glow', /one of skip-gram, cbow, glove, got "glow"/],
    ['vectors train --data text.txt --threads 65', /from 1 to 64, got "65"/],
    ['vectors train --data text.txt --min-count 9999', /at least 2, got 0/],
    ['vectors train --data none.txt', /none\.txt: no such file/],
    ['vectors neighbours', /<folder> is missing/],
    ['vectors neighbours made', /<word> is missing/],
    ['vectors neighbours made king queen', /does not expect "queen"/],
    ['vectors neighbours made kign', /did you mean "king"/],
    ['vectors neighbours nowhere king', /nowhere: no such file/],
    ['vectors neighbours made king --size 8', /--size is an option of "vectors train" only/],
    ['vectors analogy made king queen', /<c> is missing/],
    ['vectors map made king', /<word> <word> is missing/],
    ['vectors score made --questions none.txt', /none\.txt: no such file/],
  ])('%s is bad input', async (line, message) => {
    const { status, err } = await inkstone(line.split(' '), { cwd });
    expect({ status, err }).toMatchObject({ status: 2, err: expect.stringMatching(message) });
  });
});
