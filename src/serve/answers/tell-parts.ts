/** What is told of an answer while it is made, as events. */

import type { AppContext } from '../app.ts';
import { wireError } from '../errors.ts';
import { eventOf } from '../openai/event-stream.ts';

/** The events of parts, of which the first ones are there; those without an event say nothing. */
export async function* tellParts<Part>(
  c: AppContext,
  {
    begun,
    parts,
    eventOfPart,
  }: {
    readonly begun: readonly Part[];
    readonly parts: AsyncGenerator<Part, void>;
    readonly eventOfPart: (part: Part) => object | undefined;
  },
  controller: AbortController,
): AsyncGenerator<string, void> {
  try {
    for (const event of begun.map(eventOfPart)) if (event) yield eventOf(event);
    for await (const part of parts) {
      const event = eventOfPart(part);
      if (event) yield eventOf(event);
    }
  } catch (error) {
    // The answer has begun: the error is the last thing in it.
    yield eventOf({ type: 'error', ...wireError(error, c.get('lang'), c.get('requestId')).body });
  } finally {
    controller.abort();
    await parts.return();
  }
  yield eventOf('[DONE]');
}

/** The parts up to the first that `isEnough`: awaited before an answer begins, so that a refusal has its own status. */
export async function firstParts<Part>(
  parts: AsyncGenerator<Part, void>,
  isEnough: (part: Part) => boolean,
): Promise<Part[]> {
  const first: Part[] = [];
  for (let next = await parts.next(); !next.done; next = await parts.next()) {
    first.push(next.value);
    if (isEnough(next.value)) break;
  }
  return first;
}
