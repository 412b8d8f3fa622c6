/** What the server needs of a customer service. */

import type { customerService, Notes, ServiceOptions } from '../../apps/index.ts';

/** The service of one tenant. */
export interface TenantService {
  readonly serve: ReturnType<typeof customerService>;
  /** Its conversations and what is handed over. */
  readonly notes: Notes;
}

export interface ServicePort {
  open(tenant: string, knowledge: Pick<ServiceOptions, 'collections' | 'writer'>): TenantService;
  /** Turns of one conversation follow each other. */
  readonly inTurn: <Result>(conversation: string, turn: () => Promise<Result>) => Promise<Result>;
}

/** Work of one name waits for what came before it under that name. */
export function createTurns(): ServicePort['inTurn'] {
  const last = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const own = (last.get(name) ?? Promise.resolve()).then(work);
    const end = own.catch(() => {});
    last.set(name, end);
    try {
      return await own;
    } finally {
      if (last.get(name) === end) last.delete(name);
    }
  };
}
