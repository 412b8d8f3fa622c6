import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hardCases, loopCases } from '../../test/hard-cases.ts';
import { cleanRepetition, detectLoops } from './index.ts';

const say = 'The harbour was quiet in the early morning.';
const 句 = '清晨的港口安静得听不见一点声音。';

const pieces = fc.array(
  fc.constantFrom(
    say,
    'The harbour was quiet in the very early morning.',
    'Nobody came.',
    'and then down to the sea and then down to the sea',
    'He went down to the old harbour by the sea, he went down to the old harbour by the sea.',
    句,
    '他们沿着河边慢慢走回了家他们沿着河边慢慢走回了家。',
    '# Title',
    '- item',
    '| a | b |',
    '```',
    '\n',
    '\n\n',
    'again and again ',
  ),
  { maxLength: 30 },
);

describe('cleaning', () => {
  test('leaves texts alone that repeat themselves on purpose', () => {
    for (const { name, text } of hardCases)
      expect({ name, ...cleanRepetition(text) }).toEqual({ name, text, removed: [] });
  });

  test('keeps one copy of a loop, in English and Chinese', () => {
    for (const { name, text } of loopCases) {
      const { text: clean, removed } = cleanRepetition(text);
      expect({ name, kinds: removed.map(({ kind }) => kind).includes('loop') }).toEqual({
        name,
        kinds: true,
      });
      expect(detectLoops(clean)).toEqual([]);
      expect(clean.length).toBeLessThan(0.6 * text.length);
      expect(text.startsWith(clean.slice(0, 10))).toBe(true);
    }
  });

  test.each([
    ['sentence', `${say} ${say} Nobody came.`, `${say} Nobody came.`],
    [
      'sentence',
      `${say} Nobody came. the harbour was quiet in the early morning! Then he left.`,
      `${say} Nobody came. Then he left.`,
    ],
    ['near-sentence', `${say} Now the harbour was quiet in the early morning again, the harbour.`, undefined],
    [
      'near-sentence',
      'We walked along the river to the old mill and sat down. So we walked along the river to the old mill and sat down. It rained.',
      'We walked along the river to the old mill and sat down. It rained.',
    ],
    ['sentence', `${句}他站了很久。${句}船来了。`, `${句}他站了很久。船来了。`],
    [
      'phrase',
      'They said that at the end of the long day at the end of the long day they were tired. Then it rained.',
      'They said that at the end of the long day they were tired. Then it rained.',
    ],
    [
      'phrase',
      '后来他们沿着河边慢慢走回了家他们沿着河边慢慢走回了家。天黑了。',
      '后来他们沿着河边慢慢走回了家。天黑了。',
    ],
    [
      'paragraph',
      `${say} ${'Nobody in the town knew why the boats had not gone out to sea.'}\n\nIt rained.\n\n${say} Nobody in the town knew why the boats had not gone out to sea.\n\nThe end.`,
      `${say} Nobody in the town knew why the boats had not gone out to sea.\n\nIt rained.\n\n\nThe end.`,
    ],
  ])('takes out a %s: %s', (kind, text, clean) => {
    const result = cleanRepetition(text);
    expect(result.text).toBe(clean ?? text);
    expect(result.removed.map((removal) => removal.kind)).toEqual(clean ? [kind] : []);
  });

  test('what is set apart on purpose stays: code, lists, tables, headings, quotations, roles', () => {
    const twice = `${say} ${say}`;
    for (const text of [
      `\`\`\`\n${twice}\n\`\`\``,
      `    ${twice}`,
      `- ${twice}`,
      `1. ${twice}`,
      `（1）${句}${句}`,
      `一、${句}${句}`,
      `| ${say} | ${say} ${say} |`,
      `# ${twice}`,
      `> ${twice}`,
      `MIRA: ${twice}`,
      `甲：${句}${句}`,
    ]) {
      expect(cleanRepetition(text)).toEqual({ text, removed: [] });
    }
    expect(cleanRepetition(twice).text).toBe(say);
    expect(cleanRepetition(`${句}${句}`).text).toBe(句);
  });

  test('a changed number or name says something else', () => {
    const text =
      'In the year 1990 the town had about four thousand people in it. In the year 1995 the town had about four thousand people in it.';
    expect(cleanRepetition(text).text).toBe(text);
    const other =
      'Last winter Anna walked along the river to the old mill. Last winter Bruno walked along the river to the old mill.';
    expect(cleanRepetition(other).text).toBe(other);
  });

  test('what stays is verbatim and in order, the account is complete, and cleaning again changes nothing', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join(parts.length % 2 ? ' ' : '');
        const { text: clean, removed } = cleanRepetition(text);
        const gone = new Set<number>();
        for (const { start, end, repeats } of removed) {
          expect(start >= 0 && start < end && end <= text.length).toBe(true);
          expect(repeats.start < repeats.end && repeats.start >= 0 && repeats.end <= text.length).toBe(true);
          for (let at = start; at < end; at++) gone.add(at);
        }
        const left = Array.from({ length: text.length }, (_, at) => (gone.has(at) ? '' : text[at])).join('');
        expect(left).toBe(clean);
        expect(cleanRepetition(clean)).toEqual({ text: clean, removed: [] });
      }),
      // Of the example fewer characters than words are left: loops are then looked for in the other unit.
      {
        numRuns: 60,
        examples: [
          [
            [
              'The harbour was quiet in the early morning.',
              '他们沿着河边慢慢走回了家他们沿着河边慢慢走回了家。',
              '他们沿着河边慢慢走回了家他们沿着河边慢慢走回了家。',
              'Nobody came.',
              '\n',
              '# Title',
              '清晨的港口安静得听不见一点声音。',
              '\n\n',
              'and then down to the sea and then down to the sea',
              '他们沿着河边慢慢走回了家他们沿着河边慢慢走回了家。',
            ],
          ],
        ],
      },
    );
  });

  test('refuses a similarity outside (0, 1]', () => {
    for (const similarity of [0, 1.1, Number.NaN]) {
      expect(() => cleanRepetition('a', { similarity })).toThrow(/similarity: must be in \(0, 1\]/);
    }
  });
});
