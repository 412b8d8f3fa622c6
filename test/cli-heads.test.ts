/** `inkstone tune head` and `predict` from end to end: every task on tiny models, resumption, the transfer curve, what is refused. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { foreignHead, headSpec, placedWords } from '../src/adapt/index.ts';
import { readEncoder } from '../src/cli/encoders.ts';
import { readTaskWorker } from '../src/cli/task-workers.ts';
import { safetensorsContent, writeFileAtomic } from '../src/io/index.ts';
import {
  encoderConfig,
  initEncoder,
  tensorsToFile,
  toForeignEncoder,
  toForeignEncoderConfig,
} from '../src/models/index.ts';
import { initialize } from '../src/nn/index.ts';
import { createRng } from '../src/rng.ts';
import type { Tensor } from '../src/tensor/index.ts';
import { leaves } from '../src/tree.ts';
import {
  HAN,
  inkstone,
  type JsonLine,
  listing,
  scratchFolder,
  tiny,
  traceOf,
  writeTexts,
} from './cli-harness.ts';

const cwd = scratchFolder();
const at = (...path: string[]) => join(cwd, ...path);
const run = (...argv: string[]) => inkstone([...argv, '--json'], { cwd });
const quick = ['--lr', '0.003', '--batch-size', '8'];

const pick = <T>(rng: ReturnType<typeof createRng>, from: readonly T[]): T => from[rng.integer(from.length)];
const lines = (values: readonly object[]) => values.map((value) => JSON.stringify(value)).join('\n');

/** Sentences with one telling word; the rest says nothing. */
function sentences(count: number, seed: number) {
  const rng = createRng(seed);
  return Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: 5 }, () => pick(rng, ['the', 'sea', 'moon', 'wind', 'old']));
    const place = rng.integer(5);
    words[place] = i % 2 ? 'whale' : 'ship';
    return { words, place, isWhale: i % 2 === 1 };
  });
}

beforeAll(async () => {
  writeTexts(cwd);
  const some = sentences(160, 1);
  const texts = some.map(({ words, isWhale }) => ({
    text: words.join(' '),
    label: isWhale ? 'whale' : 'ship',
  }));
  writeFileSync(at('classify.jsonl'), lines(texts));
  writeFileSync(
    at('regress.jsonl'),
    lines(texts.map(({ text, label }) => ({ text, label: label === 'whale' ? '7' : '3' }))),
  );
  writeFileSync(
    at('pair.jsonl'),
    lines(
      texts.map(({ text, label }, i) => ({
        sentence1: text,
        sentence2: i % 3 ? 'sea' : 'whale',
        score: label === 'whale' ? 1 : 0,
      })),
    ),
  );
  writeFileSync(
    at('label.conll'),
    some
      .map(({ words, place, isWhale }) =>
        words.map((word, i) => `${word} x ${i === place ? (isWhale ? 'B-ANI' : 'B-THG') : 'O'}`).join('\n'),
      )
      .join('\n\n'),
  );
  const paragraphs = some.map(({ words, place, isWhale }, i) => ({
    context: words.join(' '),
    qas: [
      {
        question: i % 5 === 0 ? 'which star' : 'which thing',
        answers:
          i % 5 === 0
            ? []
            : [
                {
                  text: isWhale ? 'whale' : 'ship',
                  answer_start: words.slice(0, place).join(' ').length + (place > 0 ? 1 : 0),
                },
              ],
      },
    ],
  }));
  writeFileSync(at('span.json'), JSON.stringify({ data: [{ paragraphs }] }));
  const longer = ['--batch-size', '8', '--context-length', '24', '--steps', '2'];
  const base = ['train', '--data', 'en.txt', ...tiny, ...longer];
  await inkstone([...base, '--objective', 'masked', '--out', 'encoder'], { cwd });
  await inkstone([...base, '--out', 'decoder'], { cwd });
}, 60_000);

const dataOf = (task: string): string =>
  task === 'span' ? 'span.json' : task === 'label' ? 'label.conll' : `${task}.jsonl`;

const train = (base: string, task: string, out: string, ...more: string[]) => {
  return run('tune', 'head', base, '--task', task, '--data', dataOf(task), '--out', out, ...quick, ...more);
};

interface Trained extends JsonLine {
  readonly scores: { readonly [name: string]: number };
  readonly baselines: readonly {
    readonly name: string;
    readonly scores: { readonly [name: string]: number };
  }[];
}

describe('a head learns its task, beside what needs no training', () => {
  test.each([
    ['encoder', 'classify', 'accuracy', 0.95],
    ['decoder', 'classify', 'accuracy', 0.9],
    ['encoder', 'regress', 'pearson', 0.95],
    ['encoder', 'pair', 'pearson', 0.9],
    ['encoder', 'label', 'f1', 0.95],
    ['encoder', 'span', 'f1', 0.9],
  ])('%s, %s', async (base, task, score, least) => {
    const out = `${base}-${task}`;
    const { status, err, json } = await train(base, task, out, '--steps', base === 'decoder' ? '250' : '100');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const { scores, baselines } = json.at(-1) as unknown as Trained;
    expect(scores[score]).toBeGreaterThan(least);
    expect(baselines.length).toBeGreaterThan(0);
    for (const { scores: own } of baselines) expect(Object.keys(own)).toEqual(Object.keys(scores));
    // The saved model says what the trained one said.
    const labelled = ['--label-column', task === 'pair' ? 'score' : 'label'];
    const asked = await run('predict', out, '--data', dataOf(task), ...labelled);
    expect(asked.err).toBe('');
    expect(asked.json.at(-1)).toMatchObject({ type: 'scores', count: 160 });
    expect(asked.json.at(-1)![score]).toBeGreaterThan(least);
  });

  test('and is asked about one text', async () => {
    const ask = async (...argv: string[]) => (await run('predict', ...argv)).json[0];
    const said = await ask('encoder-classify', '--text', 'the old whale');
    expect(said).toMatchObject({ label: 'whale' });
    // The server asks the same model, and knows which word it was.
    const worker = await readTaskWorker(at('encoder-classify'));
    const question = { kind: 'classify', texts: ['the old whale'], words: 1 } as const;
    const [judged] = await worker.answer(question, new AbortController().signal);
    expect(judged).toMatchObject({ label: 'whale', words: [{ text: 'whale', places: [[8, 13]] }] });
    const [best] = said.probabilities as { label: string; probability: number }[];
    expect(judged).toMatchObject({ scores: [{ label: best.label, score: best.probability }, {}] });
    expect((await ask('encoder-regress', '--text', 'the old ship')).value).toBeLessThan(4);
    const { json } = await inkstone(
      ['tag', '--text', 'it sank. the old whale', '--model', 'encoder-label', '--json'],
      { cwd },
    );
    expect(json[1].entities).toEqual([{ text: 'whale', start: 17, end: 22, type: 'ANI' }]);
    expect((await inkstone(['tag', '--text', 'a', '--model', 'encoder-classify'], { cwd })).err).toMatch(
      /^tag: --model must be a head for words' labels .*--task classify \(ship, whale\); ask it with/,
    );
    expect(await ask('encoder-label', '--text', 'the old whale')).toMatchObject({
      words: ['the', 'old', 'whale'],
      entities: [{ type: 'ANI', words: ['whale'] }],
    });
    expect(await ask('encoder-span', '--text', 'the old ship', '--question', 'which thing')).toMatchObject({
      text: 'ship',
      start: 8,
    });
    expect(await ask('encoder-span', '--text', 'the old ship', '--question', 'which star')).toMatchObject({
      text: '',
    });
  });
});

test('stopped and gone on with, it takes the very same steps', async () => {
  const more = ['--steps', '12', '--rank', '2'];
  await train('encoder', 'classify', 'whole', ...more);
  const argv = [
    'tune',
    'head',
    'encoder',
    '--task',
    'classify',
    '--data',
    'classify.jsonl',
    '--out',
    'cut',
    ...quick,
    ...more,
  ];
  const onJson = (line: JsonLine) => {
    if (line.type === 'step' && line.step === 5) process.emit('SIGINT', 'SIGINT');
  };
  expect((await inkstone([...argv, '--json'], { cwd, onJson })).status).toBe(130);
  const { json } = await run(...argv);
  expect(json[0]).toMatchObject({ type: 'resume', step: 5 });
  expect(traceOf(at('cut'))).toEqual(traceOf(at('whole')));
  const [cut, whole] = await Promise.all(
    ['cut', 'whole'].map((name) => run('predict', name, '--text', 'the old ship')),
  );
  expect(cut.json).toEqual(whole.json);
});

test('a saved adapter is in the model that is asked', async () => {
  const more = ['--test', 'regress.jsonl', '--steps', '20', '--rank', '2'];
  const { json } = await train('encoder', 'regress', 'adapted', ...more);
  const { scores } = json.at(-1) as unknown as Trained;
  const asked = await run('predict', 'adapted', '--data', 'regress.jsonl', '--label-column', 'label');
  expect(asked.json.at(-1)!.rmse).toBeCloseTo(scores.rmse, 5);
});

test('the head alone, or with an adapter: few numbers are trained, and the run it began with stays as it is', async () => {
  const before = listing(at('encoder'));
  const trained = async (...more: string[]) => {
    const { json } = await train('encoder', 'classify', `few${more.join('')}`, '--steps', '2', ...more);
    return json.at(-1) as unknown as { trained: number; parameters: number };
  };
  const [alone, adapted, all] = [await trained('--head-only'), await trained('--rank', '2'), await trained()];
  // tanh of 16 × 16 and 16, then 2 × 16 and 2; an adapter has 2 · (16 + 16) for queries and as many for values.
  expect(alone.trained).toBe(306);
  expect(adapted.trained).toBe(306 + 128);
  expect(all.trained).toBe(all.parameters);
  expect(listing(at('encoder'))).toEqual(before);
});

test('a transfer curve: a row for each number of examples, and a file', async () => {
  const argv = ['tune', 'head', 'encoder', '--task', 'classify', '--data', 'classify.jsonl', ...quick];
  const { status, out } = await inkstone(
    [...argv, '--transfer', '4,40', '--draws', '2', '--steps', '20', '--out', 'curve.csv'],
    { cwd, lang: 'zh' },
  );
  expect(status).toBe(0);
  expect(out).toMatch(/样例数 +最佳基线 +从零训练 +预训练/);
  expect(out.split('\n').filter((line) => /^ +(4|40) .*%.*%.*%/.test(line))).toHaveLength(2);
  expect(listing(cwd).some((path) => path.startsWith('curve.csv '))).toBe(true);
});

test('a label that training lacks is never right, and does no harm', async () => {
  const rows = ['whale', 'ship', 'kraken'].map((label) => ({ text: `the old ${label}`, label }));
  writeFileSync(at('unseen.jsonl'), lines(rows));
  const more = ['--test', 'unseen.jsonl', '--steps', '4', '--eval-every', '2'];
  const { status, err, json } = await train('encoder', 'classify', 'unseen', ...more);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(json.find(({ type }) => type === 'evaluation')!.heldOutLoss).toBeGreaterThan(0);
});

test('pairs of a table without header: two texts, then what is right', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `the sea ${i},the moon,${i % 2}`);
  writeFileSync(at('bare.csv'), rows.join('\n'));
  const argv = ['tune', 'head', 'encoder', '--task', 'pair', '--data', 'bare.csv', '--no-header'];
  const { status, err } = await run(...argv, ...quick, '--steps', '2', '--out', 'bare');
  expect({ status, err }).toEqual({ status: 0, err: '' });
});

test('a folder of BERT with a head is asked as it lies', async () => {
  const { vocabSize } = (await readEncoder(at('encoder'))).config;
  const bert = encoderConfig({
    vocabSize,
    contextLength: 24,
    width: 16,
    layers: 1,
    heads: 2,
    maskedHead: false,
    pooler: true,
  });
  const params = initEncoder(bert, createRng(1));
  const head = initialize(headSpec({ task: 'span', width: 16, pooling: 'first', dropout: 0 }), createRng(2));
  const named = new Map(
    [...toForeignEncoder(bert, params)].map(([name, tensor]): [string, Tensor] => [`bert.${name}`, tensor]),
  );
  for (const [name, tensor] of leaves<Tensor>(head.out)) named.set(`qa_outputs.${name}`, tensor);
  const json = { ...toForeignEncoderConfig(bert), architectures: ['BertForQuestionAnswering'] };
  mkdirSync(at('bert'));
  await writeFileAtomic(at('bert/model.safetensors'), safetensorsContent(tensorsToFile(named)));
  writeFileSync(at('bert/config.json'), JSON.stringify(json));
  writeFileSync(at('bert/tokenizer.json'), readFileSync(at('encoder/tokenizer.json')));
  const { status, json: said } = await run(
    'predict',
    'bert',
    '--text',
    'the old ship',
    '--question',
    'which thing',
  );
  expect(status).toBe(0);
  expect(said[0]).toHaveProperty('probability');
  const many = {
    architectures: ['BertForSequenceClassification'],
    problem_type: 'multi_label_classification',
  };
  expect(() => foreignHead({ ...json, ...many }, named)).toThrow(/multi_label_classification.* 2 outputs/);
  named.delete('qa_outputs.bias');
  expect(() => foreignHead(json, named)).toThrow(/qa_outputs\.bias must be \[2\], it is missing/);
});

test('words have their places; ideographs and marks stand alone', () => {
  const text = "don't 写3 首 v2.";
  const words = placedWords(text);
  expect(words.map((word) => word.text)).toEqual(['don', "'", 't', '写', '3', '首', 'v2', '.']);
  for (const { text: word, start, end } of words) expect(text.slice(start, end)).toBe(word);
});

describe('what cannot be done is said', () => {
  beforeAll(() => {
    writeFileSync(at('one.jsonl'), '{"text":"a","label":"x"}\n{"text":"b","label":"x"}\n');
    writeFileSync(at('ragged.conll'), 'a O\nb\n');
    writeFileSync(at('other.jsonl'), '{"text":"a","label":"x"}\n');
    writeFileSync(
      at('lost.json'),
      JSON.stringify({
        data: [
          {
            paragraphs: [
              { context: 'sea', qas: [{ question: '?', answers: [{ text: 'moon', answer_start: 0 }] }] },
            ],
          },
        ],
      }),
    );
  });

  test.each([
    [['encoder'], /tune head: --task needs a value/],
    [['encoder', '--task', 'clasify', '--data', 'classify.jsonl'], /did you mean "classify"/],
    [
      ['encoder', '--task', 'regress', '--data', 'classify.jsonl'],
      /the label must be a number, got "ship".*--task classify/,
    ],
    [
      ['encoder', '--task', 'classify', '--data', 'one.jsonl', '--test', 'one.jsonl'],
      /from 2 to 1000 different labels, got 1/,
    ],
    [
      ['encoder', '--task', 'pair', '--data', 'classify.jsonl'],
      /must have a field called text2.*got text, label/,
    ],
    [['encoder', '--task', 'label', '--data', 'ragged.conll'], /ragged\.conll:2: must be a word and its tag/],
    [
      ['encoder', '--task', 'span', '--data', 'lost.json'],
      /an answer must stand in its context, and "moon" does not/,
    ],
    [['encoder', '--task', 'span', '--data', 'classify.jsonl'], /is neither SQuAD's json nor a record/],
    [
      ['encoder', '--task', 'classify', '--data', 'classify.jsonl', '--head-only', '--rank', '2'],
      /--head-only and --rank cannot/,
    ],
    [
      ['encoder', '--task', 'classify', '--data', 'classify.jsonl', '--transfer', '10,9000'],
      /--transfer must be whole numbers from 2/,
    ],
    [
      ['encoder', '--task', 'classify', '--data', 'classify.jsonl', '--test', 'other.jsonl'],
      /--test must be examples with a label that is learned, got "other.jsonl"/,
    ],
    [
      ['encoder', '--task', 'classify', '--data', 'classify.jsonl', '--draws', '2'],
      /--draws has an effect with --transfer only/,
    ],
    [
      ['encoder', '--task', 'classify', '--data', 'classify.jsonl', '--transfer', '10', '--save-every', '2'],
      /--transfer and --save-every cannot/,
    ],
    [['missing', '--task', 'classify', '--data', 'classify.jsonl'], /missing/],
  ])('tune head %j', async (argv, words) => {
    const { status, err } = await inkstone(['tune', 'head', ...argv, '--out', 'refused.csv'], { cwd });
    expect(err).toMatch(words);
    expect(status).toBe(2);
  });

  test('commands that write refuse a head, predict a run without one; in Chinese too', async () => {
    const writes = await inkstone(['generate', 'encoder-classify'], { cwd, lang: 'zh' });
    expect(writes.status).toBe(2);
    expect(writes.err).toMatch(/带有 --task classify 的任务头/);
    expect(HAN.test(writes.err)).toBe(true);
    const asks = await inkstone(['predict', 'encoder', '--text', 'a'], { cwd });
    expect(asks.err).toMatch(/encoder has no task head; train one with inkstone tune head encoder/);
    expect(asks.status).toBe(2);
  });
});
