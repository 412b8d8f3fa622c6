/** What `serve` and `studio` read that answers about texts: every kind of folder, and one of them over HTTP. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTaskWorker, taskKindOf } from '../src/cli/task-workers.ts';
import { saveClassifier, trainClassifier } from '../src/classify/index.ts';
import {
  encoderConfig,
  encoderDecoderConfig,
  initEncoder,
  initEncoderDecoder,
  saveEncoder,
  saveEncoderDecoder,
} from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import type { TaskAnswer, TaskQuestion } from '../src/serve/index.ts';
import { saveTokenizer, trainCharacters } from '../src/text/index.ts';
import { inkstone, scratchFolder, serving, startInkstone } from './cli-harness.ts';
