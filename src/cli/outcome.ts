/** How a training begins again and how it ends, in words: what `start` and `train` have in common. */

import { defineMessages } from '../language.ts';
import type { SavedRun } from '../train/index.ts';
import type { CommandContext } from './command.ts';
import { INTERRUPTED } from './interrupt.ts';
import type { WatchedFinish } from './progress.ts';
import { formatDuration, type Terminal } from './terminal.ts';
import type { WatchedTraining } from './training.ts';

const say = defineMessages({
  resumed: {
    en: (d: { folder: string; place: string }) =>
      `going on with ${d.folder}: ${d.place}; weights, optimizer and place in the data restored`,
    zh: (d) => `继续 ${d.folder}：${d.place}；权重、优化器状态与数据位置均已恢复`,
  },
  finished: {
    en: (d: { folder: string; place: string }) =>
      `${d.folder} is finished: ${d.place}; to train anew, choose another --out`,
    zh: (d) => `${d.folder} 已经训练完成：${d.place}；要重新训练，请换一个 --out`,
  },
  steps: {
    en: (d: { step: number; of: number }) => `step ${d.step} of ${d.of}`,
    zh: (d) => `第 ${d.step} 步，共 ${d.of} 步`,
  },
  minutes: {
    en: (d: { step: number; done: string; of: string }) => `step ${d.step}, ${d.done} of ${d.of}`,
    zh: (d) => `第 ${d.step} 步，已训练 ${d.done}，共 ${d.of}`,
  },
  passedOver: {
    en: (d: { reason: string }) => `passed over a damaged checkpoint: ${d.reason}`,
    zh: (d) => `略过一个损坏的检查点：${d.reason}`,
  },
  stopped: {
    en: (d: { step: number; command: string }) =>
      `stopped and saved at step ${d.step}; to go on: ${d.command}`,
    zh: (d) => `已停止并保存在第 ${d.step} 步；继续请运行：${d.command}`,
  },
  diverged: {
    en: (d: { command: string; step: number; kept: string; cure: string }) =>
      `${d.command}: the loss diverged at step ${d.step}; ${d.kept}; try ${d.cure}`,
    zh: (d) => `${d.command}：损失在第 ${d.step} 步发散；${d.kept}；请${d.cure}`,
  },
  kept: {
    en: (d: { folder: string; step: number }) =>
      `the last good checkpoint, step ${d.step}, is in ${d.folder}`,
    zh: (d) => `最后一个完好的检查点（第 ${d.step} 步）在 ${d.folder}`,
  },
  nothingKept: {
    en: () => 'it was too early for a checkpoint',
    zh: () => '还没来得及保存检查点',
  },
  smallerLr: { en: () => 'a smaller --lr in another --out', zh: () => '减小 --lr 并换一个 --out' },
  otherSeed: { en: () => 'another --seed in another --out', zh: () => '换一个 --seed 和 --out' },
});

/** Names each damaged checkpoint that was passed over for an older one. */
export function tellSkipped(terminal: Terminal, { skipped }: Pick<SavedRun, 'skipped'>): void {
  for (const { error } of skipped) terminal.error(say('passedOver', { reason: error.message }));
}

/** Says from where a run goes on; nothing for a new one. */
export function tellPlace(
  { terminal }: Pick<CommandContext, 'terminal'>,
  { run, length }: WatchedTraining,
): void {
  tellSkipped(terminal, run);
  const { place, folder } = run;
  if (!place) return;
  const { step, seconds } = place;
  const { steps, minutes = 0 } = length;
  const words =
    steps === undefined
      ? say('minutes', { step, done: formatDuration(seconds), of: formatDuration(minutes * 60) })
      : say('steps', { step, of: steps });
  const isFinished = steps === undefined ? seconds >= minutes * 60 : step >= steps;
  terminal.json({ type: 'resume', folder, step, isFinished });
  terminal.print(`  ${say(isFinished ? 'finished' : 'resumed', { folder, place: words })}`);
}

/** Says how a training ended; the exit status, 0 when there is a model to go on with. */
export function tellEnd(
  command: 'start' | 'train' | 'tune' | 'privacy',
  { terminal, again }: Pick<CommandContext, 'terminal' | 'again'>,
  { reason, step, savedStep }: WatchedFinish,
  folder: string,
): number {
  if (reason === 'diverged') {
    const kept = savedStep === undefined ? say('nothingKept', {}) : say('kept', { folder, step: savedStep });
    const cure = command === 'start' ? say('otherSeed', {}) : say('smallerLr', {});
    terminal.error(say('diverged', { command, step, kept, cure }));
    return 1;
  }
  if (reason === 'aborted') {
    terminal.print(say('stopped', { step, command: again }));
    return INTERRUPTED;
  }
  return 0;
}
