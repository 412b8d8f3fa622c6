/** Constraints are compiled in the sandbox first, so that a costly one is refused before the engine hears of it. */

import type { ConstraintSpec } from '../../decode/index.ts';
import { limits } from '../limits.ts';
import type { Sandbox } from './sandbox.ts';

export type CheckConstraint = (spec: ConstraintSpec | undefined) => Promise<void>;

/** Remembers the latest that passed. */
export function createConstraintCheck(sandbox: Sandbox): CheckConstraint {
  const passed = new Set<string>();
  return async (spec) => {
    if (spec === undefined) return;
    const name = JSON.stringify(spec);
    const isKnown = passed.delete(name);
    if (!isKnown) await sandbox.run('compile', { spec });
    // Long ones are looked at each time: what is remembered stays small.
    if (name.length > limits.knownConstraintLength) return;
    passed.add(name);
    if (passed.size > limits.knownConstraints) passed.delete(passed.values().next().value!);
  };
}
