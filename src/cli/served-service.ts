/** `inkstone serve --service`: a customer service for all tenants, each with conversations of its own. */

import { stat } from 'node:fs/promises';
import { limits, type ServicePort } from '../serve/index.ts';
import { noteFiles } from './note-files.ts';
import { type OpenedService, openService, readServiceFile } from './service-parts.ts';

export interface ServedService extends ServicePort {
  close(): Promise<void>;
}

/** A plan that is ready, and the files as they were when it was read. */
interface ReadyPlan extends OpenedService {
  readonly files: readonly string[];
  readonly mark: string;
}

/**
 * Everything that the plan names is made ready once, and again when its file, or that of its tools, has changed. A plan that
 * cannot be read then leaves the last one as it is; `onFault` hears why, once.
 *
 * @throws `cli/yaml-file`, `apps/service-tool`
 */
export async function servePlan(
  path: string,
  folder: string,
  {
    signal,
    onFault = () => {},
  }: { readonly signal: AbortSignal; readonly onFault?: (error: unknown) => void },
): Promise<ServedService> {
  // A plan that names a tool which is not there is refused now, not by the first customer.
  let ready = await readPlan(path, signal);
  let failed = '';
  let reading: Promise<void> | undefined;
  const leaving = new Map<NodeJS.Timeout, () => Promise<void>>();

  /** Turns that are under way still have its tools. */
  const leave = ({ close }: OpenedService): void => {
    const timer = setTimeout(() => {
      leaving.delete(timer);
      void close();
    }, limits.answerSeconds * 1000).unref();
    leaving.set(timer, close);
  };
  const current = async (): Promise<ReadyPlan> => {
    const mark = await markOf(ready.files);
    if (mark !== ready.mark && mark !== failed) {
      reading ??= readPlan(path, signal)
        .then((next) => {
          leave(ready);
          ready = next;
        })
        .catch((error: unknown) => {
          failed = mark;
          onFault(error);
        })
        .finally(() => (reading = undefined));
      await reading;
    }
    return ready;
  };
  return {
    plan: async () => (await current()).plan,
    async open(tenant, knowledge) {
      const { serve } = await current();
      const notes = noteFiles(folder, tenant);
      return { notes, serve: serve({ ...knowledge, notes }) };
    },
    async close() {
      for (const timer of leaving.keys()) clearTimeout(timer);
      await Promise.all([ready.close(), ...[...leaving.values()].map((close) => close())]);
    },
  };
}

async function readPlan(path: string, signal: AbortSignal): Promise<ReadyPlan> {
  const before = await markOf([path]);
  const file = await readServiceFile(path);
  const files = file.tools === undefined ? [path] : [path, file.tools];
  // Of before it was read: what is written meanwhile is read again.
  const mark = files.length === 1 ? before : `${before}\n${await markOf(files.slice(1))}`;
  return { ...(await openService(file, signal)), files, mark };
}

/** Changes when one of the files does. */
async function markOf(files: readonly string[]): Promise<string> {
  const marks = files.map(async (file) => {
    const status = await stat(file).catch(() => undefined);
    return status ? `${status.mtimeMs} ${status.size} ${status.ino}` : '';
  });
  return (await Promise.all(marks)).join('\n');
}
