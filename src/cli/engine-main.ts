/** The process that `serve` keeps its model in: `node engine-main.js MODEL WEIGHTS`. Its texts take a quarter of the machine's memory. */

import os from 'node:os';
import { inspect } from '../eval/index.ts';
import { createLocalModel, runEngineChild } from '../serve/index.ts';
import { giveWay, shareCores } from '../tensor/index.ts';
import { type LoadModelOptions, loadModel } from './models.ts';

const [folder, weights] = process.argv.slice(2) as [string, LoadModelOptions['weights']];
const { model, tokenizer, prefixIds } = await loadModel(folder, { memoryBytes: os.totalmem() / 4, weights });
shareCores(true);
runEngineChild(createLocalModel({ id: 'engine', model, tokenizer, prefixIds, inspect }), { giveWay });
