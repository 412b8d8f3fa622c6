/** Work that cannot stop half-way, counted, so that the event loop has its turn between one piece and the next. */

import { nextTurn } from './next-turn.ts';

/** Units a turn may have before it takes on no more: about a hundredth of a second. */
export const WORK_OF_A_TURN = 50_000;

let spent = 0;
let queue: Promise<void> = Promise.resolve();

/** Counts work done: a unit is a state of an automaton entered, or a node of a vocabulary's tree visited. */
export function spendWork(units: number): void {
  spent += units;
}

/** Units since the last fresh turn. */
export const workSpent = (): number => spent;

/** Whether whoever has more to do should wait for a fresh turn. */
export const isTurnSpent = (): boolean => spent >= WORK_OF_A_TURN;

/** A turn of the event loop for one waiter alone: those who wait together have one each. */
export function freshTurn(): Promise<void> {
  queue = queue.then(nextTurn).then(() => {
    spent = 0;
  });
  return queue;
}
