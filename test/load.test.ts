/** Many requests on a memory that is too small for all of them. */

import { expect, test } from 'vitest';
import { simulateLoad } from './simulated-load.ts';

test('in any order of coming, leaving and dawdling each gets what it gets alone, and no page is lost: 200 seeds', {
  timeout: 300_000,
}, async () => {
  let preemptions = 0;
  for (let seed = 0; seed < 200; seed++) preemptions += (await simulateLoad(seed)).preemptions;
  // Memory ran out again and again, or nothing was shown.
  expect(preemptions).toBeGreaterThan(50);
});
