/** `inkstone train --cure … --init RUN` from end to end: repetition falls, resuming changes nothing, bad options are refused. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '../src/cli/models.ts';
import { generateTokens, greedySearch } from '../src/decode/index.ts';
import { seqRep } from '../src/repeat/index.ts';
import { cureDocs } from '../src/train/index.ts';
import { inkstone, type JsonLine, scratchFolder, tiny, traceOf, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const shape = ['--layers', '1', '--width', '32', '--heads', '2', '--context-length', '48'];
// A model that starts from nothing, not from bigrams: trained so briefly, it loops.
const base = [
  '--preset',
  'poem',
  ...shape,
  '--vocab-size',
  '300',
  '--batch-size',
  '8',
  '--lr',
  '0.01',
  '--steps',
  '150',
];

const train = (folder: string, argv: readonly string[], options: Parameters<typeof inkstone>[1] = {}) =>
  inkstone(['train', '--data', 'en.txt', ...argv, '--out', folder, '--json'], { cwd, ...options });

const configOf = (folder: string) => JSON.parse(readFileSync(join(cwd, folder, 'config.json'), 'utf8'));

/** Mean seq-rep-4 of greedy texts from some beginnings. */
async function repetition(folder: string): Promise<number> {
  const { model, tokenizer } = await loadModel(join(cwd, folder));
  const prompts = ['the whale', 'captain of', 'wind and', 'old stars', 'in the sea', 'a ship under'];
  let sum = 0;
  for (const prompt of prompts) {
    const ids: number[] = [];
    const options = { strategy: greedySearch(), maxTokens: 40 };
    for await (const event of generateTokens(model, tokenizer.encode(prompt), options)) {
      if (event.type === 'token') ids.push(event.id);
    }
    sum += seqRep(ids, 4);
  }
  return sum / prompts.length;
}

beforeAll(async () => {
  writeTexts(cwd);
  expect((await train('base', base)).status).toBe(0);
});

describe('a cure', () => {
  test('lowers the repetition of greedy texts at a small cost', async () => {
    const before = await repetition('base');
    expect(before).toBeGreaterThan(0.2);
    const cure = ['--cure', 'unlikelihood-seq:0.5:8:40', '--lr', '0.003', '--steps', '60'];
    const { status, json } = await train('cured', ['--init', 'base', ...cure]);
    expect(status).toBe(0);
    const after = await repetition('cured');
    expect(after).toBeLessThan(0.5 * before);
    const plain = await train('plain', ['--init', 'base', '--lr', '0.003', '--steps', '60']);
    expect(await repetition('plain')).toBeGreaterThan(1.5 * after);
    expect(json.at(-1)!.valLoss as number).toBeLessThan(1.15 * (plain.json.at(-1)!.valLoss as number));
    expect(configOf('cured').training.cure).toBe('unlikelihood-seq:0.5:8:40:4:8:whole');
    expect(configOf('cured').init).toMatchObject({ run: 'base', step: 150 });
    expect(configOf('plain').training.cure).toBeUndefined();
  });

  test.each(
    cureDocs()
      .map(({ usage }) => usage.split(':')[0])
      .concat('unlikelihood:1+repetition-dropout+ditto:0.5:0.5'),
  )('%s: a run that was cut off goes on identically', async (cure) => {
    const argv = ['--init', 'base', '--cure', cure, '--steps', '6', '--batch-size', '4'];
    const name = cure.replaceAll(/\W/g, '-');
    expect((await train(`${name}-whole`, argv)).status).toBe(0);
    const onJson = (line: JsonLine) => {
      if (line.type === 'step' && line.step === 3) process.emit('SIGINT', 'SIGINT');
    };
    expect((await train(`${name}-part`, argv, { onJson })).status).toBe(130);
    // Without the options: they are the run's own.
    expect((await train(`${name}-part`, [])).json[0]).toMatchObject({ type: 'resume', step: 3 });
    expect(traceOf(join(cwd, `${name}-part`))).toEqual(traceOf(join(cwd, `${name}-whole`)));
  });

  test('from scratch as well as on a model', async () => {
    const argv = [...tiny, '--cure', 'scalegrad:0.2', '--steps', '3'];
    expect((await train('scratch', argv)).status).toBe(0);
    expect(configOf('scratch')).toMatchObject({ training: { cure: 'scalegrad:0.2' } });
    expect(configOf('scratch').init).toBeUndefined();
  });
});

test.each(['en', 'zh'] as const)('the help names every cure (%s)', async (lang) => {
  const { out } = await inkstone(['train', '--help'], { cwd, lang });
  for (const { usage } of cureDocs()) expect(out).toContain(usage.split(':')[0]);
});

describe('what is refused', () => {
  test.each([
    [['--cure', 'scalgrad'], 'did you mean "scalegrad"?', '是不是 "scalegrad"？'],
    [['--cure', 'simctg:9'], '`margin` must be in (0, 2], got "9"', '`margin` 必须在 (0, 2] 之内'],
    [['--cure', 'unlikelihood-seq:0.5:40:40'], 'fit the context of 48 tokens, they have 80', '现为 80 个'],
    [['--layers', '2'], '--init and --layers cannot come together', '--init 与 --layers 不能同时给出'],
    [['--preset', 'poem'], '--init and --preset cannot come together', '--init 与 --preset 不能同时给出'],
  ])('%j', async (argv, english, chinese) => {
    const refused = async (lang: 'en' | 'zh') => {
      const { status, err } = await train('refused', ['--init', 'base', '--steps', '2', ...argv], { lang });
      expect(status).toBe(2);
      return err;
    };
    expect(await refused('en')).toContain(english);
    expect(await refused('zh')).toContain(chinese);
  });

  test('another cure in the folder of a run', async () => {
    const argv = ['--init', 'base', '--steps', '2', '--batch-size', '4'];
    expect((await train('one', [...argv, '--cure', 'simctg'])).status).toBe(0);
    const { status, err } = await train('one', [...argv, '--cure', 'ditto']);
    expect(status).toBe(2);
    expect(err).toContain('cure: "simctg:0.5" → "ditto:0.5:0.5:nl"');
  });

  test('a folder that is no run to begin with', async () => {
    const { status, err } = await train('none', ['--init', 'nowhere', '--steps', '2']);
    expect(status).toBe(2);
    expect(err).toContain('nowhere is not a run folder');
  });
});
