/** Mixed load on a server for a while: clients that check their answers, beside others who misbehave. */

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRng, type Rng } from '../src/rng.ts';
import type { EngineProcess, RunningServer } from '../src/serve/index.ts';
import { expectedText } from './fixtures/paged-double.ts';

export interface SoakReport {
  /** Answers that were checked, to the letter. */
  readonly checked: number;
  /** How often each kind of client came. */
  readonly kinds: { readonly [kind: string]: number };
  /** Idle connections that were closed just when they were wanted again: no fault, and rare. */
  readonly reconnects: number;
  /** What went wrong; empty. */
  readonly faults: readonly string[];
  /** Resident memory of both processes, in MB: after the first third and at the end. Nothing where it is not known. */
  readonly memory?: readonly [early: number, late: number];
}

interface Client {
  readonly url: string;
  readonly port: number;
  readonly rng: Rng;
}

/** The text of an answer; nothing when the server was too busy. */
type Kind = (client: Client, prompt: string, maxTokens: number) => Promise<string | undefined>;

const post = ({ url }: Client, body: object | string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body:
      typeof body === 'string'
        ? body
        : JSON.stringify({ model: 'double', temperature: 0, ignore_eos: true, ...body }),
    signal,
  });

const expectStatus = (response: Response, ...statuses: number[]): void => {
  if (!statuses.includes(response.status)) throw new Error(`status ${response.status}`);
};

const textOf = (events: string): string =>
  events
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => {
      const { choices, error } = JSON.parse(line.slice('data: '.length));
      if (error) throw new Error(error.message);
      return choices[0]?.text ?? '';
    })
    .join('');

const whole: Kind = async (client, prompt, max_tokens) => {
  const response = await post(client, { prompt, max_tokens });
  expectStatus(response, 200, 429);
  const { choices } = (await response.json()) as { choices?: { text: string }[] };
  return choices?.[0].text;
};

/** Reads a stream, waiting so many ms between pieces. */
const streamed =
  (pauseMs: number): Kind =>
  async (client, prompt, max_tokens) => {
    const response = await post(client, { prompt, max_tokens, stream: true });
    expectStatus(response, 200, 429);
    let events = '';
    const decoder = new TextDecoder();
    for await (const piece of response.body!) {
      events += decoder.decode(piece, { stream: true });
      if (pauseMs > 0) await sleep(pauseMs);
    }
    if (response.status === 429) return undefined;
    if (!events.trimEnd().endsWith('[DONE]')) throw new Error('a stream without an end');
    return textOf(events);
  };

/** Goes away at some moment: while it waits, while its prompt is read, while its text is written. */
const vanishing: Kind = async (client, prompt, max_tokens) => {
  const controller = new AbortController();
  const stream = client.rng.integer(2) === 1;
  const answer = post(client, { prompt, max_tokens, stream }, controller.signal).then((one) => one.text());
  await sleep(client.rng.integer(20));
  controller.abort();
  await answer.catch(() => {});
  return undefined;
};

/** Asks for a stream and never reads it. */
const deaf: Kind = async ({ port, rng }, prompt, max_tokens) => {
  const body = JSON.stringify({
    model: 'double',
    temperature: 0,
    ignore_eos: true,
    prompt,
    max_tokens,
    stream: true,
  });
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.pause();
  socket.write(
    `POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await sleep(rng.integer(300));
  socket.destroy();
  return undefined;
};

const refused =
  (body: (prompt: string) => object | string, ...statuses: number[]): Kind =>
  async (client, prompt) => {
    const response = await post(client, body(prompt));
    expectStatus(response, ...statuses);
    await response.text();
    return undefined;
  };

const kinds: { readonly [kind: string]: Kind } = {
  whole,
  streamed: streamed(0),
  slow: streamed(10),
  vanishing,
  deaf,
  // 408: on a machine that is busy with other things the body may come too slowly.
  oversized: refused((prompt) => ({ prompt: prompt.padEnd(2 << 20, prompt) }), 413, 408),
  malformed: refused((prompt) => `{"model":"double","prompt":${prompt}`, 400),
  tooLong: refused((prompt) => ({ prompt: prompt.repeat(200) }), 400),
  absurd: refused((prompt) => ({ prompt, n: -1 }), 400),
};
const names = [...Object.keys(kinds), 'whole', 'whole', 'streamed', 'streamed', 'streamed'];

/** Runs `clients` at once for so long; each asks again and again. */
export async function soak(
  server: RunningServer,
  engine: EngineProcess,
  { seconds, clients = 24, seed = 1 }: { seconds: number; clients?: number; seed?: number },
): Promise<SoakReport> {
  const faults: string[] = [];
  const counts: { [kind: string]: number } = {};
  const known = new Map<string, Promise<string>>();
  const expected = (prompt: string, maxTokens: number): Promise<string> => {
    const key = `${prompt} ${maxTokens}`;
    if (!known.has(key)) known.set(key, expectedText(prompt, maxTokens));
    return known.get(key)!;
  };
  let checked = 0;
  let reconnects = 0;
  const end = performance.now() + seconds * 1000;
  const run = async (client: number): Promise<void> => {
    const rng = createRng(seed).split(`client ${client}`);
    while (performance.now() < end) {
      const name = names[rng.integer(names.length)];
      const letter = String.fromCharCode(97 + rng.integer(26));
      // So many different ones that the answers to all can be remembered.
      const prompt = `${'quick'.slice(0, rng.integer(6))}${letter.repeat(1 + 10 * rng.integer(9))}`;
      const maxTokens = 1 + 10 * rng.integer(6);
      counts[name] = (counts[name] ?? 0) + 1;
      try {
        const text = await kinds[name]({ url: server.url, port: server.port, rng }, prompt, maxTokens);
        if (text === undefined) continue;
        const right = await expected(prompt, maxTokens);
        if (text !== right) faults.push(`${name} ${prompt}: ${text} in place of ${right}`);
        checked++;
      } catch (error) {
        if (isReset(error)) reconnects++;
        else faults.push(`${name} ${prompt}: ${error}`);
      }
    }
  };
  const all = Promise.all(Array.from({ length: clients }, (_, client) => run(client)));
  await sleep((seconds * 1000) / 3);
  const early = residentMegabytes(process.pid, engine.pid!);
  await all;
  const late = residentMegabytes(process.pid, engine.pid!);
  return {
    checked,
    reconnects,
    kinds: counts,
    faults,
    ...(early && late && { memory: [early, late] as const }),
  };
}

const isReset = (error: unknown): boolean => {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'UND_ERR_SOCKET' || code === 'EPIPE';
};

/** Memory that processes hold, as Linux counts it. */
function residentMegabytes(...pids: number[]): number | undefined {
  try {
    const pages = pids.map((pid) => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]));
    return (pages.reduce((sum, count) => sum + count, 0) * 4096) / 1e6;
  } catch {
    return undefined;
  }
}
