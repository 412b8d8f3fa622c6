import { EventEmitter, getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import type { AppContext } from '../app.ts';
import { followClient } from './stream.ts';

/** A request of which nothing else is known. */
function request() {
  const client = new AbortController();
  const outgoing = new EventEmitter();
  const c = { req: { raw: { signal: client.signal } }, env: { outgoing } } as unknown as AppContext;
  return { client, outgoing, c, listeners: () => getEventListeners(client.signal, 'abort').length };
}

test('ends with the client and with the answer, and leaves no listener that would keep the request for ever', () => {
  for (const end of ['leaves', 'is answered']) {
    const { client, outgoing, c, listeners } = request();
    const { signal } = followClient(c);
    expect([signal.aborted, listeners()]).toEqual([false, 1]);
    if (end === 'leaves') client.abort();
    else outgoing.emit('close');
    expect([end, signal.aborted, listeners()]).toEqual([end, true, 0]);
  }
  const { client, c, listeners } = request();
  client.abort();
  expect([followClient(c).signal.aborted, listeners()]).toEqual([true, 0]);
});
