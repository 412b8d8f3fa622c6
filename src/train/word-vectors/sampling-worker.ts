/** One thread of the training of word vectors. */

import { parentPort, workerData } from 'node:worker_threads';
import { type SamplingJob, sampleChunks } from './negative-sampling.ts';
import { fastKernels } from './vector-kernels.ts';

/** How long a thread sleeps before it looks whether all are there, or were told to stop. */
const LOOK_MS = 50;

const job = workerData as SamplingJob;
const kernels = fastKernels(job.memory);
beginTogether(job);
sampleChunks(job, kernels);
parentPort!.postMessage('done');

/** The rate falls with what all have read: one that began late would read its share with what the others left of it. */
function beginTogether({ progress, plan: { threads } }: SamplingJob): void {
  Atomics.add(progress, 2, 1n);
  Atomics.notify(progress, 2);
  for (;;) {
    const there = Atomics.load(progress, 2);
    if (there >= threads || Atomics.load(progress, 1) === 1n) return;
    Atomics.wait(progress, 2, there, LOOK_MS);
  }
}
