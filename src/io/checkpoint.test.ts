import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeFileAtomic } from './atomic.ts';
import { latestCheckpoint, loadCheckpoint, pruneCheckpoints, saveCheckpoint } from './checkpoint.ts';
import { nodeFiles } from './files.ts';
import { safetensorsContent } from './safetensors.ts';
import { type AfterCrash, type SimulatedFiles, simulateFiles } from './simulated-files.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

const contents = (step: number) => ({
  'weights.safetensors': safetensorsContent({
    w: { dtype: 'f32', shape: [64], data: new Float32Array(64).fill(step) },
  }),
  'state.json': JSON.stringify({ step, 诗: '春眠不覺曉' }),
});
const latestStep = async (run: string, files = nodeFiles) =>
  (await latestCheckpoint(run, { files })).checkpoint?.step;

async function readText(files: SimulatedFiles, path: string): Promise<string> {
  const file = await files.open(path, 'read');
  const bytes = new Uint8Array(await file.size());
  await file.read(bytes, 0);
  return new TextDecoder().decode(bytes);
}

describe('checkpoints on this disk', () => {
  test('what is saved is found again, with every file whole', async () => {
    const run = join(folder, 'plain');
    expect(await latestStep(run)).toBeUndefined();
    await saveCheckpoint(run, 10, contents(10));
    await saveCheckpoint(run, 9, contents(9));
    const { checkpoint, skipped } = await latestCheckpoint(run);
    expect(checkpoint?.step).toBe(10);
    expect(skipped).toEqual([]);
    expect(JSON.parse(readFileSync(checkpoint!.files.get('state.json')!, 'utf8')).step).toBe(10);
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['step-000000000009', 'step-000000000010']);
  });

  test('a saved step is never overwritten', async () => {
    const run = join(folder, 'twice');
    const { files } = await saveCheckpoint(run, 5, contents(5));
    await expect(saveCheckpoint(run, 5, contents(6))).rejects.toThrow('already saved');
    expect(JSON.parse(readFileSync(files.get('state.json')!, 'utf8')).step).toBe(5);
  });

  test.each([
    ['cut', (path: string) => truncateSync(path, 20)],
    [
      'edited',
      (path: string) => writeFileSync(path, readFileSync(path, 'latin1').replace('{', '['), 'latin1'),
    ],
    ['removed', (path: string) => rmSync(path)],
  ])('a checkpoint with a %s file is passed over and named', async (how, harm) => {
    for (const name of ['weights.safetensors', 'state.json', 'manifest.json']) {
      const run = join(folder, `harm-${how}-${name}`);
      await saveCheckpoint(run, 1, contents(1));
      const { folder: harmed } = await saveCheckpoint(run, 2, contents(2));
      harm(join(harmed, name));
      const { checkpoint, skipped } = await latestCheckpoint(run);
      expect(checkpoint?.step).toBe(1);
      expect(skipped.map((s) => s.error.code)).toEqual(['checkpoint/damaged']);
      await expect(loadCheckpoint(harmed)).rejects.toThrow(harmed);
      // The step can be saved again: the damaged folder is set aside, not overwritten.
      await saveCheckpoint(run, 2, contents(2));
      expect(await latestStep(run)).toBe(2);
      expect(readdirSync(join(run, 'checkpoints'))).toContain('step-000000000002.damaged-1');
    }
  });

  test('a manifest of another step, or with forged names, is no checkpoint', async () => {
    const run = join(folder, 'forged');
    const { folder: saved } = await saveCheckpoint(run, 3, contents(3));
    const path = join(saved, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    const [first] = manifest.files;
    for (const change of [
      { step: 4 },
      { version: 2 },
      { files: 'all' },
      { files: [{ ...first, name: '../../secret' }] },
      { files: [{ ...first, name: '/etc/passwd' }] },
      { files: [first, first] },
      { files: [{ ...first, bytes: -1 }] },
      { files: [null] },
    ]) {
      writeFileSync(path, JSON.stringify({ ...manifest, ...change }));
      await expect(loadCheckpoint(saved)).rejects.toMatchObject({ code: 'checkpoint/damaged' });
    }
    writeFileSync(path, 'null');
    expect(await latestStep(run)).toBeUndefined();
  });

  test('unsafe file names and steps are refused before anything is written', async () => {
    const run = join(folder, 'names');
    for (const name of [
      '../x',
      '/x',
      'a/b',
      'a\\b',
      'C:x',
      'x\0',
      '',
      '.',
      '..',
      'nul',
      'x.',
      'manifest.json',
    ]) {
      await expect(saveCheckpoint(run, 1, { [name]: 'x' })).rejects.toMatchObject({ code: 'io/name' });
    }
    for (const step of [-1, 1.5, NaN, 1e12]) {
      await expect(saveCheckpoint(run, step, {})).rejects.toMatchObject({ code: 'checkpoint/step' });
    }
    expect(readdirSync(folder)).not.toContain('names');
  });

  test('pruning keeps the newest, and protected steps', async () => {
    const run = join(folder, 'prune');
    for (const step of [1, 2, 3, 4, 5])
      await saveCheckpoint(run, step, contents(step), { keepLast: 2, protect: [2] });
    expect(readdirSync(join(run, 'checkpoints')).map((name) => Number(name.slice(5)))).toEqual([2, 4, 5]);
    await expect(pruneCheckpoints(run, 0)).rejects.toThrow('keepLast');
  });

  test('pruning never removes the only complete checkpoint', async () => {
    const run = join(folder, 'prune-damaged');
    for (const step of [1, 2, 3]) await saveCheckpoint(run, step, contents(step));
    for (const step of [2, 3]) {
      const path = join(run, `checkpoints/step-00000000000${step}/weights.safetensors`);
      const bytes = readFileSync(path);
      bytes[bytes.length - 1] ^= 1;
      writeFileSync(path, bytes);
    }
    await pruneCheckpoints(run, 1);
    expect(await latestStep(run)).toBe(1);
  });
});

describe('the order of a save', () => {
  test('every file is synced before the manifest, the manifest before the rename, and then the folder', async () => {
    const files = simulateFiles();
    await saveCheckpoint('/run', 1, contents(1), { files });
    const aside = '/run/checkpoints/.step-000000000001.tmp';
    const order = [
      `sync ${aside}/weights.safetensors`,
      `sync ${aside}/state.json`,
      `open-create ${aside}/manifest.json`,
      `sync ${aside}/manifest.json`,
      `syncFolder ${aside}`,
      `rename ${aside} /run/checkpoints/step-000000000001`,
      'syncFolder /run/checkpoints',
    ].map((line) => files.log.lastIndexOf(line));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
  });
});

const AFTER: readonly AfterCrash[] = ['everything', 'only-synced', 'names-without-content'];

/** Two steps saved and a third being saved (with pruning) on a disk whose operation `at` fails. */
async function interruptedSave(at: number, kind: 'crash' | 'ENOSPC' | 'EIO') {
  const files = simulateFiles();
  await files.makeFolder('/run');
  await files.syncFolder('/');
  for (const step of [1, 2]) await saveCheckpoint('/run', step, contents(step), { files });
  files.failAt({ at, kind });
  const error = await saveCheckpoint('/run', 3, contents(3), { files, keepLast: 2 }).then(
    () => undefined,
    (e) => e,
  );
  return { files, error };
}

describe('a fault at every operation of a save', () => {
  for (const kind of ['crash', 'ENOSPC', 'EIO'] as const) {
    test(`${kind}: a complete checkpoint is always found, and the run goes on`, async () => {
      let faults = 0;
      for (let at = 1; ; at++) {
        const { files, error } = await interruptedSave(at, kind);
        files.failAt(undefined);
        if (!error && kind === 'crash') break;
        if (!error && at > 200) break;
        if (error) faults++;
        for (const after of kind === 'crash' ? AFTER : (['everything'] as const)) {
          // The same interrupted save, then the machine starts again in each possible state.
          const { files: disk } = await interruptedSave(at, kind);
          if (kind === 'crash') disk.restart(after);
          else disk.failAt(undefined);
          const found = (await latestCheckpoint('/run', { files: disk })).checkpoint!;
          expect([2, 3]).toContain(found.step);
          expect(await readText(disk, found.files.get('state.json')!)).toContain(`"step":${found.step}`);
          for (let step = found.step + 1; step <= 4; step++) {
            await saveCheckpoint('/run', step, contents(step), { files: disk, keepLast: 2 });
          }
          expect(await latestStep('/run', disk)).toBe(4);
          expect(
            (await disk.list('/run/checkpoints')).filter((n) => n.includes('.tmp') || n.includes('.removed')),
          ).toEqual([]);
        }
      }
      expect(faults).toBeGreaterThan(15);
    });
  }

  test('a second crash at every operation of the recovery loses nothing either', async () => {
    const { files: whole } = await interruptedSave(Number.MAX_SAFE_INTEGER, 'crash');
    const operations = whole.log.length;
    for (let at = 1; at < operations; at += 2) {
      for (let second = 1; second < 45; second += 3) {
        const after = AFTER[(at + second) % 3];
        const { files, error } = await interruptedSave(at, 'crash');
        if (!error) return;
        files.restart(after);
        const first = (await latestStep('/run', files))!;
        files.failAt({ at: second, kind: 'crash' });
        await saveCheckpoint('/run', first + 1, contents(first + 1), { files, keepLast: 1 }).catch(() => {});
        files.restart(after);
        expect([first, first + 1]).toContain(await latestStep('/run', files));
      }
    }
  });

  test('no space left names the path and the bytes, in both languages, and frees what it took', async () => {
    const files = simulateFiles();
    await saveCheckpoint('/run', 1, contents(1), { files });
    const writesBefore = files.log.length;
    await saveCheckpoint('/run', 2, contents(2), { files });
    const firstWrite = files.log.slice(writesBefore).findIndex((line) => line.startsWith('write ')) + 1;
    files.failAt({ at: firstWrite, kind: 'ENOSPC' });
    const error = await saveCheckpoint('/run', 3, contents(3), { files }).catch((e) => e);
    expect(error.code).toBe('io/no-space');
    expect(error.text('en')).toMatch(/no space left for \/run\/.*weights\.safetensors \(\d+ bytes\)/);
    expect(error.text('zh')).toMatch(/磁盘已满.*字节/);
    expect(await files.list('/run/checkpoints')).toEqual(['step-000000000001', 'step-000000000002']);
  });
});

describe('one atomic file', () => {
  test('at every fault the old content or the new is there, never a part', async () => {
    for (const kind of ['crash', 'ENOSPC', 'EIO'] as const) {
      for (let at = 1; at < 12; at++) {
        for (const after of AFTER) {
          const files = simulateFiles();
          await writeFileAtomic('/配置.json', '舊'.repeat(50), { files });
          files.failAt({ at, kind });
          await writeFileAtomic('/配置.json', 'new'.repeat(50), { files }).catch(() => {});
          files.restart(kind === 'crash' ? after : 'everything');
          expect(['舊'.repeat(50), 'new'.repeat(50)]).toContain(await readText(files, '/配置.json'));
        }
      }
    }
  });

  test('a writer that throws leaves the old file and nothing else', async () => {
    const path = join(folder, 'thrown.txt');
    await writeFileAtomic(path, 'old');
    await expect(
      writeFileAtomic(path, async (sink) => {
        await sink.write(new Uint8Array(3));
        throw new Error('stop');
      }),
    ).rejects.toThrow('stop');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((n) => n.includes('thrown'))).toEqual(['thrown.txt']);
  });

  test('a missing folder is named', async () => {
    await expect(writeFileAtomic(join(folder, 'none', 'x'), '')).rejects.toMatchObject({
      code: 'io/missing',
    });
  });
});
