/**
 * Which work is still in line. Kernels put in line by `offThread` run on the addon's own thread, in order; each such piece
 * of work has a number, and memory remembers the number of the last piece that may touch it.
 */

/** What the addon offers; set once by the backend. */
export interface StreamHost {
  /** From here on kernels are put in line instead of run. */
  openStream(): void;
  /** Returns when nothing is in line. */
  drainStream(): void;
  /** Returns when all that is in line has run, with the stream closed. */
  finishStream(): void;
  /** Closes the stream; kept when all that is in line has run. */
  settleStream(): Promise<void>;
}

let host: StreamHost | undefined;
export function setStreamHost(next: StreamHost | undefined): void {
  host = next;
}

let issued = 0;
let finished = 0;
/** The arguments of kernels in line, kept from the garbage collector; defined while the stream is open. */
let held: unknown[] | undefined;

/** Whether there is a stream and it is free to be opened. */
export function canStream(): boolean {
  return host !== undefined && held === undefined;
}

/** Keeps a kernel's arguments until it has run. */
export function hold(args: unknown): void {
  held?.push(args);
}

/** The number of the piece that is being put in line; 0 when the stream is closed. */
export function openPiece(): number {
  return held ? issued : 0;
}

/** The last piece that was put in line: memory that is used again may still be in its hands. */
export function lastPiece(): number {
  return issued;
}

/** Returns when this piece has run, holding the event loop if need be. */
export function waitForPiece(piece: number): void {
  if (piece > finished) drain();
}

/** Kernels in TypeScript, which run at once, for memory that those in line may still touch: waits for the line. */
export function afterTheLine<Kernels>(kernels: Kernels): Kernels {
  drain();
  return kernels;
}

/** Returns when nothing is in line. */
function drain(): void {
  if (finished === issued) return;
  host!.drainStream();
  // What is being put in line now may go on growing.
  finished = held ? issued - 1 : issued;
}

/** Puts the kernels that `body` calls in line, in their order, and waits without holding the event loop. */
export async function putInLine<Result>(body: () => Result): Promise<Result> {
  let settled: Promise<void> | undefined;
  try {
    return leaveInLine(body, (done) => {
      settled = done;
    });
  } finally {
    await settled;
  }
}

/** The same, but does not wait; `whenDone` gets the promise that is kept when all have run. */
export function leaveInLine<Result>(body: () => Result, whenDone?: (done: Promise<void>) => void): Result {
  const piece = openLine();
  const args = held!;
  try {
    return body();
  } finally {
    held = undefined;
    const done = host!.settleStream().then(() => {
      finished = Math.max(finished, piece);
      args.length = 0; // used here, so alive until here
    });
    whenDone?.(done);
  }
}

/** The same, but returns when all have run: what is won is that JavaScript gets ahead of the kernels. */
export function runInLine<Result>(body: () => Result): Result {
  const piece = openLine();
  try {
    return body();
  } finally {
    host!.finishStream();
    held = undefined;
    finished = Math.max(finished, piece);
  }
}

function openLine(): number {
  held = [];
  host!.openStream();
  return ++issued;
}
