/** Test files share a process: each leaves it as it found it, so that none depends on who was there before. */

import { afterAll, vi } from 'vitest';
import { setLanguage } from '../src/language.ts';

const folder = process.cwd();
const environment = { ...process.env };

afterAll(() => {
  setLanguage(undefined);
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  process.chdir(folder);
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
