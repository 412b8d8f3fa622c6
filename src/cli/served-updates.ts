/** Updates of runs that are served: what `inkstone update` promotes or takes back is served without a restart. */

import { defineMessages } from '../language.ts';
import type { ModelRegistry } from '../serve/index.ts';
import type { Terminal } from './terminal.ts';
import { readUpdates } from './updates.ts';

const say = defineMessages({
  served: {
    en: (d: { model: string; step: string }) => `${d.model}: updated, step ${d.step} is served now`,
    zh: (d) => `${d.model}：已更新，现提供第 ${d.step} 步`,
  },
  kept: {
    en: (d: { model: string; reason: string }) =>
      `${d.model}: its update cannot be served, the model stays as it was: ${d.reason}`,
    zh: (d) => `${d.model}：更新后的模型无法提供，仍用原来的：${d.reason}`,
  },
});

/** How often runs are looked at, in ms. */
export const LOOK_MS = 5000;

/** Looks at the runs of all models that are served, and loads those anew whose updates have changed. */
export function updateFollower({
  registry,
  folderOf,
  terminal,
}: {
  readonly registry: Pick<ModelRegistry, 'list' | 'load'>;
  readonly folderOf: (model: string) => string;
  readonly terminal: Pick<Terminal, 'print' | 'error' | 'json'>;
}): () => Promise<void> {
  /** Of each model the updates that it was loaded with. */
  const known = new Map<string, string>();
  let isLooking = false;
  const lookAt = async (id: string, step: number | undefined): Promise<void> => {
    const promoted = await promotedUpdates(folderOf(id));
    const mark = promoted.map(({ name }) => name).join();
    const before = known.get(id);
    known.set(id, mark);
    // What was promoted while it was being loaded is newer than what it has.
    const isNewer = step !== undefined && (promoted.at(-1)?.step ?? 0) > step;
    if (before === undefined ? !isNewer : before === mark) return;
    try {
      const { origin } = await registry.load(id);
      terminal.json({ type: 'updated', model: id, step: origin?.step });
      terminal.print(say('served', { model: id, step: String(origin?.step ?? '–') }));
    } catch (error) {
      // One that was not signed, for example: the one before is served on.
      terminal.error(say('kept', { model: id, reason: (error as Error).message }));
    }
  };
  return async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      const models = registry.list().filter(({ parent }) => parent === undefined);
      for (const id of known.keys()) if (models.every((model) => model.id !== id)) known.delete(id);
      for (const { id, origin } of models) await lookAt(id, origin?.step);
    } finally {
      isLooking = false;
    }
  };
}

/** None of what is no run, or cannot be read now. */
async function promotedUpdates(folder: string) {
  const updates = await readUpdates(folder).catch(() => []);
  return updates.filter(({ state }) => state === 'promoted');
}
