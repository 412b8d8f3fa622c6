/** Server-sent events: read from one answer, or followed for as long as a page is open. */

import { ApiError, ask, type RequestOptions, UNREACHABLE } from './client.ts';

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

/** Splits text that comes in any pieces into events. */
export function createEventParser(): (text: string) => ServerEvent[] {
  let rest = '';
  return (text) => {
    rest += text;
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop()!;
    return blocks.flatMap((block) => {
      const fields = { event: 'message', data: [] as string[], id: '' };
      for (const line of block.split(/\r?\n/)) {
        const [, name, value] = /^([a-z]*): ?(.*)$/s.exec(line) ?? [];
        if (name === 'data') fields.data.push(value);
        else if (name === 'event' || name === 'id') fields[name] = value;
      }
      return fields.data.length === 0 ? [] : [{ ...fields, data: fields.data.join('\n') }];
    });
  };
}

/** Asks, and reads the answer event by event until it ends or the signal aborts. @throws ApiError */
export async function* readEvents(path: string, options: RequestOptions): AsyncGenerator<ServerEvent> {
  const response = await ask(path, options);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const parse = createEventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        if (options.signal?.aborted) throw error;
        throw new ApiError(UNREACHABLE, 'studio/broken', String(error));
      });
      if (done) return;
      yield* parse(value);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

export type Connection = 'open' | 'lost';

/**
 * Follows a stream of events for as long as it is wanted, and comes back after every break. Returns what ends it.
 * NOTE The browser's EventSource reconnects by itself with `Last-Event-ID`; it gives up on an error status, so we start anew.
 */
export function followEvents(
  path: string,
  names: readonly string[],
  hear: (event: ServerEvent) => void,
  onConnection: (connection: Connection) => void = () => {},
): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource(path);
    source.onopen = () => onConnection('open');
    source.onerror = () => {
      onConnection('lost');
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, 2000);
    };
    for (const name of names) {
      source.addEventListener(name, (event: MessageEvent<string>) =>
        hear({ event: name, data: event.data, id: event.lastEventId }),
      );
    }
  };
  open();
  return () => {
    source?.close();
    clearTimeout(timer);
  };
}
