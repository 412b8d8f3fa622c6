import { describe, expect, test } from 'vitest';
import { explain, findTerm, glossary, spellingsOf, type TermId, topics } from './index.ts';

const ids = Object.keys(glossary) as TermId[];
const HAN = /\p{Script=Han}/u;

describe('every word', () => {
  test.each(ids)('%s is told in both languages, in a few sentences', (id) => {
    const { en, zh } = glossary[id].text;
    expect(HAN.test(en)).toBe(false);
    expect(HAN.test(zh)).toBe(true);
    for (const [text, end] of [
      [en, /[.!?](?=\s|$)/g],
      [zh, /[。！？]/g],
    ] as const) {
      const sentences = text.match(end)?.length ?? 0;
      expect({ text, sentences: sentences >= 1 && sentences <= 5 }).toEqual({ text, sentences: true });
    }
  });

  test('stands under one topic', () => {
    expect(topics.flatMap(({ terms }) => Object.keys(terms)).sort()).toEqual([...ids].sort());
  });
});

describe('words are found', () => {
  test('by each of their names, and no name belongs to two', () => {
    for (const id of ids)
      for (const name of spellingsOf(id)) expect({ name, id: findTerm(name) }).toEqual({ name, id });
  });

  test.each([
    ['Top-P', 'topP'],
    ['top_p', 'topP'],
    ['--top-p', 'topP'],
    ['TOP P', 'topP'],
    ['困惑度', 'perplexity'],
    ['ppl', 'perplexity'],
    ['核采样', 'topP'],
    ['OOM', 'memory'],
    ['复读机', 'loop'],
    ['KV cache', 'kvCache'],
  ] as const)('%s is %s', (word, id) => expect(findTerm(word)).toBe(id));

  test('an unknown one names the nearest', () => {
    expect(() => findTerm('perplexty')).toThrow('did you mean "perplexity"?');
    expect(() => findTerm('xyzzyxx')).toThrow('inkstone explain lists its words');
  });
});

test('a word is told in the language asked for', () => {
  expect(explain('loss', 'zh').name).toBe('损失');
  expect(explain('loss', 'en').text).toContain('nats per token');
});
