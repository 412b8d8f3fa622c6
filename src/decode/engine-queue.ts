/** Requests that wait for their turn in an engine. */

import { fail } from './errors.ts';

/** What a request brings along. */
export interface Ticket {
  readonly texts: number;
  /** Tokens of memory that it takes to begin. */
  readonly tokens: number;
  readonly priority: number;
  readonly tenant: string;
}

export interface EngineQueue {
  /** Texts that wait. */
  readonly waiting: number;
  /**
   * Resolves when it is this request's turn: to false when the signal aborted before.
   * @throws when too many texts wait already, or it has waited for too long.
   */
  enter(ticket: Ticket, signal: AbortSignal): Promise<boolean>;
  /** Lets in whoever is next, as long as there is room. */
  admit(): void;
}

export interface EngineQueueOptions {
  /** Most texts that may wait. */
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
  readonly hasRoom: (ticket: Ticket) => boolean;
  readonly onAdmit: (ticket: Ticket) => void;
}

interface Waiting {
  readonly ticket: Ticket;
  admit(): void;
}

/** The highest priority goes first; among equals tenants take turns, and each tenant's oldest request. */
export function createEngineQueue(options: EngineQueueOptions): EngineQueue {
  const { maxWaiting, maxWaitMs, hasRoom, onAdmit } = options;
  const queue: Waiting[] = [];
  let lastTenant = '';

  const next = (): Waiting | undefined => {
    const best = Math.max(...queue.map(({ ticket }) => ticket.priority));
    const first = queue.filter(({ ticket }) => ticket.priority === best);
    const tenants = [...new Set(first.map(({ ticket }) => ticket.tenant))].sort();
    const turn = tenants.find((tenant) => tenant > lastTenant) ?? tenants[0];
    return first.find(({ ticket }) => ticket.tenant === turn);
  };

  const admit = (): void => {
    for (let one = next(); one && hasRoom(one.ticket); one = next()) {
      queue.splice(queue.indexOf(one), 1);
      lastTenant = one.ticket.tenant;
      onAdmit(one.ticket);
      one.admit();
    }
  };

  const waiting = (): number => queue.reduce((sum, { ticket }) => sum + ticket.texts, 0);

  return {
    get waiting() {
      return waiting();
    },
    async enter(ticket, signal) {
      if (signal.aborted) return false;
      const mustWait = queue.length > 0 || !hasRoom(ticket);
      if (mustWait && waiting() + ticket.texts > maxWaiting) {
        throw fail('decode/engine-full', { waiting: waiting(), most: maxWaiting });
      }
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          queue.splice(queue.indexOf(own), 1);
          stopListening();
        };
        const onAbort = (): void => {
          leave();
          resolve(false);
        };
        const timer = setTimeout(() => {
          leave();
          reject(fail('decode/engine-wait', { within: Math.round(maxWaitMs / 1000) }));
        }, maxWaitMs);
        const stopListening = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
        };
        const own: Waiting = {
          ticket,
          admit() {
            stopListening();
            resolve(true);
          },
        };
        signal.addEventListener('abort', onAbort, { once: true });
        queue.push(own);
        admit();
      });
    },
    admit,
  };
}
