/** A training that `mpirun` started as several processes: they find each other, one of them speaks, and all end together. */

import { availableParallelism, cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { defineErrors, type InkstoneError } from '../errors.ts';
import { defineMessages } from '../language.ts';
import { bounded, type Communicator, type MpiRanks, mpiRanks, startedRanks } from '../parallel/index.ts';
import { formatBytes, type Terminal } from './terminal.ts';
import type { TrainContext } from './train-parts.ts';

/** The ranks of a training, and how they divide it. */
export interface Ranks {
  readonly communicator: Communicator;
  readonly isSharded: boolean;
  /** The MPI in use. */
  readonly library: string;
}

/** What is told of them. */
export interface RanksReport {
  readonly ranks: number;
  readonly isSharded: boolean;
  readonly library: string;
  /** Bytes of the state of the optimizer: all of it, and what the rank that has most of it keeps. */
  readonly optimizerBytes: number;
  readonly rankBytes: number;
}

const fail = defineErrors({
  'cli/no-ranks': {
    en: (d: { divide: string; again: string }) =>
      `train: --divide ${d.divide} divides the work among ranks, and there is one process; start several: mpirun -n 2 ${d.again}`,
    zh: (d) =>
      `train：--divide ${d.divide} 把工作分给多个进程，而现在只有一个；请启动多个：mpirun -n 2 ${d.again}`,
  },
  'cli/rank-failed': {
    en: (d: { rank: number; message: string }) => `rank ${d.rank}: ${d.message}`,
    zh: (d) => `进程 ${d.rank}：${d.message}`,
  },
});

const say = defineMessages({
  ranks: {
    en: (d: { ranks: number; library: string; kept: string; whole: string }) =>
      `${d.ranks} ranks over ${d.library}: each takes its rows of a batch and keeps ${d.kept} of the ${d.whole} of the optimizer's state`,
    zh: (d) =>
      `${d.ranks} 个进程（${d.library}）：各处理每批中自己的行，并保留优化器状态 ${d.whole} 中的 ${d.kept}`,
  },
});

/** How long a rank waits for the others: what one of them does alone (reading, saving) must end within it. */
const WAIT_MS = 600_000;
/** A rank whose trouble all have lets the first one tell it. */
const LATER_MS = 3_000;
/** What was told reaches its reader before all ranks end. */
const FLUSH_MS = 100;
/** Errors that say themselves which rank they are of. */
const NAMING_THEIR_RANK = ['parallel/lost', 'parallel/unlike'];

/** Runs a training as one of the ranks that mpirun started; alone, where it started none. */
export async function withRanks(
  context: TrainContext,
  work: (context: TrainContext) => Promise<number>,
): Promise<number> {
  const { options, signal, again } = context;
  const { divide } = options;
  const started = startedRanks();
  if (!started) {
    if (divide !== undefined) throw fail('cli/no-ranks', { divide, again });
    return work(context);
  }
  // Each machine's cores are divided among its ranks.
  process.env.INKSTONE_THREADS ??= String(threadsOf(started.here));
  const mpi = mpiRanks();
  const communicator = bounded(mpi, { timeoutMs: WAIT_MS, signal });
  const ranks = { communicator, isSharded: divide === 'sharded', library: mpi.library };
  const isFirst = mpi.rank === 0;
  try {
    const status = await work({
      ...context,
      ranks,
      terminal: isFirst ? context.terminal : silent(context.terminal),
      again: `mpirun -n ${mpi.size} ${again}`,
    });
    mpi.close();
    return status;
  } catch (error) {
    throw await endAll(mpi, error);
  }
}

/** No rank must wait for one that failed: all end as soon as the error has been told. */
async function endAll(mpi: MpiRanks, error: unknown): Promise<unknown> {
  const { rank } = mpi;
  const isTold = rank === 0 || NAMING_THEIR_RANK.includes((error as InkstoneError).code);
  if (!isTold) await delay(LATER_MS);
  setTimeout(() => mpi.abort(Number(process.exitCode ?? 1)), FLUSH_MS);
  return isTold ? error : fail('cli/rank-failed', { rank, message: (error as Error).message }, error);
}

const threadsOf = (ranksHere: number): number =>
  Math.max(1, Math.min(availableParallelism(), Math.floor(cpus().length / ranksHere)));

/** Says nothing: the first rank speaks for all. */
const silent = (terminal: Terminal): Terminal => ({
  ...terminal,
  isInteractive: false,
  canAsk: false,
  print() {},
  json() {},
  write() {},
  error() {},
  live() {},
  endLive() {},
  bar: () => ({ update() {}, stop() {} }),
});

/** Says how the work is divided. */
export function tellRanks(terminal: Terminal, report: RanksReport): void {
  const { ranks, library, optimizerBytes, rankBytes } = report;
  terminal.json({ type: 'ranks', ...report });
  const bytes = { kept: formatBytes(rankBytes), whole: formatBytes(optimizerBytes) };
  terminal.print(say('ranks', { ranks, library, ...bytes }));
}
