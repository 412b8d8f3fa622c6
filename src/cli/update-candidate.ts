/** The candidate of an update: how it learns, what it comes to on new and older text, and whether it may take the place of the model. */

import { createLanguageModel } from '../models/index.ts';
import { measureTexts } from '../repeat/index.ts';
import { differingKeys } from '../train/index.ts';
import type { TextDocument } from '../types.ts';
import { hashTexts } from './corpus.ts';
import { writerOf } from './runs.ts';
import { beginningOf, decoders, humanTexts, writeTexts } from './showcase.ts';
import { timesOf } from './train-parts.ts';
import { type OpenTuning, prepareTuning } from './tuning.ts';
import {
  beginUpdate,
  dropUpdate,
  type MeasuredText,
  recordUpdate,
  textFileOf,
  trainingFolderOf,
  type Update,
  type UpdateRecord,
} from './updates.ts';
import type { UpdateContext, UpdatedRun, UpdatePlan } from './updating.ts';

/** A candidate that is ready to learn; its run is open and must be closed. */
export interface Candidate {
  readonly update: Update;
  readonly open: OpenTuning;
  /** It was broken off, and goes on. */
  readonly isResumed: boolean;
  /** What the model is now on each text. */
  readonly before: Measures;
  measure(): Promise<Measures>;
}

/** In bits per character: the new text, then the older ones in their order; and how its samples repeat themselves. */
interface Measures {
  readonly fresh: number;
  readonly old: readonly number[];
  readonly rep4: number | undefined;
}

/** Texts that are written to look at repetition, the likeliest token each time, and the length of each. */
const SAMPLES = 8;
const SAMPLE_TOKENS = 100;

/** Begins the update, or goes on with one of the same task that was broken off; one of another is dropped. */
export async function openCandidate(
  { options, signal }: UpdateContext,
  { folder, earlier, unfinished }: UpdatedRun,
  plan: UpdatePlan,
): Promise<Candidate> {
  const { base, settings, tuning, corpus, length, old, split, task } = plan;
  const { tokenizer } = earlier;
  const wanted = JSON.parse(JSON.stringify(task));
  const isResumed = unfinished !== undefined && differingKeys(unfinished.task, wanted).length === 0;
  if (unfinished && !isResumed) await dropUpdate(unfinished);
  const about = { source: plan.loaded.name, task: wanted, from: base.init.step };
  const update = isResumed ? unfinished : await beginUpdate(folder, about, plan.documents);
  const { model, recipe, seed, init, tokenizer: tokenizerMade } = settings;
  const open = await prepareTuning(
    {
      ...{ folder: trainingFolderOf(update), source: textFileOf(update), corpus, tokenizer, tokenizerMade },
      ...{ model, recipe, seed, init, tuning, signal, ...timesOf(options, length) },
    },
    base.params,
    tuning,
    old.flatMap(({ train }) => train),
  );
  try {
    const lossOn: Awaited<ReturnType<OpenTuning['lossOn']>>[] = [];
    for (const { heldOut } of [split, ...old]) lossOn.push(await open.lossOn(heldOut));
    const writer = writerOf(createLanguageModel(base.params, base.config), tokenizer);
    const prompts = humanTexts(old[0].heldOut, { count: SAMPLES, maxCharacters: 200 }).map(beginningOf);
    const repeated = async (): Promise<number | undefined> => {
      const texts = await writeTexts(writer, prompts, {
        ...decoders.greedy,
        maxTokens: SAMPLE_TOKENS,
        signal,
      });
      return texts.length > 0 ? measureTexts(texts.map(({ text }) => text)).corrected.rep4 : undefined;
    };
    const measure = async (): Promise<Measures> => {
      const bits: number[] = [];
      for (const loss of lossOn) bits.push((await loss()).bitsPerCharacter);
      const [fresh, ...older] = bits;
      return { fresh, old: older, rep4: await repeated() };
    };
    // Before a checkpoint of its own is restored.
    return { update, open, isResumed, before: await measure(), measure };
  } catch (error) {
    await open.training.run.close();
    throw error;
  }
}

/** What the candidate came to on each text, beside what the run had come to at its best. */
export function compareMeasures(
  {
    loaded,
    old,
    split,
  }: Pick<UpdatePlan, 'loaded' | 'old'> & {
    readonly split: Pick<UpdatePlan['split'], 'heldOut'>;
  },
  before: Measures,
  after: Measures,
  updates: readonly Update[],
): NonNullable<UpdateRecord['measured']> {
  const promoted = updates.filter(({ state }) => state === 'promoted');
  const earlierOn = (name: string, sha256: string): number[] =>
    promoted.flatMap(({ name: own, measured }) => {
      if (!measured) return [];
      // A new text is called by its update later on. Records of before have no hash: there the name must do.
      const all = [{ ...measured.fresh, text: own }, ...measured.old];
      const same = all.filter((one) =>
        one.sha256 === undefined ? one.text === name : one.sha256 === sha256,
      );
      return same.flatMap((one) => [one.before, one.after]);
    });
  const hashOf = ({ heldOut }: { readonly heldOut: readonly TextDocument[] }): string => hashTexts(heldOut);
  const { rep4 } = after;
  return {
    fresh: {
      ...{ text: loaded.name, sha256: hashOf(split) },
      ...{ before: before.fresh, best: before.fresh, after: after.fresh },
    },
    old: old.map(({ name: text, heldOut }, i) => {
      const sha256 = hashOf({ heldOut });
      const best = Math.min(before.old[i], ...earlierOn(text, sha256));
      return { text, sha256, before: before.old[i], best, after: after.old[i] };
    }),
    ...(before.rep4 !== undefined && rep4 !== undefined && { rep4: { before: before.rep4, after: rep4 } }),
  };
}

/** By which share a text's loss lies above its best. */
export const forgottenShare = ({ best, after }: MeasuredText): number => after / best - 1;

/** Why it is refused: the new text must be better known, and no older text more than `forget` (a share) worse than at its best. */
export function judge(
  { fresh, old }: NonNullable<UpdateRecord['measured']>,
  forget: number,
): UpdateRecord['reason'] {
  if (![fresh, ...old].every(({ after }) => Number.isFinite(after))) return 'diverged';
  if (!old.every((text) => forgottenShare(text) <= forget)) return 'forgot';
  return fresh.after < fresh.before ? undefined : 'not-learned';
}

/** Puts down that the candidate stays what it is. */
export const refuse = (update: Update, why: Pick<UpdateRecord, 'reason' | 'measured'>): Promise<Update> =>
  recordUpdate(update, { ...why, state: 'refused', ended: new Date().toISOString() });
