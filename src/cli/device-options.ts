/** Where a training computes. */

import type { OptionTable } from './command.ts';

export const deviceOptions = {
  device: {
    type: 'string',
    choices: ['cpu', 'gpu'],
    doc: {
      en: 'where decoders are trained: cpu (default), or gpu in f32, by WebGPU (needs the package webgpu)',
      zh: '在哪里训练解码器：cpu（默认），或经 WebGPU 用 gpu 以 f32 计算（需要 webgpu 包）',
    },
  },
} as const satisfies OptionTable;
