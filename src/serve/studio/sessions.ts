/** Signing in with a key: the browser gets a cookie that no script can read; the key stays in the server's memory. */

import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import type { AppContext, Variables } from '../app.ts';
import { readBody } from '../read-body.ts';

const COOKIE = 'inkstone_session';
/** Sessions that are remembered; the oldest goes first. They end with the server. */
const MOST = 1000;
const SECONDS = 30 * 24 * 3600;

const signInBody = z.strictObject({ key: z.string().min(1).max(1024) });

export interface Sessions {
  /** The key with which this browser signed in, as a header would bring it. A revoked one opens nothing any more. */
  authorizationOf(c: AppContext): string | undefined;
  /** `/api/session`: in with a key, out without. */
  readonly routes: Hono<{ Variables: Variables }>;
}

export function createSessions(check: (authorization: string) => Promise<unknown>): Sessions {
  const keys = new Map<string, string>();
  const routes = new Hono<{ Variables: Variables }>();
  routes.post('/', async (c) => {
    const { key } = await readBody(c, signInBody);
    const authorization = `Bearer ${key}`;
    await check(authorization);
    const token = randomBytes(32).toString('base64url');
    keys.set(token, authorization);
    if (keys.size > MOST) keys.delete(keys.keys().next().value!);
    setCookie(c, COOKIE, token, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: SECONDS });
    return c.body(null, 204);
  });
  routes.delete('/', (c) => {
    keys.delete(getCookie(c, COOKIE) ?? '');
    deleteCookie(c, COOKIE, { path: '/' });
    return c.body(null, 204);
  });
  return { authorizationOf: (c) => keys.get(getCookie(c, COOKIE) ?? ''), routes };
}
