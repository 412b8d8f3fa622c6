/** Rounds over clients in this process: equal to plain training where they must be, and whole when clients fail. */

import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { affine, linear, meanSquaredError, normal, type Tensor, tensor, zeros } from '../tensor/index.ts';
import { adam, adamw, constant, cosine, type Snapshot, sgd, train, uniformGroup } from '../train/index.ts';
import {
  ClientLost,
  type FederatedClient,
  type FederatedEvent,
  type FederateOptions,
  federate,
  federatedLearner,
  type LocalLesson,
  localClient,
} from './index.ts';
import { vectorOf } from './vector.ts';

afterEach(() => void vi.useRealTimers());

interface Params {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
  /** Its rows as a part of those of a mean batch. */
  readonly part: number;
}

const ROWS = 8;
const fresh = (): Params => ({ weight: zeros([3, 4]), bias: zeros([3]) });
const lossOf = (p: Params, { x, y, part }: Batch): Tensor =>
  affine(meanSquaredError(linear(x, p.weight, { bias: p.bias }), y), part, 0);

/** Client `k` has a truth of its own: not one of them is like another. */
function batchesOf(k: number) {
  const truth = { weight: normal([3, 4], { seed: 1, stream: k }), bias: tensor([0.5, -1, k]) };
  return (index: number): Batch => {
    const x = normal([ROWS, 4], { seed: 7 + k, stream: index });
    return { x, y: linear(x, truth.weight, { bias: truth.bias }), part: 1 };
  };
}

const lessonOf = (
  k: number,
  changes: Partial<LocalLesson<Params, Batch>> = {},
): LocalLesson<Params, Batch> => ({
  params: fresh(),
  loss: lossOf,
  batch: batchesOf(k),
  batchesPerEpoch: 4,
  length: { epochs: 1 },
  grouping: uniformGroup(sgd()),
  lr: 0.1,
  schedule: constant(),
  measure: () => ({ loss: 1 + k, tokens: 10 * (k + 1), characters: 20 }),
  ...changes,
});

const nameOf = (k: number) => `client ${k}`;
const clientOf = (k: number, changes?: Partial<LocalLesson<Params, Batch>>): FederatedClient =>
  localClient(
    nameOf(k),
    { examples: ROWS * (k + 1), tokensPerRound: 4 * ROWS },
    federatedLearner(nameOf(k), lessonOf(k, changes)),
  );
const clientsOf = (count: number) => Array.from({ length: count }, (_, k) => clientOf(k));

async function run(options: Partial<FederateOptions<Params>>) {
  const params = options.params ?? fresh();
  const events: FederatedEvent[] = [];
  const defaults = { clients: clientsOf(3), rounds: 1, seed: 5, deadlineMs: 60_000 };
  for await (const event of federate({ ...defaults, ...options, params })) events.push(event);
  const rounds = events.filter((event) => event.type === 'round');
  return { events, rounds, vector: vectorOf(params) };
}

async function plain(options: Partial<Parameters<typeof train<Params, Batch>>[0]>): Promise<Float32Array> {
  const params = fresh();
  const all = { params, loss: lossOf, batch: batchesOf(0), tokensPerBatch: 1, lr: 0.1, ...options };
  for await (const _ of train<Params, Batch>({ grouping: uniformGroup(sgd()), ...all })) void _;
  return vectorOf(all.params);
}

const expectClose = (a: Float32Array, b: Float32Array, within: number) => {
  expect(a.length).toBe(b.length);
  a.forEach((x, i) => void expect(Math.abs(x - b[i])).toBeLessThan(within));
};

test('one client is plain training, step for step, schedule and clipping too', async () => {
  const schedule = cosine({ warmupSteps: 3 });
  const clip = 0.5;
  const { vector } = await run({ clients: [clientOf(0, { schedule, clip })], rounds: 3 });
  expectClose(vector, await plain({ schedule, clip, steps: 12 }), 1e-6);
  // Adam's state begins anew in each round.
  const grouping = uniformGroup(adamw());
  const one = await run({ clients: [clientOf(0, { grouping, length: { steps: 6 } })], rounds: 2 });
  const params = fresh();
  for (const round of [0, 1]) {
    const batch = (index: number) => batchesOf(0)(6 * round + index);
    await plain({ params, batch, grouping, schedule: constant(), steps: 6 });
  }
  expectClose(one.vector, vectorOf(params), 1e-6);
});

test('FedSGD with all clients is the full-batch step on all their examples', async () => {
  // Client k has k + 1 batches; the batches of an epoch are the whole.
  const clients = [0, 1, 2].map((k) => clientOf(k, { batchesPerEpoch: k + 1, isFullBatch: true }));
  const { vector } = await run({ clients, rounds: 1 });
  const batches = [0, 1, 2].flatMap((k) => Array.from({ length: k + 1 }, (_, i) => batchesOf(k)(i)));
  expectClose(
    vector,
    await plain({ batch: (i) => batches[i], accumulate: batches.length, schedule: constant(), steps: 1 }),
    1e-6,
  );
});

test('held-out losses count by tokens, and a part of the clients is drawn anew each round', async () => {
  const { events, rounds } = await run({ clients: clientsOf(4), rounds: 6, share: 0.5 });
  expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'done', step: 6, heldOutLoss: 3 });
  expect(rounds.map(({ clients }) => clients.length)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(new Set(rounds.map(({ clients }) => clients.join())).size).toBeGreaterThan(2);
  const again = await run({ clients: clientsOf(4), rounds: 6, share: 0.5 });
  expect(again.rounds.map(({ clients }) => clients)).toEqual(rounds.map(({ clients }) => clients));
  // 15 numbers, the round's place twice, the share; and 16 numbers back.
  const words = ['round', 'rounds', 'weights', 'share'].join('').length;
  expect(rounds[0]).toMatchObject({
    bytesDown: 2 * (15 * 4 + 3 * 8 + words),
    bytesUp: 2 * (16 * 4 + 'values'.length),
  });
});

test('who hangs, refuses or answers nonsense is left out and named; too few leave everything as it was', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const answering = (name: string, ask: () => Promise<unknown>): FederatedClient => ({
    name,
    examples: 100,
    tokensPerRound: 0,
    ask: ((what) => (what === 'learn' ? ask() : Promise.reject(new Error('busy')))) as FederatedClient['ask'],
  });
  const bad = [
    answering('hanging', () => new Promise(() => {})),
    answering('refusing', () => Promise.reject(new Error('no room'))),
    answering('not a number', async () => ({ values: new Float32Array(16).fill(Number.NaN) })),
    answering('lost', () => Promise.reject(new ClientLost('gone'))),
    answering('silent', async () => null),
    answering('another model', async () => ({ values: new Float32Array(9) })),
  ];
  let answered = 0;
  const good = [clientOf(0), clientOf(1)].map((client) => ({
    ...client,
    ask: ((...asked: Parameters<FederatedClient['ask']>) =>
      client.ask(...asked).finally(() => (answered += 1))) as FederatedClient['ask'],
  }));
  const DEADLINE = 1000;
  /** Lets the deadline pass when all have answered who will. */
  const runLate = async (changes: Partial<FederateOptions<Params>>) => {
    answered = 0;
    const running = run({ clients: [...good, ...bad], deadlineMs: DEADLINE, ...changes });
    while (answered < good.length) await setImmediate();
    await setImmediate();
    vi.advanceTimersByTime(DEADLINE);
    return running;
  };
  const { rounds, vector } = await runLate({ minimum: 2 });
  expect(rounds[0].clients).toEqual(['client 0', 'client 1']);
  expect(rounds[0].missing.map(({ client, reason }) => [client, reason]).sort()).toEqual([
    ['another model', 'nonsense'],
    ['hanging', 'deadline'],
    ['lost', 'lost'],
    ['not a number', 'nonsense'],
    ['refusing', 'refused'],
    ['silent', 'nonsense'],
  ]);
  expectClose(vector, (await run({ clients: clientsOf(2) })).vector, 1e-6);

  const params = fresh();
  const few = runLate({ minimum: 3, params });
  await expect(few).rejects.toMatchObject({
    code: 'federated/too-few',
    data: { round: 1, answered: 2, needed: 3, missing: expect.arrayContaining(['refusing: no room']) },
  });
  expect(vectorOf(params).every((x) => x === 0)).toBe(true);
});

test('a deadline may be longer than a timer of Node can wait', async () => {
  const slow = clientOf(0);
  const ask = (async (...asked) => {
    await setTimeout(20);
    return slow.ask(...asked);
  }) as FederatedClient['ask'];
  const { rounds } = await run({ clients: [{ ...slow, ask }], deadlineMs: 2 ** 40 });
  expect(rounds[0]).toMatchObject({ clients: ['client 0'], missing: [] });
});

test('a federation that cannot be is refused at once', async () => {
  const refused: [Partial<FederateOptions<Params>>, string][] = [
    [{ rounds: 0 }, '`rounds` must be a whole number of at least 1, got 0'],
    [{ clients: [] }, '`clients` must be at least 1, got 0'],
    [{ share: 0 }, '`share` must be in (0, 1], got 0'],
    [{ dropOut: 1 }, '`dropOut` must be in [0, 1), got 1'],
    [
      { clients: clientsOf(4), share: 0.5, minimum: 3 },
      '`minimum` must be from 1 to 2, as many as a round asks',
    ],
    [{ clients: clientsOf(4), share: 0.25, isSecure: true }, '`clients` must be from 2 to 255 a round'],
  ];
  for (const [options, words] of refused) await expect(run(options)).rejects.toThrow(words);
});

test('resumed after any round, the numbers are the same; an abort leaves no half a round', async () => {
  const server = { optimizer: adam({ beta2: 0.99, eps: 1e-3 }), lr: 0.05 };
  const options = { clients: clientsOf(4), rounds: 4, share: 0.75, dropOut: 0.34, server };
  const whole = await run(options);
  expect(whole.rounds.map(({ missing }) => missing.map(({ reason }) => reason))).toEqual(
    Array(4).fill(['rehearsed']),
  );

  const controller = new AbortController();
  let kept: { place: Snapshot['place']; values: Float32Array[] } | undefined;
  const valuesOf = (tracked: Snapshot['tracked']) =>
    tracked.flatMap(({ tensor, slots }) =>
      [tensor, ...Object.values(slots)].map(({ data }) => data as Float32Array),
    );
  const cut = await run({
    ...options,
    signal: controller.signal,
    save({ place, tracked }) {
      kept = { place, values: valuesOf(tracked).map((values) => values.slice()) };
      if (place.step === 2) controller.abort();
    },
  });
  expect(cut.events.at(-1)).toMatchObject({ type: 'finish', reason: 'aborted', step: 2 });
  const rest = await run({
    ...options,
    resume: {
      place: kept!.place,
      restore: (tracked) => valuesOf(tracked).forEach((values, i) => void values.set(kept!.values[i])),
    },
  });
  expect(rest.vector).toEqual(whole.vector);
  expect(rest.rounds.map(({ step, loss }) => [step, loss])).toEqual(
    whole.rounds.slice(2).map(({ step, loss }) => [step, loss]),
  );
});

test('a secure round is the plain one but for rounding, also when clients go away after they shared secrets', async () => {
  for (const dropOut of [0, 0.4]) {
    const options = { clients: clientsOf(5), rounds: 2, dropOut };
    const open = await run(options);
    const secure = await run({ ...options, isSecure: true });
    expect(secure.rounds.map(({ clients }) => clients)).toEqual(open.rounds.map(({ clients }) => clients));
    expectClose(secure.vector, open.vector, 1e-6);
    expect(secure.rounds[0].loss).toBeCloseTo(open.rounds[0].loss, 6);
    expect(secure.rounds[0].bytesUp).toBeGreaterThan(open.rounds[0].bytesUp);
  }
  const broken = run({ clients: clientsOf(5), dropOut: 0.6, isSecure: true });
  await expect(broken).rejects.toMatchObject({ code: 'federated/too-few', data: { answered: 2, needed: 3 } });
});
