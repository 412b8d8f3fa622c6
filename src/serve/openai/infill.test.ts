/** `suffix` of completions: filled in by a model whose vocabulary has tokens for it, refused by others. */

import { expect, test } from 'vitest';
import { infillingOf, infillPrompt, infillTokens, trainCharacters } from '../../text/index.ts';
import type { ServedModel } from '../served-model.ts';
import type { CompletionBody } from './schemas.ts';
import { completionRequest, type RequestScope } from './to-request.ts';

const modelOf = (special: readonly string[]): ServedModel => {
  const tokenizer = trainCharacters(['abc()'], { specialTokens: ['<|endoftext|>', ...special] });
  return { id: 'm', contextLength: 24, tokenizer, prefixIds: [tokenizer.eosId!] } as unknown as ServedModel;
};
const scope = { tenant: '', checkConstraint: async () => {} } as unknown as RequestScope;
const ask = (model: ServedModel, body: Partial<CompletionBody>) =>
  completionRequest({ model: 'm', prompt: 'a(', ...body }, model, scope);

test('the prompt and the suffix are put around the place, each prompt in its turn, and a mark ends the text', async () => {
  const model = modelOf(infillTokens);
  const infilling = infillingOf(model.tokenizer)!;
  const { prompts, eosIds } = await ask(model, { prompt: ['a(', 'b('], suffix: ')c' });
  const expected = ['a(', 'b('].map((prefix) => [
    ...model.prefixIds,
    ...infillPrompt(infilling, { prefix, suffix: ')c' }),
  ]);
  expect(prompts).toEqual(expected);
  expect(eosIds).toEqual(infilling.endIds);
  expect((await ask(model, { suffix: '' })).prompts).toEqual((await ask(model, {})).prompts);
});

test('refused: by a model without the tokens, for ids, beside echo, where it is too long', async () => {
  const plain = modelOf([]);
  await expect(ask(plain, { suffix: 'x' })).rejects.toThrow('"m" has no tokens for filling in');
  expect((await ask(plain, { suffix: '' })).eosIds).toBeUndefined();
  const model = modelOf(infillTokens);
  await expect(ask(model, { suffix: 'c', prompt: [5, 6] })).rejects.toThrow('must be text beside suffix');
  await expect(ask(model, { suffix: 'c', echo: true })).rejects.toThrow('echo: must be left out');
  await expect(ask(model, { suffix: 'c'.repeat(20) })).rejects.toMatchObject({ code: 'serve/prompt-length' });
});

test('a suffix is read once for all prompts, and too long a one before it is put behind them', async () => {
  const { tokenizer, ...own } = modelOf(infillTokens);
  let read: string[] = [];
  const encode = (text: string): number[] => {
    // Names of tokens are looked up by it, too.
    if (/^[abc()]+$/.test(text)) read.push(text);
    return tokenizer.encode(text);
  };
  const model = { ...own, tokenizer: { ...tokenizer, encode } } as ServedModel;
  const prompt = ['a(', 'b(', 'c('];
  await ask(model, { prompt, suffix: ')a)' });
  expect(read).toEqual([')a)', ...prompt]);
  read = [];
  await expect(ask(model, { prompt, suffix: 'c'.repeat(30) })).rejects.toMatchObject({
    ...{ code: 'serve/prompt-length', data: { tokens: 30, most: 23 } },
  });
  expect(read).toEqual(['c'.repeat(30)]);
});
