import { describe, expect, test } from 'vitest';
import {
  compactNumber,
  createTerminal,
  displayWidth,
  formatBytes,
  formatDuration,
  formatTable,
  padColumns,
  truncate,
} from './terminal.ts';

/** A terminal over two strings and a clock. */
function fakeTerminal(options: { json?: boolean; isTTY?: boolean; columns?: number } = {}) {
  const state = { out: '', progress: '', time: 0 };
  const terminal = createTerminal({
    json: options.json,
    out: { write: (text) => (state.out += text) },
    progress: {
      isTTY: options.isTTY,
      columns: options.columns,
      write: (text) => (state.progress += text),
    },
    now: () => state.time,
  });
  return { terminal, state };
}

describe('without a terminal', () => {
  test('a phase tells itself every ten seconds, in plain lines', () => {
    const { terminal, state } = fakeTerminal();
    for (state.time = 0; state.time <= 25_000; state.time += 1000) terminal.live(`at ${state.time / 1000}`);
    expect(state.progress).toBe('at 10\nat 20\n');
  });

  test('a short phase says nothing, and the next one begins anew', () => {
    const { terminal, state } = fakeTerminal();
    terminal.live('a');
    state.time = 9_000;
    terminal.live('b');
    terminal.endLive();
    state.time = 12_000;
    terminal.live('c');
    expect(state.progress).toBe('');
  });

  test('bars are plain lines too', () => {
    const { terminal, state } = fakeTerminal();
    const bar = terminal.bar('fetching', 10, formatBytes);
    bar.update(1);
    state.time = 10_000;
    bar.update(2_000_000, 4_000_000);
    bar.stop();
    expect(state.progress).toBe('fetching 2.0 MB/4.0 MB\n');
  });
});

describe('on a terminal', () => {
  test('one live line is replaced, cut to the width, and steps aside for words', () => {
    const { terminal, state } = fakeTerminal({ isTTY: true, columns: 10 });
    terminal.live('床前明月光疑');
    terminal.print('words');
    terminal.error('wrong');
    terminal.endLive();
    expect(state.out).toBe('words\n');
    expect(state.progress).toBe('床前明月\r\x1b[2K床前明月\r\x1b[2Kwrong\n床前明月\n');
  });
});

describe('for machines', () => {
  test('only objects are printed; errors still reach the error stream', () => {
    const { terminal, state } = fakeTerminal({ json: true, isTTY: true });
    terminal.print('words');
    terminal.write('words');
    terminal.live('words');
    terminal.json({ 诗: '春' });
    terminal.error('wrong');
    expect(state).toMatchObject({ out: '{"诗":"春"}\n', progress: 'wrong\n' });
  });

  test('and for people, no objects', () => {
    const { terminal, state } = fakeTerminal();
    terminal.json({ a: 1 });
    terminal.write('a');
    expect(state.out).toBe('a');
  });
});

describe('widths', () => {
  test('汉字, full-width punctuation and emoji take two columns', () => {
    expect(displayWidth('ab')).toBe(2);
    expect(displayWidth('春，a')).toBe(5);
    expect(displayWidth('𠮷😀')).toBe(4);
  });

  test('a text is cut before it is too wide, never inside a character', () => {
    expect(truncate('春夏', 3)).toBe('春');
    expect(truncate('a😀b', 2)).toBe('a');
    expect(truncate('abc', 3)).toBe('abc');
  });

  test('columns are aligned', () => {
    expect(padColumns('春', 4)).toBe('春  ');
    expect(padColumns('春', 4, 'right')).toBe('  春');
    expect(
      formatTable([
        ['', 'x'],
        ['贪心', '1'],
        ['a', '100'],
      ]),
    ).toEqual(['        x', '贪心    1', 'a     100']);
  });
});

describe('numbers', () => {
  test.each([
    [3.25, '3.3'],
    [123.4, '123'],
    [12_345, '12.3k'],
    [1_500_000, '1.5M'],
    [2e9, '2.0G'],
  ])('%d → %s', (value, text) => {
    expect(compactNumber(value)).toBe(text);
  });

  test.each([
    [-1, '0s'],
    [59.4, '59s'],
    [68, '1m08s'],
    [7500, '2h05m'],
  ])('%d seconds → %s', (value, text) => {
    expect(formatDuration(value)).toBe(text);
  });

  test.each([
    [12, '12 B'],
    [1500, '2 kB'],
    [12_300_000, '12.3 MB'],
    [2.5e9, '2.50 GB'],
  ])('%d bytes → %s', (value, text) => {
    expect(formatBytes(value)).toBe(text);
  });
});
