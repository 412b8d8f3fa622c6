/** INKSTONE_SOAK_SECONDS says for how long; default ten minutes. */

import { test } from 'vitest';
import { soakFor } from './soak-server.ts';

const seconds = Number(process.env.INKSTONE_SOAK_SECONDS ?? 600);

test(
  `mixed load for ${seconds} s: no answer is lost or another’s, memory is flat`,
  () => soakFor(seconds),
  seconds * 1000 + 120_000,
);
