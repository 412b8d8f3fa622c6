/** What can go wrong with a GPU. */

import { defineErrors } from '../../errors.ts';

export const fail = defineErrors({
  'gpu/none': {
    en: (d: { reason: string; zhReason: string }) =>
      `gpu: needs a WebGPU adapter, ${d.reason}; or train on the processor: --device cpu`,
    zh: (d) => `gpu：需要 WebGPU 适配器，但${d.zhReason}；也可以用处理器训练：--device cpu`,
  },
  'gpu/open': {
    en: () => 'gpu: one device is open at a time, and one is open already; close it first',
    zh: () => 'gpu：同时只能打开一个设备，而已有一个打开；请先关闭它',
  },
  'gpu/values': {
    en: () =>
      'gpu: the newest values of this tensor are on the device; before reading them: await readable(tensor)',
    zh: () => 'gpu：该张量的最新值在设备上；读取之前请先 await readable(tensor)',
  },
  'gpu/kernel': {
    en: (d: { kernel: string }) =>
      `gpu: needs a kernel for the GPU, and there is none for ${d.kernel}; train on the processor: --device cpu`,
    zh: (d) => `gpu：需要 GPU 内核，但没有 ${d.kernel} 的内核；请用处理器训练：--device cpu`,
  },
  'gpu/type': {
    en: (d: { kernel: string; array: string; expected: string; got: string }) =>
      `gpu: ${d.array} of ${d.kernel} must be ${d.expected}, got ${d.got}; compute in f32, or on the processor: --device cpu`,
    zh: (d) =>
      `gpu：${d.kernel} 的 ${d.array} 必须是 ${d.expected}，得到 ${d.got}；请用 f32 计算，或改用处理器：--device cpu`,
  },
  'gpu/size': {
    en: (d: { sizeBytes: number; maxBytes: number }) =>
      `gpu: one array may have at most ${d.maxBytes} bytes on this device, got ${d.sizeBytes}; make the batch or the model smaller`,
    zh: (d) => `gpu：此设备上一个数组最多 ${d.maxBytes} 字节，得到 ${d.sizeBytes}；请减小批量或模型`,
  },
  'gpu/failed': {
    en: (d: { message: string }) =>
      `gpu: the device must stay at work, but failed (${d.message}); make the batch smaller, or train on the processor: --device cpu`,
    zh: (d) => `gpu：设备必须持续工作，但出错了（${d.message}）；请减小批量，或用处理器训练：--device cpu`,
  },
});
