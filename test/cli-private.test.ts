/** `inkstone train --private` and `inkstone privacy` from end to end: what is spent is told, kept and resumed; what cannot be private is refused. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { epsilonOf } from '../src/train/index.ts';
import { HAN, inkstone, type JsonLine, scratchFolder, traceOf, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const shape = [
  '--layers',
  '1',
  '--width',
  '8',
  '--heads',
  '2',
  '--context-length',
  '16',
  '--batch-size',
  '16',
];
const steps = ['--steps', '8', '--save-every', '4'];

const train = (out: string, argv: readonly string[], options: Parameters<typeof inkstone>[1] = {}) =>
  inkstone(['train', '--data', 'zh.jsonl', ...argv, '--out', out, '--json'], { cwd, ...options });

const read = (path: string) => JSON.parse(readFileSync(join(cwd, path), 'utf8'));

beforeAll(() => writeTexts(cwd));

test('ε is told and kept, and resuming changes nothing', async () => {
  const whole = [...shape, ...steps, '--private', '8', '--seed', '5'];
  const { status, json, err } = await train('whole', whole);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const plan = json.find(({ type }) => type === 'privacy')!;
  expect(plan).toMatchObject({ unit: 'document', steps: 8, clip: 1, notCovered: [] });
  expect(plan.examples).toBe(read('whole/config.json').data.documents);
  expect(plan.delta).toBeCloseTo(0.1 / (plan.examples as number), 12);
  const { rate, noise, delta } = plan as unknown as { rate: number; noise: number; delta: number };
  const told = json.filter(({ type }) => type === 'step').map(({ epsilon }) => epsilon);
  expect(told).toEqual(told.map((_, i) => epsilonOf([{ rate, noise, steps: i + 1 }], delta).epsilon));
  const { epsilon } = json.at(-1) as { epsilon: number };
  expect(epsilon).toBe(told.at(-1));
  expect(8 - epsilon).toBeGreaterThanOrEqual(0);
  expect(8 - epsilon).toBeLessThan(0.1);

  const interrupt = (line: JsonLine) => {
    if (line.type === 'step' && line.step === 5) process.emit('SIGINT', 'SIGINT');
  };
  expect((await train('cut', whole, { onJson: interrupt })).status).toBe(130);
  expect((await train('cut', [])).status).toBe(0);
  expect(traceOf(join(cwd, 'cut'))).toEqual(traceOf(join(cwd, 'whole')));
  const checkpoint = `cut/checkpoints/${readdirSync(join(cwd, 'cut/checkpoints')).sort().at(-1)}`;
  expect(read(`${checkpoint}/state.json`).privacy).toEqual([{ rate, noise, steps: 8 }]);
  const { status: other, err: differing } = await train('cut', ['--private', '3']);
  expect(other).toBe(2);
  expect(differing).toContain('privacy.epsilon: 8 → 3');
});

test('noise comes from a seed that nobody knows, and ε follows from noise that is given', async () => {
  const noisy = [...shape, '--steps', '2', '--private-noise', '1', '--private-unit', 'piece'];
  for (const out of ['one', 'two']) expect((await train(out, noisy)).status).toBe(0);
  const [one, two] = [read('one/config.json'), read('two/config.json')];
  expect(one.training.seed).not.toBe(two.training.seed);
  expect(one.privacy).toMatchObject({ noise: 1, unit: 'piece' });
  // A config that says less noise than the checkpoint was made with, consistently.
  const { rate, delta } = one.privacy;
  const { epsilon } = epsilonOf([{ rate, noise: 0.5, steps: 2 }], delta);
  const privacy = { ...one.privacy, noise: 0.5, epsilon };
  const training = { ...one.training, privacy: { ...one.training.privacy, noise: 0.5 } };
  writeFileSync(join(cwd, 'one/config.json'), JSON.stringify({ ...one, training, privacy }));
  const { status, err } = await train('one', []);
  expect({ status, err }).toMatchObject({
    status: 2,
    err: expect.stringContaining('what the checkpoint says was spent'),
  });
});

test('begins with a model of another text only, and may be recurrent', async () => {
  const short = [...shape, '--steps', '1', '--vocab-size', '257'];
  expect((await train('public', [...short, '--data', 'en.txt'])).status).toBe(0);
  const { json, status } = await train('tuned', ['--init', 'public', '--private', '8', '--steps', '1']);
  expect(status).toBe(0);
  expect(json.find(({ type }) => type === 'privacy')).toMatchObject({ notCovered: ['init'] });
  expect((await train('same', short)).status).toBe(0);
  const { status: refused, err } = await train('not', ['--init', 'same', '--private', '8', '--steps', '1']);
  expect({ refused, err }).toMatchObject({
    refused: 2,
    err: expect.stringContaining('has learnt from the same text'),
  });
  const cells = ['--architecture', 'gru', '--layers', '1', '--width', '8', '--context-length', '16'];
  expect(
    (await train('gru', [...cells, '--steps', '1', '--private', '8'])).json.at(-1)!.epsilon,
  ).toBeGreaterThan(7.9);
});

test('tells people what is private and what is not, in Chinese too', async () => {
  for (const [lang, data, words] of [
    ['en', 'zh.jsonl', 'not covered by ε: the tokenizer'],
    ['zh', 'en.txt', '受保护的是单个片段'],
  ] as const) {
    const argv = ['train', '--data', data, ...shape, '--steps', '1', '--vocab-size', '300', '--private', '8'];
    const { out, status } = await inkstone([...argv, '--out', `told-${lang}`], { cwd, lang });
    expect(status).toBe(0);
    expect(out).toContain(words);
    expect(HAN.test(out.split('\n').find((line) => line.includes('δ'))!)).toBe(lang === 'zh');
  }
});

test('what cannot be private, and options without effect, are bad input', async () => {
  const refused: [string[], string][] = [
    [['--private-clip', '2'], '--private-clip has an effect with --private|--private-noise only'],
    [['--private', '8', '--private-noise', '1'], '--private and --private-noise cannot come together'],
    [['--private', '8', '--minutes', '1'], 'give --steps'],
    [['--private', '8', '--near-duplicates', '0.8'], 'would depend on other texts'],
    [['--private', '8', '--teacher', 'whole'], '--private and --teacher cannot come together'],
    [['--private', '8', '--objective', 'masked'], '--objective masked and --private'],
    [
      ['--private', '8', '--objective', 'prefix', ...shape, '--steps', '4'],
      '--objective prefix and --private cannot come',
    ],
    [['--private', '8', '--architecture', 'encoder-decoder'], '--architecture encoder-decoder and --private'],
    [
      ['--private', '1e-5', '--private-delta', '1e-9', ...shape, '--steps', '4'],
      'no noise keeps 4 steps within ε 0.00001',
    ],
    [['--private', '-1'], '--private must be a positive number'],
  ];
  for (const [argv, words] of refused) {
    const { status, err } = await train('refused', argv);
    expect({ argv, status, err }).toMatchObject({ status: 2, err: expect.stringContaining(words) });
  }
});

test('privacy cost tells the ε of steps and the noise of an ε', async () => {
  const mnist = ['--examples', '60000', '--batch-size', '240', '--steps', '3750', '--private-delta', '1e-5'];
  const { json, status } = await inkstone(['privacy', 'cost', ...mnist, '--noise', '1.3', '--json'], { cwd });
  expect(status).toBe(0);
  const { rows } = json[0] as unknown as { rows: { steps: number; epsilon: number; older: number }[] };
  expect(rows.at(-1)!.epsilon).toBeCloseTo(0.922, 3);
  expect(rows.at(-1)!.older).toBeCloseTo(1.16, 2);
  const back = await inkstone(['privacy', 'cost', ...mnist, '--epsilon', '0.922'], { cwd, lang: 'zh' });
  expect(back.out).toMatch(/噪声 1\.30\d\d/);
  for (const [argv, words] of [
    [['cost', '--examples', '10'], '--epsilon|--noise needs a value'],
    [['cost', '--examples', '10', '--epsilon', '1', '--noise', '1'], 'cannot come together'],
    [['costs'], 'did you mean "cost"'],
    [['compare', '--data', 'zh.jsonl', '--epsilons', 'none,none'], 'each once'],
  ] as const) {
    const { status: refused, err } = await inkstone(['privacy', ...argv], { cwd });
    expect({ refused, err }).toMatchObject({ refused: 2, err: expect.stringContaining(words) });
  }
});

test('privacy compare trains once for each ε and sets them side by side', async () => {
  const argv = ['privacy', 'compare', '--data', 'zh.jsonl', '--epsilons', 'none,8', ...shape, '--steps', '3'];
  const { json, status } = await inkstone([...argv, '--out', 'table', '--json'], { cwd });
  expect(status).toBe(0);
  const table = json.at(-1) as {
    rows: { epsilon?: number; noise?: number; bitsPerCharacter: number }[];
  } & JsonLine;
  expect(table).toMatchObject({ type: 'privacy-table', steps: 3, unit: 'document' });
  expect(table.rows.map(({ epsilon, noise }) => [epsilon, noise !== undefined])).toEqual([
    [undefined, false],
    [8, true],
  ]);
  expect(table.rows[0].bitsPerCharacter).toBeLessThan(table.rows[1].bitsPerCharacter);
  expect(read('table/privacy.json').rows).toEqual(table.rows.map((row) => JSON.parse(JSON.stringify(row))));
  // The same again takes the trainings that are there.
  const again = await inkstone([...argv, '--out', 'table'], { cwd });
  expect(again.out).toContain('bits/char');
  expect(traceOf(join(cwd, 'table/epsilon-8'))).toHaveLength(3);
});
