/** Prompts with examples (Brown et al., "Language models are few-shot learners", 2020): k solved items, then the one that is asked. */

import { createRng } from '../../rng.ts';
import { fail } from '../errors.ts';
import { type AskedTask, type BenchmarkItem, choicesOf, fill, rightAnswers, rightChoice } from './task.ts';

export interface ShotOptions {
  /** How many examples. 0: none. */
  readonly shots: number;
  readonly seed: number;
}

/**
 * The prompt of an item behind `shots` examples out of `pool`, drawn for this item; those of fewer shots are the last of those of more.
 * An item that is put in the same words is no example. @throws where the pool has too few others
 */
export function shotPrompt(
  task: AskedTask,
  item: BenchmarkItem,
  pool: readonly BenchmarkItem[],
  { shots, seed }: ShotOptions,
): string {
  const own = fill(task.prompt, item);
  if (shots === 0) return task.description + own;
  const rng = createRng(seed).split(own);
  /** A shuffle of which only the places that were drawn are kept. */
  const moved = new Map<number, number>();
  const placeAt = (at: number): number => moved.get(at) ?? at;
  const solved: string[] = [];
  for (let left = pool.length; left > 0 && solved.length < shots; left--) {
    const at = rng.integer(left);
    const example = pool[placeAt(at)];
    moved.set(at, placeAt(left - 1));
    const asked = fill(task.prompt, example);
    if (asked !== own) solved.unshift(asked + task.delimiter + solutionOf(task, example));
  }
  if (solved.length < shots) {
    throw fail('eval/few-examples', { task: task.name, shots, got: solved.length });
  }
  return task.description + [...solved, own].join(task.separator);
}

const solutionOf = (task: AskedTask, item: BenchmarkItem): string =>
  task.type === 'generation' ? rightAnswers(task, item)[0] : choicesOf(task, item)[rightChoice(task, item)];
