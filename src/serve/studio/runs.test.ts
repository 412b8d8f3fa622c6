import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../app.ts';
import { limits } from '../limits.ts';
import type { RunsPort, TrainOrder } from './runs-port.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkstone-runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The trainings that were begun, and who holds what. */
let begun: { folder: string; order: TrainOrder; end: (code: number) => void }[];
let owners: Map<string, number>;
let alive: Set<number>;

const port: RunsPort = {
  folder,
  sources: [{ data: 'poems', title: { en: 'Poems', zh: '诗' } }],
  presets: ['poem'],
  train(run, order) {
    const pid = 1000 + begun.length;
    const ended = new Promise<{ code: number; signal: null }>((resolve) => {
      begun.push({ folder: run, order, end: (code) => resolve({ code, signal: null }) });
    });
    alive.add(pid);
    return { pid, started: 'then', ended };
  },
  estimate: async () => {
    throw new Error('not asked');
  },
  commandOf: (run, { data }) => `train --data ${data} --out ${run}`,
  ownerOf: async (run) => owners.get(run),
  isAlive: ({ pid, started }) => alive.has(pid) && started === 'then',
  parametersOf: () => 7,
  workOf: () => 'write',
};

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  begun = [];
  owners = new Map();
  alive = new Set();
});

const app = () => createApp({ models: [], studio: { runs: port } });
// biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: any }> {
  const response = await app().request(`http://localhost/api/runs${path}`, {
    method,
    headers: { host: 'localhost', 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text ? JSON.parse(text) : undefined };
}

/** A run folder with these records. */
function writeRun(
  name: string,
  records: readonly object[],
  files: Readonly<Record<string, unknown>> = {},
): string {
  const run = join(folder, name);
  mkdirSync(run);
  const config = { model: {}, data: { source: 'a text' }, training: { seed: 3, steps: 9 } };
  writeFileSync(join(run, 'config.json'), JSON.stringify(config));
  writeFileSync(join(run, 'metrics.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(run, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return run;
}

const step = (n: number, more = {}) => ({ type: 'step', step: n, loss: 5 - n, fraction: n / 9, ...more });
const finish = (reason: string) => ({ type: 'finish', reason, step: 9 });
const statusOf = async (name: string): Promise<string> => (await ask('GET', `/${name}`)).json.status;

describe('what a run is doing is read from its folder', () => {
  test.each([
    ['done', 'finished'],
    ['stopped-early', 'finished'],
    ['aborted', 'stopped'],
    ['diverged', 'failed'],
  ])('%s: %s', async (reason, status) => {
    writeRun('one', [step(1), finish(reason)]);
    expect(await statusOf('one')).toBe(status);
  });

  test('a process that holds it trains; one that died stopped; one that ended badly failed', async () => {
    const run = writeRun('one', [step(1), step(2)]);
    expect(await statusOf('one')).toBe('stopped');
    owners.set(run, 5);
    expect(await statusOf('one')).toBe('running');
    owners.clear();
    const record = { order: { data: 'x' }, exit: { code: 2, signal: null } };
    writeFileSync(join(run, 'studio.json'), JSON.stringify(record));
    writeFileSync(join(run, 'train.log'), 'reading\ntrain: the text is too short');
    const { json } = await ask('GET', '/one');
    expect(json).toMatchObject({ status: 'failed', cause: expect.stringContaining('too short'), step: 2 });
  });

  test('half a line at the end, and lines that are no records, are passed over', async () => {
    const run = writeRun('one', [step(1)]);
    const path = join(run, 'metrics.jsonl');
    writeFileSync(path, `${readFileSync(path, 'utf8')}null\n[1]\n{"type":"st`);
    const { json } = await ask('GET', '/one/metrics');
    expect(json.columns.step).toEqual([1]);
  });

  test('the list has the latest first, and nothing but runs', async () => {
    writeRun('one', [step(1)]);
    mkdirSync(join(folder, 'no-run'));
    writeFileSync(join(folder, 'file.txt'), '');
    symlinkSync(tmpdir(), join(folder, 'link'));
    const { json } = await ask('GET', '');
    expect(json.data.map(({ name }: { name: string }) => name)).toEqual(['one']);
  });

  test('a long run is thinned for the chart, its ends stay', async () => {
    writeRun(
      'one',
      Array.from({ length: 10_000 }, (_, i) => step(i + 1)),
    );
    const { columns } = (await ask('GET', '/one/metrics')).json;
    expect(columns.step.length).toBeLessThanOrEqual(1500);
    expect(columns.step.at(-1)).toBeGreaterThan(9990);
  });
});

describe('a run that is followed', () => {
  /** Reads its events until one holds these words; each is heard once. */
  async function follow(headers: Record<string, string> = {}) {
    const response = await app().request('http://localhost/api/runs/one/events', {
      headers: { host: 'localhost', ...headers },
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    return {
      async until(words: RegExp): Promise<string> {
        while (!words.test(heard)) {
          const { value, done } = await reader.read();
          if (done) throw new Error(`ended with ${heard}`);
          heard += value;
        }
        const all = heard;
        heard = '';
        return all;
      },
      leave: () => reader.cancel(),
    };
  }

  test('tells what is new, and begins again when the file does; who comes back goes on where it was', async () => {
    const run = writeRun('one', [step(1)]);
    const path = join(run, 'metrics.jsonl');
    const { until, leave } = await follow();
    await until(/"step":1.*event: summary/s);
    appendFileSync(path, `${JSON.stringify(step(2))}\n${JSON.stringify(step(3)).slice(0, 9)}`);
    const id = /id: (\d+)/.exec(await until(/"step":2.*event: summary/s))![1];
    appendFileSync(path, `${JSON.stringify(step(3)).slice(9)}\n`);
    expect(await until(/"step":3/)).not.toMatch(/"type":"step","step":2/);
    const later = await follow({ 'last-event-id': id });
    expect(await later.until(/event: summary/)).toMatch(/^event: records\ndata: \[\{"type":"step","step":3,/);
    await later.leave();
    writeFileSync(path, `${JSON.stringify(step(7))}\n`);
    await until(/event: reset.*"step":7/s);
    // A run that is taken away ends what follows it.
    rmSync(run, { recursive: true });
    await expect(until(/never/)).rejects.toThrow('ended');
    await leave();
  });
});

describe('an order', () => {
  const order = { name: 'mine', text: 'some text', minutes: 1, seed: 4 };

  test('makes a folder with the text and begins one process; how it ends is written down', async () => {
    const { status, json } = await ask('POST', '', order);
    expect([status, json.status]).toEqual([201, 'preparing']);
    const run = join(folder, 'mine');
    expect(readFileSync(join(run, 'text.txt'), 'utf8')).toBe('some text');
    expect(begun[0]).toMatchObject({
      folder: run,
      order: { data: join(run, 'text.txt'), minutes: 1, seed: 4 },
    });
    begun[0].end(2);
    await expect.poll(() => statusOf('mine')).toBe('failed');
  });

  test('two who ask for one name at once: one gets it', async () => {
    const answers = await Promise.all([ask('POST', '', order), ask('POST', '', order)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(begun).toHaveLength(1);
  });

  test.each([
    ['../up', 400],
    ['a/b', 400],
    ['..', 400],
    ['.hidden', 400],
    ['a\u0000b', 400],
    ['x'.repeat(65), 400],
    ['春天-1', 201],
  ])('the name %j: %i', async (name, status) => {
    expect((await ask('POST', '', { ...order, name })).status).toBe(status);
  });

  test.each([
    [{ data: '/etc/passwd', text: undefined }],
    [{ data: 'poems' }],
    [{ text: undefined }],
    [{ minutes: 0 }],
    [{ layers: 1.5 }],
    [{ init: '../elsewhere' }],
    [{ init: 'nowhere' }],
    [{ shell: 'rm -rf /' }],
  ])('%j is refused, and nothing is left', async (part) => {
    const { status } = await ask('POST', '', { ...order, ...part });
    expect([400, 404]).toContain(status);
    expect(begun).toHaveLength(0);
    expect(existsSync(join(folder, 'mine'))).toBe(false);
  });

  test('a text may be larger than other bodies, up to its own limit', async () => {
    const text = 'x'.repeat(2 * limits.bodyBytes);
    expect((await ask('POST', '', { ...order, text })).status).toBe(201);
    const tooLong = 'x'.repeat(limits.uploadBytes + 1);
    expect((await ask('POST', '', { ...order, name: 'other', text: tooLong })).status).toBe(413);
  });
});

describe('a run that is there', () => {
  test('is gone on with unless it trains or is finished', async () => {
    const run = writeRun('one', [step(1), finish('aborted')], {
      'studio.json': { order: { data: 'poems' } },
    });
    expect((await ask('POST', '/one/resume')).status).toBe(202);
    expect(begun[0].order).toEqual({ data: 'poems' });
    expect((await ask('POST', '/one/resume')).json.error.code).toBe('serve/run-busy');
    writeRun('two', [step(9), finish('done')]);
    expect((await ask('POST', '/two/resume')).json.error.code).toBe('serve/run-finished');
    owners.set(run, 5);
    expect((await ask('DELETE', '/one')).json.error.code).toBe('serve/run-busy');
  });

  test('one that does not train cannot be stopped', async () => {
    writeRun('one', [step(1)]);
    expect((await ask('POST', '/one/stop')).json.error.code).toBe('serve/run-idle');
  });

  test('keeps notes, and goes with all it has', async () => {
    writeRun('one', [step(1)]);
    expect((await ask('PUT', '/one/notes', { notes: 'lr too high' })).status).toBe(204);
    expect((await ask('GET', '/one')).json.notes).toBe('lr too high');
    const tooLong = { notes: 'x'.repeat(limits.noteLength + 1) };
    expect((await ask('PUT', '/one/notes', tooLong)).status).toBe(400);
    expect((await ask('DELETE', '/one')).status).toBe(204);
    expect(existsSync(join(folder, 'one'))).toBe(false);
  });

  test.each(['..', '%2e%2e', '..%2f..', 'link', 'nothing'])('%s is none', async (name) => {
    const outside = mkdtempSync(join(tmpdir(), 'inkstone-outside-'));
    writeFileSync(join(outside, 'config.json'), '{}');
    symlinkSync(outside, join(folder, 'link'));
    const { status } = await ask('DELETE', `/${name}`);
    expect([400, 404]).toContain(status);
    expect(existsSync(join(outside, 'config.json'))).toBe(true);
    rmSync(outside, { recursive: true });
  });
});
