/** Where completions end, what is read of answers, what differs, and a command that is stopped with all it started. */

import { describe, expect, test } from 'vitest';
import type { GenerationPart } from '../../types.ts';
import { codeEnd } from './code-end.ts';
import { codeIn } from './code-prompt.ts';
import { type CodeWriter, fitAround } from './code-writer.ts';
import { completeCode, splitAt } from './complete-code.ts';
import { lineDiff } from './line-diff.ts';
import { repairCode } from './repair-code.ts';
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

/** A writer that says these pieces, at every question. */
const saying = (said: Iterable<string>): CodeWriter => {
  async function* write(): AsyncGenerator<GenerationPart, void> {
    for (const text of said) yield { type: 'text-delta', text };
    yield { type: 'finish', reason: 'stop', promptTokens: 0, completionTokens: 0 };
  }
  return { contextTokens: 400, canInfill: true, canFollow: true, goOn: write, answer: write };
};

test('of what stands around a place something is kept, also where a line is longer than the room', () => {
  const long = 'x'.repeat(2000);
  const how = { writer: saying([]), way: 'infill', besides: 100 } as const;
  const { prefix, suffix } = fitAround({ prefix: `${long}\n`, suffix: `\n${long}` }, how);
  expect(prefix).toMatch(/^x{100,}\n$/);
  expect(suffix).toMatch(/^\nx{100,}$/);
});

test('an endpoint that keeps to no limit is stopped', async () => {
  let said = 0;
  const endless = function* () {
    for (; said < 1_000_000; said++) yield '(1 + ';
  };
  const how = { writer: saying(endless()), maxTokens: 8, until: 'statement', language: slashes } as const;
  const { end } = await completeCode({ prefix: '', suffix: '' }, how);
  expect(end).toBe('length');
  expect(said).toBeLessThan(1000);
});

test('a repair keeps the line ends of the file; what is nothing new is not run', async () => {
  const language = { name: 'JavaScript', extension: 'js', comment: '//' } as const;
  const ran: string[] = [];
  const run = async (code: string) => {
    ran.push(code);
    return { ended: 'exit', status: 1, output: 'no' } as const;
  };
  const how = { writer: saying(['```js\na;\nb;\n```']), language, command: 'x', run, rounds: 2 };
  const isRun: boolean[] = [];
  for await (const part of repairCode('a;\r\nc;\r\n', how))
    if (part.type === 'attempt') isRun.push(part.isRun);
  expect(ran).toEqual(['a;\r\nc;\r\n', 'a;\r\nb;\r\n']);
  expect(isRun).toEqual([true, false]);
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
  for (const program of ['no-such-program', '', 'a\0b', 'package.json/x'])
    await expect(runCommand([program], { timeoutMs: 300 })).rejects.toThrow('must be there to be run');
});

test('what leaves the group of a command and holds its outputs open does not hold us up', async () => {
  const away = `require('node:child_process').spawn('sleep', ['20'], { detached: true, stdio: 'inherit' })`;
  const start = performance.now();
  for (const [rest, ended] of [
    ['.unref(); console.log("out"); process.exit(3)', { ended: 'exit', status: 3 }],
    ['; console.log("out")', { ended: 'time', status: null }],
  ] as const) {
    const outcome = await runCommand([process.execPath, '-e', away + rest], { timeoutMs: 2000 });
    expect(outcome).toEqual({ ...ended, output: 'out\n' });
  }
  expect(performance.now() - start).toBeLessThan(15_000);
}, 30_000);
