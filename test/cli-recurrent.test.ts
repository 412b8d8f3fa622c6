/** `inkstone train --architecture rnn|gru|lstm|rwkv` from end to end: a run, its resumption, all that works on it, what is refused. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  HAN,
  inkstone,
  type JsonLine,
  scratchFolder,
  startInkstone,
  traceOf,
  writeTexts,
} from './cli-harness.ts';

const cwd = scratchFolder();
const cells = ['rnn', 'gru', 'lstm', 'rwkv'];
const small = [
  '--layers',
  '2',
  '--width',
  '16',
  '--context-length',
  '16',
  '--batch-size',
  '8',
  '--vocab-size',
  '300',
];
const english = ['train', '--data', 'en.txt', ...small, '--steps', '12', '--save-every', '4'];
const run = (...argv: string[]) => inkstone(argv, { cwd });
const train = (folder: string, argv: readonly string[], options: Parameters<typeof inkstone>[1] = {}) =>
  inkstone([...english, ...argv, '--out', folder, '--json'], { cwd, ...options });
const JSON_TYPE = { 'content-type': 'application/json' };
const configOf = (folder: string) => JSON.parse(readFileSync(join(cwd, folder, 'config.json'), 'utf8'));

beforeAll(async () => {
  writeTexts(cwd);
  for (const cell of cells) {
    const { status, err } = await train(cell, ['--architecture', cell]);
    expect({ cell, status, err }).toEqual({ cell, status: 0, err: '' });
  }
});

describe.each(cells)('%s', (cell) => {
  test('is a run with a config of its own', () => {
    const { model, training } = configOf(cell);
    expect(model).toMatchObject({ cell, layers: 2, width: 16, contextLength: 16 });
    expect(model.tiedHead).toBe(cell !== 'rwkv');
    expect(model.heads).toBeUndefined();
    expect(training).toMatchObject({ optimizer: 'adamw', init: 'fanIn' });
  });

  test('interrupted and gone on with, it takes the very same steps', async () => {
    const stopAt = (line: JsonLine) => {
      if (line.type === 'step' && line.step === 6) process.emit('SIGINT', 'SIGINT');
    };
    const cut = `cut-${cell}`;
    expect((await train(cut, ['--architecture', cell], { onJson: stopAt })).status).toBe(130);
    // The run knows what it is: the architecture need not be said again.
    const { json } = await train(cut, []);
    expect(json[0]).toMatchObject({ type: 'resume', step: 6 });
    expect(traceOf(join(cwd, cut))).toEqual(traceOf(join(cwd, cell)));
    expect(traceOf(join(cwd, cut))).toHaveLength(12);
  });

  test('writes, longer than the window it was trained with, by any strategy and with the guard', async () => {
    for (const strategy of [
      ['--temperature', '0', '--guard'],
      ['--strategy', 'beam:3'],
      ['--top-p', '0.9', '--n', '2'],
    ]) {
      const argv = [
        'generate',
        cell,
        '--prompt',
        'The ',
        '--max-tokens',
        '40',
        '--seed',
        '1',
        ...strategy,
        '--json',
      ];
      const { status, err, json } = await run(...argv);
      expect({ status, err }).toEqual({ status: 0, err: '' });
      expect(json.length).toBeGreaterThan(0);
      const textOf = (lines: readonly JsonLine[]) => lines.map(({ text }) => text);
      expect(textOf((await run(...argv)).json)).toEqual(textOf(json));
    }
    expect((await run('generate', cell, '--weights', 'bf16', '--max-tokens', '5')).status).toBe(0);
  });

  test('can be looked into, but for attention', async () => {
    for (const what of ['tokens', 'lens', 'map', 'why']) {
      expect((await run('inspect', cell, '--text', 'what a day', '--what', what)).err).toBe('');
    }
    const refused = ['inspect', cell, '--text', 'what a day', '--what', 'attention'];
    expect((await run(...refused)).err).toContain('must show its attention');
    expect((await inkstone(refused, { cwd, lang: 'zh' })).err).toContain('注意力');
  });
});

test('models of all kinds are compared on the same texts, and the lab takes one', async () => {
  await train('transformer', ['--heads', '2', '--context-length', '64']);
  const few = ['--prompts', '2', '--documents', '2', '--length', '6', '--strategies', 'greedy', '--json'];
  const compared = await run('compare', 'lstm', 'rwkv', 'transformer', ...few);
  expect({ status: compared.status, err: compared.err }).toEqual({ status: 0, err: '' });
  const lab = ['repeat', 'lab', 'gru', '--prompts', '2', '--tokens', '8', '--strategies', 'greedy', '--json'];
  const { status, err } = await run(...lab);
  expect({ status, err }).toEqual({ status: 0, err: '' });
});

test('goes on from another recurrent run', async () => {
  const more = await inkstone(
    [
      'train',
      '--data',
      'en.txt',
      '--init',
      'lstm',
      '--steps',
      '3',
      '--batch-size',
      '8',
      '--out',
      'more',
      '--json',
    ],
    { cwd },
  );
  expect({ status: more.status, err: more.err }).toEqual({ status: 0, err: '' });
  expect(configOf('more').model).toEqual(configOf('lstm').model);
  expect(configOf('more').init).toMatchObject({ run: 'lstm', step: 12 });
  expect(traceOf(join(cwd, 'more'))[0].loss).toBeLessThan(traceOf(join(cwd, 'lstm'))[0].loss);
});

test('is profiled, in training and in writing', async () => {
  for (const more of [[], ['--generate']]) {
    const { status, err, json } = await run('profile', 'lstm', '--steps', '2', ...more, '--json');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(json.map(({ kernel }) => kernel)).toContain('lstmCell');
  }
});

test('is served: the same seed, the same text, whatever was asked before', async () => {
  const { child, ended } = startInkstone(['serve', 'gru', '--port', '0', '--no-state', '--json'], { cwd });
  const url = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout!.on('data', (data) => {
      out += data;
      const line = out.split('\n').find((one) => one.includes('"serving"'));
      if (line) resolve(JSON.parse(line).url);
    });
    child.on('close', () => reject(new Error(`ended without serving: ${out}`)));
  });
  const ask = async (prompt: string) => {
    const body = JSON.stringify({ model: 'gru', prompt, max_tokens: 30, seed: 1 });
    const answer = await fetch(`${url}/v1/completions`, { method: 'POST', headers: JSON_TYPE, body });
    return ((await answer.json()) as { choices: { text: string }[] }).choices[0].text;
  };
  const first = await ask('the whale was');
  await Promise.all([ask('the whale'), ask('what')]);
  expect(await ask('the whale was')).toBe(first);
  expect(first.length).toBeGreaterThan(0);
  child.kill('SIGTERM');
  expect((await ended).status).toBe(0);
});

test('a model of RWKV goes out under the names of Hugging Face and comes back, saying the same', async () => {
  const written = await run('export', 'rwkv', '--format', 'hf', '--out', 'rwkv-hf', '--json');
  expect({ status: written.status, err: written.err }).toEqual({ status: 0, err: '' });
  const write = ['--prompt', 'The ', '--max-tokens', '20', '--temperature', '0', '--json'];
  const [ours, theirs] = [
    await run('generate', 'rwkv', ...write),
    await run('generate', 'rwkv-hf', ...write),
  ];
  expect(theirs.json.map(({ text }) => text)).toEqual(ours.json.map(({ text }) => text));
});

describe('gradients', () => {
  test('several runs against each other: a table in both languages, one object for machines, files', async () => {
    const argv = ['gradients', 'rnn', 'lstm', '--windows', '3'];
    const english = await run(...argv, '--out', 'reach.csv');
    expect({ status: english.status, err: english.err }).toEqual({ status: 0, err: '' });
    expect(english.out).toMatch(/rnn \(RNN\): times \d/);
    expect(english.out).toMatch(/layer 1: spectral radius \d/);
    const chinese = await inkstone([...argv, '--out', 'reach.svg'], { cwd, lang: 'zh' });
    expect([HAN.test(english.out), HAN.test(chinese.out.split('\n')[1])]).toEqual([false, true]);
    const { json } = await run(...argv, '--out', 'reach.html', '--json');
    expect(json[0]).toMatchObject({ type: 'gradients', steps: 15 });
    const answer = json[0].answer as unknown as { cell: string; norms: number[]; spectra?: unknown[] }[];
    expect(answer.map(({ cell, norms, spectra }) => [cell, norms.length, spectra?.length])).toEqual([
      ['rnn', 16, 2],
      ['lstm', 16, undefined],
    ]);
    const read = (end: string): string => readFileSync(join(cwd, `reach.${end}`), 'utf8');
    expect(read('csv').split('\r\n')[0]).toBe('steps back,rnn,lstm');
    expect(read('csv').trimEnd().split('\r\n')).toHaveLength(17);
    expect(read('svg')).toMatch(/^<svg [^>]*>.*梯度.*<\/svg>$/s);
    expect(read('html')).toContain("default-src 'none'");
  });

  test('one run shows its layers, on a text of one’s own', async () => {
    const { json } = await run('gradients', 'gru', '--text', 'what a day', '--json');
    expect(json[0]).toMatchObject({ data: '--text' });
    const { out } = await run('gradients', 'lstm', '--steps', '30', '--windows', '2');
    expect(out).toContain('layer 1: c');
    expect(out).toMatch(/^ *30 /m);
  });

  test.each([
    [['gradients', 'transformer'], 'has no state that goes from token to token'],
    [['gradients', 'rwkv'], 'must be cells that go step by step, got rwkv'],
    [['gradients', 'rnn', '--out', 'x.pdf'], 'gradients: --out must end in .csv, .svg, .html'],
    [['gradients', 'rnn', '--text', ''], 'at least 3 tokens'],
    [['gradients', 'rnn', '--steps', '1000000'], 'fewer --steps'],
    [['gradients', 'rnn', '--text', 'what a day', '--steps', '3'], '--text and --steps cannot'],
    [['gradients'], '<run…> is missing'],
    [['gradients', 'nowhere'], 'no model is there'],
    [['export', 'lstm', '--format', 'gguf'], 'export: lstm is a recurrent model'],
    [['export', 'lstm', '--format', 'hf'], 'export: lstm is a recurrent model'],
    [[...english, '--architecture', 'gru', '--out', 'lstm'], 'other settings'],
    [[...english, '--architecture', 'lstm', '--out', 'transformer'], 'has no state'],
    [[...english, '--architecture', 'transformer', '--out', 'lstm'], 'is a recurrent model'],
    [[...english, '--architecture', 'rnn', '--heads', '2', '--out', 'x'], '--heads cannot come together'],
    [[...english, '--architecture', 'rnn', '--experts', '2', '--out', 'x'], '--experts cannot come together'],
    [[...english, '--architecture', 'rnn', '--cure', 'simctg:0.5', '--out', 'x'], 'for Transformers only'],
    [
      [...english, '--architecture', 'rnn', '--objective', 'masked', '--out', 'x'],
      '--architecture rnn cannot',
    ],
    [[...english, '--architecture', 'rnn', '--masking', 'static', '--out', 'x'], 'no token is hidden'],
    [
      ['train', '--data', 'en.txt', '--init', 'lstm', '--architecture', 'rnn', '--out', 'x'],
      'the model is there already',
    ],
    [[...english, '--architecture', 'lstn', '--out', 'x'], 'did you mean "lstm"'],
  ])('refused: %j', async (argv, problem) => {
    const { status, err } = await run(...argv);
    expect(err).toContain(problem);
    expect(status).toBe(2);
  });
});
