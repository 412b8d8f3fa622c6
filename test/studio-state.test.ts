/** What the studio keeps, in a real browser: over a reload, over a restart of the server, and with two tabs at once. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSentFile } from '../src/cli/read-sent.ts';
import type { LocalModel, RunningServer } from '../src/serve/index.ts';
import { openState, type State } from '../src/store/index.ts';
import { eventually, noBrowser, openBrowser, violations, watchedPage } from './browser.ts';
import { memoryCollection } from './memory-collection.ts';
import { hostile, spellingModel, startStudioServer, tabTo } from './studio-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkstone-studio-'));
const answer = '眠不觉晓';
/** Nobody waits for its end. */
const endless = answer.repeat(24_000);

let browser: Browser;
let models: readonly LocalModel[] = [];
let state: State;
let server: RunningServer;
let port = 0;

/** What questions are answered from. */
const collection = memoryCollection([
  { key: 'whales.md', text: `${hostile} Whales sing long songs in the sea.` },
]);
const documents = { readable: async () => [collection], own: async () => collection };

async function start(): Promise<void> {
  state = openState({ folder: join(folder, 'state') });
  server = await startStudioServer({
    models,
    state,
    documents,
    readFile: readSentFile,
    suggest: (texts) => texts.map(() => ({ label: 'sea', score: 0.75 })),
    port,
  });
  ({ port } = server);
}

async function stop(): Promise<void> {
  await server.close({ graceMs: 100 });
  await state.close();
}

const post = (path: string, body: object) =>
  fetch(`${server.url}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** A page, and another one of the same browser: two tabs of one person. */
async function twoTabs(
  path: string,
): Promise<{ context: BrowserContext; tabs: [Page, Page]; faults: string[] }> {
  const { page, faults } = await watchedPage(browser, server.url);
  const context = page.context();
  const second = await context.newPage();
  await page.goto(server.url + path);
  await second.goto(server.url + path);
  return { context, tabs: [page, second], faults };
}

const say = async (page: Page, text: string): Promise<void> => {
  await page.getByLabel('Say something').fill(text);
  await page.keyboard.press('Enter');
};
const said = (page: Page) => page.locator('article p');

describe.skipIf(noBrowser !== undefined)(
  `what the studio keeps${noBrowser ? ` (skipped: ${noBrowser})` : ''}`,
  () => {
    beforeAll(async () => {
      models = [spellingModel('poet', answer), spellingModel('talker', endless)];
      await start();
      browser = await openBrowser();
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      if (server) await stop();
      for (const model of models) model.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test('a conversation is there after a reload and after a restart; what was typed meanwhile is not lost', async () => {
      const { page, faults } = await watchedPage(browser, server.url);
      await page.goto(`${server.url}/chat`);
      await say(page, '春');
      await page.getByText(/\d tokens/).waitFor();
      await page.reload();
      await eventually(() => said(page).allTextContents()).toEqual(['春', answer]);

      await stop();
      await say(page, '又是春');
      await page.getByRole('alert').waitFor();
      expect(await page.getByLabel('Say something').inputValue()).toBe('又是春');
      await start();
      await page.getByText('nothing you see is lost').waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Send' }).click();
      await eventually(() => said(page).allTextContents()).toEqual(['春', answer, '又是春', answer]);
      await page.goto(`${server.url}/chat`);
      const list = page.getByRole('navigation', { name: 'Conversations' });
      await list.getByText('春').click();
      await eventually(() => said(page).allTextContents()).toEqual(['春', answer, '又是春', answer]);
      // It goes for ever, but not by one click too many.
      const remove = async (answered: string): Promise<void> => {
        await list.getByRole('button', { name: 'Delete conversation: 春' }).click();
        await page.getByRole('dialog').getByRole('button', { name: answered, exact: true }).click();
        await page.getByRole('dialog').waitFor({ state: 'hidden' });
      };
      await remove('Cancel');
      expect(await said(page).count()).toBe(4);
      await remove('Delete');
      await page.getByText('Nothing said yet').waitFor();
      expect(await list.getByRole('button').count()).toBe(0);
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);

    test('an answer that breaks off with the server is kept as far as it came', async () => {
      const { page, faults } = await watchedPage(browser, server.url);
      await page.goto(`${server.url}/chat?model=talker&tokens=99000`);
      await say(page, '春');
      const last = page.locator('article[data-role="assistant"] p');
      await last.getByText(answer).waitFor();
      await stop();
      await start();
      await page.getByRole('alert').waitFor();
      await page.getByRole('button', { name: 'Answer anew' }).waitFor();
      const kept = (await last.textContent())!;
      expect(kept.startsWith(answer)).toBe(true);
      expect(kept.length).toBeLessThan(endless.length);
      await page.reload();
      await eventually(() => last.textContent()).toBe(kept);
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);

    test('an answer that cannot be saved stays, says so, and is saved again', async () => {
      const { page } = await watchedPage(browser, server.url);
      let isFull = true;
      await page.route('**/api/conversations/*/messages', (route) => {
        const isAnswer = route.request().postDataJSON().role === 'assistant';
        if (!isFull || !isAnswer) return route.continue();
        return route.fulfill({ status: 500, json: { error: { message: 'the disk is full', code: 'x' } } });
      });
      await page.goto(`${server.url}/chat`);
      await say(page, '春');
      await page.getByRole('alert').getByText('the disk is full').waitFor();
      await page.getByText('This answer is not saved.').waitFor();
      await eventually(() => said(page).allTextContents()).toEqual(['春', answer]);
      expect(await page.getByRole('button', { name: 'Let it answer' }).count()).toBe(0);
      const again = page.getByRole('button', { name: 'Save again' });
      await again.click();
      await page.getByRole('alert').waitFor();
      await eventually(() => said(page).allTextContents()).toEqual(['春', answer]);
      expect(await violations(page)).toEqual([]);
      isFull = false;
      await again.click();
      await again.waitFor({ state: 'hidden' });
      expect(await page.getByRole('alert').count()).toBe(0);
      await page.reload();
      await eventually(() => said(page).allTextContents()).toEqual(['春', answer]);
      await page.context().close();
    }, 120_000);

    test('two tabs with one conversation: both see it grow, and neither takes the other to its branch', async () => {
      const { context, tabs, faults } = await twoTabs('/chat');
      const [one, two] = tabs;
      await say(one, '早春');
      await one.getByText(/\d tokens/).waitFor();
      await two.goto(one.url());
      await eventually(() => said(two).allTextContents()).toEqual(['早春', answer]);
      // One goes on: the other sees it without a reload.
      await say(one, '晚春');
      await eventually(() => said(two).allTextContents()).toHaveLength(4);
      // While one changes the last question, the other begins to change the first.
      await two.getByRole('button', { name: 'Edit' }).last().click();
      await two.getByRole('textbox', { name: 'Edit' }).fill('不眠春');
      await one.getByRole('button', { name: 'Edit' }).first().click();
      await one.getByRole('textbox', { name: 'Edit' }).fill('知春');
      await one.getByRole('button', { name: 'Send as changed' }).click();
      await eventually(() => said(one).allTextContents()).toEqual(['知春', answer]);
      await two.waitForResponse((response) => /conversations\/[\w-]+$/.test(response.url()));
      await two.waitForTimeout(200);
      expect(await two.getByRole('textbox', { name: 'Edit' }).inputValue()).toBe('不眠春');
      await two.getByRole('button', { name: 'Send as changed' }).click();
      await eventually(() => said(two).allTextContents()).toEqual(['早春', answer, '不眠春', answer]);
      // Nothing was lost: both branches are there, each with its versions.
      expect(await two.getByText('1 of 2').count()).toBe(1);
      expect(await violations(two)).toEqual([]);
      await two.getByRole('button', { name: 'Later version' }).first().click();
      await eventually(() => said(two).allTextContents()).toEqual(['知春', answer]);
      expect(faults).toEqual([]);
      await context.close();
    }, 240_000);

    test('two tabs with one queue: what one decides leaves the other, and no edit is lost', async () => {
      for (const output of ['甲', '乙', '丙']) await post('/reviews', { prompt: '春', output });
      const { context, tabs, faults } = await twoTabs('/review');
      const [one, two] = tabs;
      await one.getByLabel('Your name').fill('Li');
      await one.keyboard.press('Enter');
      await two.reload();
      const text = (page: Page) => page.locator('article p').nth(1);
      await eventually(() => text(one).textContent()).toBe('甲');
      await two.getByRole('button', { name: /^Edit/ }).click();
      await two.getByLabel('As it should have been').fill('甲，改好');
      await one.keyboard.press('a');
      await eventually(() => text(one).textContent()).toBe('乙');
      // The other tab hears of it, and keeps what is being typed.
      await two.getByText('Waiting for me: 2').waitFor();
      expect(await two.getByLabel('As it should have been').inputValue()).toBe('甲，改好');
      await two.getByRole('button', { name: 'Save', exact: true }).click();
      await two.getByText('reviews: Li has decided on this text already').waitFor();
      expect(await two.getByLabel('As it should have been').inputValue()).toBe('甲，改好');
      await two.getByRole('button', { name: 'Replace that decision' }).click();
      await eventually(() => text(two).textContent()).toBe('乙');

      // A tab that has not heard yet replaces nothing.
      await one.route('**/api/reviews?*', () => {});
      await two.keyboard.press('e');
      await two.getByLabel('As it should have been').fill('乙，改好');
      await two.keyboard.press('Control+Enter');
      await eventually(() => text(two).textContent()).toBe('丙');
      expect(await text(one).textContent()).toBe('乙');
      await one.keyboard.press('r');
      await one.getByText('reviews: Li has decided on this text already').waitFor();
      const { data } = await state.reviews.list('', { limit: 9 });
      expect(data.map(({ decisions }) => decisions.map(({ edited }) => edited))).toEqual([
        ['甲，改好'],
        ['乙，改好'],
        [],
      ]);
      expect(faults).toEqual([]);
      await context.close();
    }, 240_000);

    test('documents: a text put in answers at once, a citation leads to its place, what is not there is said', async () => {
      const { page, faults } = await watchedPage(browser, server.url, {
        viewport: { width: 1440, height: 900 },
      });
      await page.goto(`${server.url}/documents?q=${encodeURIComponent('what do whales sing?')}`);
      await page.getByRole('button', { name: 'Source 1: whales.md' }).first().click();
      await page.getByRole('region', { name: 'Document' }).getByText(hostile).first().waitFor();
      await eventually(() => page.locator('mark').textContent()).toContain(
        'Whales sing long songs in the sea.',
      );
      expect(await violations(page)).toEqual([]);
      // The address holds the question and the marked place.
      await page.reload();
      await eventually(() => page.locator('mark').textContent()).toContain('Whales sing');
      await page.getByLabel('Question').fill('where does the pilot sleep?');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Not in the documents' }).waitFor();

      await page.getByText('Add documents').click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('pilot');
      await page
        .getByRole('textbox', { name: 'Text', exact: true })
        .fill('The pilot can sleep in the tower.');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('navigation', { name: 'All documents' }).getByText('pilot').waitFor();
      await page.getByRole('button', { name: 'Ask', exact: true }).click();
      await page.getByRole('button', { name: 'Source 1: pilot' }).waitFor();
      await page.getByText('Search', { exact: true }).click();
      await page
        .getByText(/^score \d.*BM25/)
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'Delete pilot' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('button', { name: 'Delete pilot' }).waitFor({ state: 'hidden' });
      // What had come of an answer when it ended stays.
      await page.route('**/v1/answers', (route) =>
        route.fulfill({
          contentType: 'text/event-stream',
          body: 'data: {"type":"answer.delta","delta":"Half of"}\n\n',
        }),
      );
      await page.getByText('Ask', { exact: true }).first().click();
      await page.getByRole('button', { name: 'Ask', exact: true }).waitFor();
      await page.getByText('Half of', { exact: true }).waitFor();
      expect(await page.evaluate('window.wasRun')).toBeUndefined();
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);

    test('labels: one key each, by two who do not see each other; what they differ on is decided and saved', async () => {
      const { page, faults } = await watchedPage(browser, server.url);
      const item = page.locator('article p').first();
      const shown = (text: string) => item.filter({ hasText: text }).waitFor();
      const begin = async (name: string): Promise<void> => {
        await page.getByLabel('Your name').fill(name);
        await page.keyboard.press('Enter');
      };
      await page.goto(`${server.url}/label`);
      await begin('Li');
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('places');
      await page.getByRole('textbox', { name: 'Labels' }).fill('sea, sky');
      await page.getByLabel('Texts').fill(`a whale\n\n${hostile}\na cloud\n`);
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Make the task' }).click();
      await shown('a whale');
      await page.getByText('The classifier would say: sea (0.75)').waitFor();
      await page.keyboard.press('1');
      await shown(hostile);
      await page.keyboard.press('s');
      await shown('a cloud');
      // One before it that is taken back and skipped does not bring back what was skipped.
      await page.keyboard.press('u');
      await shown('a whale');
      await page.keyboard.press('s');
      await shown('a cloud');
      await page.keyboard.press('1');
      await page.getByText('The end of the list').waitFor();
      await page.keyboard.press('u');
      await shown('a cloud');
      await page.keyboard.press('2');
      await page.getByRole('button', { name: 'Go on with what was skipped' }).click();
      await shown('a whale');
      // The button that chose the view has the focus, and takes no letters.
      await page.getByText('Results', { exact: true }).click();
      await page.getByText('Training data').waitFor();
      await page.getByText('Give labels', { exact: true }).click();
      await shown('a whale');
      await page.keyboard.press('1');
      await shown(hostile);
      await page.getByRole('button', { name: /^sky/ }).click();
      await page.getByText('Nothing waits for you').waitFor();

      await page.getByRole('button', { name: 'Annotator: Li' }).click();
      await begin('Wang');
      await page.getByText('0 of 3 texts done · 0 by you').waitFor();
      await shown('a whale');
      expect(await page.locator('main').textContent()).not.toMatch(/Li\b/);
      expect(await violations(page)).toEqual([]);
      for (const [text, key] of [
        ['a whale', '1'],
        [hostile, '1'],
        ['a cloud', '2'],
      ] as const) {
        await shown(text);
        await page.keyboard.press(key);
      }
      await page.getByText('3 of 3 texts done · 3 by you').waitFor();
      await page.getByRole('link', { name: 'See the results' }).click();
      await page.getByRole('row', { name: 'Li · Wang 3 67 % 0.40' }).waitFor();
      await page.getByText('Li: sky · Wang: sea').waitFor();
      await page.getByRole('group', { name: 'What text 2 is' }).getByRole('button', { name: 'sky' }).click();
      await page.getByText('Disagreements: 0 of 1 to decide').waitFor();
      const saveIt = page.getByRole('button', { name: 'Save as JSONL' });
      const exports = '**/export?*';
      await page.route(exports, (route) => route.abort());
      await saveIt.click();
      await page.getByRole('alert').getByText('The server does not answer').waitFor();
      await page.unroute(exports);
      const download = page.waitForEvent('download');
      await saveIt.click();
      expect(readFileSync(await (await download).path(), 'utf8')).toBe(
        [
          ['a whale', 'sea'],
          [hostile, 'sky'],
          ['a cloud', 'sky'],
        ]
          .map(([text, label]) => `${JSON.stringify({ text, label })}\n`)
          .join(''),
      );
      const address = page.url();
      // The same on a phone in the dark, in Chinese.
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 390, height: 844 });
      await page.evaluate("localStorage.setItem('inkstone.language', 'zh')");
      for (const path of [address, address.replace('&view=results', ''), `${server.url}/label`]) {
        await page.goto(path);
        await page.getByText('标注者：Wang').waitFor();
        await page.locator('main h2').first().waitFor();
        expect(await violations(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
      }
      await page.getByRole('button', { name: '删除 places' }).click();
      await page.getByRole('dialog').getByRole('button', { name: '删除', exact: true }).click();
      await page.getByText('还没有任务').waitFor();
      expect(await page.evaluate('window.wasRun')).toBeUndefined();
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);

    test('keys alone, in Chinese: a name, a text made better, a rule left, the training data saved', async () => {
      for (const output of ['丁', '春春春春']) await post('/reviews', { prompt: '春眠', output });
      const { page, faults } = await watchedPage(browser, server.url, { locale: 'zh-CN' });
      await page.goto(`${server.url}/review`);
      await page.getByLabel('你的名字').waitFor();
      await tabTo(page, /^你的名字/);
      await page.keyboard.type('王');
      await page.keyboard.press('Enter');
      await page.getByText(/^等我处理：\d/).waitFor();
      const text = page.locator('article p').nth(1);
      for (let shown = await text.textContent(); shown !== '春春春春'; shown = await text.textContent()) {
        await page.keyboard.press('a');
        await text.filter({ hasText: shown! }).waitFor({ state: 'detached' });
      }
      await page.keyboard.press('m');
      await page.getByLabel('规则查找的文字').waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('e');
      await page.getByLabel('应当这样写').fill('不觉晓');
      // Closed by mistake: what was typed is there again.
      await page.keyboard.press('Escape');
      await page.keyboard.press('e');
      expect(await page.getByLabel('应当这样写').inputValue()).toBe('不觉晓');
      await page.keyboard.press('Control+Enter');
      await page.getByText('没有待处理的文本').waitFor();
      await tabTo(page, /^保存为训练数据/);
      const download = page.waitForEvent('download');
      await page.keyboard.press('Enter');
      const lines = readFileSync(await (await download).path(), 'utf8')
        .trim()
        .split('\n');
      expect(lines.map((line) => JSON.parse(line))).toContainEqual({
        prompt: '春眠',
        chosen: '不觉晓',
        rejected: '春春春春',
      });
      expect(faults).toEqual([]);
      await page.context().close();
    }, 240_000);
  },
);
