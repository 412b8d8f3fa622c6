/** `inkstone stats`: the measures of a text in both languages, for machines, and as plots. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(['stats', ...argv], { cwd });

beforeAll(() => {
  writeTexts(cwd);
  writeFileSync(join(cwd, 'short.txt'), 'x');
});

describe('stats', () => {
  test('tables of an English text by character and of Chinese texts, each in its language', async () => {
    const en = await run('en.txt', '--distance', '4');
    expect({ status: en.status, err: en.err }).toEqual({ status: 0, err: '' });
    expect(en.out).toMatch(/^en\.txt\n {2}\d+ characters in 1 text, 2\d different\n/);
    expect(en.out).toMatch(/entropy rate at most [\d.]+ bits a character: what a 5-gram model needs/);
    expect(en.out).toMatch(/\n {2}block +different +once +H bits +corrected +next given before +corrected\n/);
    expect(en.out).toMatch(/\n {2}4 +\d\.\d{4} +-?\d\.\d{4} +-?\d\.\d{4}\n\n {2}neighbours/);
    expect(HAN.test(en.out)).toBe(false);
    const zh = await inkstone(['stats', 'zh.jsonl', '--order', '3'], { cwd, lang: 'zh' });
    expect(zh.out).toContain('120 篇文本，共 ');
    for (const line of zh.out.split('\n').filter((text) => /[a-z]{4}/.test(text))) {
      expect(line).toMatch(/zh\.jsonl|Heaps/);
    }
  });

  test('words and tokens; for machines the same figures', async () => {
    const words = await run('en.txt', '--unit', 'word', '--json');
    // 19 words and the full stop; in random order each tells next to nothing of the next.
    expect(words.json[0]).toMatchObject({ type: 'statistics', file: 'en.txt', unit: 'word', kinds: 20 });
    const { blocks } = words.json[0] as unknown as { blocks: { conditional: number }[] };
    expect(blocks[0].conditional).toBeGreaterThan(4);
    await inkstone(['train', '--data', 'en.txt', ...tiny, '--steps', '1', '--out', 'run'], { cwd });
    for (const tokenizer of ['run', 'run/tokenizer.json']) {
      const tokens = await run('en.txt', '--unit', 'token', '--tokenizer', tokenizer, '--json');
      expect(tokens.json[0]).toMatchObject({ unit: 'token', texts: 1 });
    }
  });

  test('what follows a text and what stands before it', async () => {
    writeFileSync(join(cwd, 'given.txt'), 'abac abd');
    const { json } = await run('given.txt', '--given', 'b', '--json');
    expect(json).toMatchObject([
      {
        type: 'conditional',
        side: 'after',
        given: 'b',
        places: 2,
        pGiven: 2 / 7,
        rows: [{ symbol: 'a' }, { symbol: 'd' }],
      },
      { type: 'conditional', side: 'before', places: 2, rows: [{ symbol: 'a', count: 2, conditional: 1 }] },
    ]);
    // Of the two a that have something before them, one has a b.
    expect((json[0].rows as { posterior: number }[])[0].posterior).toBeCloseTo(1 / 2, 12);
    const shown = await run('given.txt', '--given', 'a', '--pairs', '1');
    expect(shown.out).toContain('given.txt: what follows "a": 3 places');
    expect(shown.out).toMatch(
      /symbol +count +P\(x \| a\) +P\(x\) +P\(a \| x\)\n {2}b +2 +0\.6667 +0\.28571 +1\.0000\n\n/,
    );
    expect((await run('given.txt', '--given', 'zz')).out).toContain('"zz" does not occur');
    const zh = await inkstone(['stats', 'given.txt', '--given', 'a'], { cwd, lang: 'zh' });
    expect(zh.out).toContain('“a”之后：3 处');
  });

  test('plots of several files side by side', async () => {
    const { out } = await run('en.txt', 'given.txt', '--out', 'plots/both');
    expect(out).toContain('plots and page: plots/both/stats.html');
    for (const name of ['entropy', 'information', 'growth', 'ranks']) {
      const svg = readFileSync(join(cwd, `plots/both/${name}.svg`), 'utf8');
      expect(svg).toMatch(/^<svg [^>]*>.*<\/svg>\s*$/s);
      expect(svg).toContain('given.txt');
    }
    expect(readFileSync(join(cwd, 'plots/both/stats.html'), 'utf8')).toContain("default-src 'none'");
  });

  test.each([
    [[], /<file…> is missing/],
    [['none.txt'], /none\.txt: no such file/],
    [['short.txt'], /at least 2 symbols together, got 1/],
    [['en.txt', '--unit', 'tokens'], /one of character, word, token, got "tokens"; did you mean "token"/],
    [['en.txt', '--unit', 'token'], /--tokenizer needs a value/],
    [['en.txt', '--unit', 'token', '--tokenizer', 'none.json'], /none\.json: no such file/],
    [['en.txt', '--order', '13'], /from 1 to 12, got "13"/],
    [['en.txt', '--given', ''], /--given needs a value/],
  ])('stats %j is bad input', async (argv, message) => {
    const { status, err } = await run(...argv);
    expect({ status, err }).toMatchObject({ status: 2, err: expect.stringMatching(message) });
  });
});
