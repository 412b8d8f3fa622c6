/** Ranks that `mpirun` started, over an MPI that is installed. The binding is optional: native/mpi, built where MPI is. */

import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Communicator } from './communicator.ts';
import { fail } from './errors.ts';

/** What the binding offers: the operations of a communicator, and what begins and ends. */
interface Binding extends Omit<Communicator, 'rank' | 'size'> {
  /** Waits until all ranks are there: [rank, size]. */
  init(): [number, number];
  finalize(): void;
  abort(status: number): void;
  library(): string;
}

/** Ranks over MPI. */
export interface MpiRanks extends Communicator {
  /** The MPI in use: `Open MPI v4.1.4`. */
  readonly library: string;
  /** To be called by every rank when all is done. */
  close(): void;
  /** Ends every rank at once with this exit status, whatever they wait for. */
  abort(status: number): void;
}

const bindingPath = fileURLToPath(new URL('../../native/build/mpi.node', import.meta.url));

/** What Open MPI, MPICH and Slurm tell a process of how many ranks there are, and of how many on its machine. */
const SIZES = ['OMPI_COMM_WORLD_SIZE', 'PMI_SIZE', 'SLURM_STEP_NUM_TASKS'];
const LOCAL_SIZES = ['OMPI_COMM_WORLD_LOCAL_SIZE', 'MPI_LOCALNRANKS', 'SLURM_NTASKS_PER_NODE'];

const numberIn = (names: readonly string[]): number | undefined => {
  const name = names.find((one) => process.env[one] !== undefined);
  return name === undefined ? undefined : Number(process.env[name]);
};

/** How many ranks `mpirun` started, on all machines and on this one; undefined where this process is alone. */
export function startedRanks(): { readonly all: number; readonly here: number } | undefined {
  const all = numberIn(SIZES);
  return all === undefined || all < 2 ? undefined : { all, here: numberIn(LOCAL_SIZES) ?? all };
}

/** Why there is no binding: it was not built, or what its loader said. */
interface NoBinding {
  readonly reason: 'missing' | 'unloadable';
  readonly detail: string;
}

let loaded: Binding | NoBinding | undefined;

function load(): Binding | NoBinding {
  if (loaded) return loaded;
  const holder = { exports: {} };
  try {
    createRequire(import.meta.url).resolve(bindingPath);
    // MPI loads parts of itself later, which look for its names among those of the whole process.
    process.dlopen(holder, bindingPath, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL);
    loaded = holder.exports as Binding;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'MODULE_NOT_FOUND' ? 'missing' : 'unloadable';
    loaded = { reason, detail: message.split('\n')[0] };
  }
  return loaded;
}

/** Which MPI the binding uses, or why there is none; starts nothing. */
export function findMpi(): { readonly library: string } | NoBinding {
  const binding = load();
  return 'reason' in binding ? binding : { library: binding.library() };
}

/** Joins the other ranks. @throws `parallel/no-binding`, and `parallel/other-mpi` where another MPI started them */
export function mpiRanks(): MpiRanks {
  const binding = load();
  if ('reason' in binding) {
    throw fail('parallel/no-binding', binding);
  }
  const [rank, size] = binding.init();
  const library = binding.library();
  const started = startedRanks()?.all ?? size;
  if (size !== started) throw fail('parallel/other-mpi', { size, started, library });
  let last: Promise<void> = Promise.resolve();
  /** MPI is called once at a time. */
  const inTurn = (operation: string, begin: () => Promise<void>): Promise<void> => {
    last = last.then(begin).catch((error) => {
      throw fail('parallel/mpi', { operation, reason: (error as Error).message }, error);
    });
    return last;
  };
  return {
    rank,
    size,
    library,
    allReduce: (values) => inTurn('allReduce', () => binding.allReduce(values)),
    reduceScatter: (values, mine) => inTurn('reduceScatter', () => binding.reduceScatter(values, mine)),
    allGather: (mine, values) => inTurn('allGather', () => binding.allGather(mine, values)),
    broadcast: (values, from) => inTurn('broadcast', () => binding.broadcast(values, from)),
    barrier: () => inTurn('barrier', () => binding.barrier()),
    close: () => binding.finalize(),
    abort: (status) => binding.abort(status),
  };
}
