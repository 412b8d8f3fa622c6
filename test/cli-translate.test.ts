/** `inkstone train --architecture encoder-decoder` and `translate` from end to end: a run, its resumption, lines in and out, what is refused. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readTranslator, translateTexts } from '../src/cli/translators.ts';
import { encoderDecoderConfig, initEncoderDecoder, saveEncoderDecoder } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import { HAN, inkstone, type JsonLine, scratchFolder, traceOf } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });
const read = (path: string): string => readFileSync(join(cwd, path), 'utf8');
const write = (path: string, text: string): void => writeFileSync(join(cwd, path), text);
const pairs = ['train', '--data', 'pairs.tsv', '--architecture', 'encoder-decoder'];
const sizes = [
  '--layers',
  '1',
  '--width',
  '32',
  '--heads',
  '2',
  '--context-length',
  '12',
  '--vocab-size',
  '290',
];
const small = [...sizes, '--batch-size', '32', '--lr', '0.01', '--save-every', '20', '--eval-every', '30'];
const train = (out: string, argv: readonly string[], options: Parameters<typeof inkstone>[1] = {}) =>
  inkstone([...pairs, ...small, ...argv, '--out', out, '--json'], { cwd, ...options });

/** Digits, and their names: a language that is learnt in a hundred steps. */
const names = ['nul', 'eno', 'duo', 'tri', 'qua', 'pen', 'hex', 'sep', 'oct', 'non'];
const spelled = (digits: string): string => Array.from(digits, (digit) => names[Number(digit)]).join(' ');
const numbers = Array.from({ length: 400 }, (_, i) => String((i * 7919) % 1000).padStart(3, '0'));
const lines = numbers.map((digits) => `${Array.from(digits).join(' ')}\t${spelled(digits)}`);

beforeAll(async () => {
  write('pairs.tsv', ['source\ttarget', ...lines, `${'1 '.repeat(20)}\tlong`].join('\n'));
  const { status, err } = await train('numbers', ['--steps', '150']);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const writes = ['--architecture', 'transformer', '--text-column', 'source', '--steps', '1'];
  const plain = await run('train', '--data', 'pairs.tsv', ...small, ...writes, '--out', 'plain');
  expect(plain.status).toBe(0);
});

describe('training on pairs', () => {
  test('is a run that says what it is, learns, and shows what it makes of held-out sources', () => {
    const { model, training, data } = JSON.parse(read('numbers/config.json'));
    expect(model).toMatchObject({
      encoderLayers: 1,
      layers: 1,
      width: 32,
      sourceLength: 12,
      contextLength: 12,
    });
    expect(training).toMatchObject({ labelSmoothing: 0.1, optimizer: 'adamw', steps: 150 });
    expect(data.source).toBe('pairs.tsv');
    const records: JsonLine[] = read('numbers/metrics.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const heldOut = records
      .filter(({ type }) => type === 'evaluation')
      .map((one) => one.heldOutLoss as number);
    expect(heldOut.at(-1)).toBeLessThan(heldOut[0] / 2);
    expect(records.some(({ type, source }) => type === 'translation' && typeof source === 'string')).toBe(
      true,
    );
  });

  test('interrupted and gone on with, it takes the very same steps', async () => {
    const stopAt = (line: JsonLine) => {
      if (line.type === 'step' && line.step === 26) process.emit('SIGINT', 'SIGINT');
    };
    expect((await train('cut', ['--steps', '40'], { onJson: stopAt })).status).toBe(130);
    const { json } = await train('cut', ['--steps', '40']);
    expect(json.find(({ type }) => type === 'resume')).toMatchObject({ step: 26 });
    await train('whole', ['--steps', '40']);
    expect(traceOf(join(cwd, 'cut'))).toEqual(traceOf(join(cwd, 'whole')));
  });

  test('pairs by the number of a column, by the names of fields, with a task before them; another run to begin with', async () => {
    write('bare.tsv', `${lines.join('\n')}\n`);
    const records = numbers.map((q, i) => ({ q, a: spelled(q), job: i % 2 ? 'say' : 'tell' }));
    write('named.jsonl', records.map((one) => JSON.stringify(one)).join('\n'));
    const shared = ['train', ...sizes, '--architecture', 'encoder-decoder', '--steps', '1'];
    const bare = await run(
      ...shared,
      '--data',
      'bare.tsv',
      '--source',
      '1',
      '--target',
      '2',
      '--out',
      'bare',
    );
    expect(bare.out).toContain('an encoder of 1 layers and a decoder of 1');
    const dry = await run(
      ...shared,
      '--data',
      'bare.tsv',
      '--source',
      '1',
      '--target',
      '2',
      '--out',
      'dry',
      '--dry-run',
    );
    expect([dry.status, existsSync(join(cwd, 'dry'))]).toEqual([0, false]);
    const by = ['--source', 'q', '--target', 'a', '--task-field', 'job', '--label-smoothing', '0'];
    const { out } = await run(...shared, '--data', 'named.jsonl', ...by, '--out', 'named');
    expect(out).toMatch(/step 1: (say|tell): \d/);
    const more = [
      'train',
      '--data',
      'pairs.tsv',
      '--init',
      'numbers',
      '--steps',
      '1',
      '--out',
      'more',
      '--json',
    ];
    expect((await run(...more)).status).toBe(0);
    expect(traceOf(join(cwd, 'more'))[0].loss).toBeLessThan(traceOf(join(cwd, 'numbers'))[0].loss / 2);
  });
});

describe('translate', () => {
  test('lines in, lines out, scored against references, in both languages', async () => {
    write('in.txt', `${['1 2 3', '', '9 0 4'].join('\n')}\n`);
    write('right.txt', `${[spelled('123'), '', spelled('904')].join('\n')}\n`);
    const argv = ['translate', 'numbers', '--file', 'in.txt', '--references', 'right.txt'];
    const english = await run(...argv);
    expect({ status: english.status, err: english.err }).toEqual({ status: 0, err: '' });
    const [first, empty, third, scores] = english.out.split('\n');
    const translator = await readTranslator(join(cwd, 'numbers'));
    expect([first, third]).toEqual(await translateTexts(translator, ['1 2 3', '9 0 4']));
    expect([first.split(' ')[0], empty, third.split(' ')[0]]).toEqual(['eno', '', 'non']);
    expect(scores).toMatch(/^BLEU \d+\.\d\d, chrF ([5-9]\d|100)\.\d\d on 3 lines$/);
    const chinese = await inkstone([...argv, '--out', 'out.txt'], { cwd, lang: 'zh' });
    expect([HAN.test(english.out), HAN.test(chinese.out)]).toEqual([false, true]);
    expect(read('out.txt')).toBe(`${first}\n\n${third}\n`);
    const { json } = await run(
      'translate',
      'numbers',
      '--text',
      '4 4 2',
      '--strategy',
      'greedy',
      '--guard',
      '--json',
    );
    expect(json).toMatchObject([{ type: 'translation', line: 1, source: '4 4 2' }]);
    expect(json[0].text).toMatch(/^qua qua/);
  });

  test('a folder in the names of another library', async () => {
    const { tokenizer } = await readTranslator(join(cwd, 'numbers'));
    const startId = tokenizer.eosId!;
    const kind = {
      norm: 'rmsNorm',
      positions: 't5',
      bias: false,
      attentionScale: 1,
      embeddingScale: 1,
    } as const;
    const shape = {
      vocabSize: 300,
      contextLength: 12,
      width: 16,
      layers: 1,
      heads: 2,
      activation: 'relu',
    } as const;
    const config = encoderDecoderConfig({ ...shape, ...kind, startId });
    const params = initEncoderDecoder(config, createRng(1));
    await saveEncoderDecoder(join(cwd, 't5'), { config, params }, { foreign: true });
    await cp(join(cwd, 'numbers/tokenizer.json'), join(cwd, 't5/tokenizer.json'));
    const { status, err, json } = await run('translate', 't5', '--text', '1 2', '--task', 'say', '--json');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(json[0]).toMatchObject({ source: 'say: 1 2' });
  });
});

test.each([
  [['translate', 'numbers'], '--text'],
  [['translate', 'numbers', '--text', '1', '--file', 'in.txt'], '--text and --file cannot come together'],
  [['translate', 'numbers', '--text', `1\n${'1 '.repeat(20)}`], 'line 2 has'],
  [['translate', 'numbers', '--text', '1\n2', '--references', 'in.txt'], 'got 3 for 2'],
  [['translate', 'numbers', '--text', '1', '--strategy', 'bean'], 'did you mean "beam"'],
  [['translate', 'plain', '--text', '1'], 'is no encoder–decoder'],
  [['translate', 'nowhere', '--text', '1'], 'nowhere'],
  [['generate', 'numbers'], 'writes only for a source text; use inkstone translate'],
  [['inspect', 'numbers', '--text', '1'], 'use inkstone translate'],
  [['serve', 'numbers', '--weights', 'bf16', '--port', '0', '--no-state'], 'only models that write take it'],
  [['compare', 'numbers', 'plain'], 'use inkstone translate'],
  [['train', '--data', 'pairs.tsv', '--source', 'source', '--out', 'x'], 'it is for pairs of texts'],
  [[...pairs, '--text-column', 'source', '--out', 'x'], '--text-column cannot come together'],
  [[...pairs, '--objective', 'masked', '--out', 'x'], '--objective masked'],
  [[...pairs, '--mask-rate', '0.2', '--out', 'x'], 'no token is hidden'],
  [[...pairs, '--source', 'sorce', '--out', 'x'], 'pairs.tsv:2: the record must have a text under --source'],
  [[...pairs, '--context-length', '2', '--steps', '1', '--out', 'x'], 'that fit the context, got 0'],
  [[...pairs, ...small, '--steps', '2', '--out', 'plain'], 'is no encoder–decoder'],
])('refused: %j', async (argv, problem) => {
  const { status, err } = await run(...argv);
  expect(err).toContain(problem);
  expect(status).toBe(2);
});
