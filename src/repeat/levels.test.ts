import { describe, expect, test } from 'vitest';
import { measureTexts, sectionRepetition, sentenceRepetition } from './index.ts';

describe('sentences and sections', () => {
  test('count as repeated whatever their case and punctuation, only within one text', () => {
    const text = 'It rains. It snows. it rains! It rains.';
    expect(sentenceRepetition([text, 'It snows.'])).toEqual({ total: 5, repeated: 0.4, consecutive: 0.2 });
    expect(sentenceRepetition(['雨停了。天晴了。天晴了！'])).toEqual({
      total: 3,
      repeated: 1 / 3,
      consecutive: 1 / 3,
    });
    expect(sectionRepetition(['a b\n\nc d\n\nA, b'])).toEqual({ total: 3, repeated: 1 / 3, consecutive: 0 });
    expect(sentenceRepetition([''])).toEqual({ total: 0, repeated: 0, consecutive: 0 });
  });
});

describe('prompts and answers', () => {
  const prompts = ['who went down to the sea', 'who came back', 'who came back'];
  const answers = ['he went down to the sea alone', 'nobody came, I fear', 'nobody came, I fear'];

  test('copied runs, the same answer to other questions, one question asked twice', () => {
    const report = measureTexts(answers, { prompts });
    // "went down to the sea" is 5 of 7 words; the others copy nothing of 4 words.
    expect(report.echo?.copied).toBeCloseTo(5 / 7 / 3, 12);
    expect(report.echo?.longestCopy).toBeCloseTo(5 / 3, 12);
    expect(report.acrossPrompts).toEqual({ prompts: 2, sameAnswer: 0, sharedNgrams: 0 });
    expect(report.samePrompt).toEqual({ prompts: 1, answers: 2, selfBleu: 1, distinct: 0.5 });
  });

  test('the same answer to every question is seen, in Chinese too', () => {
    const { acrossPrompts, samePrompt, echo } = measureTexts(['我不知道这件事。', '我不知道这件事！'], {
      prompts: ['你是谁', '今天星期几'],
    });
    expect(acrossPrompts).toMatchObject({ prompts: 2, sameAnswer: 1 });
    expect(acrossPrompts?.sharedNgrams).toBeCloseTo(0.8, 12);
    expect({ samePrompt, copied: echo?.copied }).toEqual({ samePrompt: undefined, copied: 0 });
  });

  test('Chinese can be counted by character and by word', () => {
    const text = '宝玉笑道：好姐姐，好姐姐。';
    expect(measureTexts([text], { unit: 'characters' }).tokens).toBe(13);
    expect(measureTexts([text], { unit: 'segments' }).tokens).toBeLessThan(13);
  });

  test('there must be one prompt for each text', () => {
    expect(() => measureTexts(['a', 'b'], { prompts: ['a'] })).toThrow(
      /one prompt for each text, got 1 and 2/,
    );
  });
});
