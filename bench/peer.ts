/** A peer in a process of its own: one JSON line per request, one per answer, so that rounds can alternate with ours. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Peer {
  /** @throws when the process is gone; an answer may hold `error` instead of figures. */
  ask(request: object): Promise<Record<string, number | string>>;
  stop(): void;
}

/** `command script`, both speaking JSON lines. `cure` ends the error when it dies. */
export function startPeer(command: string, script: string, cure: string): Peer {
  const child = spawn(command, [new URL(`./peers/${script}`, import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`bench: ${command} ${script} ended. ${cure}`);
      return JSON.parse(value);
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
