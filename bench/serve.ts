/**
 * A server under load: 1, 8 and 32 clients that stream greedy texts over HTTP, one request after another, beside a static
 * batch of the same size in `transformers`. Clients and server share this process; the engine has its own.
 */

import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createRng } from '../src/rng.ts';
import { startEngineProcess, startServer } from '../src/serve/index.ts';
import type { BenchOptions } from './main.ts';
import { startTorch, TORCH_MISSING } from './peer.ts';
import { createReport } from './report.ts';
import { characterOf, characterTokenizer, type ServeShape, serveShapes } from './serve-shapes.ts';
import { median, spread } from './timing.ts';

const CLIENTS = [1, 8, 32];

/** What one round of clients saw, times in ms. */
interface Round {
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

async function runClients(
  port: number,
  count: number,
  seconds: number,
  { config, prompt, tokens }: ServeShape,
): Promise<Round> {
  const agent = new Agent({ keepAlive: true });
  const start = performance.now();
  let written = 0;
  const firstTokens: number[] = [];
  const gaps: number[] = [];
  await Promise.all(
    Array.from({ length: count }, async (_, client) => {
      const rng = createRng(client).split(`clients ${count}`);
      while (performance.now() - start < seconds * 1000) {
        const text = Array.from({ length: prompt }, () => characterOf(rng.integer(config.vocabSize - 300)));
        const body = JSON.stringify({
          model: 'bench',
          prompt: text.join(''),
          max_tokens: tokens,
          temperature: 0,
          ignore_eos: true,
          stream: true,
        });
        const times = await stream(port, agent, body);
        // The last event is the end, not a token; a token that is half a character shows with the next.
        written += tokens;
        firstTokens.push(times[0]);
        for (let i = 1; i < times.length - 1; i++) gaps.push(times[i] - times[i - 1]);
      }
    }),
  );
  agent.destroy();
  return { tokensPerSecond: (1000 * written) / (performance.now() - start), firstTokens, gaps };
}

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
};

export async function run({ rounds, seconds, json, python, config: only }: BenchOptions): Promise<void> {
  const report = createReport('serve', { json });
  const peer = startTorch(python, 'torch_serve.py');
  if (!peer) report.note(TORCH_MISSING);
  for (const [name, shape] of Object.entries(serveShapes)) {
    if (only && only !== name) continue;
    const { layers, heads, width, vocabSize: vocab, contextLength: context } = shape.config;
    const engine = await startEngineProcess({
      id: 'bench',
      script: fileURLToPath(new URL('./serve-engine.ts', import.meta.url)),
      args: [name],
      tokenizer: characterTokenizer(vocab),
    });
    const server = await startServer({ models: [engine] });
    await runClients(server.port, 4, 1, shape);
    const ours = new Map<number, Round[]>(CLIENTS.map((count) => [count, []]));
    const theirs = new Map<number, number[]>(CLIENTS.map((count) => [count, []]));
    for (let round = 0; round < rounds; round++) {
      for (const count of CLIENTS) {
        ours.get(count)!.push(await runClients(server.port, count, seconds, shape));
        const { prompt, tokens } = shape;
        const sizes = { layers, heads, width, vocab, context, prompt, tokens };
        for (let spent = 0, batches = 0; peer && spent < seconds / 2; batches++) {
          const answer = await peer.ask({ ...sizes, batch: count, threads: 2 });
          if (answer.error) {
            report.note(`the peer: ${answer.error}`);
            break;
          }
          spent += Number(answer.seconds);
          if (batches > 0 || spent > seconds)
            theirs.get(count)!.push((count * tokens) / Number(answer.seconds));
        }
      }
    }
    const one = ours.get(1)!;
    for (const count of CLIENTS) {
      const own = ours.get(count)!;
      const speed = own.map(({ tokensPerSecond }) => tokensPerSecond);
      const first = own.flatMap(({ firstTokens }) => firstTokens);
      const gaps = own.flatMap((round) => round.gaps);
      const peers = theirs.get(count)!;
      const firsts = [0.5, 0.99].map((share) => quantile(first, share));
      report.add({
        config: `${name}, ${count} clients`,
        ours: median(speed),
        unit: 'tok/s',
        ...(peers.length && {
          peer: median(peers),
          peerName: 'transformers',
          ratio: median(speed) / median(peers),
        }),
        spread: spread(speed),
        rounds,
        timesOneClient: median(own.map(({ tokensPerSecond }, i) => tokensPerSecond / one[i].tokensPerSecond)),
        firstTokenMs: firsts,
        gapMs: [quantile(gaps, 0.5), quantile(gaps, 0.99)],
      });
      report.note(
        `  ${median(own.map(({ tokensPerSecond }, i) => tokensPerSecond / one[i].tokensPerSecond)).toFixed(1)} × one client;` +
          ` first token ${firsts.map((ms) => ms.toFixed(1)).join(' / ')} ms,` +
          ` gap ${quantile(gaps, 0.5).toFixed(1)} / ${quantile(gaps, 0.99).toFixed(1)} ms (median / p99)`,
      );
    }
    await server.close({ graceMs: 100 });
    engine.close();
  }
  peer?.stop();
  report.save();
}
