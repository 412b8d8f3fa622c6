/** The engine process of `bench serve`: `serve-engine.ts SHAPE`. */

import { createLanguageModel, init } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import { createLocalModel, runEngineChild } from '../src/serve/index.ts';
import { giveWay, shareCores } from '../src/tensor/index.ts';
import { characterTokenizer, serveShapes } from './serve-shapes.ts';

const { config, weights } = serveShapes[process.argv[2]];
const model = createLanguageModel(init(config, createRng(1)), config, { weights });
const tokenizer = characterTokenizer(config.vocabSize);
shareCores(true);
runEngineChild(createLocalModel({ id: 'engine', model, tokenizer }), { giveWay });
