/** Text that is read aloud: what is said of Markdown, numbers and signs, whole and as it comes, in two languages. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spokenSentences, spokenText } from './spoken.ts';
import { numberInChinese, sayNumbers } from './spoken-numbers.ts';

const said = (text: string): string[] => spokenText(text).map((sentence) => sentence.text);

test('marks are not said, and what they mark is; each sentence has its language', () => {
  const text = [
    '# The **moon** rises',
    '',
    '- See [the guide](https://example.com/a?b=c) or https://www.example.org/x/y.',
    '- [x] `run()` it ~~now~~ _soon_ \\*',
    '1. First. Second!',
    '> 床前**明月**光，疑是地上霜。举头望[明月](x)！',
    '![a red circle](a.png)',
    '---',
    '| one | two |',
    '|-----|:---:|',
    '| 三 | 四 |',
    'Tea &amp; <b>milk</b> 🙂 [1]',
  ].join('\n');
  expect(spokenText(text)).toEqual([
    { text: 'The moon rises', language: 'en' },
    { text: 'See the guide or example.org.', language: 'en' },
    { text: 'run() it now soon *', language: 'en' },
    { text: '1, First.', language: 'en' },
    { text: 'Second!', language: 'en' },
    { text: '床前明月光，疑是地上霜。', language: 'zh' },
    { text: '举头望明月！', language: 'zh' },
    { text: 'a red circle', language: 'en' },
    { text: 'one, two', language: 'en' },
    { text: '三，四', language: 'zh' },
    { text: 'Tea and milk', language: 'en' },
  ]);
});

test('code is left out, and that is said in the language of the text', () => {
  expect(said('这样写：\n```ts\nconst x = "one. two.";\n```\n就好。')).toEqual([
    '这样写：',
    '此处略去代码。',
    '就好。',
  ]);
  expect(said('So:\n~~~\na.\nb.\n')).toEqual(['So:', 'Code is left out.']);
});

test.each([
  [
    'On 2026-11-29 it was -5°C, 1,234,567 people and 12.5% rain.',
    'On November 29, 2026 it was minus 5 degrees Celsius, 1234567 people and 12.5 percent rain.',
  ],
  ['Pages 3–5 cost $4.50; 2 × 3 = 6.', 'Pages 3 to 5 cost 4.50 dollars; 2 times 3 equals 6.'],
  ['a well-known e-mail, GPT-4 and x-1', 'a well-known e-mail, GPT-4 and x-1'],
])('numbers and signs in English: %s', (text, right) => {
  expect(sayNumbers(text, 'en')).toBe(right);
});

test.each([
  ['2026年有1,234人，占12.5%。', '二零二六年有一千二百三十四人，占百分之十二点五。'],
  [
    '2026-11-29 08:05，气温-5℃到3℃，共3–5页',
    '二零二六年十一月二十九日 八点零五分，气温零下五摄氏度到三摄氏度，共三到五页',
  ],
  ['¥30，电话13812345678，编号007，GPT-4很好', '三十元，电话一三八一二三四五六七八，编号零零七，GPT-4很好'],
])('numbers and signs in Chinese: %s', (text, right) => {
  expect(sayNumbers(text, 'zh')).toBe(right);
});

// Spelled by hand, after the rules of GB/T 15835 and of use.
test.each([
  ['0', '零'],
  ['10', '十'],
  ['15', '十五'],
  ['110', '一百一十'],
  ['205', '二百零五'],
  ['1024.5', '一千零二十四点五'],
  ['10010', '一万零一十'],
  ['105000', '十万五千'],
  ['20000005', '二千万零五'],
  ['100000000', '一亿'],
  ['1000000001', '十亿零一'],
  ['1010000', '一百零一万'],
])('%s in Chinese is %s', (number, right) => {
  expect(numberInChinese(number)).toBe(right);
});

describe('as it comes', () => {
  const collect = async (pieces: readonly string[]): Promise<string[]> => {
    const texts: string[] = [];
    for await (const { text } of spokenSentences(pieces)) texts.push(text);
    return texts;
  };

  test('a sentence is told as soon as the next begins, not before it is sure to be one', async () => {
    let given = 0;
    async function* slowly() {
      for (const piece of ['It is 3.', '14 long. Yes', '. 是的', '。还有[这', '里](a.b)。', '\nend']) {
        given++;
        yield piece;
      }
    }
    const told: [number, string][] = [];
    for await (const { text } of spokenSentences(slowly())) told.push([given, text]);
    expect(told).toEqual([
      [2, 'It is 3.14 long.'],
      [3, 'Yes.'],
      [4, '是的。'],
      [6, '还有这里。'],
      [6, 'end'],
    ]);
  });

  test('however it is cut, the same is said', async () => {
    const text =
      'One **bold. move**. `a. b` 二。三！\n1. item. 2) x\n```\ncode. more.\n```\n| a. b | c |\n> 四, five? [t. u](http://x.y) end';
    const whole = said(text).join('|');
    const cuts = fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [0, ...places.sort((a, b) => a - b), text.length];
        const pieces = ends.slice(1).map((end, i) => text.slice(ends[i], end));
        expect((await collect(pieces)).join('|')).toBe(whole);
      }),
      { numRuns: 100 },
    );
  });

  test('long lines without an end, open brackets and controls: bounded pieces, in linear time', async () => {
    const long = said(`${'[word '.repeat(20_000)}`);
    expect(Math.max(...long.map(({ length }) => length))).toBeLessThanOrEqual(600);
    expect(long.join('').replaceAll(/[\s[]/g, '')).toBe('word'.repeat(20_000));
    // Each of them would look for what closes it.
    expect(said(`${'['.repeat(200_000)}] a. B`)).toContain('B');
    const han = said('字'.repeat(5000));
    expect(han.join('')).toBe('字'.repeat(5000));
    expect((await collect(Array(3000).fill('`a '))).join('').match(/a/g)).toHaveLength(3000);
    expect(said('a\0b\u001b[31mc')).toEqual(['ab[31mc']);
    expect(said('*** \n --- \n\n 🙂')).toEqual([]);
  });
});
