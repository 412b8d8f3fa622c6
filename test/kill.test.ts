/** kill -9 in the middle of a training; the version with 20 kills is kill.long.test.ts. */

import { expect, test } from 'vitest';
import { scratchFolder } from './cli-harness.ts';
import { expectToSurviveKills } from './kill-run.ts';

const cwd = scratchFolder();

test('a run killed at 4 random moments ends as if it had never been broken', {
  timeout: 120_000,
}, async () => {
  await expectToSurviveKills(cwd, { kills: 4, seed: 1 });
  expect.hasAssertions();
});
