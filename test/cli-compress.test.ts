/** `inkstone compress` from end to end on a tiny run. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const small = ['--prompts', '3', '--length', '6', '--documents', '8', '--strategies', 'greedy'];
const model = tiny.map((word, i) => (tiny[i - 1] === '--context-length' ? '64' : word));
const compress = (...argv: string[]) => inkstone(['compress', ...argv], { cwd });

interface Report {
  readonly type: string;
  readonly chosen: string;
  readonly rows: readonly {
    readonly name: string;
    readonly type: string;
    readonly bytes: number;
    readonly sparsity: number;
    readonly tokensPerSecond: number;
    readonly bitsPerCharacter: number;
  }[];
}

beforeAll(async () => {
  writeTexts(cwd);
  const train = (data: string, out: string) =>
    inkstone(
      ['train', '--data', data, ...model, '--width', '32', '--steps', '20', '--lr', '0.01', '--out', out],
      { cwd },
    );
  await train('en.txt', 'en');
  await train('zh.jsonl', 'zh');
}, 180_000);

test('measures every way, and writes the smallest within the tolerance', async () => {
  const run = await compress('en', ...small, '--tolerance', '50', '--out', 'en.gguf', '--json');
  expect({ status: run.status, err: run.err }).toEqual({ status: 0, err: '' });
  const report = run.json.find(({ type }) => type === 'report') as unknown as Report;
  const [names, types] = [report.rows.map(({ name }) => name), report.rows.map(({ type }) => type)];
  expect(names).toEqual(['f32', 'bf16', 'q8_0', 'q8_0+int8', 'q4_0', 'q4_0+int8']);
  expect(types).toEqual(names.map((name) => name.replace('+int8', '')));
  const bytes = report.rows.map((row) => row.bytes);
  expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
  for (const row of report.rows) expect(row.tokensPerSecond).toBeGreaterThan(0);
  const [f32, , q8] = report.rows;
  expect(Math.abs(q8.bitsPerCharacter / f32.bitsPerCharacter - 1)).toBeLessThan(0.02);
  expect(Math.abs(report.rows[3].bitsPerCharacter / q8.bitsPerCharacter - 1)).toBeLessThan(0.02);
  expect(report.rows[3].bitsPerCharacter).not.toBe(q8.bitsPerCharacter);
  expect(report.chosen).toMatch(/^q4_0/);
  expect(run.json.at(-1)).toMatchObject({
    type: 'written',
    out: 'en.gguf',
    weights: report.chosen,
    bytes: statSync(join(cwd, 'en.gguf')).size,
  });
  const written = await inkstone(
    [
      'generate',
      'en.gguf',
      '--prompt',
      'the',
      '--max-tokens',
      '4',
      '--weights',
      'q4_0',
      '--activations',
      'int8',
    ],
    { cwd },
  );
  expect(written.status).toBe(0);
  const alone = await inkstone(['generate', 'en', '--prompt', 'the', '--activations', 'int8'], { cwd });
  expect(alone.status).toBe(2);
  expect(alone.err).toContain('--activations int8 has an effect with --weights q8_0|--weights q4_0 only');
});

test('with no tolerance nothing that costs more is chosen; people see both tables, in Chinese too', async () => {
  const { status, out } = await inkstone(
    ['compress', 'zh', ...small, '--types', 'f32,q4_0', '--tolerance', '0'],
    {
      cwd,
      lang: 'zh',
    },
  );
  expect(status).toBe(0);
  expect(out).toMatch(/存放方式 +大小 +零 +词元\/秒 +比特\/字符/);
  expect(out).toMatch(/\n {2}q4_0 · greedy /);
  expect(out).toMatch(/(f32|q4_0) 是每字符比特数比 f32 至多多 0 % 的最小一种/);
});

test('fewer weights stand in the same table; neurons that go leave a smaller file', async () => {
  const ways = ['magnitude:0.5', 'wanda:0.5', '2:4', 'structured:0.5'];
  const argv = [
    '--types',
    'f32,q4_0,gptq',
    '--prune',
    ways.join(','),
    '--tolerance',
    '50',
    '--out',
    'rounded.gguf',
    '--json',
  ];
  const run = await compress('en', ...small, ...argv);
  expect({ status: run.status, err: run.err }).toEqual({ status: 0, err: '' });
  const { rows, chosen } = run.json.find(({ type }) => type === 'report') as unknown as Report;
  expect(rows.map(({ name }) => name)).toEqual(['f32', 'q4_0', 'gptq', ...ways]);
  expect(rows.map(({ sparsity }) => sparsity)).toEqual([0, 0, 0, 0.5, 0.5, 0.5, 0]);
  const [f32, q4, gptq, ...pruned] = rows;
  expect(gptq).toMatchObject({ type: 'q4_0', bytes: q4.bytes });
  expect(gptq.bitsPerCharacter).not.toBe(q4.bitsPerCharacter);
  expect(pruned.map(({ bytes }) => bytes === f32.bytes)).toEqual([true, true, true, false]);
  for (const { bitsPerCharacter } of rows) expect(bitsPerCharacter / f32.bitsPerCharacter).toBeLessThan(1.5);
  expect(pruned[3].bytes).toBeLessThan(0.95 * f32.bytes);
  expect(['q4_0', 'gptq']).toContain(chosen);
  await compress('en', ...small, '--prune', 'structured:0.5', '--tolerance', '50', '--out', 'pruned.gguf');
  const written = await inkstone(['generate', 'pruned.gguf', '--prompt', 'the', '--max-tokens', '4'], {
    cwd,
  });
  expect(written.status).toBe(0);
  const people = await inkstone(
    [
      'compress',
      'pruned.gguf',
      ...small,
      '--prune',
      'wanda:2:4',
      '--data',
      'en.txt',
      '--calibration',
      'zh.jsonl',
    ],
    { cwd, lang: 'zh' },
  );
  expect(people.out).toMatch(/存放方式 +大小 +零 +词元\/秒 +比特\/字符/);
  expect(people.out).toMatch(/\n {2}wanda:2:4 .* 50 % /);
});

test('pruning that does not exist, twice, or without text to read is bad input', async () => {
  const refused: [string[], string][] = [
    [['en', '--prune', 'wanda'], 'pruning: must be magnitude, wanda or structured'],
    [['en', '--types', 'f32,q8_0', '--calibration', 'zh.jsonl'], '--calibration has an effect with'],
    [['en', '--prune', '2:4,2:4'], '--prune must name each way once'],
    [['en.gguf', '--prune', 'wanda:0.5', '--data', 'en.txt'], 'give some with --calibration'],
  ];
  for (const [argv, words] of refused) {
    const { status, err } = await compress(...argv);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(words) });
  }
});

test('the model itself, and what GGUF cannot say, are refused before anything is measured', async () => {
  const same = await compress('en.gguf', '--data', 'en.txt', '--out', './en.gguf');
  expect(same).toMatchObject({
    status: 2,
    err: expect.stringContaining('compress: ./en.gguf is the model itself'),
  });
  await inkstone(
    ['train', '--data', 'en.txt', ...model, '--positions', 'alibi', '--steps', '1', '--out', 'alibi'],
    { cwd },
  );
  const { status, err, out } = await compress('alibi', '--out', 'alibi.gguf');
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toContain('positions');
});

test('ways that do not exist, alone or twice are bad input', async () => {
  for (const types of ['f32,int8', 'q8_0', 'f32,f32']) {
    const { status, err } = await compress('en', '--types', types);
    expect(status).toBe(2);
    expect(err).toContain(
      `--types must name two or more of f32, bf16, q8_0, q4_0, gptq, q8_0+int8, q4_0+int8, gptq+int8, each once, got "${types}"`,
    );
  }
});
