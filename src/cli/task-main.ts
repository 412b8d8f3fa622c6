/** The process that `serve` keeps a model in that answers about texts: `node task-main.js FOLDER [signed]`. */

import { createTaskModel, failEngineChild, runEngineChild } from '../serve/index.ts';
import { giveWay, shareCores } from '../tensor/index.ts';
import { requireSigned } from './sign-offs.ts';
import { readTaskWorker } from './task-workers.ts';

const [folder, signed] = process.argv.slice(2) as [string, string?];
try {
  // Begun again after a fault, it must still be what was signed.
  if (signed) await requireSigned(folder);
  const worker = await readTaskWorker(folder);
  shareCores(true);
  runEngineChild(createTaskModel('task', worker), { giveWay });
} catch (error) {
  failEngineChild(error);
}
