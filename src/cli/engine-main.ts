/** The process that `serve` keeps its model in: `node engine-main.js RUN`. Its texts take a quarter of the machine's memory. */

import os from 'node:os';
import { inspect } from '../eval/index.ts';
import { createLocalModel, runEngineChild } from '../serve/index.ts';
import { giveWay } from '../tensor/index.ts';
import { loadRun } from './runs.ts';

const { model, tokenizer } = await loadRun(process.argv[2], { memoryBytes: os.totalmem() / 4 });
const { eosId } = tokenizer;
const prefixIds = eosId === undefined ? [] : [eosId];
runEngineChild(createLocalModel({ id: 'engine', model, tokenizer, prefixIds, inspect }), { giveWay });
