/** What `load.test.ts` shows, at length. */

import { expect, test } from 'vitest';
import { simulateLoad } from './simulated-load.ts';

test('10,000 seeds of coming, leaving and dawdling on too little memory', {
  timeout: 3_600_000,
}, async () => {
  let preemptions = 0;
  for (let seed = 0; seed < 10_000; seed++) preemptions += (await simulateLoad(seed)).preemptions;
  expect(preemptions).toBeGreaterThan(1000);
});
