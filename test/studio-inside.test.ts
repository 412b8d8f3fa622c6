/** The pages Inside, Repetition and Review in a real browser, over a small model, a lab that is played, and real state. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspect, type LabView } from '../src/eval/index.ts';
import { createLanguageModel, init, preset } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import {
  createLocalModel,
  type LabPort,
  type LocalModel,
  type RunningServer,
  startServer,
  studioFiles,
} from '../src/serve/index.ts';
import { openState, type State } from '../src/store/index.ts';
import { trainCharacters } from '../src/text/index.ts';
import { eventually, noBrowser, openBrowser, violations, watchedPage } from './browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkstone-studio-'));
const hostile = '<script>window.wasRun = true</script><img src=x onerror="window.wasRun = true">';
const tokenizer = trainCharacters(['春眠不觉晓处闻啼鸟', hostile], { specialTokens: ['<|endoftext|>'] });

let browser: Browser;
let server: RunningServer;
let state: State;
let model: LocalModel;

const row = { name: 'greedy', guard: false, repeated: 0.5, low: 0.4, high: 0.6, stuck: 0.25 };
const loop = { onset: 2, period: 2, copies: 3, secondAt: 4 };
const text = (written: string, more: object = {}) => ({ text: written, repairs: 0, ...more });

/** What a lab leaves behind. */
const view = {
  version: 1,
  made: '2026-01-02T03:04:05Z',
  data: 'poems',
  settings: { prompts: 2, promptTokens: 2, tokens: 8, unit: 'characters', seed: 1 },
  repeats: true,
  findings: [
    {
      id: 'x',
      title: { en: 'Self-reinforcement', zh: '自我强化' },
      sentence: { en: hostile, zh: hostile },
      isCause: true,
    },
  ],
  cure: {
    strategy: 'top-p:0.9',
    guard: false,
    isEnough: true,
    decoding: { en: 'top-p:0.9 fits', zh: '适合 top-p:0.9' },
    rule: '',
    training: [{ finding: 'x', words: { en: 'train', zh: '训练' }, trainCure: 'ditto' }],
  },
  columns: [{ id: 'rep4', title: 'rep-4', doc: { en: 'repeated', zh: '重复' } }],
  rows: [
    {
      name: 'greedy',
      strategy: 'greedy',
      guard: false,
      cells: ['50.0'],
      texts: [text('不觉不觉不觉', { loop }), text('晓')],
    },
    {
      name: 'greedy + guard',
      strategy: 'greedy',
      guard: true,
      cells: ['1.0'],
      texts: [text('不觉晓', { repairs: 1 }), text('晓')],
    },
    {
      name: 'people',
      strategy: 'people',
      guard: false,
      isPeople: true,
      cells: ['0.1'],
      texts: [text('不觉晓'), text('晓')],
    },
  ],
  prompts: ['春眠', '处'],
  plots: [
    {
      id: 'one',
      plot: {
        title: { en: 'A plot', zh: '一张图' },
        x: { label: 'x' },
        y: { label: 'y' },
        marks: [
          {
            type: 'line',
            points: [
              { x: 0, y: 0 },
              { x: 1, y: null },
              { x: 2, y: 1 },
            ],
          },
        ],
      },
      note: { en: 'look here', zh: '看这里' },
    },
  ],
  command: 'npx inkstone repeat lab runs/small',
  trainCommand: 'npx inkstone train --cure',
} as unknown as LabView;

/** A lab that goes on when the test says so. */
const lab = { isDone: false, goOn: () => {} };
const port: LabPort = {
  saved: async () => (lab.isDone ? view : undefined),
  commandOf: () => view.command,
  async *run(_, __, { signal }) {
    yield { type: 'progress', stage: 'greedy', done: 1, total: 4 };
    yield { type: 'row', row };
    await new Promise<void>((resolve) => {
      lab.goOn = resolve;
      signal.addEventListener('abort', () => resolve());
    });
    signal.throwIfAborted();
    lab.isDone = true;
  },
};

const open = (path: string, options: Parameters<typeof watchedPage>[2] = {}) =>
  watchedPage(browser, server.url, { bypassCSP: true, ...options }).then(async (watched) => {
    await watched.page.goto(server.url + path);
    return watched;
  });

describe.skipIf(noBrowser !== undefined)(
  `pages that look inside${noBrowser ? ` (skipped: ${noBrowser})` : ''}`,
  () => {
    beforeAll(async () => {
      const config = preset('nano', { layers: 2, contextLength: 128, vocabSize: tokenizer.vocabSize });
      model = createLocalModel({
        id: 'small',
        model: createLanguageModel(init(config, createRng(1), { std: 0.2 }), config),
        tokenizer,
        prefixIds: [tokenizer.eosId!],
        inspect,
      });
      state = openState({ folder: join(folder, 'state') });
      const files = studioFiles(join(import.meta.dirname, '../dist/studio'));
      server = await startServer({ models: [model], studio: { files, lab: port }, state });
      browser = await openBrowser();
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      await server?.close({ graceMs: 100 });
      model?.close();
      await state?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test.each([
      [
        'en-US',
        'light',
        {
          look: 'Look inside',
          text: 'Text',
          tabs: ['Tokens', 'Attention', 'Layers', 'Why', 'Map', 'Decoding'],
        },
      ],
      [
        'zh-CN',
        'dark',
        { look: '查看内部', text: '文本', tabs: ['词元', '注意力', '各层', '为何', '地图', '解码'] },
      ],
    ] as const)(
      'inside: every view of a text, without a violation (%s, %s)',
      async (locale, colorScheme, say) => {
        const { page, faults } = await open('/inside', { locale, colorScheme });
        await page.getByLabel(say.text, { exact: true }).fill(`春眠不觉晓${hostile}`);
        await page.getByRole('button', { name: say.look }).click();
        const strip = page.getByRole('listbox');
        await strip.waitFor();
        // Chosen by key, kept in the address.
        await strip.getByRole('option').nth(4).click();
        await page.keyboard.press('ArrowRight');
        await page.waitForURL(/at=5/);
        for (const tab of say.tabs) {
          await page.getByRole('tab', { name: tab }).click();
          await page.waitForTimeout(100);
          await page.getByRole('status').filter({ hasText: /…/ }).waitFor({ state: 'detached' });
          expect(await violations(page), tab).toEqual([]);
        }
        expect(await page.evaluate(() => 'wasRun' in globalThis)).toBe(false);
        expect(faults).toEqual([]);
        await page.context().close();
      },
      240_000,
    );

    test('inside: a head large, its numbers, and the files', async () => {
      const { page, faults } = await open('/inside?text=春眠不觉晓&view=attention&at=3');
      await page.getByRole('button', { name: /^1\.1/ }).click();
      await page.getByRole('heading', { name: 'Layer 1, head 1', exact: true }).waitFor();
      const saved = async (kind: string): Promise<string> => {
        const download = page.waitForEvent('download');
        await page.getByRole('button', { name: `Save as ${kind}` }).click();
        return readFileSync(await (await download).path(), kind === 'PNG' ? 'latin1' : 'utf8');
      };
      const lines = (await saved('CSV')).trim().split('\r\n').slice(1);
      // Six places, each looking at itself and all before.
      expect(lines).toHaveLength(21);
      const weights = lines.filter((line) => line.startsWith('5,')).map((line) => Number(line.split(',')[2]));
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
      expect(await saved('SVG')).toMatch(/^<svg /);
      const png = Buffer.from(await saved('PNG'), 'latin1');
      expect(png.toString('latin1', 1, 4)).toBe('PNG');
      // Large enough to be shown: not one pixel for each cell.
      expect(png.readUInt32BE(16)).toBeGreaterThan(500);
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);

    test('inside: why this rather than that, by colour and in words, with the command that asks the same', async () => {
      const { page, faults } = await open('/inside?text=春眠不觉晓&view=why&at=5');
      const plot = page.getByRole('img', { name: /^Why 晓 rather than/ });
      await plot.getByText(/^speaks for 晓/).waitFor();
      expect(await plot.locator('rect.s0[height], rect.s1[height]').count()).toBeGreaterThan(2);
      await page.getByLabel('rather than that').first().click();
      // The likeliest is chosen already.
      const other = page.getByRole('option', { name: /%$/ }).nth(1);
      const [that] = (await other.textContent())!.split('  ');
      await other.click();
      await page.waitForURL(/that=/);
      await page.getByRole('img', { name: `Why 晓 rather than ${that}` }).waitFor();
      await page.getByText("--what why --text '春眠不觉' --this '晓' --that ").waitFor();
      await page.reload();
      await page.getByRole('img', { name: `Why 晓 rather than ${that}` }).waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);

    test('repetition: started, stopped with what came, watched, seen again after a reload', async () => {
      const { page, faults } = await open('/repetition');
      await page.getByRole('button', { name: 'Start the lab' }).click();
      await page.getByText('2 of 4: greedy').waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByText('this is what had come').waitFor();
      await page.getByRole('rowheader', { name: 'greedy' }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Start the lab' }).click();
      await page.getByRole('rowheader', { name: 'greedy' }).waitFor();
      await page.getByText('2 of 4: greedy').waitFor();
      await page.reload();
      await page.getByText('2 of 4: greedy').waitFor();
      expect(await violations(page)).toEqual([]);
      lab.goOn();
      await page.getByText('This model repeats itself').waitFor();
      await page.getByText('top-p:0.9 fits').waitFor();
      expect(await page.locator('mark').textContent()).toBe('不觉');
      await page.getByText('the guard repaired one loop').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      expect(await page.evaluate(() => 'wasRun' in globalThis)).toBe(false);
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);

    test('review: two people judge by key, their agreement, the training data', async () => {
      for (const prompt of ['一', '二']) {
        await fetch(`${server.url}/api/reviews`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ prompt, output: hostile }),
        });
      }
      const { page, faults } = await open('/review');
      const judge = async (name: string, keys: readonly string[]): Promise<void> => {
        await page.getByLabel('Your name').fill(name);
        await page.keyboard.press('Enter');
        for (const key of keys) {
          await page.getByRole('button', { name: /^Approve/ }).waitFor();
          const shown = await page.locator('article p').first().textContent();
          await page.keyboard.press(key);
          if (key === 'e') {
            await page.getByLabel('As it should have been').fill('改好的');
            await page.keyboard.press('Control+Enter');
          }
          await page.locator('article p').first().filter({ hasText: shown! }).waitFor({ state: 'detached' });
        }
      };
      await judge('Li', ['a', 'e']);
      await page.getByText('Nothing waits for you').waitFor();
      await page.getByRole('button', { name: 'Reviewer: Li' }).click();
      await judge('Wang', ['a']);
      expect(await violations(page)).toEqual([]);
      // A letter after `g` leads to a page and decides nothing.
      await page.keyboard.press('g');
      await page.keyboard.press('a');
      await page.getByRole('heading', { name: 'API', exact: true }).waitFor();
      await page.keyboard.press('g');
      await page.keyboard.press('v');
      await page.getByRole('button', { name: /^Approve/ }).waitFor();
      await page.keyboard.press('r');
      await page.getByRole('rowheader', { name: 'Li · Wang' }).waitFor();
      await page.getByText('One text on which they differ').waitFor();
      await page.getByRole('link', { name: 'Text 1' }).click();
      await page.getByText('改好的').waitFor();
      expect(await violations(page)).toEqual([]);
      // A text that shall not be written again becomes a rule.
      await page.getByText('Add a text').click();
      await page.getByLabel('Output').fill('不觉不觉');
      await page.getByRole('button', { name: 'Put it into the queue' }).click();
      await page.getByText('Waiting for me').click();
      await page.getByRole('button', { name: /^Make a rule/ }).click();
      await page.getByLabel('Text that the rule looks for').fill('不觉不觉');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Decided: Make a rule').waitFor();
      const rulesNow = async () =>
        (await (await fetch(`${server.url}/api/rules`)).json()) as {
          readonly data: readonly { readonly isOn: boolean }[];
        };
      const rules = await rulesNow();
      expect(rules).toMatchObject({ data: [{ pattern: '不觉不觉', action: 'block', isOn: true }] });
      // It is seen, switched off, and taken away again.
      const sheet = page.locator('section', { has: page.getByRole('heading', { name: 'Rules' }) });
      await sheet.getByText('asked or written: end the text').waitFor();
      await sheet.getByLabel('Rule on: 不觉不觉').click({ force: true });
      await eventually(async () => (await rulesNow()).data[0].isOn).toBe(false);
      expect(await violations(page)).toEqual([]);
      await sheet.getByRole('button', { name: 'Delete rule: 不觉不觉' }).click();
      // Not by one click too many.
      expect((await rulesNow()).data).toHaveLength(1);
      await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
      await sheet.getByText('None yet').waitFor();
      expect((await rulesNow()).data).toEqual([]);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save as training data' }).click();
      const lines = readFileSync(await (await download).path(), 'utf8')
        .trim()
        .split('\n');
      expect(JSON.parse(lines[0])).toMatchObject({ prompt: '一', chosen: hostile });
      expect(await page.evaluate(() => 'wasRun' in globalThis)).toBe(false);
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);
  },
);
