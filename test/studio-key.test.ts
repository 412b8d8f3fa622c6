/** A server with keys, in a real browser: signing in, and what a script in the page can find of the key. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalModel, RunningServer } from '../src/serve/index.ts';
import { noBrowser, openBrowser, violations, watchedPage } from './browser.ts';
import { loopingModel, startStudioServer, tabTo } from './studio-server.ts';

const key = 'a-key-that-no-script-sees';
let browser: Browser;
let server: RunningServer;
let model: LocalModel;

describe.skipIf(noBrowser !== undefined)(
  `the studio behind a key${noBrowser ? ` (skipped: ${noBrowser})` : ''}`,
  () => {
    beforeAll(async () => {
      model = loopingModel('round');
      server = await startStudioServer({ models: [model], keys: [key] });
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await server?.close({ graceMs: 100 });
      model?.close();
    });

    test('asked for once, wrong ones refused in words, kept where no script looks, gone after signing out', async () => {
      const { page, faults } = await watchedPage(browser, server.url);
      await page.goto(`${server.url}/write?strategy=greedy&tokens=12`);
      await page.getByRole('heading', { name: 'This server asks for a key' }).waitFor();
      expect(await violations(page)).toEqual([]);
      await tabTo(page, /^API key/);
      await page.keyboard.type('another');
      await page.keyboard.press('Enter');
      await page.getByText('The server does not know this key.').waitFor();
      await page.getByRole('textbox', { name: 'API key' }).fill(key);
      await page.keyboard.press('Enter');
      await page.getByLabel('Beginning').fill('春');
      await page.keyboard.press('Control+Enter');
      await page.locator('[data-at="11"]').waitFor();
      const found = await page.evaluate(
        'document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.documentElement.outerHTML',
      );
      expect(found).not.toContain(key);
      expect(await page.evaluate('document.cookie')).toBe('');
      const [cookie] = await page.context().cookies();
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
      expect(cookie.value).not.toContain(key);

      await page.goto(`${server.url}/settings`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'This server asks for a key' }).waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);
  },
);
