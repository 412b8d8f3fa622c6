import { test } from 'vitest';
import { soakFor } from './soak-server.ts';

test(
  'mixed load for some seconds: no answer is lost or another’s, nothing is left behind',
  () => soakFor(6),
  120_000,
);
