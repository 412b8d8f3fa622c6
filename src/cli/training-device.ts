/** Trains on the device that was asked for. */

import { defineMessages } from '../language.ts';
import { openGpu } from '../tensor/index.ts';
import { fail } from './errors.ts';
import { refuseGiven } from './options.ts';
import type { TrainContext } from './train-parts.ts';

const say = defineMessages({
  device: { en: (d: { name: string }) => `device: ${d.name}`, zh: (d) => `设备：${d.name}` },
  software: {
    en: (d: { name: string }) => `device: ${d.name}, in software: slower than --device cpu`,
    zh: (d) => `设备：${d.name}，由软件模拟：比 --device cpu 慢`,
  },
});

/** Runs a training with the GPU open where `--device gpu` asks for it. @throws `gpu/none` without an adapter */
export async function onDevice(context: TrainContext, train: () => Promise<number>): Promise<number> {
  const { options, terminal } = context;
  if (options.device !== 'gpu') return train();
  if (options.precision === 'bf16') {
    const reason = { reason: 'a GPU computes in f32 here', zhReason: '此处 GPU 以 f32 计算' };
    throw fail('cli/conflict', {
      command: 'train',
      options: ['--device gpu', '--precision bf16'],
      ...reason,
    });
  }
  if (context.ranks) {
    const reason = {
      reason: 'ranks exchange what the processor holds',
      zhReason: '各进程交换的是处理器上的数据',
    };
    throw fail('cli/conflict', { command: 'train', options: ['--device gpu', 'mpirun'], ...reason });
  }
  const gpu = await openGpu();
  try {
    terminal.print(say(gpu.isSoftware ? 'software' : 'device', gpu));
    return await train();
  } finally {
    gpu.close();
  }
}

/** Refuses it for models whose kernels no GPU has. */
export function refuseDevice(
  { options, given }: Pick<TrainContext, 'options' | 'given'>,
  beside: string,
): void {
  if (options.device !== 'gpu') return;
  refuseGiven(given, ['device'], {
    command: 'train',
    beside,
    reason: 'only decoders are trained on a GPU',
    zhReason: '只有解码器能在 GPU 上训练',
  });
}
