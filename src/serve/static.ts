/** The studio's files: read once, sent with a content security policy that lets nothing in from elsewhere. */

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Context } from 'hono';

/** What may be sent, and as what. A file of another kind is not there. */
const types: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** Stands in the page where its nonce comes. */
const NONCE = 'CSP_NONCE';

/** Where no view is, whoever asks. */
const NO_VIEW = /^\/(api|v1|assets)\//;

/** Files that carry a hash of their content in their name never change. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Of the one style that abcjs puts into every score; all else that it draws with is no inline style. */
const SCORE_STYLE = "'sha256-BCpnf71gZdCsSCHDzyB1RsBbZ0qQdqseK6v+yJsgg30='";

/** Everything from us, nothing inline but styles that carry this answer's nonce. */
const policy = (nonce: string): string =>
  [
    "default-src 'self'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}' ${SCORE_STYLE}`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const guards = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Answers with a file of the studio, or its page for every address that is a view; undefined for what is not there. */
export type StudioFiles = (c: Context) => Response | undefined;

/**
 * Reads a built studio; undefined where there is none. NOTE Paths are looked up among the names that were read: whatever a
 * path says, no other file can be reached.
 */
export function studioFiles(folder: string): StudioFiles | undefined {
  if (!existsSync(join(folder, 'index.html'))) return undefined;
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (types[extname(path)] && !path.startsWith('.')) {
      files.set(`/${path.replaceAll('\\', '/')}`, new Uint8Array(readFileSync(join(folder, path))));
    }
  }
  const page = new TextDecoder().decode(files.get('/index.html'));
  files.delete('/index.html');
  return (c) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return undefined;
    const file = files.get(c.req.path);
    if (file) {
      return c.body(file, 200, {
        ...guards,
        'content-type': types[extname(c.req.path)],
        'cache-control': c.req.path.startsWith('/assets/') ? FOR_EVER : 'no-cache',
      });
    }
    // A view is asked for by someone who reads pages.
    const isView = /\btext\/html\b/.test(c.req.header('accept') ?? '') && !NO_VIEW.test(c.req.path);
    if (!isView) return undefined;
    const nonce = randomBytes(18).toString('base64');
    return c.body(page.replaceAll(NONCE, nonce), 200, {
      ...guards,
      'content-type': types['.html'],
      'cache-control': 'no-store',
      'content-security-policy': policy(nonce),
    });
  };
}
