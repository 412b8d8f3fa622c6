/** Trainings of small language models on the same text, each with other settings, to see what loss they come to. */

import { InkstoneError } from '../errors.ts';
import type { Measurement, Settings as Trying } from '../eval/index.ts';
import { hashTexts } from './corpus.ts';
import { fail } from './errors.ts';
import { trainingPreset } from './recipe.ts';
import type { RunLength } from './runs.ts';
import { presetSettings, type SettingOptions } from './settings.ts';
import { type ReadingContext, readTrainingText } from './train-parts.ts';
import { prepareTraining } from './training.ts';

export interface TrialOptions {
  readonly data: string;
  readonly preset: string;
  readonly seed: number;
  readonly length: RunLength;
  /** The same for all. */
  readonly settings?: SettingOptions;
}

/** Steps of each training that is told no length. */
const DEFAULT_STEPS = 200;

/** How long each training is. @throws where both are given */
export function trialLength(
  command: string,
  { steps, minutes }: { readonly steps?: number | undefined; readonly minutes?: number | undefined },
): { readonly steps: number } | { readonly minutes: number } {
  if (steps !== undefined && minutes !== undefined) {
    const reason = { reason: 'each says how long a training is', zhReason: '两者都规定训练多久' };
    throw fail('cli/conflict', { command, options: ['--steps', '--minutes'], ...reason });
  }
  return minutes === undefined ? { steps: steps ?? DEFAULT_STEPS } : { minutes };
}

/** Reads the text; the trainings that can be made on it. */
export async function openModelTrials(
  context: ReadingContext,
  { data, preset, seed, length, settings }: TrialOptions,
) {
  const { signal } = context;
  const settingsOf = (trying: SettingOptions) =>
    presetSettings(trainingPreset(preset), { ...settings, ...trying, ...length }, { seed, length });
  const text = await readTrainingText(context, data, settingsOf({}), {
    earlier: undefined,
    start: undefined,
  });
  const shapeOf = (trying: Trying) => settingsOf(trying as SettingOptions);

  async function openTrial(trying: Trying, folder: string) {
    const { model, recipe } = shapeOf(trying);
    return prepareTraining({ ...text.training, folder, model, recipe });
  }

  return {
    /** Of all texts. */
    sha256: hashTexts([...text.split.train, ...text.split.heldOut]),
    vocabSize: text.tokenizer.vocabSize,
    /** What is learned from, and held out, by which tokens. */
    text: { ...text.split, tokenizer: text.tokenizer },
    shapeOf,
    /** Trains, or goes on in `folder`; the loss on held-out text in nats a token. `onProgress` is told the share that is done, and the last step. */
    async measure(
      trying: Trying,
      folder: string,
      onProgress: (share: number, last: { readonly step: number; readonly seconds: number }) => void,
    ): Promise<Measurement> {
      const open = await orFailure(['model/', 'positions/'], openTrial(trying, folder));
      if ('failed' in open) return open;
      try {
        for await (const event of open.events()) {
          await open.run.append(event);
          if (event.type === 'step') onProgress(event.fraction, event);
          if (event.type !== 'finish') continue;
          if (event.reason === 'aborted') signal.throwIfAborted();
          if (event.reason === 'diverged') return { failed: 'diverged' };
          return { score: event.heldOutLoss! };
        }
        return { failed: 'ended early' };
      } finally {
        await open.run.close();
      }
    },
  };
}

/** Settings that make no model, and trainings that come to nothing, are failures of their trial and not of the search. */
export async function orFailure<T extends object>(
  codes: readonly string[],
  work: Promise<T>,
): Promise<T | { failed: string }> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof InkstoneError) || !codes.some((code) => error.code.startsWith(code))) throw error;
    return { failed: error.message };
  }
}
