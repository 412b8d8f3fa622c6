/** Filters of `inkstone data`: language, quality, word lists, personal data, overlap with evaluation texts; each told with an example. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const english =
  'The old man walked to the river and sat down there, for he had been tired of the long and dusty road that leads to the hills.';
const chinese = '老人走到河边坐下，因为他走了很长的路，已经很累了，写信到 lao@example.cn 也没有人回。';

beforeAll(() => {
  const lines = [
    english,
    chinese,
    'Der alte Mann ging langsam zum Fluss und setzte sich.',
    'a blorp text, that one',
  ];
  writeFileSync(join(cwd, 'mixed.jsonl'), lines.map((text) => `${JSON.stringify({ text })}\n`).join(''));
  writeFileSync(join(cwd, 'page.txt'), `${english} He slept. He woke.\nHome | About\n`);
  writeFileSync(join(cwd, 'words.txt'), '# a made-up word\nblorp\n');
  writeFileSync(join(cwd, 'exam.txt'), english.toUpperCase());
});

const filters = [
  ...['--language', 'zh,en', '--blocklist', 'words.txt', '--mask-personal', '--exclude-overlap', 'exam.txt'],
];
const stats = (lang: 'en' | 'zh', ...more: string[]) =>
  inkstone(['data', 'stats', 'mixed.jsonl', ...filters, ...more], { cwd, lang });

describe('filters of a corpus', () => {
  test('each is counted with an example, in both languages', async () => {
    const en = await stats('en');
    expect(en.status).toBe(0);
    for (const line of [
      /^4 documents in, 2 out/m,
      /^dropped 1: not in zh, en\n {2}by kind: de 1$/m,
      /^dropped 1: a word of the block list\n {2}by kind: blorp 1$/m,
      /^changed 1: personal data masked.*\n {2}by kind: email 1$/m,
      /^1 documents hold text of exam.txt \(1 texts, 15 n-grams\): it was cut out, 1 went entirely, 125 characters$/m,
      /^ {2}for example "The old man walked/m,
      /personal data masked.*: ".*lao@example.cn.*" → ".*\[EMAIL\]/,
    ]) {
      expect(en.out).toMatch(line);
    }
    const zh = await stats('zh');
    for (const line of zh.out.trim().split('\n')) expect(line).toMatch(HAN);
    const { json } = await stats('en', '--json');
    expect(json[0]).toMatchObject({ overlap: { overlapping: 1, dropped: 1, source: 'exam.txt' } });
    expect(json[1]).toMatchObject({ type: 'stats', documents: 1 });
  });

  test('quality rules by name', async () => {
    const { out } = await inkstone(['data', 'stats', 'page.txt', '--quality', 'c4'], { cwd });
    expect(out).toMatch(/^changed 1: lines without a mark of a sentence’s end removed \(C4\)$/m);
  });

  test.each([
    [['--language', 'zh,klingon'], /^language: "klingon" is none that can be told/],
    [['--language', ''], /^language: "" is none that can be told/],
    [['--quality', 'c5'], /--quality must be one of gopher, c4, got "c5"; did you mean "c4"/],
    [['--blocklist', 'none.txt'], /none\.txt: no such file/],
    [['--blocklist', 'words.txt', '--exclude-overlap', 'none.txt'], /none\.txt: no such file/],
  ])('%j is one clear error', async (argv, message) => {
    const { status, err } = await inkstone(['data', 'stats', 'mixed.jsonl', ...argv], { cwd });
    expect(err).toMatch(message);
    expect(err.trim()).not.toContain('\n');
    expect(status).toBe(2);
  });
});
