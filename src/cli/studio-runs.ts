/** What the studio's runs stand on: `inkstone train` as a process, the costs of a model, the lock of a run folder. */

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { relative } from 'node:path';
import { corpora } from '../data/index.ts';
import { folderOwner, nodeProcesses } from '../io/index.ts';
import {
  type DecoderOptions,
  decoderConfig,
  type EncoderOptions,
  encoderConfig,
  encoderParameterCount,
  estimateMemory,
  flopsPerToken,
  parameterCount,
  type RecurrentOptions,
  recurrentConfig,
} from '../models/index.ts';
import type { RunEstimate, RunsPort, StartedTraining, TrainOrder } from '../serve/index.ts';
import { measureKernels } from '../tensor/index.ts';
import { moduleLoaders, modulePath } from './child-modules.ts';
import { firstRunPreset } from './first-run.ts';
import { flagOf } from './options.ts';
import { type TrainingPreset, trainingPreset, trainingPresets } from './recipe.ts';
import { workOfRun } from './runs.ts';
import { quoteWord } from './shell-words.ts';

/** The share of the measured speed that training reaches, as a rule. */
const SHARE_OF_SPEED = 0.5;
const DEFAULT_MINUTES = 2;

/** Runs in a folder, trained by processes of this program. */
export function studioRuns(folder: string): RunsPort {
  let gflops: number | undefined;
  const speed = (): number => (gflops ??= measureKernels({ quick: true }).matmulGflops);
  return {
    folder,
    sources: Object.entries(corpora).map(([data, { description }]) => ({
      data,
      title: { en: description.en(), zh: description.zh() },
    })),
    presets: Object.keys(trainingPresets),
    train: startTraining,
    estimate: async (order) => estimateRun(order, speed()),
    commandOf: (run, order) =>
      ['npx', 'inkstone', ...trainWords(relative('.', run) || run, order)].map(quoteWord).join(' '),
    ownerOf: (run) => folderOwner(run, 'run'),
    isAlive: ({ pid, started }) => nodeProcesses.started(pid) === started,
    workOf: workOfRun,
    parametersOf: (config) => {
      const ways = [
        () => parameterCount(decoderConfig(config as DecoderOptions)),
        () => parameterCount(recurrentConfig(config as RecurrentOptions)),
        () => encoderParameterCount(encoderConfig(config as EncoderOptions)),
      ];
      for (const count of ways) {
        try {
          return count();
        } catch {
          // Another kind of model, or a run of a later version: its size is not shown.
        }
      }
      return undefined;
    },
  };
}

/** `train --data … --out …`: every field of an order is an option of the same name. */
function trainWords(folder: string, order: TrainOrder): string[] {
  const { data, ...rest } = order;
  const flags = Object.entries(rest).flatMap(([name, value]) =>
    value === undefined ? [] : [flagOf(name), String(value)],
  );
  return ['train', '--data', data, '--out', folder, ...flags];
}

const startTraining: RunsPort['train'] = (folder, order, { log, lang }): StartedTraining => {
  const out = openSync(log, 'a');
  const words = [...moduleLoaders(), modulePath('main-process'), ...trainWords(folder, order)];
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', out, out],
    env: { ...process.env, INKSTONE_LANG: lang },
  });
  closeSync(out);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('error', () => resolve({ code: 1, signal: null }));
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  const pid = child.pid ?? 0;
  return { pid, started: nodeProcesses.started(pid) ?? '', ended };
};

/** What the order comes to, as far as can be said before the text is read. */
function estimateRun(order: TrainOrder, gflops: number): RunEstimate {
  const { preset, minutes = DEFAULT_MINUTES } = order;
  const base: TrainingPreset =
    preset === undefined ? firstRunPreset({ minutes, gflops }) : trainingPreset(preset);
  const { layers, width, heads, contextLength, batchSize = base.recipe.batchSize } = order;
  const given = Object.entries({ layers, width, heads, contextLength }).filter(
    ([, value]) => value !== undefined,
  );
  const made = order.tokenizer ?? base.tokenizer;
  // By characters the vocabulary is what the text holds; a few thousand at most.
  const vocabSize = order.vocabSize ?? (made === 'characters' ? 100 : made.vocabSize);
  const config = decoderConfig({ ...base.model, ...Object.fromEntries(given), vocabSize });
  const steps = order.steps ?? (order.minutes === undefined ? base.steps : undefined);
  const rate = (gflops * 1e9 * SHARE_OF_SPEED) / flopsPerToken(config).training;
  const tokens = steps === undefined ? minutes * 60 * rate : steps * batchSize * config.contextLength;
  return {
    layers: config.layers,
    heads: config.heads,
    width: config.width,
    contextLength: config.contextLength,
    vocabSize,
    parameters: parameterCount(config),
    memoryBytes: estimateMemory(config, { purpose: 'train', batch: batchSize }).total,
    seconds: tokens / rate,
    tokens,
  };
}
