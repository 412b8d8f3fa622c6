/** Which of the models that are served a request asks for, and what is told of each. */

import { fail, type Work } from './errors.ts';
import type { ModelRegistry } from './registry.ts';
import {
  type AnyServed,
  isRemote,
  isTaskModel,
  type RemoteServed,
  type ServedModel,
} from './served-model.ts';
import type { TaskModel } from './tasks/task-model.ts';

interface Served {
  readonly registry: ModelRegistry;
  readonly remotes: readonly RemoteServed[];
}

export const served = ({ registry, remotes }: Served) => [...registry.list(), ...remotes];

/** @throws `serve/model` */
export function anyModelOf(scope: Served, id: string): AnyServed {
  const known = served(scope);
  const model = known.find((one) => one.id === id);
  if (!model) throw fail('serve/model', { model: id, known: known.map((one) => one.id) });
  return model;
}

const workOf = (model: AnyServed): Work => (isTaskModel(model) ? model.kind : 'write');

/** The model of this name; without one, the first that can do this. @throws `serve/model`, `serve/cannot`, `serve/nobody-can` */
export function ableModel(scope: Served, wanted: Work, id: string | null | undefined): AnyServed {
  const able = served(scope).filter((one) => workOf(one) === wanted);
  if (id == null) {
    if (able.length === 0) throw fail('serve/nobody-can', { wanted });
    return able[0];
  }
  const model = anyModelOf(scope, id);
  const is = workOf(model);
  if (is === wanted) return model;
  throw fail('serve/cannot', { model: id, is, wanted, able: able.map((one) => one.id) });
}

export const modelOf = (scope: Served, id: string | null | undefined) =>
  ableModel(scope, 'write', id) as ServedModel | RemoteServed;

/** A model that is for vectors, or one that writes. */
export function vectorModel(scope: Served, id: string): ServedModel | RemoteServed | TaskModel {
  const model = anyModelOf(scope, id);
  return isTaskModel(model) && model.kind === 'embed' ? model : modelOf(scope, id);
}

export function ownModel(scope: Served, id: string | null | undefined): ServedModel {
  const model = modelOf(scope, id);
  if (isRemote(model)) throw fail('serve/remote-field', { field: 'model', model: model.id });
  return model;
}

/** `work`: what it is for. */
export function describeModel(model: AnyServed): object {
  const { id, created } = model;
  const owned_by = isRemote(model) ? model.host : 'inkstone';
  const own = isRemote(model) || isTaskModel(model) ? {} : describeWriter(model);
  return { id, object: 'model', created, owned_by, work: workOf(model), ...own };
}

const describeWriter = ({ parent, contextLength, chatTemplate }: ServedModel) => ({
  ...(parent !== undefined && { parent }),
  max_model_len: contextLength,
  chat_template: chatTemplate ? 'own' : 'plain',
});
