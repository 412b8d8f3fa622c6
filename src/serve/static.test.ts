import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { studioFiles } from './static.ts';

const root = mkdtempSync(join(tmpdir(), 'inkstone-static-'));
const folder = join(root, 'studio');
afterAll(() => rmSync(root, { recursive: true, force: true }));

const page = { accept: 'text/html,application/xhtml+xml' };
const ask = (path: string, headers: Record<string, string> = {}) => {
  const app = createApp({ models: [], studio: { files: studioFiles(folder)! } });
  return app.request(`http://localhost${path}`, { headers: { host: 'localhost', ...headers } });
};

beforeAll(() => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  mkdirSync(join(folder, '.vite'));
  writeFileSync(join(folder, 'index.html'), '<meta nonce="CSP_NONCE"><p>the page</p>');
  writeFileSync(join(folder, 'assets/main-abc.js'), 'run()');
  writeFileSync(join(folder, 'seal.svg'), '<svg/>');
  writeFileSync(join(folder, 'notes.txt'), 'not of the studio');
  writeFileSync(join(folder, '.vite/manifest.js'), 'hidden');
  writeFileSync(join(root, 'secret.js'), 'secret');
});

test('a folder without a page is no studio', () => {
  expect(studioFiles(join(root, 'nowhere'))).toBeUndefined();
});

describe('the page', () => {
  test('comes for every address that is a view, never from a cache', async () => {
    for (const path of ['/', '/write?prompt=1', '/runs/poems-0.5min', '/chat/']) {
      const response = await ask(path, page);
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(await response.text()).toContain('the page');
    }
  });

  test('carries a nonce of its own each time, and a policy that lets nothing in from elsewhere', async () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const response = await ask('/', page);
      const policy = response.headers.get('content-security-policy')!;
      const nonce = /'nonce-([^']+)'/.exec(policy)![1];
      nonces.add(nonce);
      expect(await response.text()).toContain(`nonce="${nonce}"`);
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect(nonces.size).toBe(3);
  });

  test('is not the answer to a program, nor to what is no view', async () => {
    expect((await ask('/write')).status).toBe(404);
    for (const path of ['/api/nothing', '/v1/nothing', '/assets/old-hash.js']) {
      const response = await ask(path, page);
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/json']);
    }
  });
});

test('files have their type, and those with a hash in their name are kept for ever', async () => {
  const script = await ask('/assets/main-abc.js');
  expect(script.headers.get('content-type')).toMatch(/^text\/javascript/);
  expect(script.headers.get('cache-control')).toContain('immutable');
  const seal = await ask('/seal.svg');
  expect([seal.headers.get('content-type'), seal.headers.get('cache-control')]).toEqual([
    'image/svg+xml',
    'no-cache',
  ]);
});

test.each([
  '/../secret.js',
  '/assets/../../secret.js',
  '/%2e%2e/secret.js',
  '/..%2fsecret.js',
  '/assets/..%5c..%5csecret.js',
  '//etc/passwd',
  '/.vite/manifest.js',
  '/notes.txt',
  '/index.html%00.js',
])('%s is not there', async (path) => {
  const response = await ask(path);
  expect(response.status).toBe(404);
  expect(await response.text()).not.toMatch(/secret'|hidden|not of the studio|root:/);
});
