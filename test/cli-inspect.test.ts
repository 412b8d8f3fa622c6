/** `inkstone inspect`: every look in every form, and what it refuses. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });
const looks = ['tokens', 'attention', 'lens', 'why', 'map', 'spectra'];

beforeAll(async () => {
  writeTexts(cwd);
  await run('train', '--data', 'zh.jsonl', ...tiny, '--steps', '5', '--json', '--out', 'zh');
});

describe('inspect', () => {
  test.each(looks)('%s: a table in both languages, one object for machines, files', async (what) => {
    const argv = ['inspect', 'zh', '--text', '春风，<b>"春"', '--what', what];
    const head = what === 'attention' ? ['--layer', '0', '--head', '0'] : [];
    const english = await run(...argv, ...head, '--out', `${what}.csv`);
    expect({ status: english.status, err: english.err }).toEqual({ status: 0, err: '' });
    const chinese = await inkstone([...argv, ...head, '--out', `${what}.svg`], { cwd, lang: 'zh' });
    expect(HAN.test(chinese.out.split('\n')[0])).toBe(true);
    expect(HAN.test(english.out.split('\n')[0])).toBe(false);
    const { json } = await run(...argv, ...head, '--json', '--out', `${what}.html`);
    expect(json[0]).toMatchObject({ type: 'inspect', what });
    const read = (end: string): string => readFileSync(join(cwd, `${what}.${end}`), 'utf8');
    const lines = read('csv').trimEnd().split('\r\n');
    expect(lines.length).toBeGreaterThan(2);
    expect(read('svg')).toMatch(/^<svg [^>]*>.*<\/svg>$/s);
    expect(read('html')).toContain("default-src 'none'");
    for (const end of ['svg', 'html']) expect(read(end)).not.toContain('<b>');
  });

  test('without a text, of what is no token, or into what is no page', async () => {
    const refused = async (...argv: string[]) => {
      const { status, err } = await run('inspect', 'zh', ...argv);
      expect(status).toBe(2);
      return err;
    };
    expect(await refused('--what', 'lens')).toContain('--text needs a value');
    expect(await refused('--text', '春', '--what', 'why', '--this', '春风春')).toContain('must be 1 token');
    expect(await refused('--text', '春', '--out', 'x.pdf')).toContain('.csv, .svg, .html');
    expect(await refused('--text', '春', '--what', 'attention', '--out', 'x.svg')).toContain('--layer');
    expect(existsSync(join(cwd, 'x.svg'))).toBe(false);
    expect(await refused('--text', '春'.repeat(500))).toContain('tokens can be looked at');
    expect((await run('inspect', 'zh', '--what', 'map')).status).toBe(0);
    const { status, out } = await run('inspect', 'zh', '--what', 'spectra');
    expect(status).toBe(0);
    expect(out).toMatch(/^embedding\S* +\d+ × \d+ +[\d.]+ +\d+ /m);
    expect(out).toMatch(/^\d+ matrices of \d+ weights$/m);
  });
});

test('a cell that a spreadsheet would run is text there', async () => {
  await run('inspect', 'zh', '--text', '=1+1', '--out', 'formula.csv');
  const cells = readFileSync(join(cwd, 'formula.csv'), 'utf8').split(/[,\r\n]+/);
  expect(cells.filter((cell) => /^[=+@]/.test(cell))).toEqual([]);
});
