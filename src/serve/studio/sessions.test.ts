import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { createApp, type Variables } from '../app.ts';
import { createSessions } from './sessions.ts';

const app = createApp({ models: [], keys: ['secret-one'], studio: {} });
const ask = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
  app.request(`http://localhost${path}`, { ...init, headers: { host: 'localhost', ...init.headers } });
const signIn = (key: string) =>
  ask('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });

test('a key buys a cookie that no script can read and no other site can send; it opens what the key opens', async () => {
  expect((await ask('/api/models')).status).toBe(401);
  const response = await signIn('secret-one');
  expect(response.status).toBe(204);
  const set = response.headers.get('set-cookie')!;
  expect(set).toMatch(/HttpOnly/);
  expect(set).toMatch(/SameSite=Strict/);
  expect(set).not.toContain('secret-one');
  const [cookie] = set.split(';');
  for (const path of ['/api/models', '/v1/models']) {
    expect((await ask(path, { headers: { cookie } })).status).toBe(200);
  }
  // A wrong key stays wrong, whoever signed in.
  expect((await ask('/api/models', { headers: { cookie, authorization: 'Bearer no' } })).status).toBe(401);
  await ask('/api/session', { method: 'DELETE', headers: { cookie } });
  expect((await ask('/api/models', { headers: { cookie } })).status).toBe(401);
});

test('a wrong key buys nothing, and a cookie of one’s own making opens nothing', async () => {
  const response = await signIn('secret-two');
  expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
  const cookie = 'inkstone_session=secret-one';
  expect((await ask('/api/models', { headers: { cookie } })).status).toBe(401);
});

test('of too many sessions the oldest goes', async () => {
  const { routes, authorizationOf } = createSessions(async () => {});
  const own = new Hono<{ Variables: Variables }>().route('/session', routes);
  own.get('/', (c) => c.text(authorizationOf(c) ?? 'nobody'));
  const enter = async (key: string) => {
    const response = await own.request('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key }),
    });
    return response.headers.get('set-cookie')!.split(';')[0];
  };
  const who = async (cookie: string) => (await own.request('/', { headers: { cookie } })).text();
  const first = await enter('a');
  const others = new Set<string>();
  for (let i = 1; i < 1000; i++) others.add(await enter('b'));
  expect(others.size).toBe(999);
  expect(await who(first)).toBe('Bearer a');
  await enter('b');
  expect([await who(first), await who([...others][0])]).toEqual(['nobody', 'Bearer b']);
});
