/** `inkstone tune search`: settings that learn best, of classifiers and of language models; a search that was stopped goes on. */

import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../src/rng.ts';
import { HAN, inkstone, listing, scratchFolder, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(['tune', 'search', ...argv], { cwd });

beforeAll(() => {
  writeTexts(cwd);
  const rng = createRng(1);
  const words = ['room', 'bed', 'was', 'the', 'and', 'good', 'bad'];
  const rows = Array.from({ length: 60 }, (_, i) => {
    const own = Array.from({ length: 6 }, () => words[rng.integer(words.length)]);
    return `${i % 2 ? 'yes' : 'no'},${own.join(' ')} ${i % 2 ? 'kind' : 'rude'}`;
  });
  writeFileSync(join(cwd, 'reviews.csv'), ['label,text', ...rows].join('\n'));
});

const classifier = ['--data', 'reviews.csv', '--method', 'naive-bayes', '--folds', '3'];
const trialsIn = (out: string) =>
  readFileSync(join(cwd, out, 'trials.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const { seconds: _, ...trial } = JSON.parse(line);
      return trial;
    });

describe('classifiers', () => {
  test('a search that was cut off goes on, and no trial is made twice; classify train takes what it found', async () => {
    const whole = await run(...classifier, '--trials', '9', '--out', 'whole', '--json');
    expect({ status: whole.status, err: whole.err }).toEqual({ status: 0, err: '' });
    expect(whole.json.map(({ type }) => type)).toEqual([
      'search-start',
      ...Array(9).fill('trial'),
      'search-result',
    ]);
    await run(...classifier, '--trials', '4', '--out', 'cut', '--json');
    appendFileSync(join(cwd, 'cut/trials.jsonl'), '{"index":4,"sett');
    const rest = await run(...classifier, '--trials', '9', '--out', 'cut', '--json');
    expect(rest.json.filter(({ type }) => type === 'trial')).toHaveLength(5);
    expect(trialsIn('cut')).toEqual(trialsIn('whole'));

    const { best, path } = whole.json.at(-1) as {
      best: { score: number; settings: { smoothing: number; ngrams: number } };
      path: string;
    };
    expect(best.score).toBe(Math.max(...trialsIn('whole').map(({ score }) => score)));
    expect(readFileSync(join(cwd, path), 'utf8')).toContain(`  smoothing: ${best.settings.smoothing}\n`);
    const data = ['classify', 'train', '--data', 'reviews.csv', '--json'];
    const trained = await inkstone([...data, '--config', path, '--out', 'classifier'], { cwd });
    expect(trained.json[0]).toMatchObject({ type: 'classifier', method: 'naive-bayes' });
    const trainedBy = async (ngrams: number) => {
      const flags = ['--config', path, '--ngrams', String(ngrams), '--out', `with-${ngrams}`];
      return (await inkstone([...data, ...flags], { cwd })).json[0].parameters;
    };
    expect(trained.json[0].parameters).toBe(await trainedBy(best.settings.ngrams));
    expect(trained.json[0].parameters).not.toBe(await trainedBy(best.settings.ngrams + 1));
  });

  test.each(['en', 'zh'] as const)('the table for people, and how to go on, in %s', async (lang) => {
    const argv = ['tune', 'search', ...classifier, '--trials', '4', '--strategy', 'grid', '--out', lang];
    const { status, out } = await inkstone([...argv, '--score', 'macro-f1'], { cwd, lang });
    expect(status).toBe(0);
    expect(HAN.test(out)).toBe(lang === 'zh');
    expect(out).toMatch(/smoothing +ngrams +maxFeatures\n/);
    expect(out).toContain('npx inkstone classify train --data reviews.csv --config');
    const again = await inkstone([...argv, '--score', 'macro-f1'], { cwd, lang });
    expect(again.out).toContain(lang === 'zh' ? '已有 4 组' : '4 trials are there');
  });
});

test('a language model: what makes no model is no trial, and train comes to the loss that was found', async () => {
  const space = 'lr=0.001,0.01; layers=1; width=16; heads=2,3; contextLength=16';
  const argv = ['--method', 'language-model', '--data', 'en.txt', '--steps', '4', '--space', space];
  const { status, err, json } = await run(...argv, '--trials', '4', '--out', 'lm', '--json');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const { best, failed, path } = json.at(-1) as { best: { score: number }; failed: number; path: string };
  expect(failed).toBe(2);
  const train = ['train', '--data', 'en.txt', '--config', path, '--out', 'best', '--json'];
  const trained = await inkstone(train, { cwd });
  expect(trained.json.at(-1)!.valLoss).toBe(best.score);
}, 60_000);

describe('what is refused', () => {
  test.each([
    [[], 'tune search: --data needs a value'],
    [['x', '--data', 'reviews.csv'], 'tune search: does not expect "x"'],
    [[...classifier, '--space', 'C=1,2'], '--space has no setting "C" for this method'],
    [
      [...classifier, '--space', 'ngrams=int:1:9'],
      '--space ngrams must be a whole number from 1 to 5, got "9"',
    ],
    [[...classifier, '--space', 'epochs=log:1:9'], '--space epochs must be a whole number of at least 1'],
    [[...classifier, '--space', 'c=1'], 'at least one of them free'],
    [[...classifier, '--steps', '3'], '--method naive-bayes and --steps cannot come together'],
    [[...classifier, '--folds', '1'], '--folds must be a whole number from 2 to 100'],
    [
      ['--method', 'language-model', '--data', 'en.txt', '--folds', '3'],
      '--method language-model and --folds',
    ],
    [
      [
        '--method',
        'language-model',
        '--data',
        'en.txt',
        '--space',
        'heads=3; lr=1,2; width=16',
        '--trials',
        '2',
      ],
      'none of 2 trials came to a score',
    ],
  ])('%j', async (argv, message) => {
    const { status, err } = await run(...argv, '--out', 'refused', '--json');
    expect(status).toBe(2);
    expect(err).toContain(message);
    expect(listing(cwd).filter((path) => path.endsWith('best.yaml') && path.includes('refused'))).toEqual([]);
  });

  test('the folder of another search, or of something else', async () => {
    await run(...classifier, '--trials', '1', '--out', 'one');
    const other = await run(...classifier, '--seed', '2', '--trials', '1', '--out', 'one');
    expect({ status: other.status, err: other.err }).toMatchObject({
      status: 2,
      err: expect.stringContaining('holds another search (seed: 1337 → 2)'),
    });
    writeFileSync(join(cwd, 'one/trials.jsonl'), '{"a":1}\n');
    expect((await run(...classifier, '--out', 'one')).err).toContain('holds no trials');
    mkdirSync(join(cwd, 'a-run'));
    writeFileSync(join(cwd, 'a-run/config.json'), '{}');
    expect((await run(...classifier, '--out', 'a-run')).err).toContain('holds no trials');
    expect(readdirSync(join(cwd, 'a-run'))).toEqual(['config.json']);
  });
});
