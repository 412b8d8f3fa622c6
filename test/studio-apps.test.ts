/** The studio's apps in a real browser: an assistant that asks before effects, customers with a person behind, a tutor. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedAssistant, serveAssistant } from '../src/cli/served-assistant.ts';
import { type ServedService, servePlan } from '../src/cli/served-service.ts';
import { serveTutor } from '../src/cli/served-tutor.ts';
import type { RunningServer } from '../src/serve/index.ts';
import { eventually, noBrowser, openBrowser, violations, watchedPage } from './browser.ts';
import { scratchFolder } from './cli-harness.ts';
import { hostile, startStudioServer, tabTo } from './studio-server.ts';

const cwd = scratchFolder();
const PLAN = `
greeting: {en: Good day to you., zh: 您好。}
handOverWords: [lawyer, 律师]
intents:
  - name: hours
    examples: [when do you open, 你们几点开门]
    answer: {en: From nine to six., zh: 九点到十八点。}
`;

let browser: Browser;
let server: RunningServer;
let assistant: ServedAssistant;
let service: ServedService;

describe.skipIf(noBrowser)(`the apps of the studio${noBrowser ? `: skipped: ${noBrowser}` : ''}`, () => {
  beforeAll(async () => {
    const { signal } = new AbortController();
    mkdirSync(cwd, { recursive: true });
    writeFileSync(join(cwd, 'plan.yaml'), PLAN);
    assistant = await serveAssistant({ folder: join(cwd, 'assistant'), tools: undefined }, signal);
    service = await servePlan(join(cwd, 'plan.yaml'), join(cwd, 'service'), { signal });
    const tutor = serveTutor(join(cwd, 'tutor'));
    server = await startStudioServer({ models: [], port: 0, assistant, service, tutor });
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close({ graceMs: 100 });
    await assistant?.close();
    await service?.close();
  });

  test('the assistant: calls are shown, an effect waits for a yes, what is due is told; a reload loses nothing', async () => {
    const { page, faults } = await watchedPage(browser, server.url, {
      viewport: { width: 390, height: 800 },
    });
    const { notes } = assistant.open('', []);
    const due = { due: '2026-01-01T00:00:00.000Z' };
    await page.goto(`${server.url}/apps`);
    await page.waitForURL(/\/apps\/assistant$/);
    await page.getByText('What shall it do?').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await tabTo(page, /^Ask, or tell it/);
    await page.keyboard.type('send Li a message: tea at four');
    await page.keyboard.press('Enter');
    await page.getByText('send_message has an effect.').waitFor();
    expect(await notes.count('message')).toBe(0);
    expect(await violations(page)).toEqual([]);
    await tabTo(page, /^Yes, do it: send_message/, 80);
    await page.keyboard.press('Enter');
    await page.getByText('The message to Li is in the outbox: tea at four').first().waitFor();
    expect(await notes.count('message')).toBe(1);

    await notes.put({ id: 'r', kind: 'reminder', text: hostile, created: '2026-01-01', detail: due });
    const field = page.getByRole('textbox', { name: 'Ask, or tell it to do something' });
    await field.fill('send Wang a message: no tea');
    await page.keyboard.press('Enter');
    await page.getByText(`Reminder: ${hostile}`).waitFor();
    await page.getByRole('button', { name: 'No: send_message' }).click();
    await page.getByText('You said no.').waitFor();
    expect(await notes.count('message')).toBe(1);
    expect(await notes.count('reminder')).toBe(0);
    await page.waitForURL(/q=send/);
    await page.reload();
    await page.getByText('You said no.').waitFor();
    // An address is not asked by itself: what it holds stands in the field.
    expect(await field.inputValue()).toBe('send Wang a message: no tea');
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test('customers: intent seen, handed over, answered by a person in the queue, given back; Chinese, dark', async () => {
    const options = { locale: 'zh-CN', colorScheme: 'dark' } as const;
    const { page, faults } = await watchedPage(browser, server.url, options);
    await page.goto(`${server.url}/apps/customers`);
    await page.getByText('您好。').waitFor();
    const say = async (words: string) => {
      await page.getByRole('textbox', { name: '顾客说的话' }).fill(words);
      await page.keyboard.press('Enter');
    };
    await say('你们几点开门？');
    await page.getByText('九点到十八点。').waitFor();
    await page.getByText(/^意图：hours（1\.00）$/).waitFor();
    await say(`找律师 ${hostile}`);
    await page.getByText('此对话已转人工').waitFor();
    await page.waitForURL(/[?&]id=/);
    const talk = page.url();
    expect(await violations(page)).toEqual([]);

    const desk = await watchedPage(browser, server.url, options);
    await desk.page.goto(`${server.url}/apps/customers?view=queue`);
    await desk.page.getByText('人工队列（1）').waitFor();
    await desk.page.getByRole('link', { name: /找律师/ }).click();
    await desk.page.getByRole('textbox', { name: '给顾客的回答' }).fill('我是小王，您请说。');
    expect(await violations(desk.page)).toEqual([]);
    await desk.page.getByRole('button', { name: '回答', exact: true }).click();
    await desk.page.getByText('已回答').waitFor();
    // The customer reads it without asking.
    await page.getByText('我是小王，您请说。').waitFor();
    await desk.page.getByRole('button', { name: '交还自动客服' }).click();
    await desk.page.getByText('此对话已不在人工处。').waitFor();
    await page.goto(talk);
    await page.getByText('我是小王，您请说。').waitFor();
    await page.getByText('此对话已转人工：').waitFor({ state: 'detached' });
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    expect([...faults, ...desk.faults]).toEqual([]);
    await desk.page.context().close();
    await page.context().close();
  }, 120_000);

  test('the tutor: a lesson by the keyboard alone, graded with the sentence, at an address of its own', async () => {
    const { page, faults } = await watchedPage(browser, server.url, {
      viewport: { width: 390, height: 800 },
    });
    await page.goto(`${server.url}/apps/tutor`);
    await page.getByLabel('What do you want to learn?').waitFor();
    expect(await violations(page)).toEqual([]);
    await tabTo(page, /^Take an example$/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/[?&]lesson=[\da-f]{32}$/);
    await page.getByRole('group', { name: /Choose/ }).waitFor();
    expect(await page.getByText('Level 2 of 5').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    // A digit chooses where nobody types; the grade says why, and the next question is there.
    await page.keyboard.press('1');
    const grade = page.getByRole('region', { name: 'What came of your answer' });
    await grade.waitFor();
    expect(await grade.locator('mark').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    await tabTo(page, /^I do not know$/, 12);
    await page.keyboard.press('Enter');
    await eventually(() => grade.locator('strong').textContent()).toMatch(/^It is “/);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.goto(`${server.url}/apps/tutor?lesson=${'0'.repeat(32)}`);
    await page.getByText('This lesson is not here').waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test('where the server has none of them, each says what starts it', async () => {
    const bare = await startStudioServer({ models: [], port: 0 });
    const { page, faults } = await watchedPage(browser, bare.url, { locale: 'zh-CN' });
    for (const [path, option] of [
      ['assistant', '--assistant'],
      ['customers', '--service shop.yaml'],
      ['tutor', '--tutor'],
    ]) {
      await page.goto(`${bare.url}/apps/${path}`);
      await page.getByText(new RegExp(`inkstone studio ${option}`)).waitFor();
      expect(await violations(page)).toEqual([]);
    }
    await page.goto(`${bare.url}/apps/none`);
    await page.getByText('没有这个页面').waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
    await bare.close({ graceMs: 100 });
  }, 120_000);
});
