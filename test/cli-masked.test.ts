/** `inkstone train --objective masked` and `fill-mask` from end to end: a run, its resumption, what it guesses, what is refused. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readEncoder } from '../src/cli/encoders.ts';
import { encoderEmbedder, saveEncoder } from '../src/models/index.ts';
import { HAN, inkstone, type JsonLine, scratchFolder, tiny, traceOf, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const masked = ['--objective', 'masked', '--batch-size', '8', '--steps', '12', '--save-every', '4'];
const english = ['train', '--data', 'en.txt', ...tiny, ...masked];
const chinese = ['train', '--data', 'zh.jsonl', ...tiny, ...masked];

const train = (folder: string, argv = english, options: Parameters<typeof inkstone>[1] = {}) =>
  inkstone([...argv, '--out', folder, '--json'], { cwd, ...options });

const guess = (run: string, text: string, ...more: string[]) =>
  inkstone(['fill-mask', run, '--text', text, '--json', ...more], { cwd });

const configOf = (run: string) => JSON.parse(readFileSync(join(cwd, run, 'config.json'), 'utf8'));

beforeAll(async () => {
  writeTexts(cwd);
  await train('en');
  await train('zh', chinese);
});

describe('a masked training', () => {
  test.each(['en', 'zh'])('is a run whose held-out loss is that of hidden tokens (%s)', (run) => {
    const { model, training, tokenizer } = configOf(run);
    expect(training.masked).toEqual({ rate: 0.15, copies: 0, wholeWords: false });
    expect(model).toMatchObject({ layers: 1, width: 16, contextLength: 16, maskedHead: true });
    expect(tokenizer.made).toEqual({ vocabSize: 300 });
    const lines = readFileSync(join(cwd, run, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const records = lines.map((line) => JSON.parse(line) as JsonLine);
    const { heldOutLoss, maskedPerplexity, bitsPerCharacter } = records.findLast(
      ({ type }) => type === 'evaluation',
    )!;
    const { text, hidden, guesses } = records.find(({ type }) => type === 'guess')!;
    expect(text).toMatch(/.\[MASK\]./s);
    expect(hidden).not.toBe('');
    expect(guesses).toHaveLength(3);
    expect(maskedPerplexity).toBeCloseTo(Math.exp(heldOutLoss as number), 6);
    expect(bitsPerCharacter).toBeUndefined();
  });

  test.each([
    ['dynamic, English', english],
    ['static, Chinese', [...chinese, '--masking', 'static']],
    ['whole words, English', [...english, '--whole-words', '--mask-rate', '0.3', '--precision', 'bf16']],
  ])('interrupted and gone on with, it takes the very same steps: %s', async (name, argv) => {
    const folder = (part: string) => `${part}-${name.replaceAll(/\W+/g, '-')}`;
    await train(folder('whole'), argv);
    const stopAt = (line: JsonLine) => {
      if (line.type === 'step' && line.step === 6) process.emit('SIGINT', 'SIGINT');
    };
    expect((await train(folder('cut'), argv, { onJson: stopAt })).status).toBe(130);
    const { json } = await train(folder('cut'), argv);
    expect(json[0]).toMatchObject({ type: 'resume', step: 6 });
    expect(traceOf(join(cwd, folder('cut')))).toEqual(traceOf(join(cwd, folder('whole'))));
    expect(traceOf(join(cwd, folder('whole')))).toHaveLength(12);
  });

  test('by characters, from one text without ends', async () => {
    const shape = tiny.slice(0, tiny.indexOf('--vocab-size'));
    const argv = ['train', '--data', 'en.txt', ...shape, ...masked, '--tokenizer', 'characters'];
    const { status, err } = await train('characters', [...argv, '--masking', 'static']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const [{ guesses }] = (await guess('characters', 'the wha[MASK]e')).json as unknown as Guesses[];
    expect(guesses[0].token).toHaveLength(1);
  });

  test('goes on from a run, and from a folder in the names of BERT', async () => {
    const encoder = await readEncoder(join(cwd, 'preset'));
    await saveEncoder(join(cwd, 'bert'), encoder, { foreign: true });
    writeFileSync(join(cwd, 'bert/tokenizer.json'), readFileSync(join(cwd, 'preset/tokenizer.json')));
    const more = ['train', '--data', 'en.txt', '--objective', 'masked', '--steps', '3'];
    const [fromRun, fromBert] = [
      await train('more-run', [...more, '--init', 'preset']),
      await train('more-bert', [...more, '--init', 'bert']),
    ];
    expect([fromRun.err, fromBert.err]).toEqual(['', '']);
    const first = (run: string) => traceOf(join(cwd, run))[0].loss;
    expect(first('more-run')).toBeLessThan(traceOf(join(cwd, 'preset'))[0].loss - 0.3);
    expect(configOf('more-bert').init).toMatchObject({ run: 'bert', step: 0 });
    expect(configOf('more-bert').model).toEqual({ ...encoder.config, tokenTypes: 1 });
    // The same weights, other batches.
    expect(Math.abs(first('more-bert') - first('more-run'))).toBeLessThan(0.3);
  });

  beforeAll(async () => {
    const small = ['--preset', 'poem', '--layers', '1', '--width', '32', '--heads', '2'];
    const rest = ['--vocab-size', '300', '--context-length', '16', '--lr', '0.01', '--steps', '60'];
    await train('preset', ['train', '--data', 'en.txt', '--objective', 'masked', ...small, ...rest]);
  });

  test.each([
    [['--cure', 'simctg:0.5'], /--objective masked and --cure/],
    [['--mask-rate', '1'], /--mask-rate must be in \(0, 1\)/],
    [['--masking', 'dynamik'], /did you mean "dynamic"/],
    [['--tokenizer', 'plain/tokenizer.json'], /needs a tokenizer with a special token \[MASK\]/],
  ])('%j is refused', async (more, words) => {
    if (more[0] === '--tokenizer')
      await train('plain', ['train', '--data', 'en.txt', ...tiny, '--steps', '1']);
    const base =
      more[0] === '--tokenizer'
        ? english.filter((_, i) => !/^(--vocab-size|300)$/.test(english[i]))
        : english;
    const { status, err } = await train('refused', [...base, ...more]);
    expect(status).toBe(2);
    expect(err).toMatch(words);
  });

  test('options of masking are refused where nothing is hidden', async () => {
    const { status, err } = await train('refused', ['train', '--data', 'en.txt', ...tiny, '--whole-words']);
    expect(status).toBe(2);
    expect(err).toMatch(/--objective next-token and --whole-words cannot come together/);
  });

  test('speaks to people in Chinese', async () => {
    const { status, out } = await inkstone([...chinese, '--out', 'spoken'], { cwd, lang: 'zh' });
    expect(status).toBe(0);
    expect(out).toMatch(/编码器：1 层/);
    expect(out).toMatch(/npx inkstone fill-mask spoken/);
  });
});

interface Guesses {
  readonly place: number;
  readonly guesses: readonly { id: number; token: string; probability: number; text: string }[];
}

describe('fill-mask', () => {
  test.each([
    ['preset', 'the great [MASK] sailed'],
    ['zh', '春风[MASK]月'],
  ])('gives the likeliest tokens with their shares: %s', async (run, text) => {
    const { status, json } = await guess(run, text, '--top', '4');
    expect(status).toBe(0);
    const [{ place, guesses }] = json as unknown as Guesses[];
    expect(place).toBe(0);
    expect(guesses).toHaveLength(4);
    const shares = guesses.map(({ probability }) => probability);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(shares.reduce((a, b) => a + b)).toBeLessThanOrEqual(1.000001);
    const [before, after] = text.split('[MASK]');
    for (const { token, text: whole } of guesses) {
      expect(whole.replaceAll(/\s+/g, '')).toBe(`${before}${token}${after}`.replaceAll(/\s+/g, ''));
    }
    const plain = await inkstone(['fill-mask', run, '--text', text], { cwd });
    expect(plain.out.split('\n').filter((line) => /^ *\d+\.\d %/.test(line))).toHaveLength(5);
    expect(HAN.test(plain.out)).toBe(run === 'zh');
  });

  test('several places are guessed each by itself, in either spelling', async () => {
    const { json } = await guess('preset', 'the [MASK] whale and <mask> ship', '--top', '2');
    expect(json.map(({ place }) => place)).toEqual([0, 1]);
    const [first] = json as unknown as Guesses[];
    expect(first.guesses[0].text).toMatch(/\[MASK\]/);
  });

  test.each([
    ['preset', 'no place is hidden', /must have at least one \[MASK\], got "no place is hidden"/],
    ['preset', `${'the '.repeat(20)}[MASK]`, /at most 1[0-9] tokens long/],
    ['plain-decoder', 'the [MASK]', /writes and does not guess hidden tokens/],
    ['missing', 'the [MASK]', /is not a run folder/],
  ])('what it cannot do it says: %s, %s', async (run, text, words) => {
    if (run === 'plain-decoder') {
      await train('plain-decoder', ['train', '--data', 'en.txt', ...tiny, '--steps', '1']);
    }
    const { status, err } = await guess(run, text);
    expect(status).toBe(2);
    expect(err).toMatch(words);
  });

  test('commands that write refuse an encoder', async () => {
    const { status, err } = await inkstone(['generate', 'en'], { cwd });
    expect(status).toBe(2);
    expect(err).toMatch(/en is an encoder, which guesses hidden tokens.*fill-mask/);
  });
});

test('the encoder of a run is an embedder: like texts have like vectors, together or alone', async () => {
  const encoder = await readEncoder(join(cwd, 'preset'));
  const embedder = encoderEmbedder(encoder, encoder.tokenizer, encoder.modules);
  const texts = ['the great whale', '春风花月', 'the great whale sailed under the moon', 'the great whale'];
  const { vectors, promptTokens } = await embedder.embed(texts);
  expect(vectors.map(({ length }) => length)).toEqual([32, 32, 32, 32]);
  for (const vector of vectors) expect(Math.hypot(...Array.from(vector))).toBeCloseTo(1, 5);
  expect(vectors[3]).toEqual(vectors[0]);
  expect(promptTokens).toBeGreaterThan(20);
  for (const [i, text] of texts.entries()) {
    const [alone] = (await embedder.embed([text])).vectors;
    Array.from(alone).forEach((x, k) => expect(x).toBeCloseTo(vectors[i][k], 5));
  }
});
