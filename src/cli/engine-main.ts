/**
 * The process that `serve` keeps its model in: `node engine-main.js MODEL WEIGHTS ACTIVATIONS ADAPTERS [signed]`, adapters as JSON.
 * Its texts take a quarter of the machine's memory.
 */

import os from 'node:os';
import { inspect } from '../eval/index.ts';
import { createLocalModel, failEngineChild, runEngineChild } from '../serve/index.ts';
import { giveWay, shareCores } from '../tensor/index.ts';
import type { AdapterFolders } from './adapters.ts';
import { type LoadModelOptions, loadModel } from './models.ts';
import { requireSigned } from './sign-offs.ts';

const [folder, weights, activations, adapters, signed] = process.argv.slice(2) as [
  ...[string, LoadModelOptions['weights'], LoadModelOptions['activations'], string],
  string?,
];
try {
  const folders = JSON.parse(adapters) as AdapterFolders;
  // Begun again after a fault, it must still be what was signed.
  if (signed) for (const path of [folder, ...Object.values(folders).flat()]) await requireSigned(path);
  const { model, tokenizer, prefixIds } = await loadModel(folder, {
    memoryBytes: os.totalmem() / 4,
    weights,
    activations,
    adapters: folders,
  });
  shareCores(true);
  runEngineChild(createLocalModel({ id: 'engine', model, tokenizer, prefixIds, inspect }), { giveWay });
} catch (error) {
  failEngineChild(error);
}
