/** What a run learned so far, what is new to it in a text, and how it would learn that. */

import { dropExactDuplicates, temperatureShares, tokenizeDocuments } from '../data/index.ts';
import { InkstoneError } from '../errors.ts';
import type { TextDocument } from '../types.ts';
import type { CommandContext } from './command.ts';
import {
  hashTexts,
  type LoadedCorpus,
  loadDocuments,
  rulesFor,
  type SplitCorpus,
  splitCorpus,
} from './corpus.ts';
import { keptPreparation, preparationOf } from './corpus-options.ts';
import { openModel, requireDecoder, type StoredDecoder } from './models.ts';
import { type RunTexts, textsOfRun } from './run-texts.ts';
import { type EarlierRun, isFinished, type RunLength, readEarlierRun, type Tuning } from './runs.ts';
import { onlyGiven, type Settings, tuningSettings } from './settings.ts';
import { heldOutTokens } from './training.ts';
import { charactersOf, drawReplay, type OldTexts, readTuneBase, type TuneBase } from './tune-base.ts';
import { failUpdate } from './update-errors.ts';
import type { updateOptions } from './update-options.ts';
import { readUpdates, settle, textOf, type Update, type UpdateRecord } from './updates.ts';

export type UpdateContext = CommandContext<typeof updateOptions>;

/** A run that can be updated, as it now is. */
export interface UpdatedRun {
  readonly folder: string;
  readonly stored: StoredDecoder;
  readonly earlier: EarlierRun;
  /** Those that came to an end. */
  readonly updates: readonly Update[];
  /** One that was broken off. */
  readonly unfinished: Update | undefined;
}

/** Opens a run and ends what a killed update left. The caller holds its lock. @throws when it is none that can learn more */
export async function openUpdatedRun(folder: string): Promise<UpdatedRun> {
  // Before the model is read: what was decided may not stand in the run yet.
  const settled: Update[] = [];
  for (const update of await readUpdates(folder)) settled.push(await settle(folder, update));
  const earlier = await readEarlierRun(folder);
  const { privacy, tuning } = earlier.config;
  if (privacy) throw failUpdate('cli/update-private', { folder });
  if (tuning?.answers) throw failUpdate('cli/update-answers', { folder });
  if (!isFinished(earlier)) throw failUpdate('cli/update-unfinished', { folder });
  return {
    ...{ folder, earlier, stored: requireDecoder('update', await openModel(folder)) },
    updates: settled.filter(({ state }) => state !== 'training'),
    unfinished: settled.find(({ state }) => state === 'training'),
  };
}

/** What a run learned before: its own text and that of each update that is part of it, each measured by itself. */
interface Older {
  readonly texts: readonly OldTexts[];
  /** Everything that is not new to it. */
  readonly known: readonly TextDocument[];
}

async function readOlder(context: UpdateContext, run: UpdatedRun): Promise<Older> {
  const { name, heldOut, training, whole } = await readOriginal(context, run);
  const documents = (texts: readonly string[] = []) => texts.map((text) => ({ text }));
  const texts: OldTexts[] = [{ name, train: documents(training), heldOut: documents(heldOut) }];
  const known = [...(whole ?? [])];
  for (const update of run.updates) {
    const isPart = update.state === 'promoted';
    if (!isPart && context.options.again) continue;
    const own = await textOf(update);
    for (const document of own) known.push(document);
    if (isPart) texts.push({ name: update.name, ...splitCorpus(own) });
  }
  return { texts, known };
}

/** The text that the run learned first. @throws when it cannot be read or is another by now */
async function readOriginal(
  { options, terminal, signal }: UpdateContext,
  { folder, stored, earlier }: UpdatedRun,
): Promise<RunTexts> {
  const { oldData, offline } = options;
  const { data: read, training: recipe, tuning } = earlier.config;
  const reading = { terminal, signal, offline };
  if (oldData !== undefined) {
    const loading = { ...reading, prepare: keptPreparation(read.prepared) };
    const { name, documents } = await loadDocuments(oldData, loading, rulesFor(recipe));
    const { train, heldOut } = splitCorpus(documents);
    const texts = (side: readonly TextDocument[]) => side.map(({ text }) => text);
    return { name, training: texts(train), heldOut: texts(heldOut), whole: documents };
  }
  const found = await textsOfRun(stored, reading).catch((error) => {
    if (!(error instanceof InkstoneError)) throw error;
    throw failUpdate('cli/update-old-text', { reason: error.message }, error);
  });
  const { training = [], heldOut } = found;
  const sha256 = hashTexts([...training, ...heldOut].map((text) => ({ text })));
  // What was replayed to it stands in its hash, too.
  if (sha256 === read.sha256 || tuning?.replay) return found;
  throw failUpdate('cli/update-other-text', { folder, source: read.source });
}

/** What an update would learn. */
export interface UpdatePlan {
  readonly loaded: LoadedCorpus;
  /** What of it is new to the run. */
  readonly documents: readonly TextDocument[];
  readonly split: SplitCorpus;
  /** The texts that must not be forgotten. */
  readonly old: readonly OldTexts[];
  readonly base: TuneBase;
  readonly settings: Settings;
  readonly tuning: Tuning;
  /** The new text, with old among it. */
  readonly corpus: SplitCorpus;
  /** Pieces of old text among it. */
  readonly replayed: number;
  readonly length: RunLength;
  readonly task: UpdateRecord['task'];
}

/** Why there is nothing to do. */
export interface NothingToDo {
  readonly outcome: 'nothing-new' | 'too-little';
  /** What was read, and how much of it is new. */
  readonly name: string;
  readonly documents: number;
  readonly fresh: number;
}

/** How often all that is learned is read, if nothing else is said. */
const PASSES = 2;
/** Among the older texts a small one comes up more often than by its size: shares as √size. */
const OLD_TEMPERATURE = 2;

/** Reads the new text and says what would come of it; nothing is written. */
export async function planUpdate(
  context: UpdateContext,
  run: UpdatedRun,
  data: string,
): Promise<UpdatePlan | NothingToDo> {
  const { options, given, terminal, signal } = context;
  const { earlier, stored } = run;
  const { tokenizer } = earlier;
  const prepare = preparationOf(options) ?? keptPreparation(earlier.config.data.prepared);
  const loading = { terminal, signal, offline: options.offline, prepare };
  const loaded = await loadDocuments(data, loading, rulesFor(earlier.config.training));
  const { texts: old, known } = await readOlder(context, run);
  const isRead = new Set(loaded.documents);
  const { documents: unique } = await dropExactDuplicates([...known, ...loaded.documents], { signal });
  const documents = unique.filter((document) => isRead.has(document));
  const nothing = { name: loaded.name, documents: loaded.documents.length, fresh: documents.length };
  if (documents.length === 0) return { outcome: 'nothing-new', ...nothing };
  const split = splitCorpus(documents);
  const { contextLength } = stored.config;
  const heldOut = await heldOutTokens(split.heldOut, tokenizer, signal);
  if (heldOut.tokens.length < contextLength) return { outcome: 'too-little', ...nothing };

  const { replay, ewc, seed } = options;
  const tuning: Tuning = { method: 'full', ...(replay > 0 && { replay }), ...(ewc !== undefined && { ewc }) };
  const base = await readTuneBase(stored, tuning, context);
  // How long it takes follows from what is drawn.
  const fallback = { seed, length: { steps: 1 } };
  const settings = tuningSettings({ config: base.maker }, base.init, onlyGiven(options, given), fallback);
  const drawn = replayFrom(old, charactersOf(split.train) * (replay / (1 - replay)), seed);
  const corpus = { ...split, train: [...split.train, ...drawn] };
  const tokens = (await tokenizeDocuments(corpus.train, tokenizer, { signal })).length;
  const isSaid = given.has('steps') || given.has('minutes');
  const steps = Math.ceil((PASSES * tokens) / (settings.recipe.batchSize * contextLength));
  const length: RunLength = isSaid ? settings.length : { steps };
  const { recipe } = settings;
  const sha256 = hashTexts([...corpus.train, ...corpus.heldOut]);
  const task = { init: base.init, recipe, length, seed, tuning, sha256 };
  return {
    loaded,
    documents,
    split,
    old,
    base,
    settings,
    tuning,
    corpus,
    replayed: drawn.length,
    length,
    task,
  };
}

/** So many characters of older texts, of each its share. */
function replayFrom(old: readonly OldTexts[], characters: number, seed: number): TextDocument[] {
  const shares = temperatureShares(
    old.map(({ train }) => charactersOf(train)),
    OLD_TEMPERATURE,
  );
  return old.flatMap(({ train }, i) => drawReplay(train, shares[i] * characters, seed + i));
}
