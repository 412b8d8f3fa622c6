/** Writing in the studio, in a real browser: a loop seen and repaired, any token written anew, hostile text, keys alone. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalModel, RunningServer } from '../src/serve/index.ts';
import { noBrowser, openBrowser, violations, watchedPage } from './browser.ts';
import {
  hostile,
  LOOP,
  loopingModel,
  spellingModel,
  startStudioServer,
  tabTo,
  WAY_OUT,
} from './studio-server.ts';

let browser: Browser;
let server: RunningServer;
let models: readonly LocalModel[] = [];

const open = async (path: string, options: Parameters<typeof watchedPage>[2] = {}) => {
  const watched = await watchedPage(browser, server.url, options);
  await watched.page.goto(server.url + path);
  return watched;
};

describe.skipIf(noBrowser !== undefined)(
  `writing in the studio${noBrowser ? ` (skipped: ${noBrowser})` : ''}`,
  () => {
    beforeAll(async () => {
      models = [loopingModel('round'), spellingModel('hostile', hostile)];
      server = await startStudioServer({ models });
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await server?.close({ graceMs: 100 });
      for (const model of models) model.close();
    });

    test.each([
      [
        'en-US',
        {
          write: 'Write',
          guard: /^Guard against loops/,
          loops: `It loops: “${LOOP}” comes 10 times. With the guard it would have been taken back.`,
          begins: 'A loop begins here: 10 copies',
          repaired: `The guard took a loop back: “${LOOP}” would have come again (another token in its place).`,
          mark: `Here the guard kept “${LOOP}” from coming again`,
          anew: 'Write anew from here',
          text: 'The text, token by token',
        },
      ],
      [
        'zh-CN',
        {
          write: '写',
          guard: /^防复读护栏/,
          loops: `陷入循环：“${LOOP}”出现了 10 遍。打开护栏即可收回。`,
          begins: '循环从这里开始：共 10 遍',
          repaired: `护栏收回了一处循环：“${LOOP}”本会再次出现（换一个词元）。`,
          mark: `护栏在此阻止了“${LOOP}”再次出现`,
          anew: '从此处重写',
          text: '逐词元的文本',
        },
      ],
    ])(
      'a loop is marked where it begins; the guard takes it back and says so; any token is written anew (%s)',
      async (locale, say) => {
        const { page, faults } = await open('/write?prompt=春&model=round&strategy=greedy&tokens=60', {
          locale,
        });
        const text = page.getByRole('group', { name: say.text });
        await page.getByText(say.loops).waitFor();
        expect(await page.locator('[data-at]').allTextContents()).toEqual([...LOOP.repeat(10)]);
        // The mark stands before the second copy, and all from there on is a loop.
        const mark = text.getByRole('img', { name: say.begins });
        expect(await mark.locator('xpath=following-sibling::*').getAttribute('data-at')).toBe('6');
        expect(await page.locator('[data-loop]').count()).toBe(54);

        await page.getByLabel(say.guard).check({ force: true });
        await page.getByRole('button', { name: say.write, exact: true }).click();
        await page.getByText(say.repaired).waitFor();
        await expect.poll(() => page.locator('[data-at]').allTextContents()).toEqual([...LOOP, ...WAY_OUT]);
        expect(await page.locator('[data-phrase]').count()).toBe(LOOP.length);
        const repair = text.getByRole('img', { name: say.mark });
        expect(await repair.locator('xpath=following-sibling::*').getAttribute('data-at')).toBe('6');
        expect(await page.locator('[data-loop]').count()).toBe(0);

        expect(await violations(page)).toEqual([]);
        // From the fourth token on anew: what came before stays, and the guard reads what comes.
        await page.locator('[data-at="3"]').click();
        await page.getByRole('button', { name: say.anew }).click();
        await page.getByText(`“${LOOP.slice(3)}${LOOP.slice(0, 3)}”`).waitFor();
        await expect
          .poll(() => page.locator('[data-at]').allTextContents())
          .toEqual([...LOOP, ...LOOP.slice(0, 3), ...WAY_OUT]);
        expect(faults).toEqual([]);
        await page.context().close();
      },
      240_000,
    );

    test('two strategies stand side by side, and on a phone below each other', async () => {
      const { page } = await open('/write?prompt=春&model=round&strategy=greedy&beside=top-p:0.5&tokens=20');
      const columns = page.locator('section:has(> h2)');
      await columns.nth(1).locator('[data-at="19"]').waitFor();
      const places = () => columns.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
      const [left, right] = await places();
      expect(left).toBe(right);
      await page.setViewportSize({ width: 390, height: 844 });
      const [first, second] = await places();
      expect(second).toBeGreaterThan(first);
      await page.context().close();
    }, 240_000);

    test('a model that is not served is not replaced by another one without a word', async () => {
      const { page } = await open('/write?prompt=春&model=elsewhere');
      await page.getByRole('heading', { name: 'elsewhere is not served now' }).waitFor();
      expect(await page.locator('[data-at]').count()).toBe(0);
      await page.getByRole('button', { name: 'Use round' }).click();
      await page.locator('[data-at="3"]').waitFor();
      expect(page.url()).toContain('model=round');
      await page.context().close();
    }, 240_000);

    test('what a model writes, and a line of 100 kB, is text on every page that shows it', async () => {
      const long = 'x'.repeat(100_001);
      const { page, faults } = await open('/write?prompt=春&model=hostile&strategy=greedy&tokens=300', {
        viewport: { width: 390, height: 844 },
      });
      const isWide = () => page.evaluate('document.documentElement.scrollWidth > innerWidth');
      await page.locator(`[data-at="${hostile.length - 1}"]`).waitFor();
      expect((await page.locator('[data-at]').allTextContents()).join('')).toBe(hostile);
      // Longer than the window: refused in words, with what was typed still there.
      await page.getByLabel('Beginning').fill(long);
      await page.getByRole('button', { name: 'Write', exact: true }).click();
      await page.getByRole('alert').waitFor();
      expect((await page.getByLabel('Beginning').inputValue()).length).toBe(long.length);
      expect(await isWide()).toBe(false);

      await page.goto(`${server.url}/chat?model=hostile&strategy=greedy&tokens=300`);
      for (const said of [`${hostile}春`, `${long}春`]) {
        await page.getByLabel('Say something').fill(said);
        await page.getByRole('button', { name: 'Send' }).click();
        await page.locator('article[data-role="user"]').last().getByText(said).waitFor();
        await page
          .getByText(/tokens\/s|window/)
          .last()
          .waitFor();
      }
      expect(await isWide()).toBe(false);
      await page.getByRole('navigation').getByText(hostile.slice(0, 30)).waitFor();

      await page.goto(`${server.url}/inside?model=hostile&text=${encodeURIComponent(hostile)}`);
      await page.getByRole('alert').waitFor();
      await page.goto(`${server.url}/settings`);
      await page.getByText('hostile', { exact: true }).waitFor();
      expect(await page.evaluate('window.wasRun')).toBeUndefined();
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);

    test('keys alone: to the field, write, from token to token, an alternative, away again', async () => {
      const { page, faults } = await open('/write?model=round&strategy=greedy&tokens=12');
      await page.getByLabel('Beginning').waitFor();
      await tabTo(page, /^Beginning/);
      await page.keyboard.type('春');
      await page.keyboard.press('Control+Enter');
      await page.locator('[aria-busy="false"] [data-at="11"]').waitFor();
      await tabTo(page, /^青 \d+ %/);
      for (const key of ['ArrowRight', 'Enter', 'ArrowRight']) await page.keyboard.press(key);
      await page.getByRole('heading', { name: 'What else it could have been' }).waitFor();
      expect(await page.locator('[data-active]').getAttribute('data-at')).toBe('1');
      await page.keyboard.press('Escape');
      await page
        .getByRole('heading', { name: 'What else it could have been' })
        .waitFor({ state: 'detached' });

      await page.keyboard.press('Enter');
      await tabTo(page, new RegExp(`Continue from here with ${WAY_OUT[0]}`));
      await page.keyboard.press('Enter');
      await page.locator('[aria-busy="false"] [data-chosen]').waitFor();
      const written = (await page.locator('[data-at]').allTextContents()).join('');
      expect(written.endsWith(WAY_OUT)).toBe(true);
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);
  },
);
