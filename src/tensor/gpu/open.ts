/** A GPU as a table of kernels over the same op rows: those that a decoder's training step needs. */

import { type Device, openDevice, setDevice } from '../device.ts';
import type { Kernels } from '../kernels.ts';
import { referenceKernels } from '../reference/index.ts';
import { findAdapter } from './adapter.ts';
import { attentionKernels } from './attention.ts';
import { elementwiseKernels } from './elementwise.ts';
import { fail } from './errors.ts';
import { lossKernels } from './loss.ts';
import { matmulKernels } from './matmul.ts';
import { normKernels } from './norm.ts';
import { optimizerKernels } from './optimizer.ts';
import { randomKernels } from './random.ts';
import { rowKernels } from './rows.ts';
import { createSession, type Session } from './session.ts';

/** One adapter a topic, as for the addon. */
const topics: readonly ((session: Session) => Partial<Kernels>)[] = [
  elementwiseKernels,
  rowKernels,
  matmulKernels,
  normKernels,
  attentionKernels,
  lossKernels,
  randomKernels,
  optimizerKernels,
];

const lacking = (kernel: string) => (): never => {
  throw fail('gpu/kernel', { kernel });
};

/** The table: kernels that it lacks say so when they are called. */
function kernelsOf(session: Session): Kernels {
  const lacked = Object.fromEntries(Object.keys(referenceKernels).map((name) => [name, lacking(name)]));
  return Object.assign(lacked, ...topics.map((topic) => topic(session)));
}

/** See `openGpu`. */
export async function openAdapter(): Promise<Device> {
  const found = await findAdapter();
  if ('reason' in found) throw fail('gpu/none', found);
  const { maxBufferSize, maxStorageBufferBindingSize } = found.adapter.limits;
  const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize };
  const device = await found.adapter.requestDevice({ requiredLimits }).catch((error: Error) => {
    throw fail('gpu/failed', { message: error.message }, error);
  });
  // Checked when nothing more is waited for: two may ask at once.
  if (openDevice()) {
    device.destroy();
    throw fail('gpu/open', {});
  }
  const session = createSession(device, found, kernelsOf);
  setDevice(session);
  return session;
}
