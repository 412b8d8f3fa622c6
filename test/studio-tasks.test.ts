/** The studio's page of tasks in a real browser: each at its address, both languages, stopped half-way, without a model. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKitFile } from '../src/cli/kits.ts';
import { byTerms, createLexicon, ratingScale, readingLog, recommend } from '../src/recommend/index.ts';
import { createKitGuard, createTaskModel, type RunningServer, type TaskWorker } from '../src/serve/index.ts';
import { eventually, noBrowser, openBrowser, violations, watchedPage } from './browser.ts';
import { hostile, startStudioServer, tabTo } from './studio-server.ts';

const counted = { promptTokens: 1, completionTokens: 1 };
const shout: TaskWorker<'translate'> = {
  kind: 'translate',
  textsAtOnce: 1,
  async answer({ texts: [text] }, signal) {
    if (text === 'wait') await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return [{ kind: 'translate', text: `${text.toUpperCase()}!`, ...counted }];
  },
};
const guess: TaskWorker<'fill-mask'> = {
  kind: 'fill-mask',
  textsAtOnce: 1,
  async answer({ texts: [text] }) {
    const guesses = ['光', '色'].map((token) => ({ token, probability: 0.5, text }));
    return [{ kind: 'fill-mask', places: [guesses], ...counted }];
  },
};
const judge: TaskWorker<'classify'> = {
  kind: 'classify',
  textsAtOnce: 1,
  answer: async ({ texts }) =>
    texts.map((text) => ({
      ...{ kind: 'classify', label: 'good', measure: 'probabilities', ...counted },
      scores: [
        { label: 'good', score: 0.75 },
        { label: 'bad', score: 0.25 },
      ],
      words: [
        { text: 'kind', weight: 0.5, places: [[text.indexOf('kind'), text.indexOf('kind') + 4]] },
        { text: 'late', weight: -0.25, places: [[text.indexOf('late'), text.indexOf('late') + 4]] },
      ],
    })),
};

const items = [
  { id: 'sea', title: 'Whales', text: `Whales sing in the cold sea. ${hostile}`, category: 'nature' },
  { id: 'ice', title: 'Ice', text: 'The cold sea is full of ice.', category: 'nature' },
  { id: 'tea', title: 'Tea', text: 'A cup of tea in the garden.', category: 'home' },
  { id: 'cake', title: 'Cake', text: 'Cake and a cup of milk in the garden.', category: 'home' },
];
const lexicon = createLexicon(items);
const scale = ratingScale([]);
const log = readingLog(items, scale);
const recommender = {
  scale,
  recommend: (_: string, wish: object, options: object) =>
    recommend(wish, { lexicon, log, recommender: byTerms('tfidf', lexicon) }, options),
  async tell(_: string, events: readonly { readonly user: string; readonly item: string }[]) {
    for (const event of events) log.add(event);
    return { kept: events.length };
  },
};
/** A white pixel, whatever is asked for. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4//8/AAX+Av4zEpUUAAAAAElFTkSuQmCC';
const draw: TaskWorker<'draw'> = {
  kind: 'draw',
  textsAtOnce: 16,
  answer: async ({ texts, seed, size = 1 }) =>
    texts.map((_, i) => ({ kind: 'draw', png: PIXEL, size, seed: seed + i, ...counted })),
};

let browser: Browser;
let server: RunningServer;

describe.skipIf(noBrowser)(`the page of tasks${noBrowser ? `: skipped: ${noBrowser}` : ''}`, () => {
  beforeAll(async () => {
    const models = [
      createTaskModel('shouter', shout as TaskWorker),
      createTaskModel('guesser', guess as TaskWorker),
      createTaskModel('judge', judge as TaskWorker),
      createTaskModel('painter', draw as TaskWorker),
    ];
    const kits = createKitGuard([await readKitFile('law')], { numbers: '110' });
    server = await startStudioServer({ models, kits, recommender, port: 0 });
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close({ graceMs: 100 });
  });

  test('lines beside their translations, stopped with what came; the text goes along to the other tasks', async () => {
    const { page, faults } = await watchedPage(browser, server.url, {
      viewport: { width: 390, height: 800 },
    });
    await page.goto(`${server.url}/tasks`);
    await page.getByLabel('Text to translate').fill(`${hostile}\n\nwait\nnever`);
    await page.keyboard.press('Control+Enter');
    const rows = page.locator('tbody tr');
    await eventually(() => rows.nth(1).locator('td').allTextContents()).toEqual(['', '!']);
    expect(await page.getByText('2 of 4 lines').count()).toBe(1);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped; this is what had come.').waitFor();
    expect(await rows.count()).toBe(2);
    expect(await rows.first().locator('td').allTextContents()).toEqual([
      hostile,
      `${hostile.toUpperCase()}!`,
    ]);
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    expect(await violations(page)).toEqual([]);
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBe(390);

    await page.getByLabel('Text to translate').fill('Whales sing. Nobody knows why. Whales sing long songs.');
    await tabTo(page, /^Translate$/);
    // Single keys lead from task to task where nobody types.
    await page.keyboard.press('2');
    await page.waitForURL(/\/tasks\/summarize\?text=/);
    const quotes = page.locator('section ol button');
    await eventually(() => quotes.count()).toBe(3);
    await quotes.nth(1).click();
    expect(await page.locator('mark[data-chosen]').textContent()).toContain('Nobody knows why.');
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test('an address is a text to work on: labels, and a blank that a guess fills, in Chinese and in the dark', async () => {
    const options = { locale: 'zh-CN', colorScheme: 'dark' } as const;
    const { page, faults } = await watchedPage(browser, server.url, options);
    await page.goto(`${server.url}/tasks/classify?text=kind+but+late`);
    await page.getByText('75.0 %').waitFor();
    expect(await page.locator('mark[title]').allTextContents()).toEqual(['kind', 'late']);
    expect(await page.locator('mark[title][data-against]').allTextContents()).toEqual(['late']);
    expect(await violations(page)).toEqual([]);

    await page.getByRole('link', { name: '填空' }).click();
    await page.getByText('还没有空缺').waitFor();
    const field = page.getByLabel('带空缺的文本');
    await field.fill('床前明月');
    await page.getByRole('button', { name: '在光标处加空' }).click();
    await page.getByRole('button', { name: '填空', exact: true }).click();
    const chip = page.getByRole('button', { name: /^光/ });
    await chip.click();
    expect(await chip.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: '采用填好的文本' }).click();
    expect(await field.inputValue()).toBe('床前明月光');
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test('terms of a field are marked and explained in both languages; what is urgent stands on top', async () => {
    const { page, faults } = await watchedPage(browser, server.url);
    await page.goto(`${server.url}/tasks/domain?text=The+plaintiff+signed+the+NDA.`);
    const rows = page.locator('tbody tr');
    await eventually(() => rows.first().locator('td').allTextContents()).toEqual([
      'plaintiff',
      '原告',
      'The party who brings a civil case to court.',
    ]);
    expect(await page.locator('mark[title]').allTextContents()).toEqual(['plaintiff', 'NDA']);
    await page.getByText('this is general information, not legal advice').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Text with terms, or a question').fill(`${hostile} He threatened to kill me`);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alert').getByText('(110)').waitFor();
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    await page.getByRole('combobox', { name: 'Field' }).click();
    await page.getByRole('option', { name: 'law', exact: true }).click();
    await page.waitForURL(/kit=law/);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('items for a reader: words that led to them are marked, and what is said of one changes the next answer', async () => {
    const { page, faults } = await watchedPage(browser, server.url, {
      viewport: { width: 390, height: 800 },
    });
    await page.goto(`${server.url}/tasks/recommend?text=the+cold+sea`);
    const titles = page.locator('section ol h2');
    await eventually(() => titles.allTextContents()).toEqual(['Ice', 'Whales', 'Tea', 'Cake']);
    expect(
      (await page.locator('li').filter({ hasText: 'Ice' }).locator('mark').allTextContents()).sort(),
    ).toEqual(['cold', 'sea']);
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.getByLabel('What is wanted or liked').fill('');
    await page.getByLabel('Reader').fill('Anna');
    await page.getByRole('button', { name: 'Recommend', exact: true }).click();
    await page.getByText('this is what most readers like').waitFor();
    await page.getByRole('button', { name: 'Like: Tea' }).click();
    await eventually(() => titles.first().textContent()).toBe('Cake');
    expect(await page.getByText('Because of Tea (100 %)').count()).toBe(1);
    expect(page.url()).toContain('user=Anna');
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test('drawings come with their seeds and can be kept; the address draws them again', async () => {
    const { page, faults } = await watchedPage(browser, server.url);
    await page.goto(`${server.url}/tasks/draw?seed=7&pictures=3`);
    await page.getByLabel('What shall be drawn').fill(hostile);
    await page.keyboard.press('Control+Enter');
    const pictures = page.locator('section li img');
    await eventually(() => pictures.count()).toBe(3);
    expect(await pictures.last().getAttribute('alt')).toBe(`${hostile} (seed 9)`);
    const isSeen = (image: unknown) => (image as { naturalWidth: number }).naturalWidth === 1;
    expect(await pictures.first().evaluate(isSeen)).toBe(true);
    const saving = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Save' }).first().click();
    expect((await saving).suggestedFilename()).toBe('drawing-7.png');
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    expect(await violations(page)).toEqual([]);
    await page.reload();
    await eventually(() => pictures.count()).toBe(3);
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test('where nobody can, it says what trains and serves such a model; whom an address wants and is not there is told', async () => {
    const other = await startStudioServer({
      models: [createTaskModel('judge', judge as TaskWorker)],
      port: 0,
    });
    const { page, faults } = await watchedPage(browser, other.url);
    await page.goto(`${other.url}/tasks/translate`);
    await page.getByText('--architecture encoder-decoder').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${other.url}/tasks/recommend?user=Anna`);
    await page.getByText('recommend train').waitFor();
    await page.goto(`${other.url}/tasks/classify?model=gone`);
    await page.getByRole('button', { name: 'Use judge' }).click();
    await page.getByLabel('Text to classify').waitFor();
    expect(await page.getByRole('combobox', { name: 'Model' }).inputValue()).toBe('judge');
    // Who only classifies is nobody to write with.
    await page.goto(`${other.url}/write`);
    await page.getByText('There is no model yet').waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
    await other.close({ graceMs: 100 });
  }, 120_000);
});
