/** `inkstone ladder`: sizes are trained, the largest is predicted before it is, and a ladder that was stopped goes on. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, type JsonLine, listing, scratchFolder, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
beforeAll(() => writeTexts(cwd));

const argv = [
  ...['ladder', '--data', 'en.txt', '--sizes', '1x48,1x16,1x32,2x16', '--steps', '3', '--batch-size', '2'],
  ...['--context-length', '16', '--out', 'ladder'],
];
const typesOf = (json: readonly JsonLine[]) => json.map(({ type }) => type);
const trained = () => readFileSync(join(cwd, 'ladder/trials.jsonl'), 'utf8').trim().split('\n').slice(1);

test('the largest is predicted before it is trained; stopped between, no size is trained twice', async () => {
  // Aborting as Ctrl-C does, once the curve is there and the largest is next.
  const stopped = await inkstone([...argv, '--json'], {
    cwd,
    onJson: ({ type }) => void (type === 'ladder-curve' && process.emit('SIGINT')),
  });
  expect(stopped.status).toBe(130);
  expect(typesOf(stopped.json)).toEqual(['ladder-start', 'ladder-curve']);
  const before = trained();
  expect(before).toHaveLength(3);

  const { status, err, json } = await inkstone([...argv, '--json'], { cwd });
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(json[0]).toMatchObject({ sizes: 4, steps: 3, done: 3 });
  expect(json[1]).toEqual(stopped.json[1]);
  expect(trained().slice(0, 3)).toEqual(before);
  const result = json[2] as JsonLine & {
    readonly sizes: readonly { name: string; parameters: number; loss: number }[];
    readonly predicted: { readonly loss: number; readonly low: number; readonly high: number };
    readonly measured: number;
    readonly isInside: boolean;
  };
  expect(result.sizes.map(({ name }) => name)).toEqual(['1x16', '2x16', '1x32', '1x48']);
  expect(json[1]).toMatchObject({
    size: '1x48',
    parameters: result.sizes[3].parameters,
    ...result.predicted,
  });
  expect(result.measured).toBe(result.sizes[3].loss);
  const { low, high } = result.predicted;
  expect(result.isInside).toBe(low <= result.measured && result.measured <= high);
  expect(readFileSync(join(cwd, 'ladder/curve.svg'), 'utf8')).toContain('>1x48</text>');

  const zh = await inkstone(argv, { cwd, lang: 'zh' });
  expect(zh.out).toMatch(/已有 4 种大小\n损失 ≈ [\d.]+ \+ /);
  expect(zh.out).toMatch(/层数x宽度 +参数 +留出损失/);
  const other = await inkstone([...argv, '--steps', '4'], { cwd });
  expect({ status: other.status, err: other.err }).toMatchObject({
    status: 2,
    err: expect.stringContaining('steps: 3 → 4'),
  });
}, 60_000);

describe.each(['en', 'zh'] as const)('bad input, in %s', (lang) => {
  test.each([
    [['--data', 'en.txt', '--sizes', '1x16,2x16,1x32,1x32'], '"1x16,2x16,1x32,1x32"'],
    [['--data', 'en.txt', '--sizes', '1x16,01x16,2x16,1x32'], '"1x16,01x16,2x16,1x32"'],
    [['--data', 'en.txt', '--sizes', '1x16,2x16,1x32,1x40'], '"1x16,2x16,1x32,1x40"'],
    [['--data', 'en.txt', '--steps', '2', '--minutes', '1'], '--minutes'],
    [['--data', 'none.txt'], 'none.txt'],
    [[], '--data'],
  ])('%j', async (words, part) => {
    const before = listing(cwd);
    const { status, out, err } = await inkstone(['ladder', ...words], { cwd, lang });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(part);
    expect(HAN.test(err)).toBe(lang === 'zh');
    expect(listing(cwd)).toEqual(before);
  });
});
