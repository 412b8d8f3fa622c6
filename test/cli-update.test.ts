/** `inkstone update` from end to end on a tiny run: promoted, refused, taken back, killed at places. */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunConfig } from '../src/cli/runs.ts';
import { compareMeasures, judge } from '../src/cli/update-candidate.ts';
import type { MeasuredText, Update } from '../src/cli/updates.ts';
import type { UpdatePlan } from '../src/cli/updating.ts';
import { lockFolder } from '../src/io/index.ts';
import { readRun } from '../src/train/index.ts';
import {
  chineseTexts,
  englishText,
  HAN,
  inkstone,
  type JsonLine,
  listing,
  scratchFolder,
  tiny,
  writeTexts,
} from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });
const at = (...path: string[]) => join(cwd, ...path);
const lines = (texts: readonly string[]) => texts.map((text) => JSON.stringify({ text })).join('\n');

/** A run of its own for each test. */
function freshRun(name: string): string {
  cpSync(at('base'), at(name), { recursive: true });
  return name;
}

const newest = async (folder: string) => (await readRun(at(folder))).place!.step;
const weightsOf = async (folder: string) =>
  [...(await (await readRun(at(folder))).weights())].map(([name, { data }]) => `${name} ${data.join()}`);
const checkpoints = (folder: string) => listing(at(folder, 'checkpoints'));
const last = (json: readonly JsonLine[]) => json.at(-1)!;
const recordOf = (folder: string, name: string): Update =>
  JSON.parse(readFileSync(at(folder, 'updates', name, 'update.json'), 'utf8'));
const updatesOf = (folder: string) => readdirSync(at(folder, 'updates'));

const learn = ['--steps', '12', '--save-every', '4', '--lr', '0.005', '--json'];
const poems = lines(chineseTexts(100, 7));
const whales = lines(englishText(120, 9).split('\n'));

beforeAll(async () => {
  writeTexts(cwd);
  writeFileSync(at('poems.jsonl'), poems);
  await run(
    'train',
    '--data',
    'zh.jsonl',
    ...tiny,
    '--batch-size',
    '16',
    '--steps',
    '40',
    '--lr',
    '0.02',
    '--out',
    'base',
  );
}, 120_000);

/** Stops the command when it has made so many steps. */
const stopAt = (step: number) => (line: JsonLine) => {
  if (line.type === 'step' && line.step === step) process.emit('SIGINT', 'SIGINT');
};

test('a folder into which new files come: promoted, refused, nothing new, taken back', async () => {
  const folder = freshRun('life');
  const before = { checkpoints: checkpoints(folder), weights: await weightsOf(folder) };
  mkdirSync(at('new/later'), { recursive: true });
  const update = (...argv: string[]) => run('update', folder, '--data', 'new', ...learn, ...argv);
  expect(last((await update()).json)).toMatchObject({ outcome: 'nothing-new', documents: 0 });

  writeFileSync(at('new/a.jsonl'), poems);
  const first = await update();
  expect({ status: first.status, err: first.err }).toEqual({ status: 0, err: '' });
  const promoted = last(first.json) as unknown as { update: string; fresh: MeasuredText };
  expect(promoted).toMatchObject({ type: 'update', outcome: 'promoted', step: 52, run: folder });
  expect(promoted.fresh.after).toBeLessThan(promoted.fresh.before);
  expect(await newest(folder)).toBe(52);
  expect(checkpoints(folder)).toEqual(expect.arrayContaining(before.checkpoints));
  const learned = await weightsOf(folder);
  expect(learned).not.toEqual(before.weights);

  writeFileSync(at('new/b.jsonl'), whales);
  const after = checkpoints(folder);
  const second = await update('--replay', '0', '--lr', '0.02');
  expect(second.status).toBe(3);
  expect(second.json.find(({ type }) => type === 'update-begin')).toMatchObject({
    ...{ step: 52, documents: 220, fresh: 120 },
    old: ['zh.jsonl', promoted.update],
  });
  const refused = last(second.json) as unknown as { update: string; old: MeasuredText[] };
  expect(refused).toMatchObject({ outcome: 'refused', reason: 'forgot', fresh: { text: 'new' } });
  expect(refused.old[1].best).toBe(refused.old[1].before);
  expect(checkpoints(folder)).toEqual(after);

  const third = await update();
  expect({ status: third.status, last: last(third.json) }).toMatchObject({
    status: 0,
    last: { outcome: 'nothing-new', documents: 220, fresh: 0 },
  });
  const dry = await update('--again', '--dry-run');
  expect(last(dry.json)).toMatchObject({ type: 'dry-run', fresh: 120 });
  expect(updatesOf(folder)).toEqual([promoted.update, refused.update]);
  // With old text mixed in far less is forgotten.
  const mixed = await update('--again', '--forget', '0.5');
  const kept = last(mixed.json) as unknown as typeof refused;
  expect({ status: mixed.status, kept }).toMatchObject({
    status: 0,
    kept: { outcome: 'promoted', step: 64 },
  });
  expect(kept.old.every(({ best, after }) => after <= 1.5 * best)).toBe(true);
  expect(last((await run('update', folder, '--rollback', '--json')).json)).toMatchObject({ step: 52 });
  expect(checkpoints(folder)).toEqual(after);

  const back = await run('update', folder, '--rollback', '--json');
  expect(last(back.json)).toMatchObject({ outcome: 'rolled-back', update: promoted.update, step: 40 });
  expect(checkpoints(folder)).toEqual(before.checkpoints);
  expect(existsSync(at(folder, 'updates', promoted.update, 'checkpoints/step-000000000052'))).toBe(true);
  expect(last((await update()).json)).toMatchObject({ outcome: 'nothing-new' });
  expect(await run('update', folder, '--rollback')).toMatchObject({
    status: 2,
    err: expect.stringContaining('has no promoted update to take back'),
  });
  const list = (await run('update', folder, '--list')).out;
  expect(list).toMatch(
    /0001-\S+ +rolled back +100 +52 .* → .* zh\.jsonl .* new\n0002-\S+ +refused +120 +– .*\n0003-\S+ +rolled back +120 +64 /,
  );
  expect(HAN.test(list)).toBe(false);
  expect((await inkstone(['update', folder, '--list'], { cwd, lang: 'zh' })).out).toMatch(
    /已撤回.*\n.*已拒绝/,
  );

  // Broken off and gone on with, the same text comes to the same model.
  const broken = freshRun('broken');
  const argv = ['update', broken, '--data', 'new/a.jsonl', ...learn];
  const stopped = await inkstone(argv, { cwd, onJson: stopAt(6) });
  expect(stopped.status).toBe(130);
  expect(checkpoints(broken)).toEqual(before.checkpoints);
  const { status, json } = await run(...argv);
  expect({ status, last: last(json) }).toMatchObject({ status: 0, last: { outcome: 'promoted', step: 52 } });
  expect(json.find(({ type }) => type === 'step')).toMatchObject({ step: 7 });
  expect(await weightsOf(broken)).toEqual(learned);

  await run('update', broken, '--data', 'new/b.jsonl', ...learn, '--forget', '0.5', '--keep', '2');
  expect(readdirSync(at(broken, 'checkpoints'))).toEqual(['step-000000000052', 'step-000000000064']);
  await run('update', broken, '--rollback');
  // Nothing is moved that would leave the run without a model.
  expect(await run('update', broken, '--rollback')).toMatchObject({ status: 2 });
  expect(await newest(broken)).toBe(52);
}, 120_000);

describe('after a kill', () => {
  const rewrite = (folder: string, update: string, change: Partial<Update>) =>
    writeFileSync(
      at(folder, 'updates', update, 'update.json'),
      JSON.stringify({ ...recordOf(folder, update), ...change }),
    );
  const plan = (folder: string) => run('update', folder, '--data', 'whales.jsonl', '--dry-run', '--json');

  test('what was decided is done, once, and text of another update that was broken off is dropped', async () => {
    const folder = freshRun('killed');
    const before = checkpoints(folder);
    await inkstone(['update', folder, '--data', 'poems.jsonl', ...learn], { cwd, onJson: stopAt(1) });
    writeFileSync(at('whales.jsonl'), whales);
    // The candidate stays where it was refused.
    const forgetting = ['--replay', '0', '--lr', '0.02'];
    expect((await run('update', folder, '--data', 'whales.jsonl', ...learn, ...forgetting)).status).toBe(3);
    const [update] = updatesOf(folder);
    expect(updatesOf(folder)).toEqual([update]);
    expect(recordOf(folder, update)).toMatchObject({ source: 'whales.jsonl', reason: 'forgot' });

    // Killed when it was learned, before it was judged.
    const { measured } = recordOf(folder, update);
    rewrite(folder, update, { state: 'training', reason: undefined, measured: undefined });
    const judged = await run('update', folder, '--data', 'whales.jsonl', ...learn, ...forgetting);
    expect(judged.status).toBe(3);
    expect(judged.json.some(({ type }) => type === 'step')).toBe(false);
    expect(recordOf(folder, update)).toMatchObject({ state: 'refused', reason: 'forgot', measured });

    // Killed before the checkpoint was there.
    rewrite(folder, update, { state: 'promoting', reason: undefined });
    expect(last((await plan(folder)).json)).toMatchObject({ outcome: 'nothing-new' });
    expect(await newest(folder)).toBe(52);
    // Killed before that was put down.
    const whole = checkpoints(folder);
    rewrite(folder, update, { state: 'promoting', step: undefined });
    await plan(folder);
    expect(checkpoints(folder)).toEqual(whole);
    expect(recordOf(folder, update)).toMatchObject({ state: 'promoted', step: 52 });
    // Killed before and after the checkpoint was moved.
    for (const _ of ['before', 'after']) {
      rewrite(folder, update, { state: 'rolling-back' });
      await plan(folder);
      expect(checkpoints(folder)).toEqual(before);
      expect(recordOf(folder, update)).toMatchObject({ state: 'rolled-back' });
    }
  }, 60_000);
});

describe('is refused', () => {
  const changed = (folder: string, change: (config: RunConfig) => object): string => {
    const path = at(freshRun(folder), 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as RunConfig;
    writeFileSync(path, JSON.stringify({ ...config, ...change(config) }));
    return folder;
  };

  test.each([
    [
      'unfinished',
      ({ training }: RunConfig) => ({ training: { ...training, steps: 99 } }),
      'has not finished',
    ],
    ['private', () => ({ privacy: {} }), 'was trained with --private'],
    ['answers', () => ({ tuning: { method: 'full', answers: true } }), 'learned answers'],
    ['adapter', () => ({ tuning: { method: 'lora' } }), 'is the training of an adapter'],
    ['head', () => ({ head: { task: 'classify' } }), 'has a head for --task classify'],
    ['masked', ({ training }: RunConfig) => ({ training: { ...training, masked: {} } }), 'is an encoder'],
    ['moved', ({ data }: RunConfig) => ({ data: { ...data, source: 'gone.txt' } }), '--old-data'],
    [
      'overtaken',
      ({ data }: RunConfig) => ({ data: { ...data, source: 'en.txt' } }),
      'is no longer the text',
    ],
  ])('a run that is %s', async (folder, change, message) => {
    const { status, err } = await run('update', changed(folder, change), '--data', 'poems.jsonl');
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) });
    expect(existsSync(at(folder, 'updates'))).toBe(false);
  });

  test('a second update at the same time', async () => {
    const lock = await lockFolder(at('base'), 'run');
    const { status, err } = await run('update', 'base', '--data', 'poems.jsonl');
    await lock.release();
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining('base is in use by process') });
  });

  test.each([
    [['update'], '<run> is missing'],
    [['update', 'nowhere', '--data', 'poems.jsonl'], 'nowhere'],
    [['update', 'base'], '--data needs a value'],
    [['update', 'base', '--list', '--rollback'], 'cannot come together'],
    [['update', 'base', '--rollback', '--dry-run'], '--rollback and --dry-run cannot come together'],
    [['update', 'base', '--rollback', '--data', 'poems.jsonl'], '--rollback and --data cannot come together'],
    [['update', 'base', '--data', 'poems.jsonl', '--keep', '1'], 'at least 2'],
  ])('%j', async (argv, message) => {
    const { status, err } = await run(...argv);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) });
  });

  test.each(['none.jsonl', 'blank.txt', 'dropped'])('text in which there is none: %s', async (data) => {
    writeFileSync(at('none.jsonl'), '');
    writeFileSync(at('blank.txt'), '\n \n');
    mkdirSync(at('dropped'), { recursive: true });
    writeFileSync(at('dropped/none.txt'), '');
    const { status, err } = await run('update', 'base', '--data', data);
    const message = `${data}: nothing is left to learn from`;
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) });
  });

  test('too little text waits, which is no error', async () => {
    writeFileSync(at('little.txt'), '春风花月。');
    const { status, out } = await run('update', 'base', '--data', 'little.txt');
    expect({ status, out }).toEqual({ status: 0, out: expect.stringContaining('too little to judge by') });
  });
});

test('an older text is held against its best, so that it does not creep away', () => {
  const text = { text: 'old', before: 2, best: 2, after: 2.03 };
  const promoted = { state: 'promoted', name: '0001', measured: { fresh: text, old: [text] } };
  const heldOut = [{ text: 'a text' }];
  const old = [{ name: 'old', train: [], heldOut }];
  const plan = { loaded: { name: 'new' }, old, split: { heldOut: [] } } as unknown as UpdatePlan;
  const measures = (fresh: number, old: number) => ({ fresh, old: [old], rep4: undefined });
  const [before, after] = [measures(4, 2.03), measures(3, 2.05)];
  const alone = compareMeasures(plan, before, after, []);
  expect(judge(alone, 0.02)).toBe(undefined);
  const then = compareMeasures(plan, before, after, [promoted as unknown as Update]);
  const [{ sha256 }] = then.old;
  expect(then.old).toEqual([{ text: 'old', sha256, before: 2.03, best: 2, after: 2.05 }]);
  // It is the text that counts, not what it is called: the same under another name, and another under the same.
  const called = (own: string, hash: string | undefined) => {
    const record = { ...promoted, measured: { fresh: text, old: [{ ...text, text: own, sha256: hash }] } };
    return compareMeasures(plan, before, after, [record as unknown as Update]).old[0].best;
  };
  expect([called('elsewhere/old', sha256), called('old', 'of another text')]).toEqual([2, 2.03]);
  expect(judge(then, 0.02)).toBe('forgot');
  expect(judge(then, 0.03)).toBe(undefined);
  expect(judge(compareMeasures(plan, before, measures(4, 2), []), 0.02)).toBe('not-learned');
  expect(judge(compareMeasures(plan, before, measures(3, Number.NaN), []), 0.02)).toBe('diverged');
});
