import { describe, expect, test } from 'vitest';
import type { TextModel } from '../types.ts';
import { type RuleSet, ruleModel } from './rule-model.ts';
import { defaultRules } from './rule-set.ts';

const small: RuleSet = {
  rules: [
    { pattern: 'Good morning', answers: ['And to you.'] },
    { pattern: '* is my *', answers: ['So {2} is {1}?'] },
    { pattern: '*我的*', answers: ['你说的是{2}'] },
    { pattern: 'I * you', answers: ['Why do you {1} me?'] },
  ],
  fallbacks: ['Go on.'],
  swaps: { my: 'your', your: 'my', i: 'you', you: 'I', 我: '你', 你: '我' },
};

async function answer(model: TextModel, prompt: string): Promise<string> {
  let text = '';
  for await (const part of model.generate({ prompt })) if (part.type === 'text-delta') text += part.text;
  return text;
}

describe('a model of rules', () => {
  const model = ruleModel(small);
  test.each([
    ['good  MORNING!', 'And to you.'],
    ['good morning all', 'Go on.'],
    ['Your dog is my friend.', 'So friend is my dog?'],
    ['这是我的你和我。', '你说的是我和你'],
    ['I trust you', 'Why do you trust me?'],
    ['I you', 'Go on.'],
    ['Iyou', 'Go on.'],
    ['my mystery is my yours', 'So yours is your mystery?'],
    ['', 'Go on.'],
  ])('%j → %j', async (prompt, expected) => expect(await answer(model, prompt)).toBe(expected));

  test('draws among answers by seed and text, the same each time', async () => {
    const prompts = Array.from({ length: 20 }, (_, i) => `I need ${i}`);
    const all = (seed: number) =>
      Promise.all(prompts.map((p) => answer(ruleModel(defaultRules, { seed }), p)));
    const [first, again, other] = [await all(1), await all(1), await all(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first.map((text) => text.split(' ')[0]))).toEqual(new Set(['Why', 'What']));
  });

  test('what stands in a text is never a pattern or a place', async () => {
    const echo = ruleModel({ rules: [{ pattern: 'say *', answers: ['{1}'] }], fallbacks: ['?'] });
    expect(await answer(echo, 'say $& {1} .* \\')).toBe('$& {1} .* \\');
  });

  test('many stars and a long text take no long time', async () => {
    const pattern = `${'*a'.repeat(50)}b`;
    expect(
      await answer(ruleModel({ rules: [{ pattern, answers: ['!'] }], fallbacks: ['?'] }), 'a'.repeat(9000)),
    ).toBe('?');
  });

  test('says nothing once it is stopped, and is a text model to the end', async () => {
    const parts = [];
    for await (const part of model.generate({ prompt: 'x', signal: AbortSignal.abort() })) parts.push(part);
    expect(parts).toMatchObject([{ type: 'finish', reason: 'aborted' }]);
  });

  test.each([
    [{ rules: [], fallbacks: [] }, /at least one fallback/],
    [{ rules: [{ pattern: 'a', answers: [] }], fallbacks: ['x'] }, /rule "a" needs at least one answer/],
    [{ rules: [{ pattern: 'a *', answers: ['{2}'] }], fallbacks: ['x'] }, /rule "a \*" has 1 star.*\{2\}/],
  ])('bad rules are refused: %j', (rules, words) => expect(() => ruleModel(rules)).toThrow(words));
});

describe('the rules to begin with', () => {
  test.each([
    ['Hello there', /^(Hello|Good day)/],
    ['I am tired of my work', /(tired of your work\?)$/],
    ['我觉得我的工作太多。', /觉得你的工作太多/],
    ['因为你太忙', /我太忙|别的原因/],
    ['qwerty', /请接着说|再多说/],
  ])('%s', async (prompt, words) => expect(await answer(ruleModel(defaultRules), prompt)).toMatch(words));
});
