/** A real browser for tests of the studio, where there is one. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const path = [process.env.INKSTONE_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (one) => one !== undefined && existsSync(one),
);

const isBuilt = existsSync(join(import.meta.dirname, '../dist/studio/index.html'));

/** Why the studio cannot be opened here; undefined where it can. */
export const noBrowser = path === undefined ? 'needs Chromium' : isBuilt ? undefined : 'needs npm run build';

// The sandbox does not work for root; these pages are ours.
export const openBrowser = (flags: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-dev-shm-usage', ...flags] });

/** Generous: no test depends on the speed of the machine; in ms. */
const PATIENCE = 120_000;

/** A page and everything that went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors of scripts, refusals of the content security policy, and requests to anyone but the server. */
  readonly faults: string[];
}

/** Opens a page; errors of the network are no faults, since servers of tests go away. */
export async function watchedPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (/content security policy|refused to/i.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(url) && !/^(data|blob):/.test(address)) faults.push(`request: ${address}`);
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, faults };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Everything that axe finds wrong in a page. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations: found } = (await page.evaluate('axe.run()')) as {
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string }[];
    }[];
  };
  return found.map(({ id, nodes }) => {
    const places = nodes.slice(0, 3).map(({ html }) => html.slice(0, 120));
    return `${id}: ${places.join(' | ')}`;
  });
}

/** What will be so in a while. */
export const eventually = <Value>(look: () => Promise<Value>) => expect.poll(look, { timeout: PATIENCE });
