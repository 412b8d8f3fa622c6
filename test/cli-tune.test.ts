/** `inkstone tune decoding` from end to end on a tiny run, and options that suit a task. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { taskPresets } from '../src/decode/index.ts';
import { inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });
const small = ['--prompts', '3', '--prompt-tokens', '4', '--max-tokens', '6'];

beforeAll(async () => {
  writeTexts(cwd);
  const train = ['--steps', '20', '--lr', '0.01', '--json'];
  await run('train', '--data', 'en.txt', ...tiny, ...train, '--out', 'en');
  await run('train', '--data', 'zh.jsonl', ...tiny, ...train, '--out', 'zh');
}, 180_000);

describe('tune decoding', () => {
  test('tries what it is told, and generate takes the file that it writes', async () => {
    const argv = ['tune', 'decoding', 'en', ...small, '--temperature', '0.3,0.9', '--top-k', '0,2', '--json'];
    const { status, err, json } = await run(...argv);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(json.map(({ type }) => type)).toEqual([
      'tune-start',
      ...Array.from({ length: 4 }, () => 'tune-candidate'),
      'tune-result',
      'written',
    ]);
    const { best, ranking } = json[5] as { best: { options: object; score: number }; ranking: unknown[] };
    expect(ranking).toHaveLength(4);
    const { path, options } = json[6] as { path: string; options: { temperature: number; topK?: number } };
    expect(path).toBe(join('en', 'decoding.yaml'));
    expect(best.options).toMatchObject(options);
    expect(readFileSync(join(cwd, path), 'utf8')).toContain(
      `generate:\n  temperature: ${options.temperature}\n`,
    );

    const flags = ['--temperature', String(options.temperature)];
    if (options.topK) flags.push('--top-k', String(options.topK));
    const tuned = await run('generate', 'en', '--prompt', 'the', '--config', path, '--json');
    const same = await run('generate', 'en', '--prompt', 'the', ...flags, '--json');
    const other = await run('generate', 'en', '--prompt', 'the', '--temperature', '2', '--json');
    expect(tuned.json.at(-1)!.text).toBe(same.json.at(-1)!.text);
    expect(tuned.json.at(-1)!.text).not.toBe(other.json.at(-1)!.text);
  });

  test('shows people the ranking beside their own texts, and how to use it, in both languages', async () => {
    const argv = ['tune', 'decoding', 'zh', '--prompts', '3', '--budget', '2', '--out', 'out/my.yaml'];
    const english = await run(...argv);
    expect(english.status).toBe(0);
    expect(english.out).toMatch(/ {2}options +distance +of which repetition/);
    expect(english.out).toMatch(/\n {2}people /);
    expect(english.out).toContain('inkstone generate zh --config out/my.yaml');
    expect(existsSync(join(cwd, 'out/my.yaml'))).toBe(true);
    const { out } = await inkstone(argv, { cwd, lang: 'zh' });
    expect(out).toMatch(/选项 +距离/);
    expect(out).toContain('最接近人写的');
  });

  test.each([
    [['tune', 'decodng', 'en'], 'merge, decoding, search, got "decodng"; did you mean "decoding"?'],
    [['tune', 'decoding'], 'tune: <run> is missing; for example: inkstone tune lora'],
    [
      ['tune', 'decoding', 'en', '--top-p', '0.9,x'],
      '--top-p must be numbers separated by commas, got "0.9,x"',
    ],
    [['tune', 'decoding', 'en', ...small, '--top-p', '0.9,3'], 'topP: must be in (0, 1], got 3'],
    [
      ['tune', 'decoding', 'en', '--max-tokens', '90000'],
      'tuning: at least 2 validation texts of 90008 tokens',
    ],
  ])('%j is refused in one line', async (argv, message) => {
    const { status, out, err } = await run(...argv, '--json');
    expect({ status, out: out.includes('tune-candidate') }).toEqual({ status: 2, out: false });
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});

describe('generate --task', () => {
  const write = async (...argv: string[]) => {
    const { status, err, json } = await run('generate', 'en', '--prompt', 'the', '--json', ...argv);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    return json.at(-1)!.text;
  };

  test('writes with the options that suit the task; those given beside come first', async () => {
    expect(await write('--task', 'translation')).toBe(await write('--strategy', 'greedy'));
    expect(await write('--task', 'poetry')).toBe(await write('--temperature', '1.2', '--min-p', '0.1'));
    expect(await write('--task', 'poetry', '--temperature', '0.5')).toBe(
      await write('--temperature', '0.5', '--min-p', '0.1'),
    );
    for (const task of Object.keys(taskPresets)) await write('--task', task, '--max-tokens', '4');
  });

  test.each([
    [['--task', 'poetri'], 'generate: --task must be one of translation', 'did you mean "poetry"?'],
    [['--task', 'chat', '--strategy', 'beam:4'], '--task and --strategy cannot come together', ''],
    [['--task', 'translation', '--top-p', '0.9'], '--task translation and --top-p cannot come together', ''],
  ])('%j is refused', async (argv, message, hint) => {
    const { status, err } = await run('generate', 'en', ...argv);
    expect(status).toBe(2);
    expect(err).toContain(message);
    expect(err).toContain(hint);
  });
});

describe('generate --vary', () => {
  test('changes what was written by the rules of a file, and tells where; the prompt stays', async () => {
    writeFileSync(join(cwd, 'rules.txt'), 'the | that\n\na | one\n');
    const argv = [
      'generate',
      'en',
      '--prompt',
      'the ',
      '--strategy',
      'greedy',
      '--max-tokens',
      '12',
      '--json',
    ];
    const plain = (await run(...argv)).json.at(-1)!.text as string;
    const { json } = await run(...argv, '--vary', 'rules.txt', '--vary-rate', '1');
    expect(json.map(({ type }) => type)).toEqual(['finish']);
    const { text, variations } = json[0] as unknown as { text: string; variations: { from: string }[] };
    expect(text.startsWith('the ')).toBe(true);
    expect(text.slice(4)).toBe(
      plain
        .slice(4)
        .replace(/\bthe\b/g, 'that')
        .replace(/\ba\b/g, 'one'),
    );
    expect(variations.map(({ from }) => from)).toEqual(plain.slice(4).match(/\b(the|a)\b/g) ?? []);
  });

  test.each([
    [['--vary', 'nowhere.txt'], 'nowhere.txt'],
    [['--vary-rate', '0.3'], 'generate: --vary needs a value'],
    [['--vary', 'rules.txt', '--vary-rate', '3'], '--vary-rate must be'],
  ])('%j is refused', async (argv, message) => {
    const { status, err } = await run('generate', 'en', ...argv);
    expect({ status, isTold: err.includes(message) }).toEqual({ status: 2, isTold: true });
  });
});
