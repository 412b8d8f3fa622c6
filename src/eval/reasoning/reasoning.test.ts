/** The sums are right and told apart; methods are counted right by right. */

import { expect, test } from 'vitest';
import type { ChainModel } from '../../decode/index.ts';
import { measureReasoning, sampleChains, sumTasks, sumTexts } from '../index.ts';

test('sums: every step and answer holds, uses each number once, and no question comes twice', () => {
  const tasks = sumTasks(200, { seed: 5 });
  expect(new Set(tasks.map(({ question }) => question)).size).toBe(200);
  for (const { question, answer, steps } of tasks) {
    const numbers = question.match(/\d+/g)!.map(Number);
    const used: number[] = [];
    let total = Number(steps[0].split('+')[0]);
    used.push(total);
    for (const step of steps) {
      const [a, b, c] = step.split(/[+=]/).map(Number);
      expect([a, a + b]).toEqual([total, c]);
      used.push(b);
      total = c;
    }
    expect(used.sort()).toEqual(numbers.sort());
    expect(answer).toBe(String(total));
  }
  expect(sumTasks(3, { lang: 'zh' }).every(({ question }) => /有\d+.*共几件？$/.test(question))).toBe(true);
  expect(sumTasks(200, { seed: 5 })).toEqual(tasks);
});

test('texts to learn from: each sum with and without its steps, the answer last', () => {
  const [task] = sumTasks(1);
  const texts = sumTexts([task]).sort((a, b) => b.length - a.length);
  expect(texts).toEqual([
    [task.question, ...task.steps.map((step, i) => `${i + 1}. ${step}`), `#### ${task.answer}`].join('\n'),
    `${task.question}\n#### ${task.answer}`,
  ]);
});

/** Says 1 when it is greedy, else 2; two tokens each. */
const model: ChainModel = {
  async *generate({ n = 1, temperature, prompt }) {
    for (let index = 0; index < n; index++) {
      const text = prompt.endsWith('=') ? '3' : temperature === 0 ? ' 1' : ' 2';
      yield { type: 'text-delta', index, text };
      yield { type: 'finish', index, reason: 'eos', promptTokens: 1, completionTokens: 2 };
    }
  },
};
const questions = ['2', '2', '1', '2'].map((answer, i) => ({ question: `q${i}`, answer }));

test('accuracy, cost and the chance that it is chance', async () => {
  const done: number[] = [];
  const rows = await measureReasoning(model, questions, {
    methods: ['direct', 'greedy', 'vote'],
    answerPattern: /\d$/,
    n: 3,
    concurrent: 2,
    template: { before: '', opening: ':' },
    directTemplate: { before: '', opening: '=' },
    onProgress: (at, total) => void done.push(at / total),
  });
  expect(rows).toMatchObject([
    { method: 'direct', right: 0, accuracy: 0, tokensPerQuestion: 2, callsPerQuestion: 1 },
    { method: 'greedy', right: 1, accuracy: 0.25, answers: ['1', '1', '1', '1'] },
    { method: 'vote', right: 3, accuracy: 0.75, tokensPerQuestion: 6, callsPerQuestion: 1 },
  ]);
  expect(rows[2].standardError).toBeCloseTo(Math.sqrt((0.75 * 0.25) / 4), 12);
  // Of 16 exchanges of 4 pairs, 10 differ by 2 or more.
  expect(rows[2].pValue).toBeCloseTo(10 / 16, 1);
  expect(rows[1].pValue).toBeUndefined();
  expect(done).toEqual(Array.from({ length: 12 }, (_, i) => (i + 1) / 12));
});

test('a question that fails is the last: no others are put to the model', async () => {
  let asked = 0;
  const failing: ChainModel = {
    async *generate(request) {
      if (++asked === 2) throw new Error('no answer');
      await Promise.resolve();
      yield* model.generate(request);
    },
  };
  const many = Array.from({ length: 40 }, () => questions[0]);
  const measured = measureReasoning(failing, many, { methods: ['greedy'], concurrent: 2 });
  await expect(measured).rejects.toThrow('no answer');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toBeLessThan(5);
});

test('samples say of each different chain whether it is right', async () => {
  const samples = await sampleChains(model, questions.slice(1, 3), {
    answerPattern: /\d$/,
    template: { before: '> ', opening: ':' },
  });
  expect(samples).toEqual([
    { text: '> q1: 2', isRight: true },
    { text: '> q2: 2', isRight: false },
  ]);
});
