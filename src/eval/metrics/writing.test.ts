/** Fluency and faithfulness: what they count, and that they fall on shuffled, invented and repeated text, in English and Chinese. */

import { expect, test } from 'vitest';
import { createRng } from '../../rng.ts';
import { compareRecords, type EvaluateOptions, evaluateRecords, guessTask } from './evaluate.ts';
import { faithfulnessCounter } from './faithfulness.ts';
import type { EvalRecord } from './fields.ts';
import { fluencyJudge, tokensOf } from './fluency.ts';

type Lang = 'en' | 'zh';

/** Parts of sentences; a source is one of each, and what is written says the first half of it in other words. */
const parts: Record<Lang, { readonly [part: string]: readonly string[] }> = {
  en: {
    who: ['the captain', 'an old merchant', 'the young painter', 'a fisherman', 'the doctor'],
    what: ['sold his boat', 'bought a garden', 'found a letter', 'lost a wager', 'built a mill'],
    where: ['in the harbour', 'near the river', 'behind the church', 'on the island', 'at the market'],
  },
  zh: {
    who: ['船长', '老商人', '年轻画家', '渔夫', '医生'],
    what: ['卖掉了小船', '买下了花园', '发现了信件', '输掉了赌局', '盖起了磨坊'],
    where: ['在港口', '在河边', '在教堂后面', '在岛上', '在市场'],
  },
};
const sentence: Record<Lang, (who: string, what: string, where: string, year: number) => string> = {
  en: (who, what, where, year) => `${who} ${what} ${where} in ${year}.`,
  zh: (who, what, where, year) => `${year}年${who}${where}${what}。`,
};

function cases(lang: Lang) {
  const rng = createRng(7);
  const draw = (part: string) => parts[lang][part][rng.integer(5)];
  const read = Array.from({ length: 120 }, () =>
    sentence[lang](draw('who'), draw('what'), draw('where'), 1800 + rng.integer(99)),
  );
  const written = Array.from({ length: 5 }, (_, i) => {
    const at = (part: string, k: number) => parts[lang][part][k % 5];
    const year = 1901 + i;
    const first = sentence[lang](at('who', i), at('what', i + 1), at('where', i + 2), year);
    const second = sentence[lang](at('who', i), at('what', i + 3), at('where', i), year);
    return { source: `${first} ${second}`, prediction: first };
  });
  return { read, written };
}

const records = (fields: readonly object[]): EvalRecord[] =>
  fields.map((own, i) => ({ where: `x:${i + 1}`, fields: own as EvalRecord['fields'] }));

async function scoresOf(fields: readonly object[], options: EvaluateOptions = {}) {
  const { scores } = await evaluateRecords(records(fields), options);
  return Object.fromEntries(scores.map(({ metric, value }) => [metric, value]));
}

function shuffled(text: string, lang: Lang): string {
  const rng = createRng(3);
  const tokens = tokensOf(text, lang).filter((token) => token !== ' ');
  for (let i = tokens.length - 1; i > 0; i--) {
    const k = rng.integer(i + 1);
    [tokens[i], tokens[k]] = [tokens[k], tokens[i]];
  }
  return tokens.join(lang === 'zh' ? '' : ' ');
}

test.each(['en', 'zh'] as const)('in %s each score falls where it must, and only there', async (lang) => {
  const { read, written } = cases(lang);
  const options = { fluencyTexts: read };
  const good = await scoresOf(written, options);
  expect(good.groundedness).toBe(1);
  expect(good['number-accuracy']).toBe(1);
  expect(good.coverage).toBeLessThan(1);

  const mixed = written.map(({ source, prediction }) => ({ source, prediction: shuffled(prediction, lang) }));
  const disordered = await scoresOf(mixed, { ...options, lang });
  expect(good.slor - disordered.slor).toBeGreaterThan(1);

  const turned = written.map(({ source }, i) => ({ source, prediction: written[(i + 1) % 5].prediction }));
  const beside = await scoresOf(turned, options);
  expect(beside.slor).toBeCloseTo(good.slor, 10);
  expect(beside.groundedness).toBeLessThan(0.7);
  expect(beside.coverage).toBeLessThan(0.7 * good.coverage);
  expect(beside['number-accuracy']).toBe(0);

  const twice = written.map(({ source, prediction }) => ({
    source,
    prediction: `${prediction} ${prediction}`,
  }));
  const repeated = await scoresOf(twice, options);
  expect(good['repetition-free']).toBe(1);
  expect(repeated['repetition-free']).toBeLessThan(0.7);
  expect(repeated.groundedness).toBe(1);
});

test('SLOR is log p of the text less that of its words: nothing for a model without order, whatever the words', () => {
  const texts = ['a b a b', 'b a'];
  const alone = fluencyJudge(texts, { lang: 'en', order: 1 });
  expect(alone('b b zebra').gain).toBeCloseTo(0, 6);
  const { gain, tokens } = fluencyJudge(texts, { lang: 'en', order: 2 })('ab');
  expect(tokens).toBe(1);
  expect(gain).toBeLessThan(0);
  expect(() => fluencyJudge([''], { lang: 'en' })).toThrow('fluency: the text must have at least 1 token');
});

test.each([
  ['Its 1,200.50 tons sank.', 'tons sank: 1200.5', { grounded: [2, 2], covered: [2, 2], numbers: [1, 1] }],
  ['they had 12 and 7', 'The 12 of us', { grounded: [0, 0], covered: [0, 0], numbers: [2, 1] }],
  ["The ship's captain", 'SHIP and crew', { grounded: [2, 1], covered: [2, 1], numbers: [0, 0] }],
  ['就是他的小船', '他的小船沉了', { grounded: [1, 1], covered: [2, 1], numbers: [0, 0] }],
  ['1931，1935和1940', '1931、1935、1940', { grounded: [0, 0], covered: [0, 0], numbers: [3, 3] }],
  ['1912，200', '１，９１２ 200', { grounded: [0, 0], covered: [0, 0], numbers: [2, 2] }],
  ['', 'ship', { grounded: [0, 0], covered: [1, 0], numbers: [0, 0] }],
])('%j from %j', (text, source, wanted) => {
  const counts = Object.entries(faithfulnessCounter()(text, source));
  expect(Object.fromEntries(counts.map(([name, { all, held }]) => [name, [all, held]]))).toEqual(wanted);
});

test('a source without a reference makes writing; two files are compared by source; the field can be named', async () => {
  const own = records([{ prompt: '春天', output: '春天来了' }]);
  expect(guessTask(own)).toBe('writing');
  expect(() => guessTask(own, { reference: 'rigth' })).toThrow('rigth');
  await expect(evaluateRecords(own, { source: 'notse' })).rejects.toThrow('notse');
  const named = await evaluateRecords(records([{ notes: 'a red ship', prompt: 'x', output: 'a ship' }]), {
    source: 'notes',
    metrics: ['groundedness', 'coverage'],
  });
  expect(named).toMatchObject({ task: 'writing', lang: 'en', scores: [{ value: 1 }, { value: 0.5 }] });
  const { differences } = await compareRecords(own, records([{ prompt: '春天', output: '秋天去了' }]), {
    metrics: ['groundedness'],
    resample: { rounds: 4 },
  });
  expect(differences[0].difference).toBeLessThan(0);
  const other = compareRecords(own, records([{ prompt: '秋', output: '秋天去了' }]));
  await expect(other).rejects.toMatchObject({ code: 'eval/other-reference' });
});
