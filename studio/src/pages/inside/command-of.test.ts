import { describe, expect, test } from 'vitest';
import { commandOf } from './command-of.ts';

type Subject = Parameters<typeof commandOf>[0];

/** 春, then 眠 in two tokens that are no characters alone. */
const tokens = [
  { id: 0, text: '', isSpecial: true },
  { id: 1, text: '春' },
  { id: 2, text: '\ufffd', bytes: [0xe7, 0x9c] },
  { id: 3, text: '\ufffd', bytes: [0xa0] },
];
const top = [
  { id: 4, text: '，' },
  { id: 5, text: '不' },
];

const subjectAt = (at: number, choices: readonly object[] = top): Subject =>
  ({
    model: 'poems',
    at,
    ids: tokens.map(({ id }) => id),
    reading: {
      tokens: tokens.map((token) => ({ ...token, expected: { top: choices } })),
      next: { top: choices },
    },
  }) as unknown as Subject;

describe('why this token', () => {
  test('characters in several tokens are put together again', () => {
    const command = commandOf(subjectAt(4), { view: 'why' });
    expect(command).toContain("--text '春眠'");
    expect(command).toContain('--this');
  });

  test.each([
    ['in the middle of a character', subjectAt(3)],
    [
      'for a token that is none alone',
      subjectAt(2, [top[0], { id: 2, text: '\ufffd', bytes: [0xe7, 0x9c] }]),
    ],
  ])('%s no command can ask it', (_, subject) => {
    expect(commandOf(subject, { view: 'why' })).toBeUndefined();
  });
});
