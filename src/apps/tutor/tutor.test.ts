/** Questions from sentences, grades with reasons, a rating that follows the answers. */

import { describe, expect, test, vi } from 'vitest';
import { createRng } from '../../rng.ts';
import type { GenerationPart } from '../../types.ts';
import type { AnswerWriter } from '../answer-writer.ts';
import { askByModel } from './ask-model.ts';
import { gradeAnswer } from './grade.ts';
import { chanceOf, learn, levelOf, newLearner, nextQuestion, showsChoices } from './learner.ts';
import { knownCount, lessonId, takeAnswer } from './lesson.ts';
import { BLANK, makeQuestions, type StudySource } from './question.ts';

/** A sentence whose names stand in brackets and whose nouns in braces. */
function source(marked: string, start = 0, language = 'en'): StudySource {
  const words: { text: string; start: number; end: number; upos: string }[] = [];
  let text = '';
  for (const [piece] of marked.matchAll(/\[[^\]]*\]|\{[^}]*\}|[^[{]+/g)) {
    const isMarked = /^[[{]/.test(piece);
    const own = isMarked ? piece.slice(1, -1) : piece;
    const from = start + text.length;
    const upos = piece.startsWith('[') ? 'PROPN' : 'NOUN';
    if (isMarked) words.push({ text: own, start: from, end: from + own.length, upos });
    text += own;
  }
  const sentence = { text, start, end: start + text.length, language, words, entities: [] };
  return { key: 'a.md', sentence };
}
const sources = [
  source('The {wall} near [Beijing] was built by the {dynasty} of Ming.', 10),
  source('They walked over the {wall} to [Paris] in the last summer.', 100),
  source('A {ship} sails from [Lisbon] to the coast of Brazil.', 200),
  source('In [Athens] and again in [Athens] the {wall} was broken.', 300),
  source('A {road} leads from [Vienna] over the hills to Trieste.', 400),
  source('Many people came from [Madrid] to see the tall {wall}.', 500),
  source('[李白]曾经住在{草堂}，写下许多诗。', 600, 'zh'),
];

describe('questions', () => {
  const questions = makeQuestions(sources);

  test('one for each sentence that stands by itself: the rarest name is asked for, once in its sentence', () => {
    expect(questions.map(({ source: { key, start }, answer }) => [key, start, answer])).toEqual([
      ['a.md', 10, 'Beijing'],
      ['a.md', 200, 'Lisbon'],
      ['a.md', 300, 'wall'],
      ['a.md', 400, 'Vienna'],
      ['a.md', 500, 'Madrid'],
      ['a.md', 600, '李白'],
    ]);
    expect(questions[0].text).toBe(`The wall near ${BLANK} was built by the dynasty of Ming.`);
    expect(questions[0].source).toMatchObject({ start: 10, sentence: sources[0].sentence.text });
    expect(questions[5].text).toBe(`${BLANK}曾经住在草堂，写下许多诗。`);
  });

  test('a question keeps its id where its sentence moves; no two of several documents share one', () => {
    const ids = questions.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const moved = sources.map(({ sentence }) => ({
      key: 'b.md',
      sentence: {
        ...sentence,
        start: sentence.start + 9,
        words: sentence.words.map((word) => ({ ...word, start: word.start + 9, end: word.end + 9 })),
      },
    }));
    expect(makeQuestions(moved).map(({ id }) => id)).toEqual(ids);
    const documents = [
      source('A {ship} sails to the far coast of Brazil.'),
      source('A {road} leads over all of the green hills.'),
    ];
    expect(new Set(makeQuestions(documents).map(({ id }) => id)).size).toBe(2);
  });

  test('the sentence does not tell its answer: in capitals, by a word of it, by the other half of a hyphen', () => {
    expect(
      makeQuestions([
        source('The {wall} is long, and Walls of its kind are rare.'),
        source('[Anna Weber] was here, as old Weber told all of us.'),
        source('The two met twenty-{one} times on the way to town.'),
      ]),
    ).toEqual([]);
  });

  test('choices look like the answer: its case, its number, its article', () => {
    const nouns = ['ship', 'road', 'hill', 'oven', 'apple', 'iron', 'orange', 'ships', 'roads', 'hills'];
    const others = nouns.map((noun, i) => source(`We saw nothing of the {${noun}} on that day.`, 100 * i));
    const choicesOf = (marked: string) => makeQuestions([source(marked, 5000), ...others])[0].choices;
    const first = choicesOf('{Doors} were open, and people came and went.');
    expect(first.filter((choice) => /^[A-Z]\w+s$/.test(choice))).toHaveLength(4);
    const article = choicesOf('For the price of an {egg} nobody gets much more.');
    expect(article.filter((choice) => /^[aeiou]/.test(choice))).toHaveLength(4);
  });

  test('of many names few are looked at for each question', () => {
    const many = Array.from({ length: 1000 }, (_, i) => {
      const name = i.toString(36) + 'town'.repeat(1 + (i % 9));
      return source(`The man of that name came from [${name}] to see it.`, 100 * i);
    });
    const reading = vi.spyOn(String.prototype, 'normalize');
    const { length } = makeQuestions(many);
    const times = reading.mock.calls.length;
    reading.mockRestore();
    expect(length).toBe(many.length);
    expect(times / many.length).toBeLessThan(50);
  });

  test('choices are of the same kind and language, hold the answer once, and nothing of the sentence', () => {
    const [first] = questions;
    expect(first.choices).toHaveLength(4);
    expect(first.choices.filter((choice) => choice === 'Beijing')).toHaveLength(1);
    expect(first.choices).not.toContain('wall');
    expect(questions[5].choices).toEqual([]);
    expect(makeQuestions(sources)[0].choices).toEqual(first.choices);
  });

  test('what stands often is easier', () => {
    const hard = questions.map(({ difficulty }) => difficulty);
    expect(hard[2]).toBeLessThan(hard[0]);
    expect(hard.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 9);
  });

  test('a model words them, unless it tells the answer or asks nothing', async () => {
    const [question] = questions;
    const says = (text: string): AnswerWriter => ({
      contextTokens: 1000,
      count: () => 10,
      async *write(): AsyncGenerator<GenerationPart, void> {
        yield { type: 'text-delta', text };
      },
    });
    const asked = async (text: string) => (await askByModel(question, says(text))).text;
    expect(await asked('Question: Near which town was it built?\nBeijing')).toBe(
      'Near which town was it built?',
    );
    expect(await asked('What is BEIJING?')).toBe(question.text);
    expect(await asked('It was built.')).toBe(question.text);
    expect((await askByModel(question, { ...says('Who?'), contextTokens: 20 })).text).toBe(question.text);
  });
});

test.each([
  ['Qin Shi Huang', 'qin shi huang.', 1, 'exact'],
  ['Great Wall', 'the Great Wall', 1, 'exact'],
  ['Beijing', 'I think it was Beijing', 1, 'within'],
  ['Beijing', 'Bejing', 0.8, 'spelling'],
  ['1368', '1369', 0, 'wrong'],
  ['Marco Polo', 'Polo', 0.25, 'part'],
  ['Paris', 'London', 0, 'wrong'],
  ['Paris', 'Paris or London', 0, 'wrong'],
  ['李白', '是李白吧', 1, 'within'],
  ['李白', '杜甫', 0, 'wrong'],
  ['李白', ' 。', 0, 'none'],
  ['李白', '不是李白', 0, 'wrong'],
  ['李白', '是不是李白', 1, 'within'],
  ['李白', '王维和孟浩然和岑参和高适和王昌龄和李商隐和杜牧和李白', 0, 'wrong'],
  ['Beijing', 'It was not in Beijing', 0, 'wrong'],
  ['八百', '一千八百', 0, 'wrong'],
  ['八百', '有八百人', 1, 'within'],
  ['一九一一年', '一九一二年', 0, 'wrong'],
  ['1907', '是１９０７年', 1, 'within'],
  ['1,000', '1000', 1, 'exact'],
  ['3.14', '3', 0, 'wrong'],
  ['ship', 'ships', 0.8, 'spelling'],
  ['cities', 'city', 0.8, 'spelling'],
  ['sea-level', 'sea level', 1, 'exact'],
  ['Vienna', 'In Londonderry? No, Vienna', 1, 'within'],
] as const)('%s: "%s" is worth %s (%s)', (answer, said, score, reason) => {
  expect(gradeAnswer({ answer, choices: ['London', answer] }, said)).toEqual({ score, reason });
});

describe('a learner', () => {
  const questions = makeQuestions(sources);

  test('right answers raise the rating, wrong ones lower it; the question moves the other way', () => {
    const [question] = questions;
    const right = learn(newLearner(), question, 1);
    const wrong = learn(newLearner(), question, 0);
    expect(right.rating).toBeGreaterThan(0);
    expect(wrong.rating).toBeLessThan(0);
    expect(right.questions[question.id].difficulty).toBeLessThan(question.difficulty);
    // Guessing finds one in four: a wrong answer says more than a right one.
    expect(-wrong.rating).toBeGreaterThan(right.rating);
    expect(chanceOf({ ...newLearner(), rating: -50 }, question)).toBeCloseTo(0.25, 9);
  });

  test('who knows much is asked without choices, and has a higher level', () => {
    const expert = { ...newLearner(), rating: 3 };
    expect(showsChoices(newLearner(), questions[0])).toBe(true);
    expect(showsChoices(expert, questions[0])).toBe(false);
    expect([levelOf({ ...expert, rating: -9 }), levelOf(newLearner()), levelOf(expert)]).toEqual([1, 2, 5]);
  });

  test('a wrong answer comes again after two others, until all are known', () => {
    let learner = newLearner();
    const asked: string[] = [];
    let failed = '';
    for (;;) {
      const question = nextQuestion(questions, learner, createRng(1).split(learner.turns));
      if (!question) break;
      asked.push(question.id);
      if (failed === '') failed = question.id;
      learner = learn(learner, question, question.id === failed && learner.turns === 0 ? 0 : 1);
    }
    expect(asked).toHaveLength(questions.length + 1);
    expect(new Set(asked).size).toBe(questions.length);
    expect(asked.indexOf(failed, 1)).toBeGreaterThan(2);
  });
});

describe('lessons', () => {
  test('the same texts are the same lesson; cut elsewhere, or named otherwise, they are another', () => {
    const id = lessonId([
      { key: 'a', text: 'bc' },
      { key: 'd', text: '' },
    ]);
    expect(id).toMatch(/^[\da-f]{32}$/);
    for (const other of [
      [
        { key: 'a', text: 'b' },
        { key: 'd', text: 'c' },
      ],
      [
        { key: 'ab', text: 'c' },
        { key: 'd', text: '' },
      ],
      [{ key: 'a', text: 'bcd' }],
    ]) {
      expect(lessonId(other)).not.toBe(id);
    }
  });

  test('a shown choice is answered by its number, and counts as known', () => {
    const [question] = makeQuestions(sources);
    const learner = newLearner();
    const number = question.choices.indexOf(question.answer) + 1;
    const { grade, learner: after } = takeAnswer(learner, question, ` ${number} `);
    expect(grade).toEqual({ score: 1, reason: 'exact' });
    expect([
      knownCount({ questions: [question] }, learner),
      knownCount({ questions: [question] }, after),
    ]).toEqual([0, 1]);
    // Where no choices are shown a number is an answer like any other.
    expect(takeAnswer({ ...learner, rating: 3 }, question, String(number)).grade.reason).toBe('wrong');
  });
});
