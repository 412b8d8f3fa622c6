/** A peer in a process of its own: one JSON line per request, one per answer, so that rounds can alternate with ours. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Peer {
  /** @throws when the process is gone; an answer may hold `error` instead of figures. */
  ask(request: {
    readonly seconds?: number;
    readonly [field: string]: unknown;
  }): Promise<Record<string, number | string>>;
  stop(): void;
}

/** Answers that took so many times the seconds asked for are given again, not measured again: emulated bf16 takes minutes. */
const patience = 60;

/** `command script`, both speaking JSON lines. `cure` ends the error when it dies. */
export function startPeer(command: string, script: string, cure: string): Peer {
  const child = spawn(command, [new URL(`./peers/${script}`, import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const slow = new Map<string, Awaited<ReturnType<Peer['ask']>>>();
  return {
    async ask(request) {
      const question = JSON.stringify(request);
      const known = slow.get(question);
      if (known) return known;
      const start = performance.now();
      child.stdin.write(`${question}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`bench: ${command} ${script} ended. ${cure}`);
      const answer = JSON.parse(value);
      const seconds = (performance.now() - start) / 1000;
      if (seconds > patience * (request.seconds ?? Number.POSITIVE_INFINITY)) slow.set(question, answer);
      return answer;
    },
    stop: () => child.kill(),
  };
}

/** PyTorch under the given Python, or nothing where none was named. */
export function startTorch(python: string | undefined, script: string): Peer | undefined {
  if (!python) return undefined;
  return startPeer(python, script, `Does it have PyTorch? Try: ${python} -m pip install torch`);
}

export const TORCH_MISSING = 'no peer: --python PATH names a Python that has PyTorch (pip install torch)';
