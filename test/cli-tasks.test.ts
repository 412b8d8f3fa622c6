/** What `serve` and `studio` read that answers about texts: every kind of folder. */

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type MethodName, saveClassifier, trainClassifier } from '../src/classify/index.ts';
import { readEncoder } from '../src/cli/encoders.ts';
import { readTaskWorker, taskKindOf } from '../src/cli/task-workers.ts';
import {
  encoderConfig,
  encoderDecoderConfig,
  encoderEmbedder,
  initEncoder,
  initEncoderDecoder,
  saveEncoder,
  saveEncoderDecoder,
} from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import type { TaskAnswer, TaskQuestion } from '../src/serve/index.ts';
import { saveTokenizer, trainCharacters } from '../src/text/index.ts';
import { inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const at = (...path: string[]) => join(cwd, ...path);
const { signal } = new AbortController();
const shape = { contextLength: 16, width: 8, layers: 1, heads: 2 } as const;

const tokenizer = trainCharacters(['abcdefgh say: 床前明月光'], {
  specialTokens: ['<|endoftext|>', '[CLS]', '[SEP]', '[PAD]', '[MASK]'],
});
const { vocabSize } = tokenizer;

async function classifier(method: MethodName): Promise<void> {
  const texts = Array.from({ length: 40 }, (_, i) => ({
    text: i % 2 ? `a Good day ${i}` : `a bad day ${i}`,
    label: i % 2 ? 'good' : 'bad',
  }));
  await saveClassifier(at(method), await trainClassifier(method, texts, { epochs: 30, lr: 0.05, seed: 1 }));
}

beforeAll(async () => {
  for (const folder of ['t5', 'bert']) {
    mkdirSync(at(folder));
    writeFileSync(at(folder, 'tokenizer.json'), saveTokenizer(tokenizer));
  }
  const pair = encoderDecoderConfig({
    ...{ ...shape, vocabSize, norm: 'rmsNorm', positions: 't5', bias: false, activation: 'relu' },
    ...{ attentionScale: 1, embeddingScale: 1, startId: tokenizer.eosId! },
  });
  await saveEncoderDecoder(
    at('t5'),
    { config: pair, params: initEncoderDecoder(pair, createRng(1)) },
    { foreign: true },
  );
  const masked = encoderConfig({ ...shape, vocabSize });
  await saveEncoder(
    at('bert'),
    { config: masked, params: initEncoder(masked, createRng(2)) },
    { foreign: true },
  );
  await classifier('svm');
  await classifier('mlp');
});

/** What the model of a folder says. */
async function answers<Kind extends TaskQuestion['kind']>(
  folder: string,
  question: TaskQuestion<Kind>,
): Promise<readonly TaskAnswer<Kind>[]> {
  const worker = await readTaskWorker(at(folder));
  expect(await taskKindOf(at(folder))).toBe(question.kind);
  worker.check?.(question as never);
  return (await worker.answer(question as never, signal)) as readonly never[];
}

test('a translator says what the command says; a blank line stays, a line that is too long is named', async () => {
  const argv = ['translate', 't5', '--text', 'ab\n\ncd', '--task', 'say', '--json'];
  const told = await answers('t5', { kind: 'translate', texts: ['ab', '', 'cd'], task: 'say' });
  const { json } = await inkstone(argv, { cwd });
  expect(told.map(({ text }) => text)).toEqual(json.map(({ text }) => text));
  expect(told.map(({ promptTokens }) => promptTokens)).toEqual([8, 0, 8]);
  await expect(answers('t5', { kind: 'translate', texts: ['a', 'a'.repeat(40)] })).rejects.toMatchObject({
    code: 'cli/source-line',
    data: { line: 2 },
  });
});

test('a folder that says how vectors are made is for vectors', async () => {
  cpSync(at('bert'), at('sentences'), { recursive: true });
  writeFileSync(at('sentences', 'modules.json'), '[]');
  const texts = ['abc', '床前'];
  const told = await answers('sentences', { kind: 'embed', texts });
  const encoder = await readEncoder(at('sentences'));
  const { vectors } = await encoderEmbedder(encoder, encoder.tokenizer, encoder.modules).embed(texts);
  expect(told.map(({ vector }) => vector)).toEqual(vectors.map((vector) => Array.from(vector)));
});

test('an encoder fills blanks', async () => {
  const [{ places }] = await answers('bert', { kind: 'fill-mask', texts: ['床[MASK]明[MASK]'], top: 2 });
  expect(places.map((guesses) => guesses.length)).toEqual([2, 2]);
});

test.each([
  ['svm', 'margins', 'weights'],
  ['mlp', 'probabilities', 'omission'],
] as const)(
  'a classifier tells the words that decided, with their places (%s)',
  async (folder, measure, wordsBy) => {
    const texts = ['One Good dish', 'one bad dish'];
    const told = await answers(folder, { kind: 'classify', texts, words: 1 });
    expect(told.map(({ label, measure: how }) => [label, how])).toEqual([
      ['good', measure],
      ['bad', measure],
    ]);
    const [{ words, wordsBy: by }, second] = told;
    expect(by).toBe(wordsBy);
    expect(words).toMatchObject([{ places: [[4, 8]] }]);
    expect(words![0].weight).toBeGreaterThan(0);
    expect(second.words).toMatchObject([{ text: 'bad', places: [[4, 7]] }]);
    expect((await answers(folder, { kind: 'classify', texts, words: 0 }))[0].words).toBeUndefined();
  },
);

test('what only models that write take is refused', async () => {
  const argv = ['serve', 'svm', '--weights', 'bf16', '--port', '0'];
  const { status, err } = await inkstone(argv, { cwd, lang: 'zh' });
  expect([status, err]).toEqual([2, expect.stringContaining('只有写作模型才能用')]);
});
