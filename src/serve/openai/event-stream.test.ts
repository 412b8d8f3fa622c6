import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { AppContext } from '../app.ts';
import { limits } from '../limits.ts';
import { eventStream } from './event-stream.ts';

/** A socket's side of an answer, with room for so many events until it is drained. */
function socket(room: number) {
  const written: string[] = [];
  const outgoing = Object.assign(new EventEmitter(), {
    written,
    room,
    destroyed: false,
    isEnded: false,
    writeHead() {},
    write: (text: string): boolean => written.push(text) < outgoing.room,
    end: () => void (outgoing.isEnded = true),
    destroy() {
      outgoing.destroyed = true;
      outgoing.emit('close');
    },
  });
  return outgoing;
}

/** Starts an answer of `count` events; `isOver` says whether their generator has cleaned up. */
function answer(outgoing: ReturnType<typeof socket>, count: number) {
  const state = { made: 0, isOver: false };
  async function* events() {
    try {
      while (state.made < count) yield `${state.made++}`;
    } finally {
      state.isOver = true;
    }
  }
  const c = { header() {}, newResponse: () => new Response(null), env: { outgoing } };
  eventStream(c as unknown as AppContext, events(), new AbortController());
  return state;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('events on a socket', () => {
  test('are made when the last was taken', async () => {
    const outgoing = socket(2);
    const state = answer(outgoing, 5);
    await settled();
    expect([outgoing.written, state.isOver]).toEqual([['0', '1'], false]);
    outgoing.room = 9;
    outgoing.emit('drain');
    await settled();
    expect(outgoing.written).toEqual(['0', '1', '2', '3', '4']);
    expect([outgoing.isEnded, state.isOver, outgoing.listenerCount('close')]).toEqual([true, true, 0]);
  });

  test('end with the client, whether it takes them or not', async () => {
    for (const room of [1, 9]) {
      const outgoing = socket(room);
      const state = answer(outgoing, 1e9);
      await Promise.resolve();
      outgoing.destroy();
      await settled();
      expect([room, state.isOver, state.made < 1e6, outgoing.isEnded]).toEqual([room, true, true, false]);
    }
  });

  test('that nobody takes end after a while', async () => {
    const { idleSeconds } = limits;
    Object.assign(limits, { idleSeconds: 0.05 });
    try {
      const outgoing = socket(1);
      const state = answer(outgoing, 5);
      await expect.poll(() => outgoing.destroyed).toBe(true);
      await expect.poll(() => state.isOver).toBe(true);
    } finally {
      Object.assign(limits, { idleSeconds });
    }
  });
});
