/** An endpoint that speaks OpenAI's wire format: where it is, and how it is asked. */

import { fail } from './errors.ts';
import { limits } from './limits.ts';

export interface RemoteModelOptions {
  /** Up to and without `/completions`: `https://host/v1`. */
  readonly url: string;
  /** The name that the endpoint knows it by. */
  readonly model: string;
  /** Sent to this host alone: a redirect is an error. */
  readonly apiKey?: string;
  /** For tests. */
  readonly fetch?: typeof fetch;
}

export interface Endpoint {
  readonly host: string;
  /**
   * Asks a route such as `chat/completions`: JSON, or a form as it is. The answer has a body.
   * @throws `remote/unreachable`, `remote/request`, `remote/refused`; never with the key in the sentence.
   */
  post(
    route: string,
    body: object,
    options: { readonly accept: string; readonly signal?: AbortSignal },
  ): Promise<Response>;
}

/** Checks the address and keeps the key. @throws `remote/url` */
export function createEndpoint({
  url,
  apiKey,
  fetch: ask = fetch,
}: Omit<RemoteModelOptions, 'model'>): Endpoint {
  const base = checkUrl(url);
  const { host } = base;
  return {
    host,
    async post(route, body, { accept, signal }) {
      const response = await ask(new URL(route, base), {
        method: 'POST',
        redirect: 'error',
        headers: {
          // Of a form it has a border in it, which is made when it is sent.
          ...(!(body instanceof FormData) && { 'content-type': 'application/json' }),
          accept,
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        },
        body: body instanceof FormData ? body : JSON.stringify(body),
        signal,
      }).catch((error) => {
        throw signal?.aborted ? error : fail('remote/unreachable', { host, reason: reasonOf(error) }, error);
      });
      if (response.ok && response.body) return response;
      const { status } = response;
      const code = status === 400 || status === 422 ? 'remote/request' : 'remote/refused';
      throw fail(code, { host, status, message: await messageOf(response) });
    },
  };
}

/** The address with a slash at its end, so that routes are found below it. */
function checkUrl(url: string): URL {
  const base = URL.canParse(url) ? new URL(url.replace(/\/*$/, '/')) : undefined;
  const isRoute = base && /\/completions\/$/.test(base.pathname);
  if (!base || isRoute || !['http:', 'https:'].includes(base.protocol)) throw fail('remote/url', { url });
  return base;
}

/** The cause in a few words: fetch hides it one level down. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return code ?? shorten(cause instanceof Error ? cause.message : String(cause));
}

/** What the server says of its refusal. */
async function messageOf(response: Response): Promise<string> {
  const text = await firstBytes(response);
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } | string };
    const message = typeof error === 'string' ? error : error?.message;
    if (typeof message === 'string') return shorten(message);
  } catch {
    // Not JSON: the text itself is all there is.
  }
  return shorten(text || response.statusText);
}

async function firstBytes({ body }: Response): Promise<string> {
  if (!body) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > limits.errorBytes) break;
  }
  return text;
}

/** A text of the server's as one line of bounded length. */
export const shorten = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > limits.messageLength ? `${line.slice(0, limits.messageLength)}…` : line;
};
