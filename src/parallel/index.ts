/** Training on several processes or machines: what ranks say to each other (MPI), data parallel training, a sharded optimizer. */

export { bounded, type WaitOptions } from './bounded.ts';
export { type Communicator, firstBeforeOthers, fromFirst } from './communicator.ts';
export { broadcastAll, inParallel, optimizerBytes, type ParallelOptions } from './in-parallel.ts';
export { localRanks } from './local-ranks.ts';
export { findMpi, type MpiRanks, mpiRanks, startedRanks } from './mpi.ts';
export { rowsOfRank } from './rows.ts';
export { openTogether } from './shared-run.ts';
