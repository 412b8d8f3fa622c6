/** `inkstone train` on several languages: how they are mixed, what is told of each, and that a run goes on as it was. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { textsOfRun } from '../src/cli/run-texts.ts';
import { type RunConfig, readEarlierRun } from '../src/cli/runs.ts';
import { createTerminal } from '../src/cli/terminal.ts';
import { createRng } from '../src/rng.ts';
import { HAN, inkstone, type JsonLine, scratchFolder, tiny, traceOf } from './cli-harness.ts';

const cwd = scratchFolder();

/** Words of four languages, the numbers of texts unlike. */
const languages = {
  en: { texts: 300, join: ' ', words: 'the river runs past an old mill where children read and cats sleep' },
  zh: { texts: 120, join: '', words: '山 中 有 寺 僧 人 扫 落 叶 听 雨 声 看 云 起' },
  de: { texts: 60, join: ' ', words: 'der Wald steht still und über den Hügeln zieht früh schon Nebel auf' },
  ja: { texts: 55, join: '', words: 'あさ の うみ は しずか で とり が とおく を とぶ よる に ほし' },
};
type Name = keyof typeof languages;
const names = Object.keys(languages) as Name[];

const textsOf = (name: Name): string[] => {
  const { texts, join: between, words } = languages[name];
  const known = words.split(' ');
  const rng = createRng(7).split(name);
  return Array.from({ length: texts }, () =>
    Array.from({ length: 12 }, () => known[rng.integer(known.length)]).join(between),
  );
};

const data = names.map((name) => `${name}=${join(cwd, 'texts', name)}.jsonl`).join(',');
/** One tokenizer for every mixture, so that what differs is the learning. */
const shape = [...tiny.slice(0, tiny.indexOf('--vocab-size')), '--tokenizer', 'characters'];
const base = ['train', ...shape, '--steps', '60', '--lr', '0.02', '--eval-every', '30', '--save-every', '20'];
const train = (out: string, more: readonly string[] = [], options: Parameters<typeof inkstone>[1] = {}) =>
  inkstone([...base, '--data', data, '--out', out, ...more, '--json'], { cwd, ...options });

const configOf = (out: string): RunConfig => JSON.parse(readFileSync(join(cwd, out, 'config.json'), 'utf8'));

interface Score {
  readonly name: string;
  readonly share: number;
  readonly tokensSeen: number;
  readonly bitsPerByte: number;
}
const scoresOf = (json: readonly JsonLine[]): Score[] => json.at(-1)!.languages as Score[];

let even: readonly JsonLine[];
let natural: readonly JsonLine[];

beforeAll(async () => {
  mkdirSync(join(cwd, 'texts'));
  for (const name of names) {
    const lines = textsOf(name).map((text) => `${JSON.stringify({ text })}\n`);
    writeFileSync(join(cwd, 'texts', `${name}.jsonl`), lines.join(''));
  }
  natural = (await train('natural')).json;
  even = (await train('even', ['--mix-temperature', '100'])).json;
});

describe('a mixture of languages', () => {
  test('is kept with the run: the sources, their sizes, the shares by the formula', () => {
    for (const [out, temperature] of [
      ['natural', 1],
      ['even', 100],
    ] as const) {
      const { data: read, training } = configOf(out);
      expect(read.source).toBe(data);
      expect(read.languages!.map(({ name }) => name)).toEqual(names);
      expect(training.mixTemperature ?? 1).toBe(temperature);
      const powers = read.languages!.map(({ trainTokens }) => trainTokens ** (1 / temperature));
      const sum = powers.reduce((a, b) => a + b);
      for (const [i, { share }] of read.languages!.entries()) expect(share).toBeCloseTo(powers[i] / sum, 10);
      expect(read.languages!.reduce((total, { trainTokens }) => total + trainTokens, 0)).toBe(
        read.trainTokens,
      );
    }
  });

  test('is measured language by language, at each evaluation and at the end', () => {
    for (const json of [natural, even]) {
      const evaluations = json.filter(({ type }) => type === 'evaluation');
      expect(evaluations.map(({ step }) => step)).toEqual([30, 60]);
      const scores = scoresOf(json);
      expect(scores.map(({ name }) => name)).toEqual(names);
      expect(scores).toEqual(evaluations[1].languages);
      const { tokens } = json.findLast(({ type }) => type === 'step')!;
      expect(scores.reduce((sum, { tokensSeen }) => sum + tokensSeen, 0)).toBe(tokens);
      for (const { share, tokensSeen } of scores) expect(tokensSeen / Number(tokens)).toBeCloseTo(share, 1);
    }
  });

  test('at a higher temperature a small language is learned better, a large one no better', () => {
    const change = (name: Name): number => {
      const bits = (json: readonly JsonLine[]) => scoresOf(json).find((score) => score.name === name)!;
      return bits(even).bitsPerByte / bits(natural).bitsPerByte;
    };
    expect(change('ja')).toBeLessThan(0.97);
    expect(change('en')).toBeGreaterThan(1);
  });

  test('goes on after an interruption with the same losses', async () => {
    const interrupted = await train('broken', ['--mix-temperature', '100'], {
      onJson: ({ type, step }) => {
        if (type === 'step' && step === 25) process.emit('SIGINT', 'SIGINT');
      },
    });
    expect(interrupted.status).toBe(130);
    const resumed = await train('broken');
    expect(resumed.json).toContainEqual(expect.objectContaining({ type: 'resume', step: 25 }));
    expect(traceOf(join(cwd, 'broken'))).toEqual(traceOf(join(cwd, 'even')));
    expect(scoresOf(resumed.json)).toEqual(scoresOf(even));
  });

  test.each(['en', 'zh'] as const)('of a folder, and told to people in %s', async (lang) => {
    const argv = [
      'train',
      ...tiny,
      '--steps',
      '2',
      '--data',
      'texts',
      '--mix-temperature',
      '3',
      '--out',
      `told-${lang}`,
    ];
    const { status, out } = await inkstone(argv, { cwd, lang });
    expect(status).toBe(0);
    const head = { en: /language +share +tokens seen/, zh: /语言 +比例 +已学词元/ };
    expect(out).toMatch(head[lang]);
    expect(out).toMatch(/\n {2}de +\d+\.\d %/);
    expect(configOf(`told-${lang}`).data.languages!.map(({ name }) => name)).toEqual([
      'de',
      'en',
      'ja',
      'zh',
    ]);
  });

  test('is read again where a run is measured on its own text', async () => {
    const { name, heldOut, training } = await textsOfRun(
      { path: 'natural', run: await readEarlierRun(join(cwd, 'natural')) },
      { terminal: createTerminal({ json: true }), signal: new AbortController().signal },
    );
    expect(name).toBe(data);
    const all = configOf('natural').data;
    expect(training).toHaveLength(all.documents);
    expect(heldOut).toHaveLength(all.heldOutDocuments);
  });
});

describe('refused', () => {
  test.each([
    [['--data', 'texts/en.jsonl', '--mix-temperature', '2'], 'languages, got 0'],
    [['--data', 'en=texts/en.jsonl'], 'languages, got 1'],
    [['--data', 'en=texts/en.jsonl,en=texts/de.jsonl'], 'got "en" twice'],
    [['--data', data, '--mix-temperature', '0.5'], 'at least 1'],
    [['--data', data, '--objective', 'masked'], '--objective masked'],
    [['--data', data, '--objective', 'prefix'], 'its rows are of one text'],
    [['--data', data, '--private', '8'], 'its rows are of one text'],
    [['--data', data, '--architecture', 'encoder-decoder'], '--architecture encoder-decoder'],
  ])('%j', async (argv, reason) => {
    const { status, err } = await inkstone(['train', ...argv, '--steps', '2', '--out', 'refused'], { cwd });
    expect(err).toContain(reason);
    expect(status).toBe(2);
    const zh = await inkstone(['train', ...argv, '--steps', '2', '--out', 'refused'], { cwd, lang: 'zh' });
    expect(HAN.test(zh.err)).toBe(true);
  });

  test('a language too small for the mixture, with the cure', async () => {
    writeFileSync(join(cwd, 'large.txt'), 'so many words '.repeat(8000));
    writeFileSync(join(cwd, 'few.txt'), 'あさ の うみ '.repeat(9));
    const argv = ['train', ...shape, '--steps', '2', '--out', 'small'];
    const { status, err } = await inkstone([...argv, '--data', 'en=large.txt,ja=few.txt'], { cwd });
    expect({ status, err }).toEqual({
      status: 2,
      err: expect.stringMatching(/^ja: .*at least 0\.10 %.*raise --mix-temperature/),
    });
  });
});
