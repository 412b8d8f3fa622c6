import { describe, expect, test } from 'vitest';
import { parseGenerations } from './index.ts';

describe('parseGenerations', () => {
  test('reads the published shape with its runs, prompts and references', () => {
    const file = JSON.stringify([
      { prefix_text: 'p1', reference_text: 'r1', generated_result: { 0: 'a1', 1: 'b1' } },
      { prefix_text: 'p2', reference_text: 'r2', generated_result: { 0: '甲', 1: '乙' } },
    ]);
    expect(parseGenerations(file, 'x.json')).toEqual({
      runs: [
        ['a1', '甲'],
        ['b1', '乙'],
      ],
      prefixes: ['p1', 'p2'],
      references: ['r1', 'r2'],
    });
  });

  test('reads one text a line, and JSON lines of strings and records', () => {
    expect(parseGenerations('\ufeff床前明月光\r\n\r\nto be\n', 'x.txt')).toEqual({
      runs: [['床前明月光', 'to be']],
    });
    expect(parseGenerations('{"text":"a"}\n\n"b"\n', 'x.jsonl')).toEqual({ runs: [['a', 'b']] });
    expect(parseGenerations('["a","b"]', 'x.JSON')).toEqual({ runs: [['a', 'b']] });
  });

  test('without an ending that tells it looks at the content', () => {
    expect(parseGenerations('["a"]')).toEqual({ runs: [['a']] });
    expect(parseGenerations('{"text":"a"}\n{"text":"b"}')).toEqual({ runs: [['a', 'b']] });
    expect(parseGenerations('[sic] he said')).toEqual({ runs: [['[sic] he said']] });
  });

  test.each([
    ['', 'x.txt', 'x.txt: there must be at least one text, got none'],
    [' \n ', 'x.jsonl', 'x.jsonl: there must be at least one text, got none'],
    ['[]', 'x.json', 'x.json: there must be at least one text, got none'],
    ['[1', 'x.json', /^x\.json: must be JSON, .*\.txt file/],
    ['"a"\n{', 'x.jsonl', /^x\.jsonl:2: must be JSON/],
    ['"a"\n\n7', 'x.jsonl', /^x\.jsonl:3: record 2 must be a string/],
    ['[null]', 'x.json', /^x\.json: record 1 must be a string/],
    ['[{"generated_result":{}}]', 'x.json', /record 1 must be a string/],
    ['[{"generated_result":{"0":3}}]', 'x.json', /record 1 must be a string/],
    [
      '[{"text":"a"},{"generated_result":{"0":"a","1":"b"}}]',
      'x.json',
      /as many runs as the first \(1\), record 2 has 2/,
    ],
  ])('%j as %s is a clear error', (content, name, message) => {
    expect(() => parseGenerations(content, name)).toThrow(message);
  });

  test('errors speak Chinese too', () => {
    try {
      parseGenerations('[1', 'x.json');
      expect.unreachable();
    } catch (error) {
      expect((error as { text: (lang: string) => string }).text('zh')).toMatch(/^x\.json：必须是 JSON/);
    }
  });
});
