/** A server over an engine process with too little memory, for the tests that put load on it. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import {
  type EngineProcess,
  type RunningServer,
  startEngineProcess,
  startServer,
} from '../src/serve/index.ts';
import { doubleTokenizer } from './fixtures/double-tokenizer.ts';
import { soak } from './soak.ts';

const tsx = pathToFileURL(join(import.meta.dirname, '../node_modules/tsx/dist/esm/index.mjs')).href;

export async function startPagedServer(): Promise<{ engine: EngineProcess; server: RunningServer }> {
  const engine = await startEngineProcess({
    id: 'double',
    script: join(import.meta.dirname, 'fixtures/engine-paged.ts'),
    args: [],
    execArgv: ['--import', tsx],
    tokenizer: doubleTokenizer(),
  });
  return { engine, server: await startServer({ models: [engine] }) };
}

/** Every answer right, nothing left behind, memory flat. */
export async function soakFor(seconds: number): Promise<void> {
  const { engine, server } = await startPagedServer();
  try {
    const report = await soak(server, engine, { seconds });
    expect(report.faults.slice(0, 5), `of ${report.faults.length}`).toEqual([]);
    expect(report.checked).toBeGreaterThan(10);
    expect(report.reconnects).toBeLessThanOrEqual(3 + report.checked / 50);
    await expect.poll(() => engine.load, { timeout: 10_000 }).toMatchObject({ running: 0, waiting: 0 });
    if (report.memory) {
      const [early, late] = report.memory;
      expect(late, `MB after ${early}`).toBeLessThan(1.3 * early + 60);
    }
    if (seconds > 30) console.log(JSON.stringify({ ...report, load: engine.load }));
  } finally {
    await server.close({ graceMs: 100 });
    engine.close();
  }
}
