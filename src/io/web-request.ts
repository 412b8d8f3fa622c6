/** Requests over HTTP to public addresses, or private ones where that is allowed; credentials go to their own origin only. */

import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { InkstoneError } from '../errors.ts';
import { fail } from './errors.ts';
import { codeOf } from './files.ts';
import { limits } from './limits.ts';
import { isPublicAddress, publicLookup } from './public-address.ts';

export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly idleTimeoutMs?: number;
  readonly privateAddresses?: boolean;
  /** Whether only the host that was asked may be asked again by a redirect: of an address whose owner allows private ones. */
  readonly sameHost?: boolean;
  /** Sent to the URL's own origin only, and never kept: a token. */
  readonly headers?: { readonly [name: string]: string };
}

/** Without what might be a secret. */
export const shown = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

/** A URL that may be asked. */
export function checkUrl(text: string, spec: string, { privateAddresses }: RequestOptions, base?: URL): URL {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw fail('source/spec', { spec, reason: 'this is no URL' });
  }
  const refuse = (reason: string) => fail('source/web-refused', { url: shown(url), reason });
  if (url.username || url.password) throw refuse('a URL with a password in it');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && privateAddresses)) {
    throw refuse(`${url.protocol} is not https:`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!privateAddresses && isIP(host) && !isPublicAddress(host)) {
    throw fail('source/address', { url: shown(url), address: host });
  }
  url.hash = '';
  return url;
}

/** The first answer that is no redirect. */
export async function follow(
  start: URL,
  headers: { readonly [name: string]: string },
  options: RequestOptions,
): Promise<{ response: IncomingMessage; url: URL }> {
  let url = start;
  for (let hops = 0; hops <= limits.webRedirects; hops++) {
    const own = url.origin === start.origin ? options.headers : undefined;
    const response = await ask(url, { ...own, ...headers }, options);
    const { statusCode = 0, headers: answer } = response;
    if (![301, 302, 303, 307, 308].includes(statusCode) || !answer.location) return { response, url };
    response.destroy();
    url = checkUrl(answer.location, start.href, options, url);
    if (options.sameHost && url.host !== start.host)
      throw fail('source/web-refused', { url: shown(url), reason: `a redirect from ${start.host}` });
  }
  const reason = `more than ${limits.webRedirects} redirects`;
  throw fail('source/web-refused', { url: shown(start), reason });
}

function ask(
  url: URL,
  headers: { readonly [name: string]: string },
  { signal, privateAddresses, idleTimeoutMs = 60_000 }: RequestOptions,
): Promise<IncomingMessage> {
  const refuse = (address: string) => fail('source/address', { url: shown(url), address });
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      headers: { ...headers, 'User-Agent': 'inkstone', 'Accept-Encoding': 'identity' },
      signal,
      timeout: idleTimeoutMs,
      agent: false,
      ...(privateAddresses ? {} : { lookup: publicLookup(refuse) }),
    });
    request.on('timeout', () => request.destroy(new Error(`no answer for ${idleTimeoutMs} ms`)));
    request.on('error', reject);
    request.on('response', resolve);
    request.end();
  });
}

/** A JSON answer of at most `limits.hubListBytes`, under the same rules as a file; it is not cached. */
export async function fetchJson(
  address: string,
  options: RequestOptions,
): Promise<{ status: number; body: unknown; link: string | undefined }> {
  const url = checkUrl(address, address, options);
  try {
    const { response } = await follow(url, { Accept: 'application/json' }, options);
    try {
      const parts: Buffer[] = [];
      let size = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > limits.hubListBytes) {
          const reason = `its answer is longer than ${limits.hubListBytes} bytes`;
          throw fail('source/web-refused', { url: shown(url), reason });
        }
        parts.push(chunk);
      }
      const { statusCode: status = 0, headers } = response;
      const link = headers.link === undefined ? undefined : String(headers.link);
      return { status, body: parseJson(Buffer.concat(parts).toString('utf8')), link };
    } finally {
      response.destroy();
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof InkstoneError) throw error;
    const reason = `${(error as Error).message || codeOf(error)}`.split('\n')[0];
    throw fail('source/web', { url: shown(url), reason }, error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
