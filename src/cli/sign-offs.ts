/** Approval of models: which files stand for one, where its history lies, and the gate before it is given away. */

import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, relative } from 'node:path';
import {
  addSignOff,
  changedSince,
  type FileHashes,
  hashFiles,
  latestCheckpoint,
  lockFolder,
  readSignOffs,
  type SignOff,
} from '../io/index.ts';
import { isRun, RUN_WEIGHTS } from '../train/index.ts';
import { failCard } from './card-errors.ts';
import { fail } from './errors.ts';
import { fileOfModel, isGgufPath } from './models.ts';
import { LAB_FILE } from './runs.ts';

/** The card of a model, what its fields say, and who approved it. */
export const CARD_FILE = 'README.md';
export const CARD_FIELDS_FILE = 'card.json';
const HISTORY = 'sign-offs.jsonl';

/** What tells of a model but does not change it. */
const BESIDE = [LAB_FILE, CARD_FIELDS_FILE];
const OF_A_MODEL = /\.(?:safetensors|json|jinja|bin|model)$/;
const WEIGHTS = /\.(?:safetensors|bin)$/;

/** Where a model's files lie, and their paths in it: weights, configs, tokenizer, chat template, and the card. */
async function filesOf(path: string): Promise<{ readonly folder: string; readonly paths: string[] }> {
  const about = await stat(path).catch(() => undefined);
  if (!about || (about.isFile() && !isGgufPath(path))) throw fail('cli/no-model', { path });
  const card = fileOfModel(path, CARD_FILE);
  const hasCard = await stat(card).catch(() => undefined);
  if (about.isFile()) {
    return { folder: dirname(path), paths: [basename(path), ...(hasCard ? [basename(card)] : [])] };
  }
  const paths = (await readdir(path)).filter((name) => OF_A_MODEL.test(name) && !BESIDE.includes(name));
  if (await isRun(path)) {
    const { checkpoint } = await latestCheckpoint(path);
    const weights = checkpoint?.files.get(RUN_WEIGHTS);
    if (weights) paths.push(relative(path, weights));
  }
  if (!paths.some((name) => WEIGHTS.test(name))) throw fail('cli/no-model', { path });
  return { folder: path, paths: [...paths, ...(hasCard ? [CARD_FILE] : [])] };
}

async function hashesOf(path: string): Promise<FileHashes> {
  const { folder, paths } = await filesOf(path);
  return hashFiles(folder, paths);
}

/** Writes down that someone approves the model as it lies, with its card. @throws where there is no card, or it is being trained. */
export async function signModel(
  path: string,
  { name, statement }: Pick<SignOff, 'name' | 'statement'>,
): Promise<SignOff> {
  const { paths } = await filesOf(path);
  const card = fileOfModel(path, CARD_FILE);
  if (!paths.includes(basename(card))) throw failCard('cli/no-card', { path, card });
  const isFolder = (await stat(path)).isDirectory();
  // A run that is being trained changes while it is looked at.
  const lock = isFolder ? await lockFolder(path, 'run') : undefined;
  try {
    return await addSignOff(fileOfModel(path, HISTORY), { name, statement, files: await hashesOf(path) });
  } finally {
    await lock?.release();
  }
}

/** The latest approval of the model exactly as it lies. @throws `cli/not-signed`, `cli/changed-since`, `io/sign-off`. */
export async function requireSigned(path: string): Promise<SignOff> {
  const history = await readSignOffs(fileOfModel(path, HISTORY));
  const last = history.at(-1);
  if (!last) throw failCard('cli/not-signed', { path, card: fileOfModel(path, CARD_FILE) });
  const now = await hashesOf(path);
  const signed = history.findLast((one) => changedSince(one, now).length === 0);
  if (signed) return signed;
  throw failCard('cli/changed-since', { path, files: changedSince(last, now), name: last.name, at: last.at });
}

/** Whether only signed models may be given away: asked for here, or by the environment of a team, which nothing here overrides. */
export const isSignOffRequired = (
  asked: boolean | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean => asked === true || ['1', 'true'].includes(env.INKSTONE_REQUIRE_SIGN_OFF ?? '');
