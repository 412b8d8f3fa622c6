/** The whole way of a new user, in a real browser: `npm start`, its last line opened, a poem, the run behind it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { noBrowser, openBrowser, violations, watchedPage } from './browser.ts';
import { HAN, scratchFolder, writeTexts } from './cli-harness.ts';

const root = join(import.meta.dirname, '..');
const cwd = scratchFolder();
let child: ChildProcess | undefined;
/** To all of its group, as a terminal does it. */
const signal = (name: NodeJS.Signals) => process.kill(-child!.pid!, name);
afterAll(() => {
  if (child?.exitCode === null && child.signalCode === null) signal('SIGKILL');
});

/** Runs `npm start` with words behind it, until a line matches; what it matched first. */
function npmStart(words: readonly string[], pattern: RegExp): Promise<string> {
  const started = spawn('npm', ['start', '--', ...words], {
    cwd: root,
    env: { ...process.env, INKSTONE_LANG: 'zh' },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  child = started;
  return new Promise((resolve, reject) => {
    let out = '';
    started.stdout.on('data', (data) => {
      out += data;
      const found = pattern.exec(out);
      if (found) resolve(found[1]);
    });
    started.on('close', () => reject(new Error(`ended without serving: ${out}`)));
  });
}

/** A port that nobody has now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test.skipIf(noBrowser !== undefined)(
  `npm start ends with an address; whoever opens it writes a poem${noBrowser ? ` (skipped: ${noBrowser})` : ''}`,
  async () => {
    writeTexts(cwd);
    const places = ['--out', join(cwd, 'runs/first'), '--state', join(cwd, 'state')];
    const port = await freePort();
    const words = ['--data', join(cwd, 'zh.jsonl'), '--minutes', '0.1', '--port', String(port), ...places];
    const [url, browser] = await Promise.all([
      npmStart(words, /工作台：请用浏览器打开 (http:\S+)/),
      openBrowser(),
    ]);
    expect(new URL(url).port).toBe(String(port));
    const { page, faults } = await watchedPage(browser, url, { locale: 'zh-CN' });
    await page.goto(url);
    await page.getByRole('heading', { name: '一个你自己的语言模型' }).waitFor();
    await page.getByLabel('给它一个开头').fill('春风');
    await page.keyboard.press('Enter');
    await page.locator('[aria-busy="false"] [data-at="4"]').waitFor();
    expect((await page.locator('[data-at]').allTextContents()).join('')).toMatch(HAN);

    // The run that wrote it, as it learned; in the other language by one click.
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('link', { name: 'first' }).click();
    await page.getByText('finished', { exact: true }).waitFor();
    await page.getByRole('img', { name: /^Loss.*: train, smoothed \d/ }).waitFor();
    await page.getByRole('heading', { name: 'What it writes' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await browser.close();

    const ended = new Promise((resolve) => child!.on('exit', resolve));
    signal('SIGINT');
    await ended;
    await expect(fetch(url)).rejects.toThrow();
  },
  240_000,
);
