/** What can go wrong where a learner is asked. */

import { defineErrors } from '../errors.ts';

export const failTutor = defineErrors({
  'cli/tutor-empty': {
    en: (d: { source: string }) =>
      `tutor: ${d.source} must hold sentences in English or Chinese that stand by themselves, with a name, a number or a noun in them, and there is none; give a longer text`,
    zh: (d) => `出题：${d.source} 中没有独立成句且含人名、地名、数字或名词的中英文句子；请换更长的文本`,
  },
  'cli/tutor-question': {
    en: (d: { id: string }) =>
      `tutor: this text has no question "${d.id}"; see those there are with --list, or the next with --next`,
    zh: (d) => `出题：此文本没有题目 "${d.id}"；用 --list 查看全部，或用 --next 取下一题`,
  },
  'cli/tutor-learner': {
    en: (d: { name: string }) => `tutor: --learner must be up to 64 letters, digits, _ or -, got "${d.name}"`,
    zh: (d) => `出题：--learner 须为至多 64 个字母、数字、_ 或 -，得到 "${d.name}"`,
  },
  'cli/learner-file': {
    en: (d: { path: string }) =>
      `${d.path}: must be what inkstone tutor keeps of a learner; mend it or take it away`,
    zh: (d) => `${d.path}：须为 inkstone tutor 保存的学习记录；请修正或移走`,
  },
});
