/** A model that answers about texts, in a process of its own. */

import { type ModelProcessOptions, startModelProcess } from '../engine/model-process.ts';
import type { LocalTaskModel, TaskKind } from './task-model.ts';

/** Starts the process; resolves when the model is loaded, rejects when the first start fails. */
export async function startTaskProcess(
  options: ModelProcessOptions & { readonly id: string; readonly kind: TaskKind },
): Promise<LocalTaskModel> {
  const { id, kind } = options;
  const running = await startModelProcess(options);
  return {
    id,
    kind,
    created: Math.floor(Date.now() / 1000),
    ask: (question, { signal, tenant }) =>
      running.listen(
        (job) => ({ type: 'ask', job, question, tenant }),
        signal,
        (heard) => (heard.type === 'told' ? heard.told : undefined),
      ),
    get load() {
      return running.load;
    },
    get isReady() {
      return running.isReady;
    },
    close: running.close,
  };
}
