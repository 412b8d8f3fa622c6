/** What can go wrong where tunes are written and measured. */

import { defineErrors } from '../errors.ts';

export const failMusic = defineErrors({
  'cli/no-tunes': {
    en: (d: { command: string; source: string }) =>
      `${d.command}: ${d.source} must hold tunes in ABC notation, each with X: in front, and has none; check the path`,
    zh: (d) => `${d.command}：${d.source} 须含 ABC 记谱的曲子（以 X: 开头），但一首也没有；请检查路径`,
  },
  'cli/metre-kept': {
    en: (d: { got: string | undefined }) =>
      `music: --in-metre needs --metre with bars of 2 to 32 eighths or sixteenths, such as 6/8, got ${d.got ?? 'none'}`,
    zh: (d) =>
      `music：--in-metre 需要同时给出 --metre，每小节为 2 至 32 个八分或十六分音符，如 6/8；得到 ${d.got ?? '无'}`,
  },
  'cli/no-learnt-tunes': {
    en: (d: { source: string }) =>
      `music measure: what the model learnt from must be tunes, and ${d.source} has none; train one with inkstone train --data tunes.abc, or name tunes with --data`,
    zh: (d) =>
      `music measure：模型须学自曲子，而 ${d.source} 中没有；请用 inkstone train --data tunes.abc 训练，或以 --data 给出曲子`,
  },
});
