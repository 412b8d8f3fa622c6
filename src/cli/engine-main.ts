/** The process that `serve` keeps its model in: `node engine-main.js RUN WEIGHTS`. Its texts take a quarter of the machine's memory. */

import os from 'node:os';
import { inspect } from '../eval/index.ts';
import { createLocalModel, runEngineChild } from '../serve/index.ts';
import { giveWay, shareCores } from '../tensor/index.ts';
import { type LoadRunOptions, loadRun } from './runs.ts';

const [folder, weights] = process.argv.slice(2) as [string, LoadRunOptions['weights']];
const { model, tokenizer } = await loadRun(folder, { memoryBytes: os.totalmem() / 4, weights });
const { eosId } = tokenizer;
const prefixIds = eosId === undefined ? [] : [eosId];
shareCores(true);
runEngineChild(createLocalModel({ id: 'engine', model, tokenizer, prefixIds, inspect }), { giveWay });
