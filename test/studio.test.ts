/** The studio in a real browser: from a run to a poem, a run watched live, both languages, both themes, hostile text. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noBrowser, openBrowser, violations, watchedPage } from './browser.ts';
import { englishText, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
let browser: Browser;
let server: ChildProcess;
let url: string;

/** The built program: the pages are built too. */
const bin = join(import.meta.dirname, '../bin/inkstone.js');

/** Starts the studio; resolves with its address. */
function startStudio(port: string): Promise<string> {
  server = spawn(process.execPath, [bin, 'studio', '--port', port, '--no-state', '--json'], { cwd });
  return new Promise((resolve, reject) => {
    let out = '';
    server.stdout!.on('data', (data) => {
      out += data;
      const line = out.split('\n').find((one) => one.includes('"serving"'));
      if (line) resolve((JSON.parse(line) as { url: string }).url);
    });
    server.on('close', () => reject(new Error(`ended without serving: ${out}`)));
  });
}

async function endStudio(): Promise<void> {
  const ended = new Promise((resolve) => server.on('close', resolve));
  server.kill('SIGINT');
  await ended;
}

/** Payloads that a careless page would run, fetch or choke on. */
const hostile = [
  '<script>window.wasRun = true</script>',
  '<img src="http://example.com/x.png" onerror="window.wasRun = true">',
  '[click](javascript:window.wasRun=true)',
  '<svg onload="window.wasRun = true"><style>@import "http://example.com/x.css"</style></svg>',
];
const longLine = 'x'.repeat(100_000);

/** A run whose every text is hostile. */
function writeHostileRun(): void {
  const folder = join(cwd, 'runs/hostile');
  mkdirSync(folder, { recursive: true });
  const config = JSON.parse(readFileSync(join(cwd, 'runs/poems/config.json'), 'utf8'));
  config.data.source = hostile[1];
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'notes.txt'), hostile.join('\n'));
  writeFileSync(join(folder, 'train.log'), `${hostile.join('\n')}\n${longLine}\n`);
  const order = { data: hostile[2] };
  writeFileSync(join(folder, 'studio.json'), JSON.stringify({ order, exit: { code: 1, signal: null } }));
  const samples = [...hostile, longLine].map((text, i) => ({ type: 'sample', step: i + 1, text, rep4: 0 }));
  const step = {
    type: 'step',
    step: 9,
    loss: 1,
    lr: 1,
    gradNorm: 1,
    tokensPerSecond: 1,
    seconds: 1,
    fraction: 0.1,
  };
  writeFileSync(
    join(folder, 'metrics.jsonl'),
    [...samples, step].map((record) => `${JSON.stringify(record)}\n`).join(''),
  );
}

describe.skipIf(noBrowser !== undefined)(`the studio${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  beforeAll(async () => {
    writeTexts(cwd);
    const words = ['train', '--data', 'en.txt', ...tiny, '--steps', '20', '--out', 'runs/poems'];
    execFileSync(process.execPath, [bin, ...words], { cwd, stdio: 'ignore' });
    writeHostileRun();
    [browser, url] = await Promise.all([openBrowser(), startStudio('0')]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    if (server) await endStudio();
  });

  test.each([
    ['en-US', { begin: 'Give it a beginning', write: 'Write', more: 'What else it could have been' }],
    ['zh-CN', { begin: '给它一个开头', write: '写', more: '它还可能是什么' }],
  ])(
    'a new user comes from the first page to a text and the alternatives of a token (%s)',
    async (locale, say) => {
      const { page, faults } = await watchedPage(browser, url, { locale });
      await page.goto(url);
      await page.getByLabel(say.begin).fill('the whale');
      await page.getByRole('button', { name: say.write, exact: true }).click();
      const tokens = page.locator('[data-at]');
      await tokens.nth(4).waitFor();
      // The address holds everything: opened again, it writes the same text.
      const text = await finishedText(page);
      await page.goto(page.url());
      await tokens.nth(4).waitFor();
      expect(await finishedText(page)).toBe(text);

      await tokens.nth(2).click();
      await page.getByRole('heading', { name: new RegExp(say.more.slice(0, 4)) }).waitFor();
      const others = page.locator('li button');
      const chosen = (await others.first().getAttribute('aria-label'))!;
      await others.first().click();
      await page.locator('[data-at="2"][data-chosen]').waitFor();
      const instead = (await page.locator('[data-at="2"]').textContent()) ?? '';
      expect(chosen.replaceAll('␣', ' ')).toContain(instead.trim());
      expect(faults).toEqual([]);
      await page.context().close();
    },
    240_000,
  );

  test('a run is ordered, watched while it learns, stopped, gone on with and written with', async () => {
    const { page, faults } = await watchedPage(browser, url);
    await page.goto(`${url}/runs/new`);
    await page.getByText('My own').click();
    await page.getByLabel('or paste it here').fill(englishText(300));
    await page.getByText('All', { exact: true }).click();
    await page.getByLabel('Minutes', { exact: true }).fill('0.5');
    for (const [label, value] of Object.entries({
      Vocabulary: 300,
      Layers: 1,
      Width: 16,
      Heads: 2,
      Context: 16,
    })) {
      await page.getByLabel(label, { exact: true }).fill(String(value));
    }
    await page.getByLabel('Name').fill('live');
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByText('learning', { exact: true }).waitFor();
    await page.getByRole('img', { name: /^Loss/ }).waitFor();
    const step = page.locator('dt:has(:text-is("Step")) + dd');
    const before = await step.textContent();
    await expect.poll(() => step.textContent(), { timeout: 20_000 }).not.toBe(before);

    await page.getByRole('button', { name: 'Stop and keep' }).click();
    await page.getByText('stopped', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Stop and keep' }).waitFor();
    await page.getByText('learning', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Stop and keep' }).click();
    await page.getByRole('button', { name: 'Write with it' }).click();
    await page.getByLabel('Beginning').fill('the sea');
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    await page.locator('[data-at="3"]').waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 240_000);

  test('a long text of one’s own is shown in part and cannot be cut short by typing', async () => {
    const { page } = await watchedPage(browser, url);
    await page.goto(`${url}/runs/new`);
    await page.getByText('My own').click();
    const field = page.getByLabel('or paste it here');
    await field.fill('a'.repeat(20_001));
    await page.getByText('Its first 20,000 characters are shown').waitFor();
    expect((await field.inputValue()).length).toBe(20_000);
    expect(await field.getAttribute('readonly')).not.toBeNull();
    await page.getByText('20.0k characters').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    expect([await field.inputValue(), await field.getAttribute('readonly')]).toEqual(['', null]);
    await page.context().close();
  }, 240_000);

  test('what models, runs and people write is shown as text, whatever it says', async () => {
    const { page, faults } = await watchedPage(browser, url);
    await page.goto(`${url}/runs/hostile`);
    await page.getByText('failed', { exact: true }).waitFor();
    for (const text of hostile) await page.getByText(text).first().waitFor();
    await page.goto(`${url}/runs`);
    await page.getByText(hostile[1]).waitFor();
    await page.goto(`${url}/write?prompt=${encodeURIComponent(hostile.join('\n'))}&tokens=8`);
    await page.getByRole('button', { name: 'Write', exact: true }).waitFor();
    await page.goto(`${url}/chat`);
    await page.getByLabel('Say something').fill(hostile[0]);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('article[data-role="user"]').getByText(hostile[0]).waitFor();
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 240_000);

  test('the server goes and comes back: the page says so, and nothing typed is lost', async () => {
    const { page } = await watchedPage(browser, url);
    await page.goto(`${url}/write`);
    await page.getByLabel('Beginning').fill('a line of mine');
    await endStudio();
    await page.getByText('The server does not answer.').waitFor();
    await startStudio(new URL(url).port);
    await page.getByText('The server does not answer.').waitFor({ state: 'hidden', timeout: 60_000 });
    expect(await page.getByLabel('Beginning').inputValue()).toBe('a line of mine');
    await page.context().close();
  }, 240_000);

  test('an assistant and a tutor are there from the start, a customer service with its plan', async () => {
    const statuses = ['assistant', 'tutor', 'service'].map(
      async (name) => (await fetch(`${url}/v1/${name}`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 404]);
  });

  const pages = [
    '/',
    '/runs',
    '/runs/new',
    '/runs/poems',
    '/runs/compare?runs=poems,hostile',
    '/write?prompt=the&tokens=12&beside=greedy',
    '/chat',
    '/apps',
    '/apps/customers',
    '/apps/tutor',
    '/music',
    '/repetition',
    '/inside',
    '/documents',
    '/papers?task=compare',
    '/label',
    '/review',
    '/settings',
    '/nowhere',
  ];
  test.each(['light', 'dark'] as const)(
    'no page has a fault that axe finds, nor scrolls sideways on a phone (%s)',
    async (colorScheme) => {
      const { page } = await watchedPage(browser, url, { colorScheme, reducedMotion: 'reduce' });
      const found: string[] = [];
      for (const path of pages) {
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.goto(url + path);
        await page.locator('main :is(h1, h2)').first().waitFor();
        await page.locator('[role="status"] .mantine-Loader-root').waitFor({ state: 'detached' });
        found.push(...(await violations(page)).map((one) => `${path} ${one}`));
        await page.setViewportSize({ width: 390, height: 844 });
        const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
        if (isWide) found.push(`${path} scrolls sideways`);
      }
      expect(found).toEqual([]);
      await page.context().close();
    },
    240_000,
  );
});

/** The text once it stands still. */
async function finishedText(page: Page): Promise<string> {
  await page.locator('[aria-busy="false"]').first().waitFor();
  return (await page.locator('[aria-busy]').first().textContent()) ?? '';
}
