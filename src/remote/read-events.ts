/** A response body as JSON events: server-sent events, read within bounds. */

import { createParser } from 'eventsource-parser';
import { limits } from './limits.ts';

/** Why a stream ended before its end; never with a text of the server's in it. */
export class BrokenStream extends Error {
  override readonly name = 'BrokenStream';
}

/**
 * The parsed `data` of each event until `[DONE]` or the end. Comments, other event kinds and events that are no JSON
 * objects are passed over. Cancels the body when it is left early.
 *
 * @throws {BrokenStream} when the body is larger or slower than `limits` allow.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<Record<string, unknown>, void> {
  const waiting: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => void waiting.push(data) });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await within(reader.read().catch(broken));
      if (done) return;
      bytes += value.length;
      if (bytes > limits.bodyBytes) throw new BrokenStream(`it sent more than ${limits.bodyBytes} bytes`);
      parser.feed(decoder.decode(value, { stream: true }));
      for (const data of waiting.splice(0)) {
        if (data === '[DONE]') return;
        const event = parseObject(data);
        if (event) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

const broken = (): never => {
  throw new BrokenStream('the connection broke');
};

/** The value, or an error when it takes too long. */
async function within<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const seconds = limits.idleMs / 1000;
    timer = setTimeout(() => reject(new BrokenStream(`nothing came for ${seconds} s`)), limits.idleMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function parseObject(data: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
