/** `inkstone serve --service`: a customer service for all tenants, each with conversations of its own. */

import { memoryNotes } from '../apps/index.ts';
import type { ServicePort } from '../serve/index.ts';
import { noteFiles } from './note-files.ts';
import { openService, readServiceFile } from './service-parts.ts';

export interface ServedService extends ServicePort {
  close(): Promise<void>;
}

/** @throws `cli/yaml-file`, `apps/service-tool` */
export async function servePlan(path: string, folder: string, signal: AbortSignal): Promise<ServedService> {
  const { plan, serve, close } = await openService(await readServiceFile(path), signal);
  try {
    // A plan that names a tool which is not there is refused now, not by the first customer.
    serve({ notes: memoryNotes() });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    plan,
    open(tenant, knowledge) {
      const notes = noteFiles(folder, tenant);
      return { notes, serve: serve({ ...knowledge, notes }) };
    },
    close,
  };
}
