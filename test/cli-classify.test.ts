/** `inkstone classify train | predict | compare` from end to end: every method, both languages, what is refused. */

import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { methodNames } from '../src/classify/index.ts';
import { createRng } from '../src/rng.ts';
import { HAN, inkstone, type JsonLine, listing, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const at = (...path: string[]) => join(cwd, ...path);

const words = {
  en: {
    good: ['clean', 'kind', 'soft', 'quiet'],
    bad: ['dirty', 'rude', 'hard', 'loud'],
    plain: ['the', 'room', 'was', 'and', 'bed', 'very', 'people'],
  },
  zh: { good: [...'净好静软'], bad: [...'脏差吵硬'], plain: [...'房间床很人的我住'] },
};

/** Reviews that say more good than bad, or the other way round; the same for the same seed. */
function reviews(lang: 'en' | 'zh', count: number, seed: number): { text: string; label: string }[] {
  const rng = createRng(seed);
  const { good, bad, plain } = words[lang];
  const pick = (from: readonly string[]) => from[rng.integer(from.length)];
  return Array.from({ length: count }, (_, i) => {
    const own = i % 2 ? good : bad;
    const units = Array.from({ length: 10 }, (_, k) => pick(k % 4 === 0 ? own : plain));
    return { text: units.join(lang === 'en' ? ' ' : ''), label: i % 2 ? 'good' : 'bad' };
  });
}

const run = (...argv: string[]) => inkstone(['classify', ...argv], { cwd });

beforeAll(() => {
  const csv = (rows: { text: string; label: string }[]) =>
    rows.map(({ text, label }) => `${label},"${text}"`);
  writeFileSync(at('en.csv'), ['label,review', ...csv(reviews('en', 240, 1))].join('\n'));
  writeFileSync(
    at('zh.jsonl'),
    reviews('zh', 240, 2)
      .map((row) => JSON.stringify(row))
      .join('\n'),
  );
  writeFileSync(
    at('zh.tsv'),
    reviews('zh', 60, 3)
      .map(({ text, label }) => `${text}\t${label}`)
      .join('\n'),
  );
  writeFileSync(at('asked.txt'), 'the bed was soft and clean');
  writeFileSync(at('asked.jsonl'), '{"text":"房间很脏"}\n{"text":"床很软，人很好"}\n{"text":""}\n');
});

describe.each(methodNames)('%s', (method) => {
  const train = (data: string, folder: string, ...more: string[]) =>
    run('train', '--data', data, '--method', method, '--out', folder, '--epochs', '6', ...more, '--json');

  test('learns, is saved, and says of new texts what they are', async () => {
    const { status, err, json } = await train('zh.jsonl', `${method}-zh`);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const { accuracy, macroF1, labels } = json.findLast(({ type }) => type === 'classifier')!;
    expect(labels).toEqual(['bad', 'good']);
    expect(accuracy).toBeGreaterThan(0.9);
    expect(macroF1).toBeGreaterThan(0.9);
    expect(readdirSync(at(`${method}-zh`)).sort()).toEqual([
      'classifier.json',
      expect.stringMatching(/^weights-[0-9a-f]{16}\.safetensors$/),
    ]);
    const { json: asked } = await run('predict', `${method}-zh`, '--data', 'asked.jsonl', '--json');
    expect(asked.map(({ label }) => label).slice(0, 2)).toEqual(['bad', 'good']);
    expect(asked).toHaveLength(3);
    for (const line of asked) expect(scoresOf(line)[0].score).toBeGreaterThanOrEqual(scoresOf(line)[1].score);
  });

  test('the same command gives the same files', async () => {
    await train('en.csv', `${method}-a`, '--text-column', 'review');
    await train('en.csv', `${method}-b`, '--text-column', 'review');
    expect(listing(at(`${method}-b`))).toEqual(listing(at(`${method}-a`)));
    const { out } = await run('predict', `${method}-a`, '--text', 'the bed was soft and clean');
    const bayesOrNetwork = !['svm', 'perceptron'].includes(method);
    expect(out.split('\n')[0]).toMatch(bayesOrNetwork ? /^ +\d+\.\d % {2}good$/ : /^ +\+\d\.\d+ {2}good$/);
  });
});

/** The scores of a prediction, whatever they are. */
function scoresOf({ probabilities, margins }: JsonLine): { label: string; score: number }[] {
  if (probabilities === undefined) return margins as never;
  const sum = (probabilities as { score: number }[]).reduce((total, { score }) => total + score, 0);
  expect(sum).toBeCloseTo(1, 6);
  return probabilities as never;
}

describe('predict', () => {
  test.each(['naive-bayes', 'complement-bayes', 'svm', 'perceptron'])(
    '%s says which words decided',
    async (method) => {
      const { json } = await run(
        'predict',
        `${method}-zh`,
        '--text',
        '房间很脏，床硬',
        '--explain',
        '4',
        '--json',
      );
      const [{ label, words: found }] = json as unknown as [
        { label: string; words: { text: string; weight: number }[] },
      ];
      expect(label).toBe('bad');
      expect(found).toHaveLength(4);
      const sizes = found.map(({ weight }) => Math.abs(weight));
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      expect(found.find(({ text }) => /[脏硬]/.test(text))!.weight).toBeGreaterThan(0);
      expect(found.every(({ text }) => !text.includes(' '))).toBe(true);
    },
  );

  test('a network cannot be explained by single words', async () => {
    const { status, err } = await run('predict', 'cnn-zh', '--text', '房间', '--explain', '3');
    expect(status).toBe(2);
    expect(err).toMatch(/^cnn: no single word decides here/);
  });

  test('several texts are one line each; a whole file is one text', async () => {
    const { out } = await run('predict', 'svm-zh', '--data', 'asked.jsonl');
    expect(
      out
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => line.split('\t').length),
    ).toEqual([3, 3, 3]);
    expect((await run('predict', 'svm-a', '--data', 'asked.txt')).out).toMatch(/^ +\+\S+ {2}good\n/);
  });

  test.each(['en', 'zh'] as const)(
    'over time, in %s: shares with intervals, the trend, a chart',
    async (lang) => {
      const rng = createRng(6);
      const rows = reviews('zh', 200, 5).map(({ text, label }) => {
        const late = Math.sqrt(rng.uniform());
        const month = 1 + Math.floor(5 * (label === 'good' ? late : 1 - late));
        return { text, label, date: `2020-0${month}-${10 + rng.integer(19)} 12:00` };
      });
      const undated = [{ text: '房间' }, { text: '房间', date: 'soon' }];
      writeFileSync(at('dated.jsonl'), [...rows, ...undated].map((row) => JSON.stringify(row)).join('\n'));
      const argv = ['classify', 'trend', 'svm-zh', '--data', 'dated.jsonl', '--date-column', 'date'];
      const told = await inkstone([...argv, '--every', 'month', '--chart', `trend-${lang}.html`], {
        cwd,
        lang,
      });
      expect(told).toMatchObject({ status: 0 });
      expect(told.out).toMatch(
        lang === 'zh'
          ? /202 条文本中有 2 条不计入.*（如“soon”）/
          : /2 of 202 texts are left out.*\(as "soon"\)/,
      );
      expect(told.out).toMatch(
        lang === 'zh' ? /good：占全部文本的 \S+ %，上升（p / : /good: \S+ % of all texts, rising \(p /,
      );
      expect(readFileSync(at(`trend-${lang}.html`), 'utf8')).toContain('<svg');
      const { json } = await inkstone([...argv, '--every', 'month', '--json'], { cwd });
      const months = json.filter(({ type }) => type === 'period');
      expect(months.map(({ start }) => start)).toEqual([
        '2020-01',
        '2020-02',
        '2020-03',
        '2020-04',
        '2020-05',
      ]);
      for (const month of months) {
        const own = rows.filter(({ date }) => date.startsWith(month.start as string));
        expect(month.count).toBe(own.length);
        const shares = month.shares as { label: string; count: number }[];
        const good = shares.find(({ label }) => label === 'good')!.count;
        expect(Math.abs(good - own.filter(({ label }) => label === 'good').length)).toBeLessThanOrEqual(2);
      }
    },
  );

  test('over time: what is missing, and a chart of no kind, are errors before any work', async () => {
    const argv = ['trend', 'svm-zh', '--data', 'asked.jsonl'];
    for (const [more, message] of [
      [[], /--date-column/],
      [['--date-column', 'date', '--chart', 'trend.png'], /trend\.png/],
      [['--date-column', 'date'], /date/],
    ] as const) {
      expect(await run(...argv, ...more)).toMatchObject({ status: 2, err: expect.stringMatching(message) });
    }
  });

  test('with the tokens of a tokenizer', async () => {
    const argv = ['tokenizer', 'train', '--data', 'en.csv', '--text-column', 'review', '--vocab-size', '300'];
    await inkstone([...argv, '--out', 'tokenizer.json'], { cwd });
    const more = ['--data', 'en.csv', '--text-column', 'review', '--tokenizer', 'tokenizer.json'];
    await run('train', ...more, '--method', 'naive-bayes', '--out', 'tokens');
    expect(readdirSync(at('tokens'))).toContainEqual(expect.stringMatching(/^tokenizer-[0-9a-f]{16}\.json$/));
    const { json } = await run(
      'predict',
      'tokens',
      '--text',
      'the bed was dirty',
      '--explain',
      '9',
      '--json',
    );
    expect(json[0].label).toBe('bad');
    expect(JSON.stringify(json[0].words)).toMatch(/dirt|irty/);
  });
});

describe('compare', () => {
  test('a test file without a header beside a table with one is an error that shows the columns', async () => {
    const { status, json } = await run(
      'compare',
      '--data',
      'zh.jsonl',
      '--test',
      'zh.tsv',
      '--json',
      '--epochs',
      '6',
    );
    expect(status).toBe(2);
    expect(json.at(-1)).toMatchObject({ type: 'error', code: 'io/column' });
  });

  test.each(['en', 'zh'] as const)('as a table, in %s', async (lang) => {
    const argv = [
      'classify',
      'compare',
      '--data',
      'zh.tsv',
      '--no-header',
      '--held-out',
      '0.3',
      '--epochs',
      '6',
    ];
    const { status, out } = await inkstone(argv, { cwd, lang });
    expect(status).toBe(0);
    const lines = out.split('\n').filter((line) => /^ {2}\S/.test(line));
    expect(lines).toHaveLength(methodNames.length + 2);
    for (const [i, method] of methodNames.entries())
      expect(lines[i + 2]).toMatch(new RegExp(`^ {2}${method} `));
    expect(lines[1]).toMatch(lang === 'en' ? /majority label +50\.0 %/ : /多数标签 +50\.0 %/);
    expect(HAN.test(out)).toBe(lang === 'zh');
  });

  test('for machines: progress, and a row for each', async () => {
    const argv = ['--data', 'zh.jsonl', '--methods', 'naive-bayes, svm', '--held-out', '0.25', '--json'];
    const { json } = await run('compare', ...argv);
    const rows = json.filter(({ type }) => type === 'row');
    expect(rows.map(({ method }) => method)).toEqual(['majority', 'naive-bayes', 'svm']);
    const [majority, bayes] = rows as unknown as {
      accuracy: number;
      accuracyInterval: { low: number; high: number };
    }[];
    expect(majority.accuracy).toBeCloseTo(0.5, 1);
    expect(bayes.accuracyInterval.low).toBeLessThanOrEqual(bayes.accuracy);
    expect(bayes.accuracyInterval.high).toBeGreaterThanOrEqual(bayes.accuracy);
    expect(bayes.accuracy).toBeGreaterThan(0.9);
    expect(json.some(({ type }) => type === 'progress')).toBe(true);
  });

  test('Ctrl-C ends it', async () => {
    const onJson = (line: JsonLine) => {
      if (line.type === 'progress') process.emit('SIGINT', 'SIGINT');
    };
    const argv = [
      'classify',
      'compare',
      '--data',
      'zh.jsonl',
      '--methods',
      'cnn',
      '--epochs',
      '500',
      '--json',
    ];
    expect((await inkstone(argv, { cwd, onJson })).status).toBe(130);
  });
});

describe('what cannot be done is said', () => {
  beforeAll(async () => {
    writeFileSync(at('one.csv'), 'text,label\na,good\nb,good\n');
    writeFileSync(at('hole.csv'), 'text,label\na,good\nb,\n');
    writeFileSync(at('hole.jsonl'), '{"text":"a","label":"x"}\n{"text":"b"}\n');
    mkdirSync(at('left'));
    writeFileSync(at('left/.weights.7-0.tmp'), '');
    writeFileSync(at('none.csv'), 'text,label\n');
    mkdirSync(at('poems'));
    writeFileSync(at('poems/spring.txt'), '春');
    for (const name of ['cut', 'forged', 'swapped', 'lost'])
      await run('train', '--data', 'zh.jsonl', '--out', name);
    const weights = (name: string) =>
      at(name, readdirSync(at(name)).find((file) => file.startsWith('weights'))!);
    truncateSync(weights('cut'), 100);
    rmSync(weights('lost'));
    const content = (name: string) => JSON.parse(readFileSync(at(name, 'classifier.json'), 'utf8'));
    const forge = (name: string, change: object) =>
      writeFileSync(at(name, 'classifier.json'), JSON.stringify({ ...content(name), ...change }));
    forge('forged', { labels: ['a', 'b', 'c'] });
    forge('swapped', { method: 'cnn' });
    mkdirSync(at('broken'));
    writeFileSync(at('broken/classifier.json'), '{"format":');
  });

  test.each([
    [['train'], /classify train: --data needs a value/],
    [['train', '--data', 'en.csv'], /no column is named as text usually is; columns: label, review/],
    [
      ['train', '--data', 'en.csv', '--text-column', 'review', '--label-column', 'lable'],
      /did you mean "label"/,
    ],
    [['train', '--data', 'one.csv', '--test', 'one.csv'], /at least 2 different labels.*only "good"/],
    [['train', '--data', 'hole.csv'], /text 2 \("b"\) has no label/],
    [['train', '--data', 'hole.jsonl'], /text 2 \("b"\) has no label/],
    [['train', '--data', 'zh.jsonl', '--method', 'smv'], /did you mean "svm"/],
    [
      ['train', '--data', 'zh.jsonl', '--out', 'poems'],
      /poems: holds something else than a classifier \(spring\.txt\)/,
    ],
    [['train', '--data', 'zh.jsonl', '--test', 'none.csv'], /at least 1 text is needed to test on/],
    [['train', 'more', '--data', 'zh.jsonl'], /does not expect "more"/],
    [['train', '--data', 'zh.jsonl', '--ngrams', '9'], /--ngrams must be a whole number from 1 to 5/],
    [['predict'], /<folder> is missing/],
    [['predict', 'svm-zh'], /--text needs a value/],
    [['predict', 'svm-zh', '--text', 'a', '--data', 'zh.jsonl'], /--text and --data cannot come together/],
    [['predict', 'nothing', '--text', 'a'], /nothing: is no classifier.*inkstone classify train/],
    [['predict', 'poems', '--text', 'a'], /poems: is no classifier/],
    [['predict', 'zh.jsonl', '--text', 'a'], /zh\.jsonl: is no classifier/],
    [['predict', 'cut', '--text', 'a'], /is not what was written; train it again/],
    [['predict', 'lost', '--text', 'a'], /lost\/weights-\w+\.safetensors: no such file/],
    [['predict', 'forged', '--text', 'a'], /"weight" must be f32 \[3, /],
    [['predict', 'swapped', '--text', 'a'], /is no classifier that can be read: vocabulary: /],
    [['predict', 'broken', '--text', 'a'], /is no classifier that can be read: .*JSON/],
    [
      ['compare', '--data', 'zh.jsonl', '--methods', 'svm,cn'],
      /--methods must be some of .*did you mean "cnn"/,
    ],
    [['compare', '--data', 'zh.jsonl', '--out', 'x'], /--out is an option of "classify train" only/],
  ])('classify %j', async (argv, words) => {
    const { status, err } = await run(...argv);
    expect(err).toMatch(words);
    expect(status).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test('in Chinese too, and a folder is replaced only by a whole classifier', async () => {
    const { err } = await inkstone(['classify', 'predict', 'poems', '--text', 'a'], { cwd, lang: 'zh' });
    expect(err).toMatch(/^poems：不是分类器/);
    await run('train', '--data', 'zh.jsonl', '--out', 'cut', '--method', 'naive-bayes');
    expect(readdirSync(at('cut'))).toHaveLength(2);
    expect((await run('predict', 'cut', '--text', '房间很脏')).out).toMatch(/bad\n.*good/);
    expect(readdirSync(at('poems'))).toEqual(['spring.txt']);
    // What a crash left behind is no obstacle.
    expect((await run('train', '--data', 'zh.jsonl', '--out', 'left')).status).toBe(0);
  });
});
