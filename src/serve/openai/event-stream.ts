/** Server-sent events, made as fast as the client takes them. */

import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { AppContext } from '../app.ts';
import { limits } from '../limits.ts';

/** An object with a type is an event of that name. */
export function eventOf(chunk: object | string): string {
  if (typeof chunk === 'string') return `data: ${chunk}\n\n`;
  const name = 'type' in chunk ? `event: ${chunk.type}\n` : '';
  return `${name}data: ${JSON.stringify(chunk)}\n\n`;
}

/**
 * The answer that says these events: the next is asked for when the last was taken; when the client goes, they return. On a
 * socket they are written as they come, without web streams between: `alreadySent` tells the listener.
 */
export function eventStream(
  c: AppContext,
  events: AsyncGenerator<string, void>,
  controller: AbortController,
): Response {
  c.header('content-type', 'text/event-stream');
  c.header('cache-control', 'no-cache');
  c.header('connection', 'keep-alive');
  const outgoing = outgoingOf(c);
  if (!outgoing) return c.newResponse(streamOf(events, controller));
  const response = c.newResponse(null);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  writeEvents(outgoing, events).catch(() => outgoing.destroy());
  return response;
}

/** Node's answer to a request that came over a socket. */
export const outgoingOf = (c: AppContext): ServerResponse | undefined =>
  (c.env as { outgoing?: ServerResponse } | undefined)?.outgoing;

/** What the listener is told in place of an answer that `eventStream` writes itself. */
export const alreadySent = (answer: Response, env: object): Response =>
  (env as { outgoing?: ServerResponse }).outgoing?.headersSent ? RESPONSE_ALREADY_SENT : answer;

async function writeEvents(outgoing: ServerResponse, events: AsyncGenerator<string, void>): Promise<void> {
  for await (const event of events) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(event)) await taken(outgoing);
  }
  outgoing.end();
}

/** Resolves when the client has taken what is ready, or is gone; whoever leaves it untaken for too long is sent away. */
function taken(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => outgoing.destroy(), limits.idleSeconds * 1000);
    const done = (): void => {
      clearTimeout(timer);
      outgoing.off('drain', done).off('close', done);
      resolve();
    };
    outgoing.on('drain', done).on('close', done);
  });
}

const encoder = new TextEncoder();

/** The events as a stream that makes the next when the last was read. */
function streamOf(
  events: AsyncGenerator<string, void>,
  controller: AbortController,
): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(out) {
        const { value, done } = await events.next();
        if (done) out.close();
        else out.enqueue(encoder.encode(value));
      },
      cancel() {
        controller.abort();
        // NOTE: a generator that has not begun would return without its `finally`. What fails now is nobody's.
        events
          .next()
          .then(() => events.return())
          .catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}
