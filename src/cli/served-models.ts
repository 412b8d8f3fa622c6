/** The models of `inkstone serve`, each in a process of its own. */

import { basename, join } from 'node:path';
import { defineMessages } from '../language.ts';
import { type ActivationType, parameterCount, type WeightType } from '../models/index.ts';
import {
  adaptedModel,
  type LoadedModel,
  type ModelOrigin,
  readLastRecords,
  startEngineProcess,
  startTaskProcess,
} from '../serve/index.ts';
import type { AdapterFolders } from './adapters.ts';
import { moduleLoaders, modulePath } from './child-modules.ts';
import { fail } from './errors.ts';
import { openModel, type StoredModel } from './models.ts';
import { requireSigned } from './sign-offs.ts';
import { taskKindOf } from './task-workers.ts';
import type { Terminal } from './terminal.ts';

const say = defineMessages({
  died: {
    en: (d: { model: string; reason: string }) =>
      `the engine of ${d.model} stopped (${d.reason}); starting it again`,
    zh: (d) => `${d.model} 的引擎已停止（${d.reason}），正在重新启动`,
  },
  signed: {
    en: (d: { path: string; name: string; on: string }) => `${d.path}: approved by ${d.name} on ${d.on}`,
    zh: (d) => `${d.path}：由 ${d.name} 于 ${d.on} 批准`,
  },
});

export interface ServedSettings {
  readonly terminal: Terminal;
  /** How matrices and the past are kept. */
  readonly weights: WeightType;
  /** What weights in blocks multiply. */
  readonly activations: ActivationType;
  /** Adapters of the model by name. */
  readonly adapters: AdapterFolders;
  /** Only what was signed as it lies. */
  readonly isGated: boolean;
}

/** Starts the process of a run, a model folder or a GGUF file; of an encoder–decoder, an encoder or a classifier, too. */
export async function startServedModel(
  folder: string,
  id: string,
  { terminal, weights, activations, adapters, isGated }: ServedSettings,
): Promise<LoadedModel> {
  const kind = await taskKindOf(folder);
  if (kind) checkTaskSettings(folder, { adapters, weights });
  // Read here first: a folder that is no model is an error of this command, not of a child.
  const stored = kind ? undefined : await openModel(folder);
  if (isGated) {
    for (const path of [folder, ...Object.values(adapters).flat()]) {
      const { name, at } = await requireSigned(path);
      terminal.json({ type: 'signed', path, name, at });
      terminal.print(say('signed', { path, name, on: at.slice(0, 10) }));
    }
  }
  const child = {
    id,
    execArgv: moduleLoaders(),
    onExit: (reason: string) => terminal.error(say('died', { model: id, reason })),
  };
  const signed = isGated ? ['signed'] : [];
  if (!stored) {
    const script = modulePath('task-main');
    return startTaskProcess({ ...child, script, args: [folder, ...signed], kind: kind! });
  }
  const { tokenizer, prefixIds, chatTemplate } = stored;
  const engine = await startEngineProcess({
    ...child,
    script: modulePath('engine-main'),
    args: [folder, weights, activations, JSON.stringify(adapters), ...signed],
    tokenizer,
    prefixIds,
    ...(chatTemplate && { chatTemplate }),
  });
  const adapted = Object.keys(adapters).map((name) => adaptedModel(engine, name));
  return Object.defineProperties(engine as LoadedModel, {
    origin: { value: await originOf(stored) },
    adapters: { value: adapted },
  });
}

/** @throws where something is asked for that only a model that writes has */
function checkTaskSettings(
  folder: string,
  { adapters, weights }: Pick<ServedSettings, 'adapters' | 'weights'>,
): void {
  const given = Object.keys(adapters).length > 0 ? '--adapter' : weights === 'f32' ? undefined : '--weights';
  if (given === undefined) return;
  const reason = { reason: 'only models that write take it', zhReason: '只有写作模型才能用' };
  throw fail('cli/conflict', { command: 'serve', options: [given, folder], ...reason });
}

/** Enough of the metrics for the last evaluation. */
const TAIL_BYTES = 512 << 10;

async function originOf({ path, config: model, run: earlier }: StoredModel): Promise<ModelOrigin> {
  const parameters = parameterCount(model);
  if (!earlier) return { parameters, source: basename(path) };
  const { run, config } = earlier;
  const last = await readLastRecords(join(run.folder, 'metrics.jsonl'), TAIL_BYTES);
  const evaluation = last.findLast(({ type }) => type === 'evaluation');
  const { heldOutLoss, bitsPerCharacter } = evaluation ?? ({} as Partial<Record<string, unknown>>);
  return {
    parameters,
    source: config.data.source,
    ...(typeof heldOutLoss === 'number' && { heldOutLoss }),
    ...(typeof bitsPerCharacter === 'number' && { bitsPerCharacter }),
    ...(run.place && { step: run.place.step }),
  };
}
