/** The clients of `bench serve`, in a process of their own: they must not take turns of the server's event loop. */

import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { createRng } from '../src/rng.ts';
import { characterOf, serveShapes } from './serve-shapes.ts';

/** One round: `count` clients for so many seconds, each with one request after another. */
export interface ClientsTask {
  readonly port: number;
  readonly count: number;
  readonly seconds: number;
  /** A key of `serveShapes`. */
  readonly shape: string;
}

/** What one round of clients saw, times in ms. */
export interface Round {
  readonly tokensPerSecond: number;
  readonly firstTokens: readonly number[];
  readonly gaps: readonly number[];
}

/** One streamed answer: when each event came, in ms after the request. */
function stream(port: number, agent: Agent, body: string): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const times: number[] = [];
    const call = request(
      {
        port,
        agent,
        method: 'POST',
        path: '/v1/completions',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        response.on('data', (data: Buffer) => {
          const at = performance.now() - start;
          for (let i = data.indexOf('data: {'); i >= 0; i = data.indexOf('data: {', i + 1)) times.push(at);
        });
        response.on('end', () => {
          if (response.statusCode === 200) resolve(times);
          else reject(new Error(`bench serve: status ${response.statusCode}`));
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

/**
 * The clients begin one after another over `seconds`, as people do; then they are watched for `seconds`. A text that
 * reaches over a border of that time counts with the share of its events inside.
 */
async function runClients({ port, count, seconds, shape }: ClientsTask): Promise<Round> {
  const { config, prompt, tokens } = serveShapes[shape];
  const agent = new Agent({ keepAlive: true });
  const window = seconds * 1000;
  const begin = performance.now() + window;
  const end = begin + window;
  let written = 0;
  const firstTokens: number[] = [];
  const gaps: number[] = [];
  const client = async (place: number): Promise<void> => {
    const rng = createRng(place).split(`clients ${count}`);
    await setTimeout((window * place) / count);
    while (performance.now() < end) {
      const text = Array.from({ length: prompt }, () => characterOf(rng.integer(config.vocabSize - 300)));
      const body = JSON.stringify({
        model: 'bench',
        prompt: text.join(''),
        max_tokens: tokens,
        temperature: 0,
        ignore_eos: true,
        stream: true,
      });
      const asked = performance.now();
      const times = await stream(port, agent, body);
      // The last event is the end, not a token; a token that is half a character shows with the next.
      const events = times.slice(0, -1);
      const inside = events.filter((ms) => asked + ms >= begin && asked + ms < end);
      written += (tokens * inside.length) / events.length;
      if (asked < begin || inside.length < events.length) continue;
      firstTokens.push(events[0]);
      for (let i = 1; i < events.length; i++) gaps.push(events[i] - events[i - 1]);
    }
  };
  await Promise.all(Array.from({ length: count }, (_, place) => client(place)));
  agent.destroy();
  return { tokensPerSecond: written / seconds, firstTokens, gaps };
}

process.on('message', (task: ClientsTask) => {
  runClients(task).then(
    (round) => process.send!(round),
    (error: Error) => process.send!({ error: error.message }),
  );
});
