/**
 * A server under load: 1, 8 and 32 clients that stream greedy texts over HTTP, one request after another, beside a static
 * batch of the same size in `transformers`. Server, engine and clients are three processes.
 */

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startEngineProcess, startServer } from '../src/serve/index.ts';
import type { BenchOptions } from './main.ts';
import { startTorch, TORCH_MISSING } from './peer.ts';
import { createReport } from './report.ts';
import type { ClientsTask, Round } from './serve-clients.ts';
import { characterTokenizer, serveShapes } from './serve-shapes.ts';
import { median, spread } from './timing.ts';

const CLIENTS = [1, 8, 32];

/** The clients' process: runs one round when asked. */
function startClients() {
  const child = fork(new URL('./serve-clients.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  return {
    run: (task: ClientsTask): Promise<Round> =>
      new Promise((resolve, reject) => {
        child.once('message', (answer: Round | { error: string }) => {
          if ('error' in answer) reject(new Error(answer.error));
          else resolve(answer);
        });
        child.send(task);
      }),
    stop: () => child.disconnect(),
  };
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
    const clients = startClients();
    const runClients = (count: number, seconds: number) =>
      clients.run({ port: server.port, count, seconds, shape: name });
    await runClients(4, 1);
    const ours = new Map<number, Round[]>(CLIENTS.map((count) => [count, []]));
    const theirs = new Map<number, number[]>(CLIENTS.map((count) => [count, []]));
    for (let round = 0; round < rounds; round++) {
      for (const count of CLIENTS) {
        ours.get(count)!.push(await runClients(count, seconds));
        const { prompt, tokens } = shape;
        const sizes = { layers, heads, width, vocab, context, prompt, tokens };
        for (let spent = 0, batches = 0; peer && !shape.weights && spent < seconds / 2; batches++) {
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
    clients.stop();
    await server.close({ graceMs: 100 });
    engine.close();
  }
  peer?.stop();
  report.save();
}
