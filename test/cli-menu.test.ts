/** Bare `inkstone` on a terminal: the menu, its keys, and the commands that it runs. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../src/cli/table.ts';
import { inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';
import { keys, noPseudoTerminal, sitDown } from './pseudo-terminal.ts';

const LAST_LINE = 'INKSTONE_LANG';
const timeout = 150_000;

describe.skipIf(noPseudoTerminal)(`the menu${noPseudoTerminal ? `: ${noPseudoTerminal}` : ''}`, () => {
  const empty = scratchFolder();
  const cwd = scratchFolder();

  /** A run that has four of its eight steps. */
  beforeAll(async () => {
    writeTexts(cwd);
    const words = ['train', '--data', 'en.txt', '--out', 'runs/sea', '--steps', '4', ...tiny];
    expect((await inkstone(words, { cwd })).status).toBe(0);
    const path = join(cwd, 'runs/sea/config.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"steps": 4', '"steps": 8'));
  }, timeout);

  test.each(['q', keys.escape, keys.interrupt, keys.end])('%j leaves', { timeout }, async (key) => {
    const sitting = sitDown([], { cwd: empty });
    await sitting.sees('npx inkstone start');
    await sitting.sees(LAST_LINE);
    sitting.press(key);
    expect((await sitting.ended).status).toBe(0);
  });

  test('a number and Enter run an entry, in Chinese', { timeout }, async () => {
    const sitting = sitDown([], { cwd: empty, lang: 'zh' });
    await sitting.sees('❯ 1  第一次');
    await sitting.sees(LAST_LINE);
    sitting.press('5');
    await sitting.sees('❯ 5  全部命令');
    sitting.press(keys.enter);
    await sitting.sees('$ npx inkstone help');
    const { status, out } = await sitting.ended;
    expect(status).toBe(0);
    for (const { summary } of commands) expect(out).toContain(summary.zh.slice(0, 8));
  });

  test('an interrupted run comes first and goes on; then its model writes what is asked for', {
    timeout,
  }, async () => {
    const before = sitDown([], { cwd });
    await before.sees('❯ 1  Go on training runs/sea, which stopped at step 4');
    await before.sees(LAST_LINE);
    before.press(keys.enter);
    await before.sees('$ npx inkstone train --data en.txt --out runs/sea');
    await before.sees('step 4 of 8');
    expect((await before.ended).status).toBe(0);

    const after = sitDown([], { cwd });
    await after.sees('❯ 1  Let runs/sea write');
    await after.sees(LAST_LINE);
    after.press(`${keys.down}${keys.up}`);
    after.press(keys.enter);
    await after.sees('How shall the text begin?');
    after.press('the whale');
    await after.sees('the whale');
    after.press(keys.enter);
    await after.sees('$ npx inkstone generate runs/sea --prompt "the whale"');
    const { status, out } = await after.ended;
    expect({ status, out }).toMatchObject({ status: 0, out: expect.stringMatching(/\[\w+, \d+ tokens/) });
  });

  test('a text of one’s own is asked for, and nothing is not taken for an answer', { timeout }, async () => {
    const sitting = sitDown([], { cwd: empty });
    await sitting.sees(LAST_LINE);
    sitting.press(`3${keys.enter}`);
    await sitting.sees('Which file or folder?');
    sitting.press(keys.enter);
    await sitting.sees('This cannot be empty');
    sitting.press('sea.txt');
    sitting.press(keys.enter);
    await sitting.sees('$ npx inkstone train --data sea.txt');
    // The file is not there, and the command says so as ever.
    await sitting.sees('sea.txt');
    expect((await sitting.ended).status).toBe(2);
  });

  test('any option brings what it always brought', { timeout }, async () => {
    const { status, out } = await sitDown(['--help'], { cwd: empty }).ended;
    expect(status).toBe(0);
    expect(out).not.toContain('❯');
  });
});
