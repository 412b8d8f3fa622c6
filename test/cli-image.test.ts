/** `inkstone image` from end to end: shapes, each task learnt, saved and used, in both languages; what is refused. */

import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, listing, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const at = (...path: string[]) => join(cwd, ...path);
const run = (...argv: string[]) => inkstone(['image', ...argv], { cwd });

const small = ['--image-size', '16', '--width', '32', '--layers', '2', '--held-out', '0.2'];
const train = (out: string, ...argv: string[]) =>
  run('train', '--data', 'shapes', '--out', out, ...small, ...argv, '--json');

beforeAll(async () => {
  await run('shapes', '--count', '200', '--image-size', '16', '--out', 'shapes', '--seed', '1');
});

describe('shapes', () => {
  test('have a label and a caption in each language, and are the same for the same seed', async () => {
    const make = (out: string, seed: string) =>
      run('shapes', '--count', '3', '--image-size', '16', '--out', out, '--seed', seed, '--json');
    const { json } = await make('a', '7');
    expect(json.at(-1)).toMatchObject({ type: 'shapes', pictures: 3 });
    await make('b', '7');
    await make('c', '8');
    expect(listing(at('b'))).toEqual(listing(at('a')));
    expect(listing(at('c'))).not.toEqual(listing(at('a')));
    const [head, ...rows] = readFileSync(at('a/captions.csv'), 'utf8').trim().split('\n');
    expect(head).toBe('file,label,caption');
    expect(rows).toHaveLength(6);
    rows.forEach((row, i) => {
      const [file, , caption] = row.split(',');
      expect(file).toBe(`pictures/${Math.floor(i / 2)}.png`);
      expect(HAN.test(caption)).toBe(i % 2 === 1);
    });
    const { width, height } = decode(readFileSync(at('a/pictures/0.png')));
    expect({ width, height }).toEqual({ width: 16, height: 16 });
  });
});

test('labels are learnt, saved and given; the filters are drawn', async () => {
  writeFileSync(at('shapes/colours.tsv'), colours());
  const args = [
    '--data',
    'shapes/colours.tsv',
    '--label-column',
    'ink',
    '--epochs',
    '6',
    '--batch-size',
    '8',
    '--lr',
    '0.01',
  ];
  const { status, json } = await train('labels', ...args);
  expect(status).toBe(0);
  const { accuracy, baseline, confusion, labels, train: learnt, test: held } = json.at(-1)!;
  expect(labels).toEqual(['black', 'blue', 'green', 'purple', 'red', 'yellow']);
  expect(accuracy).toBeGreaterThan((baseline as number) + 0.3);
  expect((confusion as number[][]).flat().reduce((a, b) => a + b, 0)).toBe(held);
  expect((learnt as number) + (held as number)).toBe(200);
  await train('again', ...args);
  expect(listing(at('again'))).toEqual(listing(at('labels')));
  const files = ['shapes/pictures/000.png', 'shapes/pictures/001.png'];
  const asked = await run('classify', 'labels', ...files, '--json');
  expect(asked.json.map(({ file }) => file)).toEqual(files);
  for (const { probabilities } of asked.json) {
    const shares = (probabilities as { probability: number }[]).map(({ probability }) => probability);
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  }
  const maps = await run('maps', 'labels', files[0], '--out', 'maps.png', '--json');
  expect(maps.json.at(-1)!.layers).toEqual([
    { filters: 16, width: 16, height: 16 },
    { filters: 32, width: 8, height: 8 },
  ]);
  expect(decode(readFileSync(at('maps.png'))).height).toBe(4 * 52 + 4);
});

test('sizes that no patch and no head of attention divides are learnt by a convolutional network', async () => {
  const few = ['--image-size', '18', '--width', '30', '--epochs', '1'];
  const { status, err } = await run(
    'train',
    '--data',
    'shapes/colours.tsv',
    '--label-column',
    'ink',
    ...few,
    '--out',
    'odd',
  );
  expect(err).toBe('');
  expect(status).toBe(0);
});

/** The shapes with another label: their colour. */
function colours(): string {
  const rows = readFileSync(at('shapes/captions.csv'), 'utf8').trim().split('\n').slice(1);
  const inks = /red|yellow|green|blue|purple|black/;
  const english = rows.filter((row) => !HAN.test(row)).map((row) => row.split(','));
  return ['image\tink', ...english.map(([file, , text]) => `${file}\t${inks.exec(text)}`)].join('\n');
}

test('pictures are found by captions of both languages, and captions by pictures', async () => {
  const data = ['--data', 'shapes/captions.csv'];
  const { json } = await train('search', ...data, '--task', 'search', '--epochs', '5', '--lr', '0.006');
  const recall = json.at(-1)!.recall as { language: string; [side: string]: unknown }[];
  expect(recall.map(({ language }) => language)).toEqual(['en', 'zh']);
  for (const { textToImage, imageToText, chance } of recall as Record<
    string,
    { at1: number; at5: number }
  >[]) {
    expect(textToImage.at5).toBeGreaterThan(3 * chance.at5);
    expect(imageToText.at5).toBeGreaterThan(3 * chance.at5);
  }
  const byText = await run('search', 'search', ...data, '--text', '左边有一个红色的大圆形', '--top', '2');
  expect(byText.out).toMatch(/^(\S+\.png +-?\d\.\d+\n){2}$/);
  const back = await run('search', 'search', ...data, '--picture', 'shapes/pictures/000.png', '--json');
  const found = back.json[0].found as { caption: string; similarity: number }[];
  expect(found).toHaveLength(5);
  for (let i = 1; i < 5; i++) expect(found[i].similarity).toBeLessThanOrEqual(found[i - 1].similarity);
  // A folder of pictures without a table will do.
  expect((await run('search', 'search', '--data', 'shapes/pictures', '--text', 'a red ring')).status).toBe(0);
});

test('captions are written in the language asked for, by patches and by every way of decoding', async () => {
  const data = ['--data', 'shapes/captions.csv', '--task', 'caption', '--encoder', 'patches'];
  const { json } = await train('caption', ...data, '--apart', 'caption', '--epochs', '5', '--lr', '0.008');
  const scores = json.at(-1)!.captions as { language: string; bleu: number; baseline: { bleu: number } }[];
  expect(scores.map(({ language }) => language)).toEqual(['en', 'zh']);
  for (const { bleu, baseline } of scores) expect(bleu).toBeGreaterThan(1.3 * baseline.bleu);
  const write = async (...argv: string[]) =>
    (await run('caption', 'caption', 'shapes/pictures/000.png', ...argv)).out;
  const [english, chinese] = [await write(), await write('--language', 'zh', '--strategy', 'greedy')];
  expect(english).toMatch(/^(an?|two|three) [a-z ]+\n$/);
  expect(HAN.test(chinese)).toBe(true);
  const { out } = await inkstone(['image', 'caption', 'caption', 'shapes/pictures/000.png'], {
    cwd,
    lang: 'zh',
  });
  expect(HAN.test(out)).toBe(true);
});

describe('what is refused is said', () => {
  beforeAll(() => {
    writeFileSync(at('empty.csv'), 'file,label\n');
    writeFileSync(at('hole.csv'), 'file,label\nshapes/pictures/000.png,\n');
    writeFileSync(at('nameless.csv'), 'what,label\na,b\n');
    writeFileSync(at('gone.csv'), 'file,label\nnone.png,a\nnone.jpg,a\nother.png,b\nsome.png,b\n');
    writeFileSync(at('one.jsonl'), '{"file":"shapes/pictures/000.png","label":"a"}\n'.repeat(2));
    const captions = [0, 1, 2, 3].flatMap((i) =>
      [`same`, `own ${i}`].map((text) => `shapes/pictures/00${i}.png,${i % 2},${text}`),
    );
    writeFileSync(at('same.csv'), ['file,label,caption', ...captions].join('\n'));
    writeFileSync(at('text.png'), 'no picture');
    mkdirSync(at('poems'));
    writeFileSync(at('poems/spring.txt'), '春');
    for (const name of ['cut', 'forged']) cpSync(at('labels'), at(name), { recursive: true });
    truncateSync(at('cut/model.safetensors'), 200);
    const config = JSON.parse(readFileSync(at('forged/config.json'), 'utf8'));
    config.encoder.width = 48;
    writeFileSync(at('forged/config.json'), JSON.stringify(config));
    for (const name of ['wordless', 'textless']) cpSync(at('search'), at(name), { recursive: true });
    rmSync(at('wordless/tokenizer.json'));
    const { text: _, ...rest } = JSON.parse(readFileSync(at('textless/config.json'), 'utf8'));
    writeFileSync(at('textless/config.json'), JSON.stringify(rest));
  });

  const png = 'shapes/pictures/000.png';
  test.each<[string[], RegExp]>([
    [['paint'], /verb must be one of shapes, train/],
    [['shapes', '--count', '0'], /--count must be a whole number/],
    [['shapes', '--image-size', '8', '--out', 'x'], /`size` must be a whole number from 16 to 512, got 8/],
    [['shapes', '--out', 'poems'], /poems: holds something else \(spring\.txt\)/],
    [['train'], /--data needs a value/],
    [['train', 'x', '--data', 'shapes'], /does not expect "x"/],
    [['train', '--data', 'nowhere'], /nowhere: no such file/],
    [['train', '--data', 'poems'], /poems: holds no pictures/],
    [['train', '--data', 'empty.csv'], /empty\.csv: holds no pictures/],
    [['train', '--data', 'nameless.csv'], /no column holds the file.*columns: what, label.*--file-column/],
    [['train', '--data', 'hole.csv'], /hole\.csv:2: the label is empty/],
    [['train', '--data', 'one.jsonl', '--task', 'caption'], /no column holds the caption/],
    [['train', '--data', 'shapes/pictures'], /no column holds the label/],
    [['train', '--data', 'gone.csv', '--held-out', '0.5'], /(none|other|some)\.(png|jpg): no such file/],
    [['train', '--data', 'shapes/captions.csv', '--out', 'poems'], /poems: holds something else/],
    [['train', '--data', 'shapes/captions.csv', '--layers', '6'], /`layers` must be .* from 1 to 5, got 6/],
    [
      ['train', '--data', 'shapes/captions.csv', '--patch', '8'],
      /--patch has an effect with --encoder patches/,
    ],
    [
      ['train', '--data', 'shapes/captions.csv', '--encoder', 'patches', '--patch', '5'],
      /`patch` must be a divisor of 32, got 5/,
    ],
    [['classify', 'labels'], /<file> is missing/],
    [['classify', 'poems', png], /poems: is no model of pictures; make one with inkstone image train/],
    [['classify', 'search', png], /must be trained with --task classify, got --task search/],
    [['classify', 'labels', 'text.png'], /text\.png: cannot be read as PNG\/JPEG/],
    [['classify', 'cut', png], /cut.*(cut|damaged|ends)/],
    [['classify', 'forged', png], /forged: is no model of pictures that can be read: .*train it again/],
    [['train', '--data', 'same.csv', '--held-out', '0.5', '--apart', 'caption'], /got none of/],
    [['search', 'wordless', '--data', 'same.csv', '--text', 'a'], /tokenizer\.json: no such file/],
    [
      ['search', 'textless', '--data', 'same.csv', '--text', 'a'],
      /textless: is no model of pictures that can be read/,
    ],
    [['search', 'search', '--text', 'a'], /--data needs a value/],
    [['search', 'search', '--data', 'shapes/captions.csv'], /--text \| --picture needs a value/],
    [['caption', 'caption', png, '--strategy', 'beem:4'], /beem/],
    [['maps', 'labels', png, 'more.png'], /does not expect "more\.png"/],
  ])('image %j', async (argv, words) => {
    const { status, err } = await run(...argv);
    expect(err).toMatch(words);
    expect(status).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test('in Chinese too', async () => {
    const { err } = await inkstone(['image', 'classify', 'poems', png], { cwd, lang: 'zh' });
    expect(err).toMatch(/^poems：不是图像模型/);
  });
});
