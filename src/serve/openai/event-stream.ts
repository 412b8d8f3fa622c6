/** Server-sent events, made as fast as the client takes them. */

import type { AppContext } from '../app.ts';
import { limits } from '../limits.ts';

/** An object with a type is an event of that name. */
export function eventOf(chunk: object | string): string {
  if (typeof chunk === 'string') return `data: ${chunk}\n\n`;
  const name = 'type' in chunk ? `event: ${chunk.type}\n` : '';
  return `${name}data: ${JSON.stringify(chunk)}\n\n`;
}

const encoder = new TextEncoder();

/**
 * The answer that says these events: the next is asked for when the last was taken. When the client goes, or leaves one
 * untaken for too long, the controller aborts and the events return.
 */
export function eventStream(
  c: AppContext,
  events: AsyncGenerator<string, void>,
  controller: AbortController,
): Response {
  let isUntaken = false;
  const giveUp = (): void => {
    clearTimeout(timer);
    controller.abort();
    // NOTE: a generator that has not begun would return without its `finally`. What fails now is nobody's.
    events
      .next()
      .then(() => events.return())
      .catch(() => {});
  };
  // One timer that starts anew with every event: a timer of its own for each would cost more than the event.
  const timer = setTimeout(() => isUntaken && giveUp(), limits.idleSeconds * 1000);
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(out) {
        isUntaken = false;
        const { value, done } = await events.next();
        if (done) {
          clearTimeout(timer);
          return out.close();
        }
        isUntaken = true;
        timer.refresh();
        out.enqueue(encoder.encode(value));
      },
      cancel: giveUp,
    },
    { highWaterMark: 0 },
  );
  c.header('transfer-encoding', 'chunked');
  c.header('content-type', 'text/event-stream');
  c.header('cache-control', 'no-cache');
  c.header('connection', 'keep-alive');
  return c.newResponse(body);
}
