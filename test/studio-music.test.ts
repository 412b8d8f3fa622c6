/** Music in the studio, in a real browser: a tune of a form is written, drawn, checked, played and saved; any other as well. */

import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalModel, RunningServer } from '../src/serve/index.ts';
import { noBrowser, openBrowser, violations, watchedPage } from './browser.ts';
import { answeringModel, startStudioServer } from './studio-server.ts';

let browser: Browser;
let server: RunningServer;
let model: LocalModel;

const TUNE = 'M:6/8\nL:1/8\nK:G\n|:GAB dBG|"G"G3 G3|c>de d2B|A3 G3:|';

const MARKUP = '<img src=x onerror=alert(1)>';

describe.skipIf(noBrowser !== undefined)(
  `music in the studio${noBrowser ? ` (skipped: ${noBrowser})` : ''}`,
  () => {
    beforeAll(async () => {
      model = answeringModel('tunes', TUNE);
      server = await startStudioServer({ models: [model] });
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await server?.close({ graceMs: 100 });
      model?.close();
    });

    test.each([
      [
        'en-US',
        {
          ...{
            write: 'Write a tune',
            score: 'Score',
            well: 'It parses, and its bars fit: 4 full, 0 at edges.',
          },
          ...{ tune: /^The tune in ABC/, found: 'The check found:', title: 'Tune 3' },
          ...{
            play: 'Play',
            stop: 'Stop playing',
            midi: 'Save .mid',
            bar: 'line 6: bar 2 lasts 50 % of what its metre wants',
          },
        },
      ],
      [
        'zh-CN',
        {
          ...{ write: '写一首', score: '乐谱', well: '可解析，小节合拍：完整 4 个，边缘 0 个。' },
          ...{ tune: /^曲子/, found: '检查发现：', title: '曲 3' },
          ...{
            play: '演奏',
            stop: '停止演奏',
            midi: '保存 .mid',
            bar: '第 6 行：第 2 小节的长度是拍号所需的 50 %',
          },
        },
      ],
    ])('a tune is written in its form, drawn, checked, played and saved (%s)', async (locale, say) => {
      const { page, faults } = await watchedPage(browser, server.url, { locale });
      await page.goto(`${server.url}/music?key=G&metre=6/8&seed=3`);
      await page.getByRole('button', { name: say.write, exact: true }).click();
      await page.getByText(say.well).waitFor();
      expect(await page.getByLabel(say.tune).inputValue()).toBe(`X:1\nT:${say.title}\n${TUNE}\n`);
      const score = page.getByRole('img', { name: say.score });
      expect(await score.locator('svg .abcjs-note, svg [data-name="note"]').count()).toBeGreaterThan(7);
      expect(await violations(page)).toEqual([]);

      await page.getByRole('button', { name: say.play, exact: true }).click();
      await page.getByRole('button', { name: say.stop, exact: true }).click();
      await page.getByRole('button', { name: say.play, exact: true }).waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: say.midi, exact: true }).click(),
      ]);
      expect(
        readFileSync(await download.path())
          .subarray(0, 4)
          .toString(),
      ).toBe('MThd');

      await page
        .getByLabel(say.tune)
        .fill(
          `X:1\nT:${MARKUP}\nM:6/8\nL:1/8\nK:G\nG6|G3|${MARKUP}G6|\nw:${MARKUP}\n%%text ${MARKUP}\n%%beginps\n% it has no end\n`,
        );
      await page.getByText(say.found).waitFor();
      await page.getByText(say.bar).waitFor();
      expect(await score.locator('svg').textContent()).toContain(MARKUP);
      expect(await page.locator('img[src="x"]').count()).toBe(0);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);

      // What an address asks for becomes a pattern: only what is a key and a metre.
      await page.goto(`${server.url}/music?key=A.*&metre=C|`);
      const command = page.getByText(/inkstone music write/).first();
      await command.waitFor();
      expect(await command.textContent()).not.toMatch(/--key|--metre/);
      expect(faults).toEqual([]);
      await page.context().close();
    });

    test('without a model it says what to do, and any tune is shown; one that cannot be played is not offered', async () => {
      const bare = await startStudioServer({ models: [] });
      const { page, faults } = await watchedPage(browser, bare.url);
      await page.goto(`${bare.url}/music`);
      await page.getByText('No model here writes tunes').waitFor();
      await page.getByText('inkstone train --data tunes.abc').waitFor();
      expect(await violations(page)).toEqual([]);
      const tune = page.getByLabel(/^The tune in ABC/);
      const [play, midi] = ['Play', 'Save .mid'].map((name) =>
        page.getByRole('button', { name, exact: true }),
      );
      await tune.fill(`X:1\nT:a\n${TUNE}\n`);
      await page.getByText('It parses, and its bars fit').waitFor();
      expect([await play.isEnabled(), await midi.isEnabled()]).toEqual([true, true]);
      await tune.fill('X:1\nT:a\nM:4/4\nL:1/1\nK:C\nC99999|C|\n');
      await page.getByText('It cannot be played.').waitFor();
      expect([await play.isEnabled(), await midi.isEnabled()]).toEqual([false, false]);
      expect(faults).toEqual([]);
      await page.context().close();
      await bare.close({ graceMs: 100 });
    });
  },
);
