/** Votes, the best of n and tree search: their arithmetic on a model of fixed answers, and on one of exact probabilities. */

import { describe, expect, test } from 'vitest';
import { toyTokenizer } from '../../../test/toy-tokenizer.ts';
import {
  bestOfN,
  type ChainModel,
  type ChainRequest,
  createTextModel,
  equations,
  functionModel,
  greedyChain,
  likelihood,
  selfConsistency,
  treeSearch,
} from '../index.ts';
import { answerKey, answerReader, countVotes } from './final-answers.ts';

/** A continuation: its text, the log-probabilities of its tokens, and whether a line end stopped it. */
type Said = readonly [text: string, logprobs: readonly number[], isStep?: boolean];

/** Says what the script has for a prompt, in order, and keeps what it was asked. */
function fakeModel(script: Readonly<Record<string, readonly Said[]>>, { tells = true } = {}) {
  const requests: ChainRequest[] = [];
  const model: ChainModel = {
    async *generate(request) {
      requests.push(request);
      for (let index = 0; index < (request.n ?? 1); index++) {
        const [text, logprobs, isStep = false] = script[request.prompt][index];
        const tokens = logprobs.map((logprob) => ({ id: 0, text: '', logprob }));
        yield { type: 'text-delta', index, text, ...(tells && { tokens }) };
        const stop = isStep ? { stop: '\n' } : {};
        const counts = { promptTokens: 1, completionTokens: logprobs.length };
        yield { type: 'finish', index, reason: isStep ? 'stop' : 'eos', ...stop, ...counts };
      }
    },
  };
  return { model, requests };
}

const three: readonly Said[] = [
  ['so #### 5', [-1, -1]],
  ['so #### 7', [-2, -2, -2]],
  ['so #### 7.0', [-3]],
  ['so nothing', [-0.1]],
];

test('a vote takes the answer of most chains; who has none has no vote; each token counts', async () => {
  const { model, requests } = fakeModel({ Q: three });
  const { answer, text, votes, cost, chains } = await selfConsistency(model, 'Q', { n: 4 });
  expect({ answer, text, votes, cost }).toEqual({
    answer: '7',
    text: 'so #### 7',
    votes: [
      { answer: '7', count: 2 },
      { answer: '5', count: 1 },
    ],
    cost: { calls: 1, tokens: 7 },
  });
  expect(chains.map(({ logprob }) => logprob)).toEqual([-2, -6, -3, -0.1]);
  expect(requests[0]).toMatchObject({ n: 4, temperature: 0.7, maxTokens: 256 });
});

test('the best of n by likelihood is the best by the token, by a verifier what that says; ties go to the likelier', async () => {
  const { model } = fakeModel({ Q: three });
  expect((await bestOfN(model, 'Q', { n: 3 })).chains.map(({ score }) => score)).toEqual([-1, -2, -3]);
  const seen: string[] = [];
  const verified = await bestOfN(model, 'Q', {
    n: 4,
    verifier: (prompt, chains) => {
      seen.push(prompt);
      return chains.map(({ answer }) => (answer ? Number(answer.startsWith('7')) : Number.NaN));
    },
  });
  expect(verified).toMatchObject({ answer: '7', cost: { calls: 1, tokens: 7 } });
  expect(seen).toEqual(['Q']);
  expect(verified.chains.map(({ tokens }) => tokens)).toEqual([3, 1, 2, 1]);
  const { chains } = await bestOfN(model, 'Q', { n: 4, verifier: () => [0, 0, 0, 0] });
  expect(chains.map(({ logprob }) => logprob)).toEqual([-0.1, -2, -6, -3]);
});

test('a model that tells no probabilities can take a vote, but not the likeliest', async () => {
  const { model } = fakeModel({ Q: three }, { tells: false });
  expect(await selfConsistency(model, 'Q', { n: 3 })).toMatchObject({ answer: '7' });
  await expect(bestOfN(model, 'Q', { n: 3 })).rejects.toMatchObject({ code: 'decode/no-scores' });
});

test('a tree keeps the best after each step, and counts all that was written', async () => {
  const { model, requests } = fakeModel({
    'Q>': [
      ['a', [-1], true],
      ['b', [-2], true],
      ['c', [-3], true],
    ],
    'Q>a\n': [
      ['#### 1', [-9]],
      ['#### 1', [-9]],
      ['d', [-9], true],
    ],
    'Q>b\n': [
      ['#### 2', [-2]],
      ['e', [-8], true],
      ['f', [-8], true],
    ],
    'Q>a\nd\n': [],
  });
  const found = await treeSearch(model, 'Q', { width: 2, branches: 3, opening: '>', maxSteps: 2 });
  expect(found).toMatchObject({ text: '>b\n#### 2', answer: '2', cost: { calls: 3, tokens: 9 } });
  expect(found.chains.map(({ text, score }) => [text, score])).toEqual([
    ['>b\n#### 2', -2],
    ['>a\n#### 1', -5],
  ]);
  expect(requests.map(({ prompt, stop }) => [prompt, stop])).toEqual([
    ['Q>', ['\n']],
    ['Q>a\n', ['\n']],
    ['Q>b\n', ['\n']],
  ]);
});

test('a chain that has ended stays in a tree, and is not asked to go on', async () => {
  const { model } = fakeModel({
    Q: [
      ['#### 1', [-1]],
      ['b', [-2], true],
    ],
    'Qb\n': [
      ['#### 2', [-8]],
      ['#### 3', [-9]],
    ],
  });
  const found = await treeSearch(model, 'Q', { width: 2, branches: 2 });
  expect(found).toMatchObject({ answer: '1', cost: { calls: 2, tokens: 4 } });
  expect(found.chains.map(({ answer }) => answer)).toEqual(['1', '2']);
});

test('an endpoint that does not say what ended a step is asked until nothing more comes', async () => {
  const asked: string[] = [];
  const model: ChainModel = {
    async *generate({ prompt }) {
      asked.push(prompt);
      const text = prompt === 'Q' ? 'a' : '';
      yield { type: 'text-delta', text };
      yield { type: 'finish', reason: 'stop', promptTokens: 1, completionTokens: text.length };
    },
  };
  const verifier = () => [1];
  expect(await treeSearch(model, 'Q', { width: 1, branches: 1, verifier })).toMatchObject({ text: 'a\n' });
  expect(asked).toEqual(['Q', 'Qa\n']);
});

describe('a model of exact probabilities', () => {
  // The likeliest way, a (0.4), comes to 1; b and c (0.3 each) both come to 2.
  const tokens = ['Q', 'a', 'b', 'c', '1', '2'];
  const tokenizer = toyTokenizer(tokens);
  const odds: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
    Q: [
      ['a', 0.4],
      ['b', 0.3],
      ['c', 0.3],
    ],
    a: [['1', 1]],
    b: [['2', 1]],
    c: [['2', 1]],
  };
  const model = functionModel({
    vocabSize: tokenizer.vocabSize,
    logits: (ids) => {
      const row = new Float32Array(tokenizer.vocabSize).fill(Number.NEGATIVE_INFINITY);
      const next = odds[tokens[ids.at(-1)!]];
      if (!next) row[tokenizer.eosId] = 0;
      else for (const [token, p] of next) row[tokens.indexOf(token)] = Math.log(p);
      return row;
    },
  });
  const writer = createTextModel(model, tokenizer);
  const options = { answerPattern: /\d/, temperature: 1, seed: 3 };

  test('greedy and the likeliest chain go the likeliest way, a vote where most ways lead', async () => {
    expect(await greedyChain(writer, 'Q', options)).toMatchObject({ text: 'a1', answer: '1' });
    const best = await bestOfN(writer, 'Q', { ...options, n: 64 });
    expect(best.answer).toBe('1');
    expect(best.chains[0].logprob).toBeCloseTo(Math.log(0.4), 5);
    const vote = await selfConsistency(writer, 'Q', { ...options, n: 64 });
    expect(vote.answer).toBe('2');
    expect(vote.votes![0].count / 64).toBeCloseTo(0.6, 1);
    expect(await selfConsistency(writer, 'Q', { ...options, n: 64 })).toEqual(vote);
  });

  test('what fills the context ends there', async () => {
    const loop = functionModel({ vocabSize: 3, contextLength: 8, logits: () => [-20, 0, 0] });
    const two = toyTokenizer(['x', '\n']);
    const found = await treeSearch(createTextModel(loop, two, { eosIds: [] }), 'x', {
      width: 1,
      branches: 2,
      verifier: (_, chains) => chains.map(({ text }) => text.length),
    });
    expect(found.text).toHaveLength(8);
    await expect(greedyChain(createTextModel(loop, two), 'xxxxxxxxxxxx')).rejects.toMatchObject({
      code: 'decode/context',
    });
  });
});

test('answers: the last match, in any spelling of a number', () => {
  expect(answerReader()('#### 3\n#### 4 pens')).toBe('4');
  expect(answerReader(/answer is \w+/i)('The Answer is B.')).toBe('Answer is B');
  expect(answerReader()('none')).toBeUndefined();
  expect(answerReader(/#### *(.*)/)('so\n####  \n')).toBeUndefined();
  expect(['１４７', '147.0', '147。', '147', '0147'].map(answerKey)).toEqual(Array(5).fill('147'));
  expect(answerKey('1,470')).toBe(answerKey('1470.'));
  expect(answerKey(' Paris. ')).toBe(answerKey('paris'));
  expect(countVotes([undefined, 'B', 'a', 'A', 'b'])).toEqual([
    { answer: 'B', count: 2 },
    { answer: 'a', count: 2 },
  ]);
});

test('verifiers that come with it', async () => {
  const chain = (text: string) => ({ text, answer: undefined, tokens: 2, logprob: -3 });
  const texts = ['1. 58+12=70\n2. 70-1=70', '3 × 4 = 12', '7/2=3.5', 'none'].map(chain);
  expect(await equations('Q', texts)).toEqual([0.5, 1, 1, 0]);
  const more = ['1+2+3=6', '1,470+30=1,500', '所以58−12=46，103+1=104', '- 2+2=5', '1+2+3=7'].map(chain);
  expect(await equations('Q', more)).toEqual([0, 1, 1, 0, 0]);
  expect(await likelihood('Q', texts)).toEqual([-1.5, -1.5, -1.5, -1.5]);
});

test.each([
  [{ n: 0 }, 'n'],
  [{ temperature: 0 }, 'temperature'],
  [{ maxTokens: 0 }, 'maxTokens'],
  [{ seed: -1 }, 'seed'],
])('%j is refused', async (options, option) => {
  const { model } = fakeModel({ Q: three });
  await expect(selfConsistency(model, 'Q', options)).rejects.toMatchObject({
    code: 'decode/option',
    data: { option },
  });
});

test('an aborted question throws', async () => {
  const { model } = fakeModel({ Q: three });
  const signal = AbortSignal.abort();
  await expect(selfConsistency(model, 'Q', { n: 1, signal })).rejects.toMatchObject({ name: 'AbortError' });
});
