/**
 * The process that `serve` keeps its model in: `node engine-main.js MODEL WEIGHTS ADAPTERS`, the last as JSON. Its texts take
 * a quarter of the machine's memory.
 */

import os from 'node:os';
import { inspect } from '../eval/index.ts';
import { createLocalModel, failEngineChild, runEngineChild } from '../serve/index.ts';
import { giveWay, shareCores } from '../tensor/index.ts';
import type { AdapterFolders } from './adapters.ts';
import { type LoadModelOptions, loadModel } from './models.ts';

const [folder, weights, adapters] = process.argv.slice(2) as [string, LoadModelOptions['weights'], string];
try {
  const { model, tokenizer, prefixIds } = await loadModel(folder, {
    memoryBytes: os.totalmem() / 4,
    weights,
    adapters: JSON.parse(adapters) as AdapterFolders,
  });
  shareCores(true);
  runEngineChild(createLocalModel({ id: 'engine', model, tokenizer, prefixIds, inspect }), { giveWay });
} catch (error) {
  failEngineChild(error);
}
