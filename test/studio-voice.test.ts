/** Speech in the studio's chat, in a real browser: what is recorded is heard by the server and comes into the field; answers are read aloud. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalModel, RunningServer, VideoPort } from '../src/serve/index.ts';
import type { Sound } from '../src/types.ts';
import { noBrowser, openBrowser, violations, watchedPage } from './browser.ts';
import { spellingModel, startStudioServer } from './studio-server.ts';

let browser: Browser;
let server: RunningServer;
let bare: RunningServer;
let model: LocalModel;

const heard: Sound[] = [];
const spoken: string[] = [];

describe.skipIf(noBrowser !== undefined)(
  `speech in the studio${noBrowser ? ` (skipped: ${noBrowser})` : ''}`,
  () => {
    beforeAll(async () => {
      model = spellingModel('m', '青山绿水\n一叶知秋');
      const speech = {
        listener: {
          id: 'ears',
          async listen(sound: Sound) {
            heard.push(sound);
            return { text: '春', segments: [{ text: '春', start: 0, end: 1 }] };
          },
        },
        speaker: {
          id: 'mouth',
          async speak(text: string) {
            spoken.push(text);
            const samples = Float32Array.from({ length: 8000 }, (_, i) => 0.1 * Math.sin(i / 5));
            return { sampleRate: 16_000, samples };
          },
        },
      };
      const video: VideoPort = {
        describe: async () => ({
          seconds: 70,
          frames: 2,
          timeline: [
            { kind: 'seen', text: '<b>a red circle</b>', start: 0, end: 65, frames: 2 },
            { kind: 'said', text: 'hello', start: 1, end: 2 },
          ],
        }),
      };
      server = await startStudioServer({ models: [model], speech, video });
      bare = await startStudioServer({ models: [model] });
      browser = await openBrowser([
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        '--autoplay-policy=no-user-gesture-required',
      ]);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.close({ graceMs: 100 });
      await bare?.close({ graceMs: 100 });
      model?.close();
    });

    test('a recording becomes text in the field, and an answer is read aloud', async () => {
      const { page, faults } = await watchedPage(browser, server.url);
      await page.goto(`${server.url}/chat?strategy=greedy&tokens=30`);
      const field = page.getByLabel('Say something');
      await field.fill('look at');
      await page.getByRole('button', { name: 'Speak', exact: true }).click();
      await page.getByText('Recording. Press again').waitFor();
      await page.mouse.move(1, 1);
      await page.getByRole('tooltip').waitFor({ state: 'hidden' });
      expect(await violations(page)).toEqual([]);
      // Something must be said.
      await page.waitForTimeout(700);
      await page.getByRole('button', { name: 'Stop recording' }).click();
      await expect.poll(() => field.inputValue(), { timeout: 30_000 }).toBe('look at 春');
      expect(heard[0].sampleRate).toBe(16_000);
      expect(heard[0].samples.length).toBeGreaterThan(4000);
      await page.keyboard.press('Enter');
      const read = page.locator('article[data-role="assistant"]').getByRole('button', { name: 'Read aloud' });
      await read.click();
      await page.getByRole('button', { name: 'Stop reading' }).waitFor();
      // It ends by itself.
      await read.waitFor();
      expect(spoken).toEqual(['青山绿水', '一叶知秋']);
      await read.click();
      await page.getByRole('button', { name: 'Stop reading' }).click();
      await read.waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    });

    test('a video is described along its time', async () => {
      const { page, faults } = await watchedPage(browser, server.url);
      await page.goto(`${server.url}/tasks/video`);
      await page.locator('input[type=file]').setInputFiles({
        name: 'a.mp4',
        mimeType: 'video/mp4',
        buffer: Buffer.from('video'),
      });
      await page.getByRole('button', { name: 'Describe' }).click();
      await page.getByText('0:00–1:05 <b>a red circle</b>').waitFor();
      expect(await page.getByText('“hello”').count()).toBe(1);
      expect(await violations(page)).toEqual([]);
      expect(faults).toEqual([]);
      await page.context().close();
    });

    test('what is missing is said plainly, in Chinese too', async () => {
      const { page, faults } = await watchedPage(browser, bare.url, { locale: 'zh-CN' });
      await page.addInitScript('speechSynthesis.getVoices = () => []');
      await page.goto(`${bare.url}/chat?strategy=greedy&tokens=30`);
      await page.getByRole('button', { name: '说话', exact: true }).click();
      await page.getByText('此服务器没有听写引擎').waitFor();
      await page.getByLabel('说点什么').fill('春');
      await page.keyboard.press('Enter');
      const read = page.locator('article[data-role="assistant"]').getByRole('button', { name: '朗读' });
      await read.click();
      await page.getByText('无法朗读：浏览器没有语音').waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    });
  },
);
