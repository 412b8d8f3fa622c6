/** A model behind an endpoint that speaks OpenAI's wire format, as a `TextModel` like any other. */

import type { FinishReason, GenerationPart, TextModel } from '../types.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { BrokenStream, readEvents } from './read-events.ts';
import { bodyOf, readChunk } from './wire.ts';

export interface RemoteMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  /** Text, parts, or nothing beside calls of tools; sent as it is. */
  readonly content?: unknown;
}

export interface RemoteRequest {
  /** The text to continue; beside `messages`, how the answer begins, or empty. */
  readonly prompt: string;
  /** A conversation to answer. */
  readonly messages?: readonly RemoteMessage[];
  readonly n?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly stop?: string | readonly string[];
  readonly temperature?: number;
  readonly topP?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  /** Scores of the tokens, and so many alternatives. Their ids are −1: the endpoint does not tell them. */
  readonly logprobs?: number;
  /** Fields of the server's own, sent as they are. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

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

/** One text as it comes. */
interface Progress {
  reason: FinishReason | undefined;
  /** Pieces so far: tokens, for most servers. */
  pieces: number;
}

/**
 * A remote model. Parts come as the endpoint sends them; `finish` carries its own counts of tokens where it tells them
 * and the text is the only one, otherwise the number of pieces that came. Wrap it in `guardText` against loops.
 *
 * @throws (while generating) `remote/unreachable`, `remote/request`, `remote/refused`, `remote/broken`; never with the key in the sentence.
 * @example
 * const model = createRemoteModel({ url: 'http://127.0.0.1:8000/v1', model: 'qwen', apiKey: process.env.KEY });
 * for await (const part of guardText(model).generate({ prompt: 'Once', maxTokens: 50 })) …
 */
export function createRemoteModel({
  url,
  model,
  apiKey,
  fetch: ask = fetch,
}: RemoteModelOptions): TextModel<RemoteRequest> {
  const base = checkUrl(url);
  const { host } = base;

  async function post(request: RemoteRequest): Promise<ReadableStream<Uint8Array>> {
    if (!request.messages?.length && request.prompt === '') throw fail('remote/prompt', undefined);
    const route = request.messages ? 'chat/completions' : 'completions';
    const response = await ask(new URL(route, base), {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify(bodyOf(model, request)),
      signal: request.signal,
    }).catch((error) => {
      throw request.signal?.aborted
        ? error
        : fail('remote/unreachable', { host, reason: reasonOf(error) }, error);
    });
    if (response.ok && response.body) return response.body;
    const { status } = response;
    const code = status === 400 || status === 422 ? 'remote/request' : 'remote/refused';
    throw fail(code, { host, status, message: await messageOf(response) });
  }

  async function* generate(request: RemoteRequest): AsyncGenerator<GenerationPart, void> {
    const { n = 1, signal } = request;
    const texts = Array.from({ length: n }, (): Progress => ({ reason: undefined, pieces: 0 }));
    let usage: { readonly promptTokens: number; readonly completionTokens: number } | undefined;
    try {
      for await (const event of readEvents(await post(request))) {
        const chunk = readChunk(event);
        if (!chunk) continue;
        if (chunk.error !== undefined) throw new BrokenStream(`it reported: ${shorten(chunk.error)}`);
        usage = chunk.usage ?? usage;
        for (const { index, text, tokens, reason } of chunk.deltas) {
          const progress = texts[index];
          if (!progress || progress.reason) continue;
          if (text !== '' || tokens.length > 0) {
            progress.pieces += Math.max(1, tokens.length);
            yield { type: 'text-delta', index, text, ...(tokens.length > 0 && { tokens }) };
          }
          progress.reason = reason;
        }
      }
      const cut = texts.findIndex(({ reason }) => !reason);
      if (cut >= 0) throw new BrokenStream('it stopped before the text ended');
    } catch (error) {
      if (signal?.aborted) for (const text of texts) text.reason ??= 'aborted';
      else if (error instanceof BrokenStream) throw fail('remote/broken', { host, reason: error.message });
      else throw error;
    }
    for (const [index, { reason = 'aborted', pieces }] of texts.entries()) {
      const completionTokens = (n === 1 ? usage?.completionTokens : undefined) ?? pieces;
      yield { type: 'finish', index, reason, promptTokens: usage?.promptTokens ?? 0, completionTokens };
    }
  }

  return { generate };
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

const shorten = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > limits.messageLength ? `${line.slice(0, limits.messageLength)}…` : line;
};
