/** `inkstone data`: what a source holds, in both languages; saved, it is a source again. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(['data', ...argv], { cwd });

beforeAll(() => {
  const rows = [
    'title,comment',
    '一,房间很干净，服务也好，下次还会再来住这家酒店。',
    '二,房间很干净，服务也好，下次还会再来住这家酒店！',
    'three,"The room was clean, and the <b>service</b> was good."',
    'four,',
  ];
  writeFileSync(join(cwd, 'reviews.csv'), rows.join('\n'));
});

describe('data', () => {
  test('stats: lengths, scripts, and all that was taken out, with examples', async () => {
    const argv = ['stats', 'reviews.csv', '--text-column', 'comment', '--near-duplicates', '0.8'];
    const en = await run(...argv);
    expect(en.status).toBe(0);
    expect(en.out).toContain('4 documents in, 3 out');
    expect(en.out).toMatch(/HTML tags and entities: ".*<b>service<\/b>.*" → ".*service was/);
    expect(en.out).toMatch(
      /dropped 1: similarity to an earlier document of at least 0.8\n {2}for example \(1\.00\)/,
    );
    expect(en.out).toMatch(/characters of a document: 23 at least, 45 in the middle/);
    const zh = await inkstone(['data', ...argv], { cwd, lang: 'zh' });
    expect(zh.out).toMatch(/去掉 1 篇：与前文相似度不低于 0.8/);
    for (const line of zh.out.trim().split('\n')) expect(line).toMatch(HAN);
    const { json } = await run(...argv, '--json');
    expect(json[0]).toMatchObject({ type: 'corpus', nearDuplicates: { documentsIn: 3, documentsOut: 2 } });
    expect(json[1]).toMatchObject({ type: 'stats', documents: 2, least: 23, most: 45, han: 20, latin: 35 });
  });

  test('preview shows documents; save writes them, and they can be read again', async () => {
    const preview = await run('preview', 'reviews.csv', '--text-column', 'comment', '--first', '1');
    expect(preview.out).toContain('[一 · reviews.csv]\n房间很干净');
    expect(preview.out).not.toContain('[二');
    const saved = await run('save', 'reviews.csv', '--text-column', 'comment', '--out', 'clean.jsonl');
    expect(saved.out).toContain('clean.jsonl: 3 documents');
    const lines = readFileSync(join(cwd, 'clean.jsonl'), 'utf8').trim().split('\n');
    expect(JSON.parse(lines[2])).toEqual({
      title: 'three',
      text: 'The room was clean, and the service was good.',
    });
    expect((await run('stats', 'clean.jsonl')).out).toContain('3 documents in, 3 out');
  });

  test.each([
    [['prevew', 'x'], /verb must be one of .*did you mean "preview"/],
    [['stats'], /<source> is missing/],
    [['stats', 'a', 'b'], /does not expect "b"/],
    [['stats', 'reviews.csv'], /columns: title, comment; name one with --text-column/],
    [['stats', 'reviews.csv', '--near-duplicates', '1.5'], /must be from 0.1 to 1, got "1.5"/],
    [['stats', 'http://127.0.0.1/x.txt'], /http: is not https:/],
    [['stats', 'https://127.0.0.1/x.txt'], /--private-addresses/],
  ])('%j is one clear error', async (argv, message) => {
    const { status, err } = await run(...argv);
    expect(status).toBe(2);
    expect(err).toMatch(message);
    expect(err.trim()).not.toContain('\n');
  });
});
