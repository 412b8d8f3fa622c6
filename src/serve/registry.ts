/** The models that are served: some from the beginning, others loaded and taken away while the server runs. */

import { fail } from './errors.ts';
import type { ServedModel } from './served-model.ts';
import type { TaskModel } from './tasks/task-model.ts';

/** Where a model came from, for people who choose one. */
export interface ModelOrigin {
  readonly parameters: number;
  /** The text that it learned from. */
  readonly source: string;
  /** In nats per token, and in bits per character. */
  readonly heldOutLoss?: number;
  readonly bitsPerCharacter?: number;
  /** Of the checkpoint that was loaded. */
  readonly step?: number;
}

/** What is served from this machine. */
export type OwnModel = (ServedModel | TaskModel) & { readonly origin?: ModelOrigin };

/** A model that can be taken away again. */
export type LoadedModel<Model extends OwnModel = OwnModel> = Model & {
  /** Its adapters, which come and go with it. */
  readonly adapters?: readonly ServedModel[];
  close(): void;
};

export interface ModelRegistry {
  /** Those served now, each with its adapters behind it. */
  list(): readonly OwnModel[];
  /** Loads a model by name; one that is served already is loaded anew, and takes its place when it is ready. */
  load(id: string): Promise<OwnModel>;
  /** Takes a model away; what it is writing comes to its end. @throws when it is not served. */
  unload(id: string): void;
  /** Ends all, and what is still loading when it has come. */
  close(): void;
}

export interface RegistryOptions {
  readonly models: readonly LoadedModel[];
  readonly load: (id: string) => Promise<LoadedModel>;
  /** Models that may be served at once. */
  readonly most: number;
}

/** How long a model that was taken away may finish what it writes, and how often that is looked at; in ms. */
const GRACE = 30_000;
const LOOK = 200;

export function createRegistry({ models, load, most }: RegistryOptions): ModelRegistry {
  const served = new Map(models.map((model) => [model.id, model]));
  const loading = new Map<string, Promise<LoadedModel>>();
  const leaving = new Set<LoadedModel>();
  let isClosed = false;

  const retire = (model: LoadedModel): void => {
    leaving.add(model);
    const since = performance.now();
    const timer = setInterval(() => {
      const isBusy = model.load.running + model.load.waiting > 0;
      if (isBusy && performance.now() - since < GRACE) return;
      clearInterval(timer);
      leaving.delete(model);
      model.close();
    }, LOOK);
    timer.unref();
  };

  const list = (): OwnModel[] => [...served.values()].flatMap((model) => [model, ...(model.adapters ?? [])]);

  /** An adapter goes where its model goes. */
  const checkModel = (id: string): void => {
    const parent = list().find((model) => model.id === id)?.parent;
    if (parent !== undefined) throw fail('serve/adapter', { adapter: id, model: parent });
  };

  const begin = async (id: string): Promise<LoadedModel> => {
    const isNew = !served.has(id) && !loading.has(id);
    if (isNew && served.size + loading.size >= most) throw fail('serve/models-full', { most });
    const model = await load(id);
    if (isClosed) {
      model.close();
      throw fail('serve/models-closed', undefined);
    }
    const before = served.get(id);
    served.set(id, model);
    if (before) retire(before);
    return model;
  };

  return {
    list,
    async load(id) {
      checkModel(id);
      const pending = loading.get(id) ?? begin(id).finally(() => loading.delete(id));
      loading.set(id, pending);
      return pending;
    },
    unload(id) {
      checkModel(id);
      const model = served.get(id);
      if (!model) throw fail('serve/model', { model: id, known: list().map((one) => one.id) });
      served.delete(id);
      retire(model);
    },
    close() {
      isClosed = true;
      for (const model of [...served.values(), ...leaving]) model.close();
    },
  };
}

/** A list of models is a registry that never changes. */
export function registryOf(models: readonly OwnModel[] | ModelRegistry): ModelRegistry {
  if ('list' in models) return models;
  const fixed = (): never => {
    throw fail('serve/models-fixed', undefined);
  };
  return { list: () => models, load: async () => fixed(), unload: fixed, close() {} };
}
