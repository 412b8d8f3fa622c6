/** A run that is killed at random moments, and what must hold after every kill and at the end. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { latestCheckpoint } from '../src/io/index.ts';
import { createRng } from '../src/rng.ts';
import { inkstone, startInkstone, tiny, traceOf, writeTexts } from './cli-harness.ts';

/** Enough that the run is never done before the last kill. */
const STEPS_A_KILL = 10;

/**
 * Kills a training with checkpoints every two steps `kills` times with SIGKILL, each time at a moment drawn from `seed`: some
 * while the program starts, most among steps and saves. After each, no checkpoint is unreadable and none is lost; at the end the losses
 * and the weights are those of a run that was never broken.
 */
export async function expectToSurviveKills(
  cwd: string,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<void> {
  writeTexts(cwd);
  const total = STEPS_A_KILL * kills;
  const argv = [
    'train',
    '--data',
    'zh.jsonl',
    ...tiny,
    '--steps',
    String(total),
    '--save-every',
    '2',
    '--json',
  ];
  const whole = await inkstone([...argv, '--out', 'whole'], { cwd });
  expect(whole.status).toBe(0);

  const rng = createRng(seed);
  const broken = join(cwd, 'broken');
  let saved = 0;
  for (let kill = 0; kill < kills; kill++) {
    const { child, ended } = startInkstone([...argv, '--out', 'broken'], { cwd });
    const share = Math.floor((total - saved) / (kills - kill + 1));
    const stepsToWait = rng.uniform() < 0.15 ? 0 : 1 + rng.integer(share);
    if (stepsToWait > 0) await untilSteps(child.stdout!, stepsToWait);
    await setTimeout(rng.uniform() * (stepsToWait ? 20 : 800));
    child.kill('SIGKILL');
    const { signal, json } = await ended;
    expect(signal).toBe('SIGKILL');

    const { checkpoint, skipped } = await latestCheckpoint(broken);
    expect(skipped).toEqual([]);
    const step = checkpoint?.step ?? 0;
    const told = json.filter(({ type }) => type === 'checkpoint').map((line) => line.step as number);
    expect(step).toBeGreaterThanOrEqual(Math.max(saved, ...told));
    saved = step;
  }
  expect(saved).toBeGreaterThan(0);
  expect(saved).toBeLessThan(total);

  const rest = await inkstone([...argv, '--out', 'broken'], { cwd });
  expect(rest.json.at(-1)).toMatchObject({ type: 'finish', reason: 'done', step: total });
  expect(rest.json.find(({ type }) => type === 'step')).toMatchObject({ step: saved + 1 });
  expect(traceOf(broken)).toEqual(traceOf(join(cwd, 'whole')));
  const last = `checkpoints/step-${String(total).padStart(12, '0')}`;
  for (const name of ['weights.safetensors', 'optimizer.safetensors']) {
    const [a, b] = ['whole', 'broken'].map((run) => readFileSync(join(cwd, run, last, name)));
    expect(a.equals(b)).toBe(true);
  }
}

/** Waits for so many steps on the output of a process, or for its end. */
function untilSteps(stream: NodeJS.ReadableStream, steps: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    stream.on('data', (data) => {
      seen += String(data).match(/"type":"step"/g)?.length ?? 0;
      if (seen >= steps) resolve();
    });
    stream.on('end', resolve);
  });
}
