/** A model with a task head as it lies in a run. */

import {
  type AdapterParams,
  type HeadModel,
  type HeadParams,
  headSpec,
  lora,
  mergeAdapter,
} from '../adapt/index.ts';
import type { TensorData } from '../io/index.ts';
import { decoderConfig, encoderConfig, tensorsFromFile } from '../models/index.ts';
import type { ParameterSpec } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import type { Tensor } from '../tensor/index.ts';
import { mapTree } from '../tree.ts';
import { fail } from './errors.ts';
import { type BodyConfig, type BodyParams, bodyOf } from './head-base.ts';
import { type HeadSetup, readHeadRun } from './runs.ts';

export interface SavedHead extends HeadModel<BodyParams> {
  readonly setup: HeadSetup;
}

/** The latest checkpoint of a head's run; an adapter is merged into the model under the head. */
export async function readHeadModel(folder: string): Promise<SavedHead> {
  const { run, config: saved, tokenizer, head: setup } = await readHeadRun(folder);
  const weights = await run.weights();
  const part = (name: string): ReadonlyMap<string, TensorData> =>
    new Map(
      [...weights].flatMap(([path, data]) =>
        path.startsWith(`${name}.`) ? [[path.slice(name.length + 1), data]] : [],
      ),
    );
  const body = {
    kind: setup.on,
    config:
      setup.on === 'encoder' ? encoderConfig(saved.model as never) : decoderConfig(saved.model as never),
  } as BodyConfig;
  const { states, frame, fromFile } = bodyOf(body, tokenizer, setup.prefixIds);
  const model = fromFile(part('model'));
  const fill = <Tree>(tree: Tree, name: string): Tree => {
    const tensors = tensorsFromFile(part(name));
    return mapTree<ParameterSpec | Tensor, Tensor>(tree, ({ shape }, path) => {
      const found = tensors.get(path);
      if (found?.shape.join() === shape.join()) return found;
      throw fail('cli/run-config', { folder });
    }) as Tree;
  };
  const head = fill(headSpec(setup) as unknown as HeadParams, 'head');
  const { tuning } = saved;
  const fresh = tuning?.method === 'lora' ? lora(model, tuning, createRng(0)) : undefined;
  const params = fresh
    ? mergeAdapter(model, { ...fresh, params: fill(fresh.params as AdapterParams, 'adapter') })
    : model;
  return {
    params,
    head,
    config: setup,
    setup,
    states,
    reading: { tokenizer, frame, maxTokens: setup.maxTokens },
  };
}
