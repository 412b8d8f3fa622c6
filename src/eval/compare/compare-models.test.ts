import { describe, expect, test } from 'vitest';
import { functionModel } from '../../decode/index.ts';
import { createRng } from '../../rng.ts';
import { trainBpe, trainCharacters } from '../../text/index.ts';
import type { Tokenizer } from '../../types.ts';
import {
  type CompareEvent,
  type CompareOptions,
  compareModels,
  comparePage,
  comparePlots,
  compareVerdict,
  modelLines,
  writtenLines,
} from '../index.ts';
import { comparedTexts, textPrompts } from './compared-texts.ts';
import { scoreDocuments } from './score-documents.ts';

const EOS = '<|endoftext|>';
const rng = createRng(3);
const pick = <T>(from: readonly T[]): T => from[rng.integer(from.length)];
const chinese = Array.from(
  { length: 24 },
  () => `${Array.from({ length: 40 }, () => pick([...'明月江山風雲春花夜雨水天人心行遠'])).join('')}。`,
);
const english = Array.from({ length: 24 }, () => {
  const word = () => Array.from({ length: 3 + rng.integer(4) }, () => pick([...'abcdefghij'])).join('');
  return `${Array.from({ length: 12 }, word).join(' ')}.`;
});

const charactersOf = (texts: readonly string[]): Tokenizer =>
  trainCharacters(texts, { specialTokens: [EOS], eosToken: EOS, byteFallback: false });

/** Every token is as likely as any other. */
const uniform = (tokenizer: Tokenizer, contextLength = 128) =>
  functionModel({
    vocabSize: tokenizer.vocabSize,
    contextLength,
    logits: () => new Float32Array(tokenizer.vocabSize),
  });

/** Likes the next token of a cycle best: `weight` nats above the others. */
function circling(tokenizer: Tokenizer, cycle: readonly number[], weight: number) {
  return functionModel({
    vocabSize: tokenizer.vocabSize,
    contextLength: 128,
    logits(ids) {
      const row = new Float32Array(tokenizer.vocabSize);
      row[cycle[(cycle.indexOf(ids.at(-1)!) + 1) % cycle.length]] = weight;
      return row;
    },
  });
}

async function compare(options: CompareOptions) {
  const events: CompareEvent[] = [];
  for await (const event of compareModels(options)) events.push(event);
  const last = events.at(-1)!;
  if (last.type !== 'report') throw new Error('a comparison must end with its report');
  return { report: last.report, events };
}

describe('bits of documents', () => {
  test.each([
    ['English', english],
    ['Chinese', chinese],
  ])('a uniform model needs log2 of its vocabulary for each token of %s text', async (_, texts) => {
    const tokenizer = charactersOf(texts);
    const model = uniform(tokenizer);
    const [score] = await scoreDocuments(model, tokenizer, texts, { prefixIds: [tokenizer.eosId!] });
    expect(score.characters).toBe([...texts[0]].length);
    expect(score.tokens).toBe(score.characters);
    expect(score.bits).toBeCloseTo(score.tokens * Math.log2(tokenizer.vocabSize), 6);
    // Without a prefix the first token costs as much: nothing tells it.
    const [bare] = await scoreDocuments(model, tokenizer, texts);
    expect(bare).toEqual({ ...score, bits: expect.closeTo(score.bits, 6) });
    expect(model.openSequences).toBe(0);
  });

  test('a text longer than the context counts each token once, with half a context before it', async () => {
    const tokenizer = charactersOf(english);
    const seen: number[] = [];
    const model = functionModel({
      vocabSize: tokenizer.vocabSize,
      contextLength: 10,
      logits(ids) {
        seen.push(ids.length);
        return new Float32Array(tokenizer.vocabSize);
      },
    });
    const text = english.join(' ');
    const [score] = await scoreDocuments(model, tokenizer, [text], { prefixIds: [tokenizer.eosId!] });
    expect(score.tokens).toBe([...text].length);
    expect(score.bits).toBeCloseTo(score.tokens * Math.log2(tokenizer.vocabSize), 4);
    expect(Math.max(...seen)).toBe(10);
  });

  test('an empty text costs nothing', async () => {
    const tokenizer = charactersOf(english);
    const scores = await scoreDocuments(uniform(tokenizer), tokenizer, ['', 'a']);
    expect(scores[0]).toEqual({ bits: 0, characters: 0, tokens: 0 });
    expect(scores[1].tokens).toBe(1);
  });
});

describe('texts that are compared', () => {
  test('are taken from all over many, and a book is cut into pieces that lose nothing', () => {
    expect(comparedTexts(['a', 'b', ' ', 'c', 'd', 'e', 'f'], 3)).toEqual(['a', 'c', 'e']);
    for (const book of [english.join(' '), chinese.join(''), '😀'.repeat(900)]) {
      const pieces = comparedTexts([book], 8);
      expect(pieces.join('')).toBe(book);
      expect(pieces.length).toBeGreaterThan(5);
      expect(pieces.every((piece) => Buffer.from(piece).toString() === piece && piece.length >= 50)).toBe(
        true,
      );
    }
    const words = new Set(english.join(' ').split(' '));
    for (const piece of comparedTexts([english.join(' ')], 8)) {
      expect(
        piece
          .trim()
          .split(' ')
          .every((word) => words.has(word)),
      ).toBe(true);
    }
  });
});

describe('prompts by characters', () => {
  const all = { count: 8, promptLength: 6, length: 10, fits: () => true };
  test('finish a word of English, and end anywhere in Chinese', () => {
    const [one] = textPrompts(['the morning wind is cold', '明月照江山風雲春花夜雨水天人心行遠'], all);
    expect(one).toEqual({ prompt: 'the morning', continuation: ' wind is c' });
    const [, two] = textPrompts(['the morning wind is cold', '明月照江山風雲春花夜雨水天人心行遠'], all);
    expect(two).toEqual({ prompt: '明月照江山風', continuation: '雲春花夜雨水天人心行' });
  });

  test('a word without end is cut, a character of two units never', () => {
    const [one, two] = textPrompts(['x'.repeat(400), '😀'.repeat(40)], all);
    expect(one.prompt).toHaveLength(12);
    expect([...two.prompt]).toEqual(Array(6).fill('😀'));
  });

  test('short texts and those that do not fit are passed over', () => {
    expect(() => textPrompts(['short', 'long enough to go on', 'tiny'], all)).toThrow(
      /at least 2 texts.*got 1/,
    );
    expect(() => textPrompts(english, { ...all, fits: () => false })).toThrow(/got 0/);
  });
});

describe.each([
  ['English', english, 'words', 'ab '],
  ['Chinese', chinese, 'characters', '明月江'],
] as const)('models on %s texts', (_, texts, unit, phrase) => {
  const tokenizer = charactersOf(texts);
  const models = [
    { name: 'even', model: uniform(tokenizer), tokenizer, parameters: 10 },
    { name: 'stuck', model: circling(tokenizer, tokenizer.encode(phrase), 8), tokenizer, parameters: 1000 },
  ];

  test('are ranked by the bits they need, with chance told apart, and by how near to people they write', async () => {
    const { report, events } = await compare({
      models,
      heldOut: texts,
      strategies: ['greedy', 'sample'],
      prompts: 8,
      length: 30,
    });
    expect(report.settings).toMatchObject({ documents: 24, prompts: 8, length: 30, unit });
    expect(report.best).toBe('even');
    const [even, stuck] = report.models;
    expect(even.bitsPerCharacter.value).toBeCloseTo(Math.log2(tokenizer.vocabSize), 6);
    expect(even.pValue).toBeUndefined();
    expect(stuck.bitsPerCharacter.value).toBeGreaterThan(even.bitsPerCharacter.value);
    expect(stuck.pValue).toBeLessThan(0.01);
    expect(report.nearest.model).toBe('even');
    const row = (model: string, name: string) =>
      report.rows.find((one) => one.model === model && one.row.name === name)!.row;
    expect(row('stuck', 'greedy').stuck.value).toBe(1);
    expect(row('stuck', 'greedy').pValue).toBeLessThan(0.05);
    expect(row('even', 'sample').pValue).toBeGreaterThan(0.05);
    expect(report.people.stuck.value).toBe(0);
    const stages = events.flatMap((event) => (event.type === 'progress' ? [event.done] : []));
    expect(stages).toEqual([0, 1, 2, 3, 4, 5]);

    expect(modelLines(report).map(({ name, kind }) => [name, kind])).toEqual([
      ['even', 'chosen'],
      ['stuck', undefined],
    ]);
    expect(writtenLines(report)).toHaveLength(5);
    expect(comparePlots(report).map(({ id }) => id)).toEqual(['bits-per-character', 'diversity', 'size']);
    const [first] = compareVerdict(report) as { en: string; zh: string }[];
    expect(first.en).toMatch(
      /^even predicts these texts best: \d\.\d{3} bits a character; stuck needs \d\.\d{3} more\.$/,
    );
    expect(first.zh).toMatch(/^even 对这些文本预测得最好/);
  });

  test('the same seed writes the same; equal models differ by chance alone', async () => {
    const twins = [models[0], { ...models[0], name: 'twin' }];
    const asked = { models: twins, heldOut: texts, strategies: ['sample'], prompts: 4, length: 20 };
    const [{ report: a }, { report: b }, { report: c }] = [
      await compare(asked),
      await compare(asked),
      await compare({ ...asked, seed: 9 }),
    ];
    const textsOf = (report: typeof a) => report.rows.map(({ row }) => row.texts.map(({ text }) => text));
    expect(textsOf(a)).toEqual(textsOf(b));
    expect(textsOf(a)).not.toEqual(textsOf(c));
    expect(a.models[1].pValue).toBe(1);
    const [verdict] = compareVerdict(a) as { en: string }[];
    expect(verdict.en).toContain('which may be chance');
  });
});

test('models with different tokenizers meet on the same characters', async () => {
  const bytes = await trainBpe(chinese, { vocabSize: 262, specialTokens: [EOS] });
  const letters = charactersOf(chinese);
  const { report } = await compare({
    models: [
      { name: 'characters', model: uniform(letters), tokenizer: letters },
      { name: 'bytes', model: uniform(bytes, 512), tokenizer: bytes },
    ],
    heldOut: chinese,
    strategies: ['greedy'],
    prompts: 4,
    length: 12,
  });
  const [a, b] = report.models;
  expect(a.tokensPerCharacter).toBe(1);
  expect(b.tokensPerCharacter).toBeGreaterThan(1);
  expect(b.bitsPerCharacter.value).toBeCloseTo(b.tokensPerCharacter * Math.log2(bytes.vocabSize), 4);
  expect(comparePlots(report).map(({ id }) => id)).not.toContain('size');
});

test('the page is whole, escapes what comes from outside, and has both languages', async () => {
  const tokenizer = charactersOf(english);
  const { report } = await compare({
    models: [
      { name: '<b>a</b>', model: uniform(tokenizer), tokenizer },
      { name: 'b', model: circling(tokenizer, [1, 2], 2), tokenizer },
    ],
    heldOut: english,
    strategies: ['greedy'],
    prompts: 3,
    length: 10,
  });
  const page = comparePage(report, { data: 'x & y', lang: 'zh', command: 'npx inkstone compare a b' });
  expect(page.startsWith('<!doctype html>') && page.endsWith('</html>\n')).toBe(true);
  expect(page).toContain('<html lang="zh-Hans">');
  expect(page).toContain('&lt;b&gt;a&lt;/b&gt;');
  expect(page).not.toContain('<b>a</b>');
  expect(page).toContain('x &amp; y');
  expect(page).toContain('Models side by side');
  expect(page).toContain('模型并排比较');
  expect(page).toContain('npx inkstone compare a b');
});

describe('what cannot be compared says why', () => {
  const tokenizer = charactersOf(english);
  const one = { name: 'a', model: uniform(tokenizer), tokenizer };
  const two = { ...one, name: 'b' };
  test.each<[string, CompareOptions, RegExp]>([
    ['one model', { models: [one], heldOut: english }, /`models` must be an integer ≥ 2, got 1/],
    ['the same name twice', { models: [one, one], heldOut: english }, /name of its own, got "a" twice/],
    ['too few texts', { models: [one, two], heldOut: ['', ' ', 'x'] }, /at least 2 texts.*got 1/],
    [
      'a strategy that is none',
      { models: [one, two], heldOut: english, strategies: ['gredy'] },
      /did you mean "greedy"/,
    ],
    [
      'no room',
      { models: [one, { ...two, model: uniform(tokenizer, 12) }], heldOut: english },
      /compareModels: \d+ tokens must fit into the context, which holds 12/,
    ],
  ])('%s', async (_, options, error) => {
    await expect(compare(options)).rejects.toThrow(error);
  });

  test('an abort ends it', async () => {
    const signal = AbortSignal.abort();
    await expect(compare({ models: [one, two], heldOut: english, signal })).rejects.toThrow(/abort/i);
  });
});
