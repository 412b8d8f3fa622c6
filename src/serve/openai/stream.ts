/** Server-sent events: one JSON object a line, `[DONE]` at the end. */

import type { GenerationPart } from '../../types.ts';
import type { AppContext } from '../app.ts';
import { type WireError, wireError } from '../errors.ts';
import { limits } from '../limits.ts';
import { eventOf, eventStream, outgoingOf } from './event-stream.ts';
import type { Collected } from './responses.ts';

/** What a stream needs to know of its kind. */
export interface StreamShape {
  readonly collected: Collected;
  /** The objects that a part becomes. */
  readonly chunksOf: (part: GenerationPart) => readonly object[];
  /** Said before anything is written. */
  readonly first?: readonly object[];
  /** Said at the end. */
  readonly last?: () => readonly object[] | Promise<readonly object[]>;
  /** Said in place of an error's own body. */
  readonly failed?: (error: WireError['body']) => readonly object[];
  /** What ends the stream. Default `[DONE]`. */
  readonly done?: string;
}

/**
 * Streams a generation. The first part is awaited before the answer begins, so that a refusal has its own status. The
 * generation is aborted when the client goes, or leaves the stream unread for too long.
 */
export async function streamParts(
  c: AppContext,
  parts: AsyncIterable<GenerationPart>,
  controller: AbortController,
  shape: StreamShape,
): Promise<Response> {
  const iterator = parts[Symbol.asyncIterator]();
  const begun = await iterator.next();
  c.get('metrics').began(performance.now() - c.get('start'));
  return eventStream(c, tell(c, { iterator, begun }, controller, shape), controller);
}

/** All that the stream says; the chunks of one part go together. */
async function* tell(
  c: AppContext,
  { iterator, begun }: { iterator: AsyncIterator<GenerationPart>; begun: IteratorResult<GenerationPart> },
  controller: AbortController,
  {
    collected,
    chunksOf,
    first = [],
    last = () => [],
    failed = (body) => [body],
    done = '[DONE]',
  }: StreamShape,
): AsyncGenerator<string, void> {
  try {
    if (first.length > 0) yield first.map(eventOf).join('');
    for (let next = begun; !next.done; next = await iterator.next()) {
      collected.add(next.value);
      const chunks = chunksOf(next.value);
      if (chunks.length > 0) yield chunks.map(eventOf).join('');
    }
    for (const chunk of await last()) yield eventOf(chunk);
  } catch (error) {
    // The answer has begun: the error is the last thing in it.
    const { body } = wireError(error, c.get('lang'), c.get('requestId'));
    for (const chunk of failed(body)) yield eventOf(chunk);
  } finally {
    countWritten(c, collected);
    controller.abort(OVER);
    await iterator.return?.();
  }
  if (done !== '') yield eventOf(done);
}

/** A whole generation, gathered; `hear` is told each part. */
export async function gather(
  c: AppContext,
  parts: AsyncIterable<GenerationPart>,
  collected: Collected,
  hear?: (part: GenerationPart) => void,
): Promise<void> {
  for await (const part of parts) {
    collected.add(part);
    hear?.(part);
  }
  countWritten(c, collected);
}

function countWritten(c: AppContext, collected: Collected): void {
  const { prompt_tokens, completion_tokens } = collected.usage();
  const repairs = collected.texts.reduce((sum, text) => sum + text.repairs, 0);
  c.get('metrics').written({ promptTokens: prompt_tokens, completionTokens: completion_tokens, repairs });
}

/** Why work is given up whose answer is there, or wanted by nobody. NOTE: one for all, as each would carry its own stack. */
const OVER = new DOMException('The answer has ended', 'AbortError');

/** Aborts with the client, or when it has taken too long; and at the end of the answer. */
export function followClient(c: AppContext): AbortController {
  const controller = new AbortController();
  const abort = (): void => controller.abort(OVER);
  const timer = setTimeout(abort, limits.answerSeconds * 1000).unref();
  const unfollow = onGone(c, abort);
  const stop = (): void => {
    clearTimeout(timer);
    unfollow();
  };
  if (controller.signal.aborted) stop();
  else controller.signal.addEventListener('abort', stop, { once: true });
  return controller;
}

/** Tells when the client is gone, or has its answer; returns how to hear no more of it. */
function onGone(c: AppContext, tell: () => void): () => void {
  const outgoing = outgoingOf(c);
  if (outgoing) {
    if (outgoing.destroyed) tell();
    outgoing.once('close', tell);
    return () => void outgoing.off('close', tell);
  }
  // NOTE The signal lives as long as the request, and a request lives as long as anything listens to its signal: Node keeps
  // both for ever if nobody takes the listener away.
  const { signal } = c.req.raw;
  if (signal.aborted) tell();
  signal.addEventListener('abort', tell, { once: true });
  return () => signal.removeEventListener('abort', tell);
}
