/** An adversarial training from texts to a saved run; beside it lies, as a run of its own, the writer as it was before. */

import { join } from 'node:path';
import {
  type AdversarialEvent,
  type AdversarialSettings,
  type CriticShape,
  checkAdversarial,
  createCritic,
  decoderWriter,
  recurrentWriter,
  trainAdversarially,
  trainLikelihood,
  type Writer,
  type Yardstick,
} from '../gan/index.ts';
import { type DecoderConfig, initRecurrent, type RecurrentConfig, recurrentConfig } from '../models/index.ts';
import { createRng } from '../rng.ts';
import { fingerprint, saveTokenizer } from '../text/index.ts';
import { isRun, type OpenRun, openRun, readRun, trackParameters } from '../train/index.ts';
import type { Tokenizer } from '../types.ts';
import type { LoadOptions } from './corpus.ts';
import { type GanTextSettings, type GanTexts, ganTexts, oracleTokenizer } from './gan-texts.ts';
import { openModel, type StoredModel } from './models.ts';
import { type Recipe, trainingPresets } from './recipe.ts';
import { type InitialRun, initialWeights, type RunConfig } from './runs.ts';

/** How a run was trained against a critic, as its config keeps it; its steps are rounds. */
export interface GanRecord {
  readonly texts: GanTextSettings;
  /** Maximum likelihood beforehand. */
  readonly likelihood: { readonly epochs: number; readonly batchSize: number; readonly lr: number };
  readonly critic: CriticShape;
  /** Texts that are written for a measurement. */
  readonly samples: number;
  /** None for the writer as it was before. */
  readonly adversarial?: AdversarialSettings;
}

export interface GanOptions extends Required<GanRecord> {
  readonly folder: string;
  /** The run whose model goes on learning. */
  readonly init?: string;
  readonly loading: LoadOptions;
  readonly onLikelihood?: (share: number, heldOutNll: number | undefined) => void;
}

/** In the folder of a run: the writer before the critic came. */
export const BEFORE = 'before';

/** The model of a run as a writer. */
export async function writerOf(stored: StoredModel): Promise<Writer> {
  return stored.kind === 'recurrent'
    ? (recurrentWriter(await stored.params(), stored.config) as Writer)
    : (decoderWriter(await stored.params(), stored.config) as Writer);
}

interface Beginning {
  readonly tokenizer: Tokenizer;
  readonly config: DecoderConfig | RecurrentConfig;
  readonly writer: Writer;
  readonly path: string;
  readonly init?: InitialRun;
}

/** A new LSTM in the words of the oracle, or the model of the run that is named. */
async function beginning({ texts, init, adversarial }: GanOptions): Promise<Beginning> {
  if (init === undefined) {
    const { vocabSize, width } = texts.oracle!;
    const config = recurrentConfig({
      ...{ cell: 'lstm', vocabSize, width, layers: 1, tiedHead: false },
      contextLength: texts.length,
    });
    const params = initRecurrent(config, createRng(adversarial.seed).split('init'));
    const writer = recurrentWriter(params, config) as Writer;
    return { tokenizer: oracleTokenizer(vocabSize), config, writer, path: 'oracle' };
  }
  const stored = await openModel(init);
  const { tokenizer, config, run } = stored;
  const from = run && initialWeights(init, run.run.place?.step ?? 0, await run.run.weights());
  return {
    ...{ tokenizer, config, writer: await writerOf(stored), path: init },
    ...(from && { init: { run: from.run, step: from.step, sha256: from.sha256 } }),
  };
}

/** A training that is ready to go; `run` is open and must be closed. */
export interface OpenGan {
  readonly run: OpenRun;
  readonly writer: Writer;
  readonly texts: GanTexts;
  readonly tokenizer: Tokenizer;
  /** Held-out loss of the writer before the critic comes, where it was trained now. */
  readonly likelihood?: { readonly heldOutNll: number; readonly epochs: number };
  events(): AsyncGenerator<AdversarialEvent>;
}

/** Opens (or resumes) a training; the writer is trained by likelihood first, unless that was done before. */
export async function openGan(options: GanOptions): Promise<OpenGan> {
  const { folder, adversarial, loading, texts: textSettings, likelihood, critic: shape, samples } = options;
  const { signal } = loading;
  const begun = await beginning(options);
  const { tokenizer, config, writer } = begun;
  const { spectralNorm } = shape;
  checkAdversarial(adversarial, writer, { length: textSettings.length, spectralNorm });
  const texts = await ganTexts(textSettings, begun, loading);
  const configOf = (record: GanRecord, steps: number): RunConfig<DecoderConfig | RecurrentConfig> => ({
    version: 1,
    model: config,
    tokenizer: {
      fingerprint: fingerprint(tokenizer),
      made: options.init === undefined ? 'characters' : 'given',
    },
    data: {
      source: texts.name,
      ...(textSettings.textColumn !== undefined && { prepared: { textColumn: textSettings.textColumn } }),
      sha256: texts.sha256,
      documents: texts.real.count,
      heldOutDocuments: texts.heldOut.count,
      trainTokens: texts.real.ids.length,
    },
    training: { seed: adversarial.seed, steps, ...recipeOf(adversarial) },
    ...(begun.init && { init: begun.init }),
    gan: record,
  });
  const saved = saveTokenizer(tokenizer);
  const { warmup, rounds } = adversarial;
  const record = { texts: textSettings, likelihood, critic: shape, samples };
  const run = await openRun(folder, {
    tokenizer: saved,
    config: configOf({ ...record, adversarial }, warmup + rounds),
  });
  try {
    const before = join(folder, BEFORE);
    const isThere = (await isRun(before)) && (await readRun(before)).place !== undefined;
    const steps = Math.max(1, likelihood.epochs);
    const first = await openRun(before, { tokenizer: saved, config: configOf(record, steps) });
    let trained: OpenGan['likelihood'];
    try {
      const tracked = trackParameters(writer.params, () => undefined);
      if (isThere) first.restore(tracked);
      else {
        if (likelihood.epochs > 0) {
          trained = await trainLikelihood(writer, {
            ...{ texts: texts.real, heldOut: texts.heldOut, ...likelihood, seed: adversarial.seed },
            ...{ startId: texts.startId, endId: texts.endId, signal },
            onProgress: options.onLikelihood,
          });
        }
        await first.save({ place: { step: steps, seconds: 0, tokens: 0 }, tracked });
      }
    } finally {
      await first.close();
    }
    const critic = createCritic(writer.vocabSize, shape, adversarial.seed);
    const { startId, endId, real, heldOut, oracle } = texts;
    const yardstick: Yardstick = {
      ...{ startId, endId, heldOut, oracle, samples },
      seed: adversarial.seed,
    };
    const events = async function* (): AsyncGenerator<AdversarialEvent> {
      const { place } = run;
      for await (const event of trainAdversarially({
        ...{ ...adversarial, writer, critic, real, yardstick, signal },
        save: (snapshot) => run.save(snapshot),
        ...(place && {
          resume: { place, restore: (tracked) => run.restore(tracked) },
        }),
      })) {
        await run.append(recordOf(event));
        yield event;
      }
    };
    return { run, writer, texts, tokenizer, ...(trained && { likelihood: trained }), events };
  } catch (error) {
    await run.close();
    throw error;
  }
}

/** As whoever draws the curve of a run reads it: rounds are steps, and the loss is the critic's. */
function recordOf(event: AdversarialEvent): object {
  if (event.type === 'round') return { ...event, type: 'step', step: event.round, loss: event.criticLoss };
  const step = { step: event.round };
  return event.type === 'evaluation'
    ? { ...event, ...step, heldOutLoss: event.heldOutNll }
    : { ...event, ...step };
}

/** What of the training other commands read of a run. */
function recipeOf({ batchSize, lr }: AdversarialSettings): Recipe {
  const { muonLr: _, ...recipe } = trainingPresets['shakespeare-cpu'].recipe as Recipe;
  return {
    ...{ ...recipe, batchSize, lr, beta1: 0.9, beta2: 0.999, weightDecay: 0, clip: 5 },
    ...{ schedule: 'constant', warmupSteps: 0, floor: 1, rows: 'whole', init: 'fanIn' },
  };
}
