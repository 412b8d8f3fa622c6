/** kill -9 at twenty random moments of one training. */

import { expect, test } from 'vitest';
import { scratchFolder } from './cli-harness.ts';
import { expectToSurviveKills } from './kill-run.ts';

const cwd = scratchFolder();

test('a run killed at 20 random moments ends as if it had never been broken', {
  timeout: 600_000,
}, async () => {
  await expectToSurviveKills(cwd, { kills: 20, seed: 2 });
  expect.hasAssertions();
});
