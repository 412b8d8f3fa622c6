/**
 * A run as a folder that can be copied: `config.json`, `tokenizer.json`, `metrics.jsonl` and `checkpoints/step-…/` with
 * weights, optimizer state and the place in the run. Resuming restores all of it: the loss trace goes on identically.
 */

import { mkdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  type Checkpoint,
  decodeUtf8,
  describeFileError,
  latestCheckpoint,
  lockFolder,
  openJsonLines,
  readSafetensors,
  type SkippedCheckpoint,
  safetensorsContent,
  saveCheckpoint,
  type TensorData,
  writeFileAtomic,
} from '../io/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { fail } from './errors.ts';
import type { Place, Snapshot } from './loop.ts';
import type { TrackedParameter } from './step.ts';

const CONFIG = 'config.json';
const TOKENIZER = 'tokenizer.json';
const METRICS = 'metrics.jsonl';
/** In a checkpoint: the numbers of the model. */
export const RUN_WEIGHTS = 'weights.safetensors';
const OPTIMIZER = 'optimizer.safetensors';
export const STATE = 'state.json';
/** Parameters under this path are learned beside the model and belong to the training only. */
const OF_TRAINING = 'training.';

/** What a finished or unfinished run holds, for reading: no lock, nothing changes. */
export interface SavedRun {
  readonly folder: string;
  /** As it was given to `openRun`. */
  readonly config: unknown;
  readonly tokenizer: string | undefined;
  /** Where the latest complete checkpoint stands; undefined before the first. */
  readonly place: Place | undefined;
  /** Newer checkpoints that are damaged and were passed over, with the reason. */
  readonly skipped: readonly SkippedCheckpoint[];
  /** Weights of the model by parameter path. @throws when there is no checkpoint yet, or none that is whole. */
  weights(): Promise<ReadonlyMap<string, TensorData>>;
}

/** A run that this process owns. */
export interface OpenRun extends SavedRun {
  /** Adds a record to the metrics. */
  append(record: object): Promise<void>;
  /** Saves a checkpoint of this moment; returns when it has reached the disk. */
  save(snapshot: Snapshot): Promise<void>;
  /** Parameters and optimizer state of the latest checkpoint, in place. */
  restore(tracked: readonly TrackedParameter[]): void;
  close(): Promise<void>;
}

/** What `config.json` of a run says; no checkpoint is looked at. @throws `train/no-run` when the folder is no run. */
export async function readRunConfig(folder: string): Promise<unknown> {
  const config = await readText(folder, CONFIG);
  if (config === undefined)
    throw fail((await isFile(folder)) ? 'train/run-file' : 'train/no-run', { folder });
  return parseJson(config, join(folder, CONFIG));
}

/** Reads a run folder. @throws `train/no-run` when the folder is no run. */
export async function readRun(folder: string): Promise<SavedRun> {
  const config = await readRunConfig(folder);
  const { checkpoint, skipped } = await latestCheckpoint(folder);
  return {
    folder,
    config,
    tokenizer: await readText(folder, TOKENIZER),
    place: checkpoint && (await readPlace(checkpoint)),
    skipped,
    async weights() {
      if (!checkpoint) throw skipped[0]?.error ?? fail('train/no-checkpoint', { folder });
      const { tensors } = await readSafetensors(checkpoint.files.get(RUN_WEIGHTS)!);
      return new Map([...tensors].filter(([path]) => !path.startsWith(OF_TRAINING)));
    },
  };
}

const changeOf = async (path: string): Promise<number | undefined> =>
  (await stat(path).catch(() => undefined))?.mtimeMs;

/** Whether the folder is a run. */
export async function isRun(folder: string): Promise<boolean> {
  return (await changeOf(join(folder, CONFIG))) !== undefined;
}

/** When something last happened in a run, in ms since 1970: its last step, or how it was begun; undefined for no run. */
export async function runChangedAt(folder: string): Promise<number | undefined> {
  const begun = await changeOf(join(folder, CONFIG));
  return begun === undefined ? undefined : ((await changeOf(join(folder, METRICS))) ?? begun);
}

/**
 * Opens a run for training and locks it: makes the folder when there is none, else goes on from the latest checkpoint.
 * A folder that holds another run (its config differs) is refused, and so is one whose checkpoints are all damaged.
 * After an error everything is as it was.
 */
export async function openRun(
  folder: string,
  start: { readonly config: unknown; readonly tokenizer?: string; readonly keepCheckpoints?: number },
): Promise<OpenRun> {
  const made = await mkdir(folder, { recursive: true }).catch((error) => {
    throw describeFileError(error, folder);
  });
  const lock = await lockFolder(folder, 'run').catch(async (error) => {
    await removeEmpty(folder, made);
    throw error;
  });
  let begun = false;
  try {
    if (await isRun(folder)) {
      const before = await readText(folder, CONFIG);
      if (stable(parseJson(before!, join(folder, CONFIG))) !== stable(start.config)) {
        throw fail('train/other-run', {
          folder,
          differing: differingKeys(parseJson(before!, folder), start.config),
        });
      }
    } else {
      begun = true;
      if (start.tokenizer !== undefined) await writeFileAtomic(join(folder, TOKENIZER), start.tokenizer);
      await writeFileAtomic(join(folder, CONFIG), `${JSON.stringify(start.config, null, 2)}\n`);
    }
    const saved = await readRun(folder);
    const { checkpoint, skipped } = await latestCheckpoint(folder);
    if (!checkpoint && skipped.length) throw skipped[0].error;
    const restored = checkpoint && (await readTensors(checkpoint));
    const metrics = await openJsonLines<{ step?: number }>(join(folder, METRICS), {
      keep: (record) => (record.step ?? 0) <= (saved.place?.step ?? 0),
    });
    return {
      ...saved,
      append: (record) => metrics.append(record),
      restore: (tracked) => restoreTensors(tracked, restored!),
      async save(snapshot) {
        await metrics.sync();
        await saveCheckpoint(folder, snapshot.place.step, checkpointFiles(snapshot), {
          keepLast: start.keepCheckpoints ?? 2,
        });
      },
      async close() {
        await metrics.close();
        await lock.release();
      },
    };
  } catch (error) {
    if (begun) for (const name of [METRICS, CONFIG, TOKENIZER]) await rm(join(folder, name), { force: true });
    await lock.release();
    await removeEmpty(folder, made);
    throw error;
  }
}

/** Removes the folders, from `made` down to `folder`, that hold nothing. */
async function removeEmpty(folder: string, made: string | undefined): Promise<void> {
  if (made === undefined) return;
  for (let path = resolve(folder); path.length >= resolve(made).length; path = dirname(path)) {
    const removed = await rmdir(path).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

function checkpointFiles({ place, tracked }: Snapshot) {
  const weights = new Map(tracked.map(({ path, tensor }) => [path, tensorData(tensor)]));
  const optimizer = new Map(
    tracked.flatMap(({ path, slots }) =>
      Object.entries(slots).map(([slot, tensor]): [string, TensorData] => [
        `${slot}/${path}`,
        tensorData(tensor),
      ]),
    ),
  );
  return {
    [RUN_WEIGHTS]: safetensorsContent(weights),
    [OPTIMIZER]: safetensorsContent(optimizer),
    [STATE]: `${JSON.stringify(place, null, 2)}\n`,
  };
}

function tensorData(tensor: Tensor): TensorData {
  return { dtype: 'f32', shape: tensor.shape, data: tensor.data as Float32Array<ArrayBuffer> };
}

async function readTensors(checkpoint: Checkpoint) {
  const weights = await readSafetensors(checkpoint.files.get(RUN_WEIGHTS)!);
  const optimizer = await readSafetensors(checkpoint.files.get(OPTIMIZER)!);
  return { weights: weights.tensors, optimizer: optimizer.tensors };
}

function restoreTensors(
  tracked: readonly TrackedParameter[],
  saved: {
    readonly weights: ReadonlyMap<string, TensorData>;
    readonly optimizer: ReadonlyMap<string, TensorData>;
  },
): void {
  const left = new Set(saved.weights.keys());
  for (const { path, tensor, slots } of tracked) {
    left.delete(path);
    copyInto(path, tensor, saved.weights.get(path));
    for (const [slot, state] of Object.entries(slots)) {
      copyInto(`${slot}/${path}`, state, saved.optimizer.get(`${slot}/${path}`));
    }
  }
  for (const name of left) {
    throw fail('train/state', { name, reason: 'is not in this model', zhReason: '不在此模型中' });
  }
}

function copyInto(name: string, tensor: Tensor, saved: TensorData | undefined): void {
  if (!saved) throw fail('train/state', { name, reason: 'is missing', zhReason: '缺失' });
  if (saved.shape.join() !== tensor.shape.join() || saved.dtype !== 'f32') {
    const shapes = `${saved.dtype}[${saved.shape}] ≠ f32[${tensor.shape}]`;
    throw fail('train/state', { name, reason: `does not fit: ${shapes}`, zhReason: `不相符：${shapes}` });
  }
  (tensor.data as Float32Array).set(saved.data as Float32Array);
}

export async function readPlace(checkpoint: Checkpoint): Promise<Place> {
  const path = checkpoint.files.get(STATE)!;
  const place = parseJson(decodeUtf8(await readFile(path), path), path) as Place;
  for (const key of ['step', 'seconds', 'tokens'] as const) {
    if (typeof place?.[key] !== 'number') {
      throw fail('train/state', {
        name: STATE,
        reason: `has no number "${key}"`,
        zhReason: `缺少数字 "${key}"`,
      });
    }
  }
  return place;
}

async function readText(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name);
  try {
    return decodeUtf8(await readFile(path), path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() ?? false;

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail('train/json', { path, reason: (error as Error).message }, error);
  }
}

/** JSON with sorted keys: equal values give equal text. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Dotted keys whose values differ, with both values: what a person needs to see. */
export function differingKeys(before: unknown, after: unknown, path = ''): string[] {
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isMap(before) && isMap(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differingKeys(before[key], after[key], path ? `${path}.${key}` : key));
  }
  return stable(before) === stable(after)
    ? []
    : [`${path}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`];
}
