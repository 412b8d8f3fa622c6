/** The studio's page of papers in a real browser: files in, a table with places, links, advice; both languages. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../src/serve/index.ts';
import { eventually, noBrowser, openBrowser, violations, watchedPage } from './browser.ts';
import { hostile, startStudioServer } from './studio-server.ts';

const folder = join(import.meta.dirname, '../examples/papers');

describe.skipIf(noBrowser)(`the page of papers${noBrowser ? `: skipped: ${noBrowser}` : ''}`, () => {
  let browser: Browser;
  let server: RunningServer;
  beforeAll(async () => {
    server = await startStudioServer({ models: [], port: 0 });
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close({ graceMs: 100 });
  });

  test('papers compared and linked; what a file holds is text', { timeout: 120_000 }, async () => {
    const { page, faults } = await watchedPage(browser, server.url, {
      viewport: { width: 390, height: 800 },
    });
    await page.goto(`${server.url}/papers?task=compare&about=loops`);
    expect(await page.getByRole('button', { name: 'Do it' }).isDisabled()).toBe(true);
    await page.locator('input[type=file]').setInputFiles([
      ...['lindqvist2021.md', 'okafor2022.tex'].map((name) => ({
        ...{ name, mimeType: 'text/plain' },
        buffer: readFileSync(join(folder, name)),
      })),
      {
        name: 'bad.md',
        mimeType: 'text/markdown',
        buffer: Buffer.from(`# ${hostile}\n\n## Abstract\n\nWe study loops ${hostile} here.`),
      },
    ]);
    await page.getByRole('button', { name: 'Do it' }).click();
    await eventually(() => page.locator('tbody tr').count()).toBe(3);
    expect(await page.locator('tbody tr').first().textContent()).toContain('lindqvist2021 · § 4 Limitations');
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.getByRole('link', { name: 'Who cites whom' }).click();
    await page.getByRole('button', { name: 'Do it' }).click();
    await page.getByText('okafor2022 cites lindqvist2021').waitFor();
    expect(await page.locator('svg rect').count()).toBe(3);
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('advice with lines and references with verdicts, in Chinese and in the dark', {
    timeout: 120_000,
  }, async () => {
    const { page, faults } = await watchedPage(browser, server.url, { locale: 'zh-CN', colorScheme: 'dark' });
    await page.goto(`${server.url}/papers?task=advise`);
    await page
      .getByLabel('你的草稿')
      .fill('结果非常好[1]。\n\n## 参考文献\n\n[1] 王海. 蜜蜂[J]. 昆虫学报, 2019, 12(3): 45-52.');
    await page.getByRole('button', { name: '开始' }).click();
    await page.getByText('“非常”含义空泛').waitFor();
    await page.getByRole('link', { name: '参考文献' }).click();
    await page.getByRole('button', { name: '开始' }).click();
    await page.getByText('蜜蜂 未核实').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
