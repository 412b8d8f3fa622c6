/** Words of the studio explain themselves: pointed at, and to the keyboard alone, in both languages. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { glossary } from '../src/glossary/index.ts';
import type { RunningServer } from '../src/serve/index.ts';
import { eventually, noBrowser, openBrowser, violations, watchedPage } from './browser.ts';
import { loopingModel, startStudioServer, tabTo } from './studio-server.ts';

describe.skipIf(noBrowser)(`words of the studio${noBrowser ? `: skipped: ${noBrowser}` : ''}`, () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let server: RunningServer;

  beforeAll(async () => {
    server = await startStudioServer({ models: [loopingModel('loops')], port: 0 });
    browser = await openBrowser();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test.each([
    ['en', 'en-US', /^top-p$/],
    ['zh', 'zh-CN', /^top-p$/],
  ] as const)(
    'a knob tells what it is to the keyboard and to the mouse, in %s',
    { timeout: 60_000 },
    async (lang, locale, name) => {
      const { page, faults } = await watchedPage(browser, server.url, { locale });
      await page.goto(`${server.url}/write`);
      // An argument of the strategy is spelled as the command line spells it.
      await page.getByLabel('top-p', { exact: true }).waitFor();
      await tabTo(page, name);
      const tip = page.getByRole('tooltip');
      // What was passed on the way is told no more.
      await eventually(() => tip.allTextContents()).toEqual([glossary.topP.text[lang]]);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await tip.waitFor({ state: 'hidden' });

      await page.getByText({ en: 'Guard against loops', zh: '防复读护栏' }[lang]).hover();
      await eventually(() => tip.allTextContents()).toEqual([glossary.guard.text[lang]]);
      expect(faults).toEqual([]);
      await page.context().close();
    },
  );
});
