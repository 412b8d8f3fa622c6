/** `inkstone train` under mpirun: the losses of one process, one run, and an end for all where one is killed. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeMachine, inspectMachine } from '../src/cli/machine.ts';
import { setLanguage } from '../src/language.ts';
import { findMpi } from '../src/parallel/index.ts';
import { HAN, inkstone, processWords, scratchFolder, tiny, traceOf, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const hasMpi = 'library' in findMpi() && spawnSync('mpirun', ['--version']).status === 0;
const train = ['train', '--data', 'en.txt', ...tiny, '--steps', '24', '--save-every', '4'];

beforeAll(() => writeTexts(cwd));

/** Two ranks by mpirun; `preload` is loaded into each. */
function onTwoRanks(argv: readonly string[], preload?: string) {
  const [node, bin] = processWords;
  const words = [node, ...(preload ? ['--import', preload] : []), bin, ...argv];
  const asRoot = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };
  const env = { ...process.env, ...asRoot, INKSTONE_LANG: 'en' };
  // None outlives the test that it hangs in.
  const child = spawn('mpirun', ['--oversubscribe', '-n', '2', ...words], { cwd, env, timeout: 55_000 });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (told += text));
  return new Promise<{ status: number | null; told: string }>((resolve) => {
    child.on('close', (status) => resolve({ status, told }));
  });
}

/** Another text under the same name, for the second rank. */
const elsewhere = `
if (process.env.OMPI_COMM_WORLD_RANK === '1') process.chdir('other');
`;

/** Kills the second rank when the run has come to step 10. */
const killer = `
import { readFileSync } from 'node:fs';
if (process.env.OMPI_COMM_WORLD_RANK === '1') {
  const look = () => {
    try {
      if (readFileSync('killed/metrics.jsonl', 'utf8').includes('"step":10,')) process.kill(process.pid, 'SIGKILL');
    } catch {}
  };
  setInterval(look, 1).unref();
}
`;

describe('a training by mpirun', () => {
  test.skipIf(!hasMpi)(
    hasMpi ? 'outlives a killed rank, and has the losses of one process' : 'skipped: needs MPI',
    async () => {
      writeFileSync(join(cwd, 'killer.mjs'), killer);
      const preload = `file://${join(cwd, 'killer.mjs')}`;
      const killed = await onTwoRanks([...train, '--divide', 'sharded', '--out', 'killed'], preload);
      expect(killed.told).toContain('2 ranks over');
      expect(killed.status).not.toBe(0);
      const left = traceOf(join(cwd, 'killed')).length;
      expect(left).toBeLessThan(24);
      // Another number of ranks goes on: this process alone.
      const again = await inkstone([...train, '--out', 'killed', '--json'], { cwd });
      const resumed = again.json.find(({ type }) => type === 'resume')?.step as number;
      expect(resumed).toBeGreaterThanOrEqual(8);
      const whole = await inkstone([...train, '--out', 'whole', '--json'], { cwd });
      expect([again.status, whole.status]).toEqual([0, 0]);
      const [broken, unbroken] = ['killed', 'whole'].map((folder) => traceOf(join(cwd, folder)));
      expect(unbroken).toHaveLength(24);
      expect(broken).toHaveLength(24);
      broken.forEach(({ step, loss }, i) => {
        expect(step).toBe(unbroken[i].step);
        expect(Math.abs(loss - unbroken[i].loss)).toBeLessThan(1e-4);
      });
    },
  );

  test.skipIf(!hasMpi)(
    hasMpi ? 'ends for all when one of them was given another text' : 'skipped: needs MPI',
    async () => {
      mkdirSync(join(cwd, 'other'));
      writeFileSync(join(cwd, 'other/en.txt'), 'Another text altogether.\n\n'.repeat(400));
      writeFileSync(join(cwd, 'elsewhere.mjs'), elsewhere);
      const { status, told } = await onTwoRanks(
        [...train, '--out', 'unlike'],
        `file://${join(cwd, 'elsewhere.mjs')}`,
      );
      expect(told).toContain('rank 1: must be given what rank 0 was, and differs');
      expect(status).toBe(2);
    },
  );

  test.each([
    ['en', 'the binding does not load: libmpi.so.40: cannot open; cure: node native/build.mjs'],
    ['zh', '绑定无法加载：libmpi.so.40: cannot open；解决办法：运行 node native/build.mjs'],
  ] as const)('doctor tells why a binding is of no use, in %s', (lang, sentence) => {
    setLanguage(lang);
    const mpi = { reason: 'unloadable', detail: 'libmpi.so.40: cannot open' } as const;
    expect(describeMachine({ ...inspectMachine({ quick: true }), mpi }).join('\n')).toContain(sentence);
    setLanguage(undefined);
  });

  test.each(['en', 'zh'] as const)('alone is told how ranks are started, in %s', async (lang) => {
    const { status, err } = await inkstone([...train, '--divide', 'sharded'], { cwd, lang });
    expect(status).toBe(2);
    expect(err).toContain(`mpirun -n 2 npx inkstone train --data en.txt`);
    expect(HAN.test(err)).toBe(lang === 'zh');
  });
});
