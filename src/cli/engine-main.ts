/** The process that `serve` keeps its model in: `node engine-main.js RUN`. */

import { inspect } from '../eval/index.ts';
import { createLocalModel, runEngineChild } from '../serve/index.ts';
import { loadRun } from './runs.ts';

const { model, tokenizer } = await loadRun(process.argv[2]);
const { eosId } = tokenizer;
const prefixIds = eosId === undefined ? [] : [eosId];
runEngineChild(createLocalModel({ id: 'engine', model, tokenizer, prefixIds, inspect }));
