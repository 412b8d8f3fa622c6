/** Several ranks train as one does: the same losses and norms, from the same checkpoints, and none waits for ever. */

import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Batch, IGNORE } from '../src/data/index.ts';
import { decoderConfig, init, loss } from '../src/models/index.ts';
import {
  bounded,
  type Communicator,
  firstBeforeOthers,
  fromFirst,
  inParallel,
  localRanks,
  openTogether,
  optimizerBytes,
  rowsOfRank,
} from '../src/parallel/index.ts';
import { createRng } from '../src/rng.ts';
import {
  add,
  affine,
  fromArray,
  mean,
  memoryStats,
  ones,
  resetPeak,
  square,
  type Tensor,
} from '../src/tensor/index.ts';
import {
  adamw,
  decayMatrices,
  muon,
  openRun,
  readRun,
  type TrainEvent,
  type TrainOptions,
  train,
} from '../src/train/index.ts';
import { leafValues } from '../src/tree.ts';

const config = decoderConfig({ vocabSize: 19, width: 8, layers: 1, heads: 2, contextLength: 6 });
const STEPS = 8;

/** Batch `index`: 7 rows, of which some are filled up with places that do not count. */
function batchAt(index: number): Batch {
  const rng = createRng(5).split(index);
  const inputs = Int32Array.from({ length: 42 }, () => Math.floor(rng.uniform() * 19));
  const targets = inputs.map((id, i) => (i % 6 >= 2 + (i % 5) ? IGNORE : (3 * id + 1) % 19));
  return { inputs, targets, batchSize: 7, contextLength: 6 };
}

type Options = TrainOptions<ReturnType<typeof init>, Batch>;

/** Every training begins with parameters of its own. */
const problem = (changes: Partial<Options> = {}): Options => ({
  params: init(config, createRng(1)),
  loss: (params, { inputs, targets, batchSize, contextLength }) => {
    const shape = [batchSize, contextLength];
    return loss(params, config, {
      ids: fromArray<'i32'>(inputs, shape, 'i32'),
      targets: fromArray<'i32'>(targets, shape, 'i32'),
    });
  },
  batch: batchAt,
  accumulate: 2,
  tokensPerBatch: 42,
  grouping: decayMatrices({ weightDecay: 0.1 }),
  lr: 0.02,
  clip: 0.5,
  steps: STEPS,
  ...changes,
});

/** Muon for matrices: one rank must have a whole one. */
const mixed: Options['grouping'] = (path, { shape }) =>
  path.startsWith('blocks.') && shape.length === 2 ? { optimizer: muon() } : { optimizer: adamw() };

async function collect(options: Options): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train(options)) events.push(event);
  return events;
}

const stepsOf = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => (event.type === 'step' ? [event] : []));

/** Trains on so many ranks at once; what each of them saw, and the parameters it has. */
async function onRanks(
  ranks: number,
  isSharded: boolean,
  optionsOf: (rank: number) => Partial<Options> = () => ({}),
) {
  return Promise.all(
    localRanks(ranks).map(async (communicator) => {
      const options = problem(optionsOf(communicator.rank));
      const partOf = (batch: Batch) => rowsOfRank(batch, communicator);
      const events = await collect(
        inParallel(options, { communicator, isSharded, partOf, exchangedAtOnce: 500 }),
      );
      const numbers = leafValues<Tensor>(options.params).flatMap(({ data }) => Array.from(data));
      return { events, steps: stepsOf(events), numbers };
    }),
  );
}

function expectClose(got: readonly number[], wanted: readonly number[]): void {
  expect(got.length).toBe(wanted.length);
  got.forEach((value, i) => {
    expect(Math.abs(value - wanted[i])).toBeLessThan(1e-4 * Math.max(1, Math.abs(wanted[i])));
  });
}

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

describe('ranks in one process', () => {
  test.each([
    { ranks: 2, isSharded: false, grouping: undefined },
    { ranks: 3, isSharded: false, grouping: undefined },
    { ranks: 3, isSharded: true, grouping: undefined },
    { ranks: 2, isSharded: true, grouping: mixed },
  ])('have the losses of one: $ranks ranks, sharded $isSharded', async ({ ranks, isSharded, grouping }) => {
    const changes = grouping && { grouping };
    const alone = stepsOf(await collect(problem(changes)));
    expect(alone[STEPS - 1].loss).toBeLessThan(alone[0].loss - 0.1);
    const all = await onRanks(ranks, isSharded, () => changes ?? {});
    for (const { steps, numbers } of all) {
      for (const figure of ['loss', 'gradNorm', 'tokens'] as const)
        expectClose(
          steps.map((step) => step[figure]),
          alone.map((step) => step[figure]),
        );
      expect(numbers).toEqual(all[0].numbers);
    }
  });

  test('go on from a checkpoint that another number of ranks wrote, sharded or not', async () => {
    const alone = stepsOf(await collect(problem()));
    const folder = await mkdtemp(join(tmpdir(), 'inkstone-ranks-'));
    folders.push(folder);
    const part = async (ranks: number, isSharded: boolean, until: number) => {
      const run = await openRun(folder, { config: {} });
      const results = await onRanks(ranks, isSharded, (rank) => {
        const stop = new AbortController();
        const restore = rank === 0 ? run.restore : () => expect.unreachable();
        return {
          save: { run: rank === 0 ? run.save : () => expect.unreachable() },
          // Rank 1 alone is told to stop.
          ...(rank === 1 && { signal: stop.signal }),
          batch: (index) => {
            if (index === 2 * until - 1) stop.abort();
            return batchAt(index);
          },
          ...(run.place && { resume: { place: run.place, restore } }),
        };
      });
      await run.close();
      return results;
    };
    const first = await part(3, true, 3);
    for (const { events } of first) expect(events.at(-1)).toMatchObject({ reason: 'aborted', step: 3 });
    expect((await readRun(folder)).place?.step).toBe(3);
    const second = await part(2, false, 5);
    const third = await part(2, true, STEPS + 1);
    const steps = [first[2], second[1], third[1]].flatMap((result) => result.steps);
    expect(steps.map(({ step }) => step)).toEqual(alone.map(({ step }) => step));
    for (const figure of ['loss', 'gradNorm'] as const)
      expectClose(
        steps.map((step) => step[figure]),
        alone.map((step) => step[figure]),
      );
  });

  test('share one clock, that of the first: a length in minutes ends at the same step', async () => {
    const slow = [0, 5_000];
    const results = await onRanks(2, false, (rank) => {
      let time = 0;
      return { steps: undefined, minutes: 0.1, now: () => (time += 1_000 + slow[rank]) };
    });
    const [first, second] = results.map(({ steps }) => steps.map(({ seconds, lr }) => ({ seconds, lr })));
    expect(first.length).toBeGreaterThan(2);
    expect(second).toEqual(first);
  });

  test('keep a part of the state of the optimizer each', () => {
    const { whole, sharded } = optimizerBytes(problem(), 4);
    const numbers = leafValues<Tensor>(problem().params).reduce((sum, { size }) => sum + size, 0);
    expect(whole).toBe(2 * 4 * numbers);
    expect(sharded).toBeGreaterThanOrEqual(whole / 4);
    expect(sharded).toBeLessThan(whole / 3.5);
    // Whole matrices too are spread.
    const muons = optimizerBytes(problem({ grouping: mixed }), 2);
    expect(muons.sharded).toBeLessThan(0.7 * muons.whole);
  });

  test('and telling how much makes none of it', () => {
    const options = problem();
    const before = memoryStats();
    resetPeak();
    optimizerBytes(options, 2);
    expect(memoryStats().peakBytes - before.liveBytes).toBeLessThan(1_000);
  });

  test.each([false, true])('move what only the rows of another rank reach: sharded %s', async (isSharded) => {
    // Row r is sent to expert r: each rank reaches one of them, and none the third.
    const experts = (): TrainOptions<Tensor[], number[]> => ({
      params: [ones([3, 2]), ones([3, 2]), ones([3, 2])],
      loss: (params, rows) =>
        rows
          .map((row) => affine(mean(square(params[row])), 1 / rows.length, 0))
          .reduce((sum, loss) => add(sum, loss)),
      batch: () => [0, 1],
      tokensPerBatch: 2,
      grouping: decayMatrices({ weightDecay: 0.1 }),
      lr: 0.02,
      steps: 3,
    });
    const numbers = ({ params }: { params: Tensor[] }) => params.flatMap(({ data }) => Array.from(data));
    const alone = experts();
    for await (const _ of train(alone));
    expect(numbers(alone).slice(12)).toEqual([1, 1, 1, 1, 1, 1]);
    await Promise.all(
      localRanks(2).map(async (communicator) => {
        const options = experts();
        const partOf = () => ({ part: [communicator.rank], share: 1 / 2 });
        for await (const _ of train(inParallel(options, { communicator, isSharded, partOf })));
        expectClose(numbers(options), numbers(alone));
      }),
    );
  });

  test('do not ask for the loss of rows in which nothing counts', async () => {
    const seen: number[] = [];
    const results = await onRanks(2, false, () => ({
      steps: 2,
      batch: (index) => {
        const batch = batchAt(index);
        batch.targets.fill(IGNORE, 0, 18);
        return batch;
      },
      loss: (params, batch) => {
        seen.push(batch.targets.filter((id) => id !== IGNORE).length);
        return problem().loss(params, batch);
      },
    }));
    expect(seen).toHaveLength(4);
    expect(Math.min(...seen)).toBeGreaterThan(0);
    expect(results[0].numbers).toEqual(results[1].numbers);
  });

  test('a batch with fewer rows than ranks is refused', () => {
    expect(() => rowsOfRank(batchAt(0), { rank: 0, size: 8 })).toThrow(
      'parallel: each rank must have a row of every batch, got 7 rows for 8 ranks',
    );
  });
});

describe('the binding to MPI', async () => {
  const { buildMpi } = await import(new URL('../native/mpi/build.mjs', import.meta.url).href);
  const withHeaders = <Result>(use: (folder: string) => Result): Result => use('/headers');

  test.each([
    { output: 'Error: spawnSync mpicxx ENOENT', told: undefined },
    { output: 'mpicxx: error: no compiler', told: 'mpicxx: error: no compiler' },
  ])('is not built by a compiler that says "$output"', ({ output, told }) => {
    expect(buildMpi('/nowhere', () => ({ ok: false, output }), withHeaders)).toBe(told);
  });

  test('is built again for another MPI behind the same compiler', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inkstone-ranks-'));
    folders.push(folder);
    const compiled: string[] = [];
    const build = (mpi: string) =>
      buildMpi(
        folder,
        (_program: string, words: string[]) => {
          const at = words.indexOf('-o');
          if (at >= 0) {
            compiled.push(mpi);
            writeFileSync(words[at + 1], '');
          }
          return { ok: true, output: words[0] === '-show' ? `g++ -l${mpi}` : 'g++ 12.2.0' };
        },
        withHeaders,
      );
    for (const mpi of ['mpich', 'mpich', 'mpi']) expect(build(mpi)).toBeUndefined();
    expect(compiled).toEqual(['mpich', 'mpi']);
  });
});

describe('a rank that does not come', () => {
  test('is waited for only so long, and shorter when this one is told to stop', async () => {
    const [alone] = localRanks(2);
    await expect(bounded(alone, { timeoutMs: 20 }).barrier()).rejects.toMatchObject({
      code: 'parallel/lost',
    });
    const stop = new AbortController();
    const [stopped] = localRanks(2);
    const waiting = bounded(stopped, { timeoutMs: 1e6, signal: stop.signal, graceMs: 10 }).barrier();
    stop.abort();
    await expect(waiting).rejects.toThrow(
      'rank 0: the other ranks did not answer within 0.01 s after it was told to stop (barrier), one may be gone; run the same command again',
    );
  });

  test('or comes with something else is told so', async () => {
    const [one, other] = localRanks(2);
    void one.barrier();
    expect(() => other.broadcast(new Uint8Array(1), 0)).toThrow('rank 1 came with broadcast from 0');
  });
});

describe('a run of several ranks', () => {
  const open = async (of: Communicator, given: object) => {
    const folder = join(folders[0], 'run');
    return openTogether(of, folder, given, () => openRun(folder, { config: given }));
  };

  test('is opened by the first alone, and its place is known to all', async () => {
    folders.push(await mkdtemp(join(tmpdir(), 'inkstone-ranks-')));
    const runs = await Promise.all(localRanks(2).map((each) => open(each, { seed: 1, from: undefined })));
    expect(runs.map(({ place }) => place)).toEqual([undefined, undefined]);
    await runs[1].append({ type: 'step', step: 1 });
    await runs[1].save({ place: { step: 1, seconds: 1, tokens: 1 }, tracked: [] });
    expect((await readRun(runs[0].folder)).place).toBeUndefined();
    await runs[0].save({ place: { step: 1, seconds: 1, tokens: 1 }, tracked: [] });
    await Promise.all(runs.map((run) => run.close()));
    const again = await Promise.all(localRanks(2).map((each) => open(each, { seed: 1 })));
    expect(again.map(({ place }) => place?.step)).toEqual([1, 1]);
    await again[0].close();
  });

  test('is refused to a rank that was given something else', async () => {
    folders.push(await mkdtemp(join(tmpdir(), 'inkstone-ranks-')));
    const [first, second] = localRanks(2);
    void open(first, { data: { sha256: 'a' } });
    await expect(open(second, { data: { sha256: 'b' } })).rejects.toThrow(
      'rank 1: must be given what rank 0 was, and differs (data.sha256: "a" → "b")',
    );
  });

  test('has what the first fetched before the others look', async () => {
    const told: string[] = [];
    const got = await Promise.all(
      localRanks(3).map((each) =>
        firstBeforeOthers(each, async () => {
          told.push(`${each.rank} begins`);
          await new Promise((resolve) => setTimeout(resolve, 10));
          told.push(`${each.rank} ends`);
          return each.rank;
        }),
      ),
    );
    expect(got).toEqual([0, 1, 2]);
    expect(told.slice(0, 2)).toEqual(['0 begins', '0 ends']);
    expect(await firstBeforeOthers(undefined, async () => 'alone')).toBe('alone');
  });

  test('what the first has comes to all', async () => {
    const long = { text: '砚'.repeat(40_000) };
    const got = await Promise.all(localRanks(3).map((each) => fromFirst(each, each.rank ? undefined : long)));
    expect(got).toEqual([long, long, long]);
  });
});
