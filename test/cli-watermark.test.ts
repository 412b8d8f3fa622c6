/** `generate --watermark` and `inkstone watermark detect`, from end to end. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });

beforeAll(async () => {
  writeTexts(cwd);
  for (const [folder, data] of [
    ['en', 'en.txt'],
    ['zh', 'zh.jsonl'],
  ]) {
    await run('train', '--data', data, ...tiny, '--steps', '3', '--out', folder, '--json');
    const write = async (file: string, ...options: string[]) => {
      const { json } = await run('generate', folder, '--n', '8', '--max-tokens', '100', '--json', ...options);
      const texts = json.filter(({ type }) => type === 'finish').map(({ text }) => text);
      // One long text: what a model of few tokens of context writes is short.
      writeFileSync(join(cwd, file), texts.join('\n'));
    };
    await write(`${folder}-marked.txt`, '--watermark', 'secret:3');
    await write(`${folder}-plain.txt`);
  }
});

describe('watermark detect', () => {
  test.each(['en', 'zh'] as const)('tells the marked text from the other (%s)', async (folder) => {
    const detect = (key: string, ...options: string[]) =>
      inkstone(
        [
          'watermark',
          'detect',
          folder,
          `${folder}-marked.txt`,
          `${folder}-plain.txt`,
          '--key',
          key,
          ...options,
        ],
        { cwd, lang: folder },
      );
    const { json } = await detect('secret', '--json');
    expect(json.map(({ verdict }) => verdict)).toEqual(['found', 'none']);
    expect((await detect('other', '--json')).json.map(({ verdict }) => verdict)).toEqual(['none', 'none']);
    const { out } = await detect('secret');
    expect(out).toMatch(
      folder === 'zh'
        ? /marked\.txt .* 有\n.*plain\.txt .* 未发现\n偶然应有 25\.0 %/
        : / found\n.* not found\nby chance 25\.0 %/,
    );
    expect(HAN.test(out)).toBe(folder === 'zh');
  });

  test('says when a text is too short, and asks for less where errors matter less', async () => {
    writeFileSync(join(cwd, 'short.jsonl'), ['"a"', '"the"', JSON.stringify('the '.repeat(99))].join('\n'));
    const { json, out } = await run('watermark', 'detect', 'en', 'short.jsonl', '--key', 'secret', '--json');
    expect(json.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['short.jsonl:1', 'short'],
      ['short.jsonl:2', 'short'],
      // Said again and again it is no longer.
      ['short.jsonl:3', 'short'],
    ]);
    expect(out).not.toContain('secret');
    const lax = await run(
      'watermark',
      'detect',
      'en',
      'en-marked.txt',
      '--key',
      'secret',
      '--false-positives',
      '0.9',
    );
    expect(lax.out).toContain('at least 1 tokens');
  });

  test.each([
    [['detect', 'en', 'en-plain.txt'], '--key needs a value'],
    [['detect', 'en', '--key', 'k'], '<file…> is missing'],
    [['find', 'en', 'en-plain.txt', '--key', 'k'], 'verb must be one of detect'],
    [['detect', 'en.txt', 'en-plain.txt', '--key', 'k'], 'is a file, and a run is a folder'],
    [['detect', 'en', 'en-plain.txt', '--key', 'k:x'], 'watermark.delta: must be a number > 0'],
  ])('bad input: %j', async (argv, sentence) => {
    const { status, err } = await run('watermark', ...argv);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(sentence) });
  });
});
