/** `inkstone gan` from end to end: an oracle, a trained model, what was broken off, what is measured, what is refused. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dominating } from '../src/cli/commands/gan-measure.ts';
import { setLanguage } from '../src/language.ts';
import { chineseTexts, HAN, inkstone, type JsonLine, scratchFolder, tiny } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (argv: readonly string[], options: Parameters<typeof inkstone>[1] = {}) =>
  inkstone(argv, { cwd, ...options });
const words = (line: string) => line.split(' ');
const quick = words(
  '--warmup 2 --rounds 4 --eval-every 2 --critic-steps 1 --filters 2 --batch-size 4 --rollouts 1 --samples 30',
);
const oracle = [
  ...words('gan train --oracle --vocab-size 6 --width 4 --length 3 --texts 100 --epochs 1'),
  ...quick,
];

beforeAll(async () => {
  const poems = chineseTexts(60);
  writeFileSync(join(cwd, 'poems.jsonl'), poems.map((text) => JSON.stringify({ text })).join('\n'));
  writeFileSync(join(cwd, 'lines.txt'), poems.map((text) => text.replace('\n', '')).join('\n'));
  const pairs = poems.map((text) => {
    const [question, answer] = text.split('\n');
    return JSON.stringify({ question, answer });
  });
  writeFileSync(join(cwd, 'pairs.jsonl'), pairs.join('\n'));
  for (const [out, ...more] of [
    ['decoder'],
    ['lstm', '--architecture', 'lstm'],
    ['rwkv', '--architecture', 'rwkv'],
  ]) {
    const shape = more.length ? tiny.filter((_, i) => i < 4 || i > 5) : tiny;
    const argv = ['train', '--data', 'poems.jsonl', ...shape, '--steps', '1', ...more, '--out', out];
    expect(await run(argv)).toMatchObject({ status: 0 });
  }
});

afterEach(() => setLanguage(undefined));

const ofType = (json: readonly JsonLine[], type: string) => json.filter((line) => line.type === type);

describe('on an oracle', () => {
  const measures = {
    oracleNll: expect.any(Number),
    bleu: expect.any(Number),
    selfBleu: expect.any(Number),
    distinct2: expect.any(Number),
    entropy: expect.any(Number),
    heldOutNll: expect.any(Number),
  };

  test('trains, stops at Ctrl-C, goes on to the same end, and other commands work on what is left', async () => {
    const whole = await run([...oracle, '--out', 'whole', '--json']);
    expect({ status: whole.status, err: whole.err }).toEqual({ status: 0, err: '' });
    expect(ofType(whole.json, 'evaluation')).toHaveLength(3);
    expect(whole.json.at(-1)).toMatchObject({
      ...{ type: 'finish', reason: 'done', round: 6, folder: 'whole' },
      ...{ before: measures, after: measures },
    });

    const stop = (line: JsonLine) => {
      if (line.type === 'round' && line.round === 4) process.emit('SIGINT', 'SIGINT');
    };
    const cut = await run([...oracle, '--out', 'cut', '--json'], { onJson: stop });
    expect(cut.status).toBe(130);
    expect(cut.json.at(-1)).toMatchObject({ type: 'finish', reason: 'aborted', round: 4 });
    const { json } = await run([...oracle, '--out', 'cut', '--json']);
    expect(json[1]).toMatchObject({ type: 'resume', step: 4, isFinished: false });
    expect(json.at(-1)).toEqual({ ...whole.json.at(-1), folder: 'cut' });

    const again = await run([...oracle, '--out', 'cut', '--json']);
    expect(ofType(again.json, 'round')).toEqual([]);
    expect(ofType(again.json, 'resume')).toMatchObject([{ step: 6, isFinished: true }]);
    expect(again.json.at(-1)).toEqual(json.at(-1));

    const measured = await run(words('gan measure cut --temperatures 1,0.5 --samples 40 --json'));
    expect(measured.json.map(({ writer, temperature }) => [writer, temperature])).toEqual([
      ['real', undefined],
      ['likelihood', 1],
      ['likelihood', 0.5],
      ['adversarial', 1],
      [undefined, undefined],
    ]);
    expect(measured.json[3]).toMatchObject(measures);
    expect(measured.json[4]).toMatchObject({ type: 'verdict', dominatedAt: expect.any(Array) });

    const other = words('gan measure cut --data poems.jsonl');
    expect(await run(other)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/cut and --data .*oracle/),
    });
    expect((await run(other, { lang: 'zh' })).err).toMatch(/cut 与 --data .*自带文本/);

    for (const folder of ['cut', 'cut/before']) {
      const written = await run(['generate', folder, '--prompt', '一', '--max-tokens', '4', '--seed', '1']);
      expect(written).toMatchObject({ status: 0 });
      expect(written.out).toMatch(/^一[一-丅]{4}/);
    }
  });

  test('tells it all in Chinese', async () => {
    const { out } = await run([...oracle, '--out', 'zh'], { lang: 'zh' });
    expect(out).toMatch(/最大似然：.*\n.*第 0 轮：真相 NLL/);
    const measured = await run(words('gan measure zh --temperatures 1 --samples 30'), { lang: 'zh' });
    expect(measured.out).toMatch(/最大似然，温度 1 .*\n +对抗/);
    for (const line of [...out.split('\n'), ...measured.out.split('\n')].filter((one) =>
      /[a-z]{6}/.test(one),
    ))
      expect(line).toMatch(HAN);
  });
});

describe('a trained model goes on learning', () => {
  const hard = words('--method straight-through --loss wasserstein --gradient-penalty 10');
  const short = words('--warmup 1 --rounds 1');
  const plain = [...quick.filter((_, i) => i < 12 || i > 13), ...short];

  test.each([
    ['decoder', 'poems.jsonl', ['--prefix', '3', ...hard, ...plain]],
    [
      'rwkv',
      'lines.txt',
      ['--spectral-norm', '--loss', 'non-saturating', '--method', 'straight-through', ...plain],
    ],
    [
      'lstm',
      'pairs.jsonl',
      ['--answers', '--weight-clip', '0.05', '--loss', 'wasserstein', ...quick, ...short],
    ],
  ])('%s on %s', async (init, data, more) => {
    const out = `${init}-${data}`;
    const argv = ['gan', 'train', '--data', data, '--init', init, '--length', '14', ...more];
    const { status, err, json } = await run([...argv, '--out', out, '--json']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const { real, heldOut, cut, leftOut } = json[0] as Record<string, number>;
    expect([real + heldOut, leftOut]).toEqual([60, 0]);
    expect(cut).toBeGreaterThan(0);
    const { before, after } = json.at(-1) as { before?: object; after?: object };
    for (const side of [before, after]) {
      expect(side).toMatchObject({ bleu: expect.any(Number) });
      expect(side).not.toHaveProperty('oracleNll');
    }
    const config = JSON.parse(readFileSync(join(cwd, out, 'config.json'), 'utf8'));
    expect(config).toMatchObject({ init: { run: init }, gan: { texts: { source: data } } });
    if (init === 'decoder') return;
    expect(await run(['generate', out, '--prompt', '春', '--max-tokens', '3'])).toMatchObject({ status: 0 });
    const measured = await run(['gan', 'measure', out, '--temperatures', '0.5', '--samples', '20', '--json']);
    expect(measured.json.at(-1)).toMatchObject({ type: 'verdict' });
  });
});

test('a temperature is as good that is nowhere worse, such as that of a writer which learned nothing', () => {
  const after = { bleu: 0.3, selfBleu: 0.4, distinct2: 0, entropy: 0, heldOutNll: 0 };
  const at = (temperature: number, bleu: number, selfBleu: number) => ({
    temperature,
    measures: { ...after, bleu, selfBleu },
  });
  const swept = [
    at(1, 0.2, 0.1),
    at(0.9, 0.3, 0.4),
    at(0.8, 0.3, 0.39),
    at(0.7, 0.4, 0.4),
    at(0.6, 0.5, 0.5),
  ];
  expect(dominating(swept, after)).toEqual([0.9, 0.8, 0.7]);
});

test.each([
  ['', /needs either --oracle, or --data with --init/, /需要 --oracle/],
  ['--data poems.jsonl', /needs either --oracle/, /需要 --oracle/],
  ['--oracle --data poems.jsonl', /--oracle.*--data.*it brings texts/, /自带文本/],
  ['--data poems.jsonl --init decoder --vocab-size 9', /it is for --oracle/, /只用于 --oracle/],
  ['--oracle --softness 2', /--softness.*nothing is softened/, /没有软化/],
  ['--oracle --method straight-through --rollouts 2', /nothing is tried/, /不做推演/],
  ['--oracle --length 5 --prefix 5', /--prefix must be less than --length, got 5 and 5/, /小于 --length/],
  ['--oracle --loss wasserstein', /needs a critic that is held back/, /受约束的判别器/],
  ['--oracle --loss nosuch', /--loss must be one of bce, non-saturating, wasserstein/, /之一/],
  ['--data poems.jsonl --init decoder --length 17', /17 tokens do not fit a context of 16/, /放不进 16/],
  [
    '--data few.jsonl --init decoder --length 8',
    /at least 40 texts are needed.* and 2 .*held out, got \d+ and \d+/,
    /至少需要 40 篇.*2 篇留出/,
  ],
  ['--data poems.jsonl --init nosuch', /nosuch/, /nosuch/],
  [
    '--data poems.jsonl --init decoder --answers --length 8',
    /under one of the names source, .*got the fields text; rename it$/m,
    /得到的字段有 text；请改名$/m,
  ],
])('gan train %s is refused', async (options, en, zh) => {
  writeFileSync(join(cwd, 'few.jsonl'), '{"text":"one"}\n{"text":"two"}\n');
  const argv = [...words(`gan train ${options}`.trim()), '--out', 'refused'];
  const { status, err } = await run(argv);
  expect({ status, err }).toEqual({ status: 2, err: expect.stringMatching(en) });
  expect((await run(argv, { lang: 'zh' })).err).toMatch(zh);
  expect(existsSync(join(cwd, 'refused'))).toBe(false);
});

test.each([
  ['gan measure', /<run> is missing/],
  ['gan measure decoder', /was not trained against a critic/],
  ['gan measure decoder --temperatures 1,x', /--temperatures must be numbers above 0/],
  ['gan measure decoder more', /does not expect "more"/],
  ['gan nosuch', /must be one of train, measure/],
])('%s is refused', async (line, en) => {
  expect(await run(words(line))).toMatchObject({ status: 2, err: expect.stringMatching(en) });
});
