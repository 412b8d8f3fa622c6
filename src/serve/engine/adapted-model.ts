/** An adapter of a served model under a name of its own: a request picks it as it picks a model. */

import type { ServedModel } from '../served-model.ts';

/** Shares the process, the steps and the memory of the model; what it reads is shared with nobody else. */
export function adaptedModel(model: ServedModel, adapter: string): ServedModel {
  const own: Pick<
    ServedModel,
    'id' | 'parent' | 'created' | 'contextLength' | 'write' | 'score' | 'inspect' | 'embed'
  > = {
    id: adapter,
    parent: model.id,
    contextLength: model.adapterContexts?.[adapter] ?? model.contextLength,
    created: Math.floor(Date.now() / 1000),
    write: (request, signal) => model.write({ ...request, adapter }, signal),
    score: (ids, visit) => model.score(ids, { ...visit, adapter }),
    embed: (texts, visit) => model.embed(texts, { ...visit, adapter }),
    inspect: model.inspect && ((question, visit) => model.inspect!(question, { ...visit, adapter })),
  };
  // NOTE: what changes while the model runs (its load) is still read from the model itself.
  const values = Object.entries(own).map(([name, value]) => [name, { value, enumerable: true }]);
  return Object.create(model, Object.fromEntries(values));
}
