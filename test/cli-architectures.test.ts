/** `inkstone train` for other ways than the plain Transformer: experts, sparse and linear attention. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, type JsonLine, scratchFolder, tiny, traceOf, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const english = [
  'train',
  '--data',
  'en.txt',
  ...tiny,
  '--batch-size',
  '4',
  '--steps',
  '8',
  '--save-every',
  '4',
];
const run = (...argv: string[]) => inkstone(argv, { cwd });
const train = (folder: string, argv: readonly string[], options: Parameters<typeof inkstone>[1] = {}) =>
  inkstone([...english, ...argv, '--out', folder, '--json'], { cwd, ...options });
const configOf = (folder: string) => JSON.parse(readFileSync(join(cwd, folder, 'config.json'), 'utf8'));
const passed = { status: 0, err: '' };

beforeAll(() => writeTexts(cwd));

describe('a mixture of experts', () => {
  const experts = ['--experts', '4', '--active-experts', '3'];

  beforeAll(async () => {
    const { status, err, json } = await train('experts', [...experts, '--eval-every', '4']);
    expect({ status, err }).toEqual(passed);
    const told = json.filter(({ type }) => type === 'experts') as unknown as { layers: number[][] }[];
    expect(told).toHaveLength(2);
    for (const { layers } of told) {
      expect(layers.map((shares) => shares.length)).toEqual([4]);
      expect(layers[0].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 2);
    }
  });

  test('is a run that knows what it is, goes on where it stopped, writes, and shows its experts', async () => {
    const { model, training } = configOf('experts');
    expect(model).toMatchObject({ experts: 4, expertsPerToken: 3 });
    expect(training).toMatchObject({ expertBalance: 0.01 });
    const stopAt = (line: JsonLine) => {
      if (line.type === 'step' && line.step === 6) process.emit('SIGINT', 'SIGINT');
    };
    expect((await train('cut', experts, { onJson: stopAt })).status).toBe(130);
    await train('cut', []);
    expect(traceOf(join(cwd, 'cut'))).toEqual(traceOf(join(cwd, 'experts')));
    const { status, err } = await run('generate', 'experts', '--max-tokens', '5', '--guard');
    expect({ status, err }).toEqual(passed);
    const looks = ['inspect', 'experts', '--text', 'what a day', '--what', 'experts', '--out', 'use.svg'];
    const table = await run(...looks);
    expect(table.out.split('\n').filter((line) => line.startsWith('0 '))).toHaveLength(4);
    const chinese = await inkstone(looks, { cwd, lang: 'zh' });
    expect([HAN.test(table.out.split('\n')[0]), HAN.test(chinese.out.split('\n')[0])]).toEqual([false, true]);
    expect(readFileSync(join(cwd, 'use.svg'), 'utf8')).toContain('专家');
  });

  test('learns its balance: with a heavy one, use is even', async () => {
    const last = async (folder: string, balance: string) => {
      const argv = [
        ...experts,
        '--expert-balance',
        balance,
        '--lr',
        '0.03',
        '--steps',
        '20',
        '--eval-every',
        '20',
      ];
      const { json } = await train(folder, argv);
      const [told] = json.filter(({ type }) => type === 'experts') as unknown as { layers: number[][] }[];
      return Math.max(...told.layers[0]) - Math.min(...told.layers[0]);
    };
    expect(await last('even', '10')).toBeLessThan(await last('uneven', '0'));
  });
});

test.each([
  ['window:8', { window: 8 }],
  ['block:4', { attentionBlock: 4 }],
  ['strided:4', { attentionStride: 4 }],
  ['linear', { linearAttention: true }],
])('--attention %s: a run that writes, and goes on where it stopped', async (spec, settings) => {
  const folder = spec.replace(':', '-');
  const { status, err } = await train(folder, ['--attention', spec, '--layers', '2', '--positions', 'none']);
  expect({ status, err }).toEqual(passed);
  expect(configOf(folder).model).toMatchObject(settings);
  const argv = ['generate', folder, '--max-tokens', '24', '--seed', '1', '--json'];
  const written = await run(...argv);
  expect({ status: written.status, err: written.err }).toEqual(passed);
  // Without a table of positions, a state of fixed size reads on beyond the 16 tokens of training.
  const { completionTokens } = written.json.find(({ type }) => type === 'finish') as unknown as {
    completionTokens: number;
  };
  expect(completionTokens > 16).toBe(spec === 'linear');
  const more = [
    'train',
    '--data',
    'en.txt',
    '--init',
    folder,
    '--steps',
    '1',
    '--json',
    '--out',
    `${folder}-more`,
  ];
  expect((await run(...more)).err).toBe('');
  const other = await run(...more, '--attention', 'full', '--out', 'x');
  expect(other.err).toContain('the model is there already');
});

test('--objective prefix: a run that knows it, goes on where it stopped, and reads a prompt in both directions', async () => {
  const prefix = ['--objective', 'prefix', '--eval-every', '4'];
  const { status, err } = await train('prefix', prefix);
  expect({ status, err }).toEqual(passed);
  expect(configOf('prefix').model).toMatchObject({ prefix: true });
  const stopAt = (line: JsonLine) => {
    if (line.type === 'step' && line.step === 6) process.emit('SIGINT', 'SIGINT');
  };
  expect((await train('prefix-cut', prefix, { onJson: stopAt })).status).toBe(130);
  await train('prefix-cut', ['--eval-every', '4']);
  expect(traceOf(join(cwd, 'prefix-cut'))).toEqual(traceOf(join(cwd, 'prefix')));
  const written = await run('generate', 'prefix', '--prompt', 'what a day', '--max-tokens', '5', '--guard');
  expect({ status: written.status, err: written.err }).toEqual(passed);
  // Neither a causal run nor a file that others read as one is made of it unseen.
  expect((await train('prefix', ['--objective', 'next-token'])).err).toContain('prefix');
  const exported = await run('export', 'prefix', '--out', 'prefix-out');
  expect([exported.status, exported.err.includes('prefix')]).toEqual([2, true]);
});

test.each([
  [['--objective', 'prefix', '--architecture', 'gru'], 'it reads in one direction'],
  [['--objective', 'prefix', '--attention', 'window:8'], 'absent with prefix'],
  [['--objective', 'prefix', '--positions', 'alibi'], 'other than alibi with prefix'],
  [['--objective', 'prefix', '--cure', 'simctg:0.5'], 'it knows no prefix'],
  [['--active-experts', '3'], '--active-experts has an effect with --experts only'],
  [['--experts', '2', '--active-experts', '3'], 'at most the 2 experts, got 3'],
  [['--experts', '1'], 'a whole number of at least 2, got 1'],
  [['--experts', '2', '--cure', 'simctg:0.5'], '--experts and --cure cannot come together'],
  [['--attention', 'window'], '--attention must be like full, linear, window:64'],
  [['--attention', 'block:1'], 'a size of at least 2, got "block:1"'],
  [['--attention', 'linear', '--positions', 'alibi'], 'one of none, learned, sinusoidal, rotary'],
  [['--experts', '2', '--objective', 'masked'], 'it is for models that write'],
])('refused: %j', async (argv, problem) => {
  const { status, err } = await train('x', argv);
  expect(err).toContain(problem);
  expect(status).toBe(2);
});

test('a dense model shows no experts', async () => {
  await train('dense', []);
  const { status, err } = await run('inspect', 'dense', '--text', 'what a day', '--what', 'experts');
  expect(err).toContain('must show its experts');
  expect(status).toBe(2);
});
