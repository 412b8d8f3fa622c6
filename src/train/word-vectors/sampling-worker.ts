/** One thread of the training of word vectors. */

import { parentPort, workerData } from 'node:worker_threads';
import { type SamplingJob, sampleChunks } from './negative-sampling.ts';
import { fastKernels } from './vector-kernels.ts';

const job = workerData as SamplingJob;
sampleChunks(job, fastKernels(job.memory));
parentPort!.postMessage('done');
