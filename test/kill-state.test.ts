/** kill -9 in the middle of writes and migrations; the version with 20 kills is kill-state.long.test.ts. */

import { expect, test } from 'vitest';
import { scratchFolder } from './cli-harness.ts';
import { expectStateToSurviveKills } from './kill-state.ts';

const cwd = scratchFolder();

test('embedded state killed while it writes and while it migrates loses nothing that was acknowledged', {
  timeout: 300_000,
}, async () => {
  await expectStateToSurviveKills(cwd, { kills: 2, seed: 1 });
  expect.hasAssertions();
});
