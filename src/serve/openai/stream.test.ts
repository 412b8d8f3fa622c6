import { EventEmitter, getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import type { AppContext } from '../app.ts';
import { followClient } from './stream.ts';

/** A request of which nothing else is known: one that came over a socket, or one that did not. */
function request(hasSocket: boolean) {
  const client = new AbortController();
  const outgoing = new EventEmitter();
  const env = hasSocket ? { outgoing } : {};
  const c = { req: { raw: { signal: client.signal } }, env } as unknown as AppContext;
  const listeners = () =>
    getEventListeners(client.signal, 'abort').length + getEventListeners(outgoing, 'close').length;
  return { client, outgoing, c, listeners };
}

test('ends with the client and with the answer, and leaves no listener that would keep the request for ever', () => {
  for (const hasSocket of [true, false]) {
    const { client, outgoing, c, listeners } = request(hasSocket);
    const { signal } = followClient(c);
    expect([signal.aborted, listeners()]).toEqual([false, 1]);
    if (hasSocket) outgoing.emit('close');
    else client.abort();
    expect([hasSocket, signal.aborted, listeners()]).toEqual([hasSocket, true, 0]);
  }
  const { client, c, listeners } = request(false);
  client.abort();
  expect([followClient(c).signal.aborted, listeners()]).toEqual([true, 0]);
  const gone = request(true);
  Object.assign(gone.outgoing, { destroyed: true });
  expect([followClient(gone.c).signal.aborted, gone.listeners()]).toEqual([true, 0]);
});

test('work that is done leaves no listener behind', () => {
  for (const hasSocket of [true, false]) {
    const { c, listeners } = request(hasSocket);
    followClient(c).abort();
    expect([hasSocket, listeners()]).toEqual([hasSocket, 0]);
  }
});
