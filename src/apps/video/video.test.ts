/** A video along its time, and its summary with times. */

import { describe, expect, test } from 'vitest';
import type { GenerationPart } from '../../types.ts';
import type { AnswerWriter } from '../answer-writer.ts';
import { promptTokens } from '../answer-writer.ts';
import { summarizeVideo, type VideoSummary } from './summarize-video.ts';
import { clockTime, type TimelineEntry, videoTimeline } from './timeline.ts';

const seen = (seconds: number, text: string) => ({ seconds, text });

test('the same caption again is one entry; speech stands between; nothing without a word', () => {
  const captions = [
    seen(4, 'a blue ring'),
    seen(0, 'A red circle.'),
    seen(2, 'a red circle'),
    seen(6, ''),
    seen(8, 'a blue ring'),
  ];
  const speech = [
    { text: ' Look here. ', start: 1, end: 2.5 },
    { text: '…', start: 3, end: 4 },
  ];
  expect(videoTimeline(captions, speech, 10)).toEqual([
    { kind: 'seen', text: 'A red circle.', start: 0, end: 4, frames: 2 },
    { kind: 'said', text: 'Look here.', start: 1, end: 2.5 },
    { kind: 'seen', text: 'a blue ring', start: 4, end: 6, frames: 1 },
    { kind: 'seen', text: 'a blue ring', start: 8, end: 10, frames: 1 },
  ]);
  expect(videoTimeline([], [], 0)).toEqual([]);
  expect(videoTimeline([seen(3, '圆形')], [], 0)).toMatchObject([{ start: 3, end: 3 }]);
});

test('times as people write them', () => {
  expect([0, 59.9, 61, 3723, -1].map(clockTime)).toEqual(['0:00', '0:59', '1:01', '1:02:03', '0:00']);
});

const whole = async (timeline: readonly TimelineEntry[], options = {}): Promise<VideoSummary> => {
  for await (const part of summarizeVideo(timeline, options)) {
    if (part.type === 'video-summary') return part;
  }
  throw new Error('no summary');
};
const entry = (start: number, end: number, text: string, kind: 'seen' | 'said' = 'seen') => ({
  kind,
  text,
  start,
  end,
});

describe('a summary', () => {
  const whales = [
    entry(0, 20, 'A blue whale swims in the cold ocean'),
    entry(5, 9, 'The blue whale is the largest animal of the ocean.', 'said'),
    entry(20, 30, 'A man repairs a green bicycle downtown'),
    entry(31, 36, 'A blue whale eats krill in the ocean, and the ocean is cold.', 'said'),
  ];

  test('quotes entries with their times, in both languages', async () => {
    const { summary, citations, method } = await whole(whales, { sentences: 2 });
    expect(method).toBe('extract');
    expect(summary).not.toContain('bicycle');
    expect(citations).toHaveLength(2);
    for (const { text, start, end } of citations) {
      const source = whales.find((one) => text.startsWith(one.text))!;
      expect({ start, end }).toEqual({ start: source.start, end: source.end });
    }
    // A short caption counts beside a long sentence.
    const short = await whole([entry(0, 5, 'a red ring'), ...whales], { sentences: 5 });
    expect(short.citations.map(({ text }) => text)).toContain('a red ring.');
    const zh = await whole([entry(0, 3, '左边有一个红色的大圆形'), entry(3, 6, '右边有一个蓝色的小三角形')]);
    expect(zh.summary.split('\n')).toEqual(['左边有一个红色的大圆形。', '右边有一个蓝色的小三角形。']);
    expect(zh.citations.map(({ start }) => start)).toEqual([0, 3]);
  });

  test('of a model: it reads times, and those that it names wrongly are taken out and told', async () => {
    const prompts: string[] = [];
    const writer: AnswerWriter = {
      contextTokens: 4000,
      count: (prompt) => promptTokens(prompt),
      async *write(prompt): AsyncGenerator<GenerationPart, void> {
        prompts.push(JSON.stringify(prompt));
        yield { type: 'text-delta', text: 'Whales swim [0:00] and eat [00:31]. Birds fly [7:77] [1:00].' };
        yield { type: 'finish', reason: 'stop', promptTokens: 1, completionTokens: 1 };
      },
    };
    const { summary, citations, wrongTimes } = await whole(whales, { writer });
    expect(prompts[0]).toContain('[0:20] A man repairs a green bicycle downtown.');
    expect(summary).toBe('Whales swim [0:00] and eat [00:31]. Birds fly.');
    expect(citations.map(({ start }) => start)).toEqual([0, 31]);
    expect(wrongTimes).toEqual(['7:77', '1:00']);
  });

  test('of nothing is an error with a cure', async () => {
    await expect(whole([])).rejects.toThrow('something must be seen or said');
  });
});
