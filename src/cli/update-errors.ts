/** What can go wrong where a run takes in new text. */

import { defineErrors } from '../errors.ts';

export const failUpdate = defineErrors({
  'cli/update-unfinished': {
    en: (d: { folder: string }) =>
      `update: ${d.folder} has not finished its own training, and only a finished run takes in more; train it to its end first, by the command that began it`,
    zh: (d) => `更新：${d.folder} 自身的训练尚未完成，只有完成的训练才能再学新文本；请先用原来的命令训练到底`,
  },
  'cli/update-private': {
    en: (d: { folder: string }) =>
      `update: ${d.folder} was trained with --private, and what is promised of its text would no longer hold; train a new run with --private on all of it`,
    zh: (d) =>
      `更新：${d.folder} 以 --private 训练，更新后对其文本的承诺便不再成立；请用 --private 在全部文本上重新训练`,
  },
  'cli/update-answers': {
    en: (d: { folder: string }) =>
      `update: ${d.folder} learned answers of conversations, which this does not measure; use inkstone tune full --answers`,
    zh: (d) => `更新：${d.folder} 学的是对话中的回答，此处无法度量；请用 inkstone tune full --answers`,
  },
  'cli/update-old-text': {
    en: (d: { reason: string }) =>
      `update: forgetting must be measured, and the text of the run cannot be read: ${d.reason}; go to the folder from which it was trained, or name the text with --old-data`,
    zh: (d) =>
      `更新：必须度量遗忘，而训练所用的文本无法读取：${d.reason}；请回到当初训练的目录，或用 --old-data 指明文本`,
  },
  'cli/update-other-text': {
    en: (d: { folder: string; source: string }) =>
      `update: ${d.source} is no longer the text that ${d.folder} learned first, so neither what is new nor what is forgotten can be told; name that text with --old-data, and give new text in files of its own`,
    zh: (d) =>
      `更新：${d.source} 已不是 ${d.folder} 最初所学的文本，无法判断何为新、何被遗忘；请用 --old-data 指明当初的文本，并把新文本另存为文件`,
  },
  'cli/no-update': {
    en: (d: { folder: string }) =>
      `update --rollback: ${d.folder} has no promoted update to take back; see inkstone update ${d.folder} --list`,
    zh: (d) => `update --rollback：${d.folder} 没有可撤回的更新；请看 inkstone update ${d.folder} --list`,
  },
  'cli/update-changed': {
    en: (d: { folder: string; step: number; newest: number | undefined }) =>
      `update --rollback: the newest checkpoint of ${d.folder} must be the promoted one of step ${d.step}, got step ${d.newest ?? '–'}; it was changed by hand since, put its checkpoints back`,
    zh: (d) =>
      `update --rollback：${d.folder} 的最新检查点必须是所采用的第 ${d.step} 步，现为第 ${d.newest ?? '–'} 步；其后有人改动过，请先恢复检查点`,
  },
  'cli/update-record': {
    en: (d: { path: string }) =>
      `${d.path}: must be the record of an update as inkstone update writes it; mend it, or take its folder away`,
    zh: (d) => `${d.path}：须为 inkstone update 写下的更新记录；请修正，或移走其目录`,
  },
});
