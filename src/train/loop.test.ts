import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  linear,
  meanSquaredError,
  memoryStats,
  normal,
  type Tensor,
  tensor,
  zeros,
} from '../tensor/index.ts';
import { type TrainEvent, type TrainOptions, train } from './loop.ts';
import { adamw, muon, uniformGroup } from './optimizers.ts';
import { type OpenRun, openRun, readRun } from './run.ts';
import { constant, cosine } from './schedules.ts';

interface Params {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

const truth = { weight: normal([3, 4], { seed: 1, stream: 9 }), bias: tensor([0.5, -1, 2]) };

/** A linear regression: batch `index` is a pure function of the index. */
function problem(changes: Partial<TrainOptions<Params, Batch>> = {}): TrainOptions<Params, Batch> {
  const params: Params = { weight: zeros([3, 4]), bias: zeros([3]) };
  return {
    params,
    loss: (p, { x, y }) => meanSquaredError(linear(x, p.weight, { bias: p.bias }), y),
    batch(index) {
      const x = normal([8, 4], { seed: 7, stream: index });
      return { x, y: linear(x, truth.weight, { bias: truth.bias }) };
    },
    tokensPerBatch: 8,
    grouping: uniformGroup(adamw({ weightDecay: 0 })),
    lr: 0.05,
    schedule: cosine({ warmupSteps: 3 }),
    steps: 40,
    ...changes,
  };
}

async function collect(options: TrainOptions<Params, Batch>): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train(options)) events.push(event);
  return events;
}

const losses = (events: readonly TrainEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));

describe('the loop', () => {
  test('learns a linear map and says how far it is', async () => {
    const options = problem({ steps: 200 });
    const events = await collect(options);
    const steps = events.filter((event) => event.type === 'step');
    expect(steps).toHaveLength(200);
    expect(steps[199].fraction).toBe(1);
    expect(steps[99].tokens).toBe(800);
    expect(losses(events)[199]).toBeLessThan(0.01 * losses(events)[0]);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'done', step: 200 });
  });

  test('takes no new memory after the first steps', async () => {
    const seen: number[] = [];
    for await (const event of train(problem({ batch: () => fixed, steps: 30 }))) {
      if (event.type === 'step') seen.push(memoryStats().allocations);
    }
    expect(seen[29]).toBe(seen[3]);
  });

  test('two micro-batches equal one batch of both', async () => {
    const x = normal([16, 4], { seed: 7, stream: 1 });
    const y = linear(x, truth.weight, { bias: truth.bias });
    const half = (i: number): Batch => ({
      x: tensor(x.data.slice(32 * i, 32 * i + 32), { shape: [8, 4] }),
      y: tensor(y.data.slice(24 * i, 24 * i + 24), { shape: [8, 3] }),
    });
    const whole = problem({ batch: () => ({ x, y }), steps: 5 });
    const parts = problem({ batch: (i) => half(i % 2), accumulate: 2, steps: 5 });
    const [a, b] = [losses(await collect(whole)), losses(await collect(parts))];
    a.forEach((loss, i) => expect(b[i]).toBeCloseTo(loss, 5));
    expect(await collect({ ...parts, steps: 1 })).toMatchObject([{ tokens: 16 }, { type: 'finish' }]);
  });

  test('clips by the global norm', async () => {
    const sgdLike = { grouping: uniformGroup(muon({ momentum: 0, iterations: 1 })), schedule: constant() };
    const events = await collect(
      problem({ ...sgdLike, params: onlyWeight, loss: onlyWeightLoss, clip: 1e-3 }),
    );
    expect((events[0] as { gradNorm: number }).gradNorm).toBeGreaterThan(1e-3);
    const run = (clip: number | undefined) => {
      const options = problem({ clip, steps: 1, grouping: uniformGroup(adamw({ weightDecay: 0, eps: 1 })) });
      return collect(options).then(() => Math.hypot(...(options.params.weight.data as Float32Array)));
    };
    expect(await run(1e-3)).toBeLessThan(1e-3 * (await run(undefined)) * 100);
  });

  test('a frozen parameter stays as it is', async () => {
    const options = problem({
      grouping: (path) => (path === 'bias' ? undefined : { optimizer: adamw() }),
      steps: 3,
    });
    await collect(options);
    expect(Array.from(options.params.bias.data)).toEqual([0, 0, 0]);
    expect(Math.hypot(...(options.params.weight.data as Float32Array))).toBeGreaterThan(0);
  });

  test('with minutes it follows the clock', async () => {
    let time = 0;
    const events = await collect(problem({ steps: undefined, minutes: 0.1, now: () => (time += 500) }));
    expect(losses(events)).toHaveLength(12);
    expect(events.at(-1)).toMatchObject({ reason: 'done', seconds: 6 });
  });

  test('abort stops within one step and saves first', async () => {
    const controller = new AbortController();
    const saves: number[] = [];
    const options = problem({
      signal: controller.signal,
      save: { run: ({ place }) => void saves.push(place.step) },
    });
    const events: TrainEvent[] = [];
    for await (const event of train(options)) {
      events.push(event);
      if (event.type === 'step' && event.step === 4) controller.abort();
    }
    expect(losses(events)).toHaveLength(4);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'aborted', step: 4 });
    expect(saves).toEqual([4]);
  });

  test('a finished run is saved before it is evaluated', async () => {
    const order: string[] = [];
    await collect(
      problem({
        steps: 2,
        save: { run: () => void order.push('save') },
        evaluate: { run: () => order.push('evaluate') },
      }),
    );
    expect(order).toEqual(['save', 'evaluate']);
  });

  test.each([
    ['NaN', (step: number) => (step === 3 ? Number.NaN : 1)],
    ['infinite', (step: number) => (step === 3 ? Number.POSITIVE_INFINITY : 1)],
    ['exploding', (step: number) => (step === 3 ? 1e4 : 1)],
  ])('%s data ends the run as diverged, without saving', async (_name, scale) => {
    const saves: number[] = [];
    const options = problem({ save: { run: ({ place }) => void saves.push(place.step) } });
    const clean = options.batch;
    const batch = (index: number): Batch => {
      const { x, y } = clean(index);
      return {
        x,
        y: tensor(y.data.map((value) => value * scale(index)) as Float32Array, { shape: y.shape }),
      };
    };
    const events = await collect({ ...options, batch });
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'diverged', step: 4 });
    expect(saves).toEqual([]);
    if (_name !== 'exploding') {
      for (const value of options.params.weight.data) expect(Number.isFinite(value)).toBe(true);
    }
  });

  test('stops early when asked', async () => {
    let calls = 0;
    const events = await collect(
      problem({ evaluate: { steps: 5, run: () => ++calls }, stopWhen: (heldOut) => heldOut.length === 3 }),
    );
    expect(events.at(-1)).toMatchObject({ reason: 'stopped-early', step: 15, heldOutLoss: 3 });
  });

  test('the event loop breathes between steps', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 0);
    await collect(problem({ steps: 200, batch: () => fixed }));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  test('contradictory or bad options are refused', async () => {
    await expect(collect(problem({ minutes: 1 }))).rejects.toThrow('either `steps` or `minutes`');
    await expect(collect(problem({ steps: undefined }))).rejects.toThrow('either `steps` or `minutes`');
    await expect(collect(problem({ steps: 1.5 }))).rejects.toThrow('`steps` must be a whole number');
    await expect(collect(problem({ accumulate: 0 }))).rejects.toThrow('`accumulate`');
    await expect(collect(problem({ clip: -1 }))).rejects.toThrow('`clip`');
  });
});

const fixed: Batch = (() => {
  const x = normal([8, 4], { seed: 7, stream: 1 });
  return { x, y: linear(x, truth.weight, { bias: truth.bias }) };
})();
const onlyWeight = { weight: zeros([3, 4]) } as unknown as Params;
const onlyWeightLoss = (p: Params, { x, y }: Batch): Tensor => meanSquaredError(linear(x, p.weight), y);

describe('a saved run', () => {
  let folder: string;
  const open: OpenRun[] = [];
  const scratch = async (): Promise<string> => (folder = await mkdtemp(join(tmpdir(), 'inkstone-run-')));
  afterEach(async () => {
    for (const run of open.splice(0)) await run.close();
    await rm(folder, { recursive: true, force: true });
  });
  const openAt = async (path: string, config: unknown = { seed: 1 }): Promise<OpenRun> => {
    const run = await openRun(path, { config, tokenizer: '{}' });
    open.push(run);
    return run;
  };
  const trainIn = async (run: OpenRun, signal?: AbortSignal, stopAt?: number): Promise<TrainEvent[]> => {
    const controller = new AbortController();
    const options = problem({
      signal: signal ?? controller.signal,
      save: { steps: 5, run: run.save },
      ...(run.place && { resume: { place: run.place, restore: run.restore } }),
    });
    const events: TrainEvent[] = [];
    for await (const event of train(options)) {
      events.push(event);
      await run.append(event);
      if (event.type === 'step' && event.step === stopAt) controller.abort();
    }
    return events;
  };

  test('resuming continues the identical loss trace', async () => {
    const whole = losses(await collect(problem()));
    await scratch();
    const first = await openAt(folder);
    const before = losses(await trainIn(first, undefined, 13));
    await first.close();
    const second = await openAt(folder);
    expect(second.place).toMatchObject({ step: 13, tokens: 104 });
    const after = losses(await trainIn(second));
    expect([...before, ...after]).toEqual(whole);
  });

  test('metrics after a crash hold every step once', async () => {
    await scratch();
    const first = await openAt(folder);
    const events = trainIn(first, undefined, 13);
    await events;
    await first.append({ type: 'step', step: 14, loss: 0 });
    await first.close();
    const second = await openAt(folder);
    await trainIn(second);
    await second.close();
    const steps = (await readFile(join(folder, 'metrics.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter((record) => record.type === 'step')
      .map((record) => record.step);
    expect(steps).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });

  test('another configuration in the same folder is refused, naming the difference', async () => {
    await scratch();
    await (await openAt(folder, { model: { width: 4 }, seed: 1 })).close();
    await expect(openAt(folder, { model: { width: 8 }, seed: 1 })).rejects.toThrow('model.width: 4 → 8');
  });

  test('a second process in the folder is refused', async () => {
    await scratch();
    await openAt(folder);
    await expect(openRun(folder, { config: { seed: 1 } })).rejects.toMatchObject({ code: 'folder/locked' });
  });

  test('a folder that is no run says so', async () => {
    await scratch();
    await expect(readRun(folder)).rejects.toThrow('not a run folder');
  });

  test('state of another model is refused by name', async () => {
    await scratch();
    const run = await openAt(folder);
    await trainIn(run);
    await run.close();
    const again = await openAt(folder);
    const other = problem({
      params: { weight: zeros([3, 5]), bias: zeros([3]) },
      resume: { place: again.place!, restore: again.restore },
    });
    await expect(collect(other)).rejects.toThrow('"weight" does not fit');
  });
});
