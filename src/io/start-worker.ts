/** A thread that runs a module of ours, from the sources as well as from the build. */

import { Worker } from 'node:worker_threads';

/** Starts the module `name` that lies beside the one at the address `beside`. */
export function startWorker(
  name: string,
  { beside, workerData }: { readonly beside: string; readonly workerData: unknown },
): Worker {
  const isSource = beside.endsWith('.ts');
  const module = new URL(`./${name}.${isSource ? 'ts' : 'js'}`, beside);
  if (!isSource) return new Worker(module, { workerData });
  const loader = import.meta.resolve('tsx/esm/api');
  const program = `import('${loader}').then(({ register }) => { register(); return import('${module}'); });`;
  return new Worker(program, { eval: true, workerData });
}
