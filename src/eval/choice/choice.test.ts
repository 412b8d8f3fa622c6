/** The table of rules, what they rest on, and the order that they and trials make. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { languageDetector } from '../../data/index.ts';
import { candidatesFor, modelCandidates } from './choice-candidates.ts';
import { type ChoiceFacts, type ChoiceTask, profileTexts } from './choice-facts.ts';
import { choiceRules, holds, type RuleId } from './choice-rules.ts';
import { chooseModel, type ModelCost, rankByTrials } from './choose-model.ts';

const root = join(import.meta.dirname, '../../..');

const facts: ChoiceFacts = {
  task: 'classify',
  language: 'en',
  texts: 3000,
  characters: 300_000,
  characterKinds: 80,
  tokens: 60_000,
  textTokens: 20,
};
const limits = { memoryBytes: 24e9, hasEndpoint: true };
const costs: { readonly [name: string]: ModelCost } = { 'decoder-7b': { trainBytes: 30e9 } };
const choose = (changes: Partial<ChoiceFacts>, more: object = {}) =>
  chooseModel({ ...facts, ...changes }, { ...limits, ...more }, (name) => costs[name] ?? {});
const pointsOf = (name: string, changes: Partial<ChoiceFacts>) =>
  choose(changes).find((choice) => choice.name === name)!.points;

describe('the table of rules', () => {
  test.each(Object.keys(choiceRules) as RuleId[])(
    '%s moves a candidate of its task, and says where it is from',
    (id) => {
      const { when, points, source } = choiceRules[id];
      const tasks = (when.task ?? ['classify', 'write', 'translate', 'search']) as readonly ChoiceTask[];
      const moved = Object.keys(points);
      expect(moved.length).toBeGreaterThan(0);
      const able = new Set<string>(tasks.flatMap((task) => candidatesFor(task)));
      // A rule for a model that no task of it can reach would never be read.
      if (id !== 'rare-han') expect(moved.filter((name) => !able.has(name))).toEqual([]);
      expect(moved.every((name) => name in modelCandidates)).toBe(true);
      if (source.kind !== 'log') return;
      expect(readFileSync(join(root, 'docs/LOG.md'), 'utf8')).toContain(`\n## ${source.heading}\n`);
    },
  );

  test('a range begins with its first number and ends before its second; what is not known holds no range', () => {
    expect(holds({ texts: [50, 2000] }, { ...facts, texts: 50 })).toBe(true);
    expect(holds({ texts: [50, 2000] }, { ...facts, texts: 2000 })).toBe(false);
    expect(holds({ unseen: [0, 1] }, facts)).toBe(false);
    expect(holds({ language: ['zh', 'mixed'], task: ['classify'] }, { ...facts, language: 'mixed' })).toBe(
      true,
    );
    expect(holds({ language: ['zh', 'mixed'] }, facts)).toBe(false);
  });
});

describe('the order', () => {
  const first = (changes: Partial<ChoiceFacts>) => choose(changes)[0].name;

  test('follows the number of labelled texts, the size of the text, and the pairs', () => {
    expect(first({ texts: 300 })).toBe('encoder-pretrained');
    expect(first({ textTokens: 100 })).toBe('svm');
    expect(first({ task: 'write' })).toBe('decoder-here');
    expect(first({ task: 'write', characters: 20_000 })).toBe('decoder-pretrained');
    expect(first({ task: 'translate', texts: 1000 })).toBe('pairs-pretrained');
    expect(first({ task: 'translate', texts: 30_000 })).toBe('pairs-here');
    expect(first({ task: 'answer' })).toBe('extract');
  });

  test('differs between Chinese only and mixed texts', () => {
    expect(pointsOf('encoder-pretrained', { language: 'zh' })).toBe(
      pointsOf('encoder-pretrained', { language: 'mixed' }) + 2,
    );
    expect(first({ task: 'search', language: 'mixed' })).toBe('embedder');
    expect(first({ task: 'search', language: 'zh' })).toBe('bm25');
  });

  test('puts last what does not fit, with what it would need', () => {
    const { name, obstacles } = choose({ task: 'write' }).at(-1)!;
    expect(name).toBe('decoder-7b');
    expect(obstacles).toEqual([{ what: 'memory', needed: 30e9, limit: 24e9 }]);
    const remote = choose({}, { hasEndpoint: false }).at(-1)!;
    expect(remote).toMatchObject({ name: 'remote', obstacles: [{ what: 'endpoint' }] });
  });

  test('after trials is that of the scores; what chance may explain goes to the sooner trained', () => {
    const of = (name: 'svm' | 'naive-bayes' | 'cnn', score: number, trainSeconds: number) => {
      const figures = { trainSeconds };
      return {
        name,
        score,
        interval: { low: score - 0.02, high: score + 0.02 },
        measured: figures,
        estimated: figures,
      };
    };
    const choices = choose({});
    const trials = [of('svm', 0.7, 1), of('naive-bayes', 0.79, 2), of('cnn', 0.8, 60)];
    const ranked = rankByTrials(choices, trials, 'higher').map(({ name }) => name);
    expect(ranked.slice(0, 3)).toEqual(['naive-bayes', 'cnn', 'svm']);
    expect([...ranked].sort()).toEqual(choices.map(({ name }) => name).sort());
    const lower = rankByTrials(
      choices,
      trials.map(({ interval: _, ...trial }) => trial),
      'lower',
    );
    expect(lower[0].name).toBe('svm');
  });
});

test('texts are looked at: language, labels, words that stand nowhere else, characters beyond daily use', async () => {
  const detect = await languageDetector();
  const profile = (texts: readonly { text: string; label?: string }[]) =>
    profileTexts(texts, {
      detect,
      cut: (text) => text.split(' '),
      countTokens: (text) => text.split(' ').length,
    });
  const english = 'the room was clean and the people were very kind to us';
  const chinese = '房间很干净，服务员也很热情，下次还会再来';
  // Alone, some of these are too short to tell the language of.
  const many = Array.from({ length: 40 }, (_, i) => ({
    text: `${english} ${i % 10 === 9 ? 'new' : ''}`,
    label: i < 30 ? 'a' : 'b',
  }));
  expect(profile(many)).toMatchObject({ language: 'en', texts: 40, labels: 2, rarest: 10, unseen: 1 / 13 });
  expect(profile(many.map(({ text }) => ({ text }))).unseen).toBeUndefined();
  expect(profile([{ text: chinese }])).toMatchObject({ language: 'zh', rareHan: 0 });
  expect(profile([{ text: `${chinese}，价格 100 元，WiFi 也快` }]).language).toBe('zh');
  expect(profile([{ text: chinese }, { text: english }]).language).toBe('mixed');
  expect(profile([{ text: `${chinese} ${english}` }]).language).toBe('mixed');
  expect(profile([{ text: 'das Zimmer war sehr sauber und die Leute waren freundlich' }]).language).toBe(
    'other',
  );
  // 饕餮 are in level 2, 齉 in none.
  expect(profile([{ text: '天饕餮齉' }]).rareHan).toBe(0.75);
});
