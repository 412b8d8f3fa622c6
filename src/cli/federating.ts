/** A federated training from clients' texts to a saved run; and the same model trained elsewhere, to compare it with. */

import os from 'node:os';
import { join } from 'node:path';
import {
  type FederatedClient,
  type FederatedEvent,
  type FederateOptions,
  federate,
  type Measured,
  overall,
  type ProcessClient,
  startProcessClient,
} from '../federated/index.ts';
import { readJsonLines } from '../io/index.ts';
import type { DecoderConfig } from '../models/index.ts';
import { fingerprint, saveTokenizer } from '../text/index.ts';
import { adam, type OpenRun, openRun, sgd, train } from '../train/index.ts';
import type { Tokenizer } from '../types.ts';
import { moduleLoaders, modulePath } from './child-modules.ts';
import { hashTexts } from './corpus.ts';
import type { RunPreparation } from './corpus-options.ts';
import {
  type ClientBegin,
  firstParams,
  heldOutOf,
  type LocalSettings,
  lessonOf,
} from './federated-lesson.ts';
import type { ClientSplit, ClientTexts } from './federated-texts.ts';
import type { RunConfig } from './runs.ts';
import type { TokenizerOrigin } from './tokenizers.ts';

/** How a run was trained by many, as its config keeps it. */
export interface FederatedSettings extends ClientSplit {
  readonly share: number;
  readonly localEpochs?: number;
  readonly localSteps?: number;
  readonly localOptimizer: 'adamw' | 'sgd';
  readonly fedsgd: boolean;
  readonly serverOptimizer: 'average' | 'adam';
  readonly serverLr: number;
  readonly secure: boolean;
  readonly dropOut: number;
}

export interface FederatedTraining {
  readonly folder: string;
  readonly source: string;
  readonly prepared?: RunPreparation;
  readonly texts: readonly ClientTexts[];
  readonly tokenizer: Tokenizer;
  readonly tokenizerMade: TokenizerOrigin;
  readonly local: LocalSettings;
  readonly federated: FederatedSettings;
  readonly rounds: number;
  readonly clients: readonly FederatedClient[];
  /** What of the coordinator's behaviour is not part of the run. */
  readonly conduct: Pick<FederateOptions<unknown>, 'minimum' | 'deadlineMs' | 'evaluateEvery'>;
  readonly signal: AbortSignal;
}

/** Starts a process for each client; a part of the cores for each. Those that run are closed when one does not begin. */
export async function startClients(
  texts: readonly ClientTexts[],
  tokenizer: Tokenizer,
  settings: LocalSettings,
  signal: AbortSignal,
): Promise<ProcessClient[]> {
  const threads = Math.max(1, Math.floor(os.availableParallelism() / texts.length));
  const saved = saveTokenizer(tokenizer);
  const started = await Promise.allSettled(
    texts.map((own) =>
      startProcessClient(
        {
          name: own.name,
          script: modulePath('federated-main'),
          execArgv: moduleLoaders(),
          env: { INKSTONE_THREADS: String(threads) },
          begin: { settings, tokenizer: saved, texts: own } satisfies ClientBegin,
        },
        signal,
      ),
    ),
  );
  const clients = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (!failed) return clients;
  for (const client of clients) client.close();
  throw failed.reason;
}

/** Opens (or resumes) the run; it must be closed. */
export async function openFederated(options: FederatedTraining) {
  const {
    folder,
    source,
    prepared,
    texts,
    tokenizer,
    tokenizerMade,
    local,
    federated,
    rounds,
    clients,
    signal,
  } = options;
  const { config, recipe, seed } = local;
  const run = await openRun(folder, {
    tokenizer: saveTokenizer(tokenizer),
    config: {
      version: 1,
      model: config,
      tokenizer: { fingerprint: fingerprint(tokenizer), made: tokenizerMade },
      data: {
        source,
        ...(prepared && { prepared }),
        sha256: hashTexts(texts.flatMap(({ train, heldOut }) => [...train, ...heldOut])),
        documents: texts.flatMap(({ train }) => train).length,
        heldOutDocuments: texts.flatMap(({ heldOut }) => heldOut).length,
        trainTokens: clients.reduce((sum, { examples }) => sum + examples, 0),
      },
      training: { seed, steps: rounds, ...recipe },
      federated,
    } satisfies RunConfig<DecoderConfig>,
  });
  const params = firstParams(local);
  const optimizer = federated.serverOptimizer === 'adam' ? adam(SERVER_ADAM) : sgd();
  const events = async function* (): AsyncGenerator<FederatedEvent> {
    const all = federate({
      params,
      clients,
      rounds,
      seed,
      share: federated.share,
      server: { optimizer, lr: federated.serverLr },
      isSecure: federated.secure,
      dropOut: federated.dropOut,
      ...options.conduct,
      save: (snapshot) => run.save(snapshot),
      ...(run.place && { resume: { place: run.place, restore: (tracked) => run.restore(tracked) } }),
      signal,
    });
    for await (const event of all) {
      // A round is the step of such a run: whoever draws its curve need not know more.
      await run.append(event.type === 'round' ? { ...event, type: 'step' } : event);
      yield event;
    }
  };
  return { run, params, events };
}

/** β₂ and ε of FedAdam (Reddi et al. 2021). */
const SERVER_ADAM = { beta1: 0.9, beta2: 0.99, eps: 1e-3 };

interface KeptEvent {
  readonly type?: string;
  readonly step: number;
  readonly heldOutLoss?: number;
  readonly bytesDown?: number;
  readonly bytesUp?: number;
}

/** What all rounds of a run came to, those before a pause included. */
export async function roundsOf(run: Pick<OpenRun, 'folder'>) {
  let [bytesDown, bytesUp] = [0, 0];
  const heldOut = new Map<number, number>();
  for await (const event of readJsonLines<KeptEvent>(join(run.folder, 'metrics.jsonl'))) {
    bytesDown += event.bytesDown ?? 0;
    bytesUp += event.bytesUp ?? 0;
    if (event.type === 'evaluation') heldOut.set(event.step, event.heldOutLoss!);
  }
  return { bytesDown, bytesUp, heldOut };
}

/** What a training in one place came to, measured on the clients' held-out texts. */
export interface Baseline {
  readonly name: 'central' | 'alone';
  readonly steps: number;
  /** By rounds of the federated run that have as many updates. */
  readonly heldOut: ReadonlyMap<number, number>;
  readonly clients: readonly (Measured & { readonly client: string })[];
}

/**
 * Trains the same model without a federation: `central` on all texts together with as many updates as all clients made, `alone` on those of
 * the first client with as many as it made. One optimizer goes through.
 */
export async function trainBaseline(
  name: Baseline['name'],
  { texts, tokenizer, local, federated, rounds, clients, conduct, signal }: FederatedTraining,
  onProgress: (fraction: number, loss: number) => void,
): Promise<Baseline> {
  const together: ClientTexts = {
    name,
    train: texts.flatMap(({ train }) => train),
    heldOut: texts.flatMap(({ heldOut }) => heldOut),
  };
  const lesson = await lessonOf(name === 'central' ? together : texts[0], tokenizer, local);
  const taking = name === 'central' ? clients : clients.slice(0, 1);
  const tokens = taking.reduce((sum, { tokensPerRound }) => sum + tokensPerRound, 0);
  // With FedSGD all clients make one update together.
  const updates = local.isFullBatch ? 1 : tokens / (local.recipe.batchSize * local.config.contextLength);
  const perRound = Math.max(1, Math.round(updates * federated.share));
  const heldOut = await Promise.all(texts.map((own) => heldOutOf(own.heldOut, tokenizer, local)));
  const { params, batchesPerEpoch, isFullBatch } = lesson;
  let measured: Baseline['clients'] = [];
  const measure = async (): Promise<number> => {
    const figures = [];
    for (const [i, one] of heldOut.entries()) figures.push({ client: texts[i].name, ...(await one(params)) });
    measured = figures;
    return overall(figures).heldOutLoss;
  };
  const curve = new Map<number, number>();
  const steps = perRound * rounds;
  for await (const event of train({
    ...lesson,
    params,
    tokensPerBatch: 1,
    steps,
    ...(isFullBatch && {
      draw: (step) => Array.from({ length: batchesPerEpoch }, (_, i) => step * batchesPerEpoch + i),
    }),
    divergenceFactor: Number.POSITIVE_INFINITY,
    evaluate: { steps: perRound * (conduct.evaluateEvery ?? 1), run: measure },
    signal,
  })) {
    if (event.type === 'step') onProgress(event.fraction, event.loss);
    if (event.type === 'evaluation') curve.set(event.step / perRound, event.heldOutLoss);
  }
  signal.throwIfAborted();
  return { name, steps, heldOut: curve, clients: measured };
}
