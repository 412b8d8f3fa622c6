/** A WebGPU adapter for tests, where there is one: this machine's, or the software one that comes with Chromium. */

import { existsSync } from 'node:fs';
import { describeGpu } from '../src/tensor/index.ts';

const VARIABLE = 'VK_ICD_FILENAMES';
const SOFTWARE = '/usr/lib/chromium/vk_swiftshader_icd.json';

async function findGpu() {
  const own = await describeGpu();
  if ('name' in own || process.env[VARIABLE] || !existsSync(SOFTWARE)) return own;
  // Read once, when the driver is found; what was found stays.
  process.env[VARIABLE] = SOFTWARE;
  try {
    return await describeGpu();
  } finally {
    delete process.env[VARIABLE];
  }
}

const found = await findGpu();

/** Why nothing can run on a GPU here; undefined where it can. */
export const noGpu = 'reason' in found ? `needs a WebGPU adapter: ${found.reason}` : undefined;
