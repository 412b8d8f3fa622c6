import { expect, test } from 'vitest';
import { createRegistry, type LoadedModel } from './registry.ts';
import type { ServedModel } from './served-model.ts';

/** A model that says whether it was closed. */
interface Double extends LoadedModel<ServedModel> {
  isClosed: boolean;
  running: number;
}

function double(id: string): Double {
  const model: Pick<Double, 'id' | 'isClosed' | 'running' | 'load' | 'close'> = {
    id,
    isClosed: false,
    running: 0,
    get load() {
      return { running: model.running, waiting: 0, steps: 0, stepTexts: 0, savedTokens: 0 };
    },
    close() {
      model.isClosed = true;
    },
  };
  return model as Double;
}

function setUp({ most = 2 } = {}) {
  const made: ReturnType<typeof double>[] = [];
  const registry = createRegistry({
    models: [],
    most,
    load: async (id) => {
      const model = double(id);
      made.push(model);
      return model;
    },
  });
  return { registry, made };
}

const idsOf = ({ registry }: ReturnType<typeof setUp>) => registry.list().map(({ id }) => id);

test('models join and leave; two who ask at once get one', async () => {
  const all = setUp();
  await Promise.all([all.registry.load('a'), all.registry.load('a'), all.registry.load('b')]);
  expect(all.made).toHaveLength(2);
  expect(idsOf(all)).toEqual(['a', 'b']);
  all.registry.unload('a');
  expect(idsOf(all)).toEqual(['b']);
  expect(() => all.registry.unload('a')).toThrow(/"a" is not served/);
});

test('no more than may be, also while they load; one that is there can be loaded anew', async () => {
  const all = setUp({ most: 2 });
  const loading = [all.registry.load('a'), all.registry.load('b')];
  await expect(all.registry.load('c')).rejects.toThrow(/at most 2/);
  await Promise.all(loading);
  await all.registry.load('a');
  expect(idsOf(all)).toEqual(['a', 'b']);
  expect(all.made.map(({ id }) => id)).toEqual(['a', 'b', 'a']);
});

test('one that is taken away finishes what it writes, then it is closed', async () => {
  const all = setUp();
  await all.registry.load('a');
  const [model] = all.made;
  model.running = 1;
  all.registry.unload('a');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(model.isClosed).toBe(false);
  model.running = 0;
  await expect.poll(() => model.isClosed).toBe(true);
});

test('a load that fails leaves no trace', async () => {
  let fails = true;
  const registry = createRegistry({
    models: [],
    most: 1,
    load: async (id) => {
      if (fails) throw new Error('no such run');
      return double(id);
    },
  });
  await expect(registry.load('a')).rejects.toThrow('no such run');
  fails = false;
  await registry.load('a');
  expect(registry.list()).toHaveLength(1);
});

test('a model that is still loading when all ends is ended too', async () => {
  const model = double('a');
  const load = () => new Promise<LoadedModel>((resolve) => setTimeout(resolve, 20, model));
  const registry = createRegistry({ models: [], most: 1, load });
  const loading = registry.load('a');
  registry.close();
  await expect(loading).rejects.toMatchObject({ code: 'serve/models-closed' });
  expect(model.isClosed).toBe(true);
  expect(registry.list()).toEqual([]);
});
