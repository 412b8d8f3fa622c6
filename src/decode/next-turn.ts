/** Lets the event loop do its other work. */

/** Resolves after timers and sockets that are due had their turn; a few microseconds when nothing is. */
export const nextTurn: () => Promise<void> =
  typeof globalThis.setImmediate === 'function'
    ? () => new Promise((resolve) => setImmediate(resolve))
    : () =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          const receiver = port1 as unknown as EventTarget & { start(): void; close(): void };
          receiver.addEventListener('message', () => {
            receiver.close();
            resolve();
          });
          receiver.start();
          port2.postMessage(undefined);
        });
