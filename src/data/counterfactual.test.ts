import { afterEach, describe, expect, test } from 'vitest';
import { setLanguage } from '../language.ts';
import { createRng } from '../rng.ts';
import { drawCanaries, parseCanaryFormat, placeCanaries } from './canaries.ts';
import { counterfactual, parseWordPairs } from './counterfactual.ts';

afterEach(() => setLanguage(undefined));

const pairs = parseWordPairs(
  '# words\nhe,she\nhim,her\nhis,her\nMr,Mrs\npolice man\tpolice woman\nfather,mother\nfather figure,role model\n42,forty\ndon,donna\n他，她\n先生，女士\n男医生,女医生\n',
  'pairs.txt',
);

describe('counterfactual', () => {
  test.each([
    ['He said that his coat hurt him.', 'She said that her coat hurt her.'],
    ['SHE left; she is with her.', 'HE left; he is with him.'],
    ['The theme of the police man, Mr Her.', 'The theme of the police woman, Mrs Him.'],
    ['A father figure, and my father.', 'A role model, and my mother.'],
    ['他说其他人认识那位女士。', '她说其他人认识那位先生。'],
    ['那位男医生来了。', '那位女医生来了。'],
    ["His father's coat. He’s late, SHE'LL go; don't.", "Her mother's coat. She’s late, HE'LL go; don't."],
    ['第42号房间', '第forty号房间'],
    ['Nobody. 没有人。', 'Nobody. 没有人。'],
  ])('%s', (text, other) => expect(counterfactual(text, pairs)).toBe(other));

  test.each([
    ['he', 'pairs.txt:1: a line must hold at least two words'],
    ['\nhe,she,they', 'pairs.txt:2: a line must hold two words, got 3'],
    ['he,HE', 'two different words'],
    ['# none', 'at least two words, got none'],
  ])('%j is refused', (text, message) => {
    expect(() => parseWordPairs(text, 'pairs.txt')).toThrow(message);
    setLanguage('zh');
    expect(() => parseWordPairs(text, 'pairs.txt')).toThrow('词对 pairs.txt');
  });
});

describe('canaries', () => {
  const format = parseCanaryFormat('密码是{4}。');

  test('different secrets, each placed as often as it should be; the same seed places alike', () => {
    const canaries = drawCanaries(format, [0, 1, 5], createRng(3));
    expect(new Set(canaries.map(({ secret }) => secret)).size).toBe(3);
    const placed = placeCanaries(format, canaries, 10, createRng(4));
    expect(placeCanaries(format, canaries, 10, createRng(4))).toEqual(placed);
    const lines = [...placed.values()].flat();
    for (const { secret, times } of canaries)
      expect(lines.filter((line) => line === `密码是${secret}。`)).toHaveLength(times);
    expect(lines).toHaveLength(6);
  });

  test('a hundred thousand copies may lie in one text', () => {
    const placed = placeCanaries(format, [{ secret: '0001', times: 100_000 }], 1, createRng(1));
    expect(placed.get(0)).toHaveLength(100_000);
  });

  test.each(['secret', '{0}', '{4} and {4}', '{12}', `{4}${'x'.repeat(1000)}`])(
    'the format %j is refused',
    (text) => expect(() => parseCanaryFormat(text)).toThrow('format must be'),
  );

  test('no more canaries than leave most secrets unused, and no text without records', () => {
    const one = parseCanaryFormat('{1}');
    expect(drawCanaries(one, [1, 1, 1, 1, 1], createRng(1))).toHaveLength(5);
    expect(() => drawCanaries(one, [1, 1, 1, 1, 1, 1], createRng(1))).toThrow('1 to 5 canaries');
    const wide = parseCanaryFormat('{9}');
    expect(() => drawCanaries(wide, Array(10_001).fill(1), createRng(1))).toThrow('1 to 10000 canaries');
    expect(() => placeCanaries(one, [], 0, createRng(1))).toThrow('no text');
  });
});
