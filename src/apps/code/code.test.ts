/** Where completions end, what is read of answers, what differs, and a command that is stopped with all it started. */

import { describe, expect, test } from 'vitest';
import { codeEnd } from './code-end.ts';
import { codeIn } from './code-prompt.ts';
import { splitAt } from './complete-code.ts';
import { lineDiff } from './line-diff.ts';
import { runCommand } from './run-command.ts';

const slashes = { comment: '//' } as const;
const shown = (
  [prefix, text, suffix = '']: readonly [string, string, string?],
  until: 'statement' | 'block' = 'statement',
) => {
  const end = codeEnd({ prefix, suffix, until, language: slashes })(text, true);
  return end && text.slice(0, end.at);
};

describe('the end of code', () => {
  test.each([
    ['a line', ['let a = ', '1;\nlet b = 2;'], '1;'],
    ['an open bracket', ['', 'f(1,\n  2);\ng();'], 'f(1,\n  2);'],
    ['an operator at the end', ['', 'a =\n  b;\nc;'], 'a =\n  b;'],
    ['a chain', ['', 'a\n  .b()\n  .c();\nd();'], 'a\n  .b()\n  .c();'],
    ['brackets in strings and comments', ['', 'f("(", `{\n`); // (\nd();'], 'f("(", `{\n`); // ('],
    ['a comment first', ['', '// what\n/* { */ a();\nb();'], '// what\n/* { */ a();'],
    ['the bracket that the suffix closes', ['if (', 'a > 1) {', ') {\n}'], 'a > 1'],
    ['one that nobody closes', ['if (', 'a > 1)\n  b();\nc();'], 'a > 1)'],
    ['the block of the prefix', ['f() {\n', '  a();\n}\nb();', '\n}'], '  a();'],
    ['inside a string', ['a("(', '(x");\nb();'], '(x");'],
  ] as const)('of a statement: %s', (_, given, expected) => {
    expect(shown(given)).toBe(expected);
  });

  test('of the block around the place, its bracket where no suffix has it', () => {
    const body = '  a({});\n  b();\n}\nc();';
    expect(shown(['function f() {\n', body], 'block')).toBe('  a({});\n  b();\n}');
    expect(shown(['function f() {\n', body, '}'], 'block')).toBe('  a({});\n  b();\n');
  });

  test('after lines; not before more may come that belongs to it', () => {
    const lines = codeEnd({ prefix: '', suffix: '', until: 'model', lines: 2, language: slashes });
    expect(lines('a\nb', false)).toBeUndefined();
    expect(lines('a\nb\nc', false)).toEqual({ at: 3, reason: 'lines' });
    const statement = codeEnd({ prefix: '', suffix: '', until: 'statement', language: slashes });
    expect(statement('a\n  ', false)).toBeUndefined();
    expect(statement('a\n  ', true)).toEqual({ at: 1, reason: 'statement' });
  });
});

test('the code of an answer: its longest block, also one that is cut; else all of it', () => {
  expect(codeIn('Here:\n```ts\na\n```\nor\n````js\nb\n```\nc\n````\nBye')).toBe('b\n```\nc\n');
  expect(codeIn('```ts\nlet a;\nlet b')).toBe('let a;\nlet b\n');
  expect(codeIn('\n  a;\n')).toBe('  a;\n');
  expect(codeIn('```\n```')).toBe('');
});

test('a place in a text; one that is not there', () => {
  expect(splitAt('ab\ncd', { line: 2, column: 2 })).toEqual({ prefix: 'ab\nc', suffix: 'd' });
  expect(() => splitAt('ab\ncd', { line: 3, column: 1 })).toThrow('2 lines, got line 3');
  expect(() => splitAt('ab\ncd', { line: 1, column: 4 })).toThrow('columns 1 to 3, got column 4');
});

test('a difference as diff -u shows it', () => {
  const before = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  const after = before.with(1, 'new').toSpliced(15, 1).concat('end');
  expect(lineDiff(`${before.join('\n')}\n`, `${after.join('\n')}\n`, 'a.ts')).toBe(
    '--- a.ts\n+++ a.ts\n@@ -1,5 +1,5 @@\n line 0\n-line 1\n+new\n line 2\n line 3\n line 4\n' +
      '@@ -13,8 +13,8 @@\n line 12\n line 13\n line 14\n-line 15\n line 16\n line 17\n line 18\n line 19\n+end\n',
  );
  expect(lineDiff('a\n', 'a\n', 'a.ts')).toBe('');
  expect(lineDiff('', 'a\n', 'a.ts')).toContain('@@ -0,0 +1,1 @@\n+a');
});

test('at its limit a command ends with what it started; it knows no keys', async () => {
  process.env.INKSTONE_REMOTE_KEY = 'sk-secret';
  try {
    // The one that it starts holds its output open: while it lives, this goes on.
    const script = 'echo "key:$INKSTONE_REMOTE_KEY"; sleep 60 & wait';
    const { ended, output } = await runCommand(['sh', '-c', script], { timeoutMs: 300 });
    expect({ ended, output }).toEqual({ ended: 'time', output: 'key:\n' });
    const left = await runCommand(['sh', '-c', 'sleep 60 & exit 3'], { timeoutMs: 60_000 });
    expect(left).toEqual({ ended: 'exit', status: 3, output: '' });
  } finally {
    delete process.env.INKSTONE_REMOTE_KEY;
  }
  await expect(runCommand(['no-such-program'], { timeoutMs: 300 })).rejects.toThrow(
    'must be there to be run',
  );
});
