/** What can go wrong with the card of a model and with what approves it. */

import { defineErrors } from '../errors.ts';

export const failCard = defineErrors({
  'cli/no-weights': {
    en: (d: { folder: string }) =>
      `card: ${d.folder} has no complete checkpoint yet; let it train until its first save`,
    zh: (d) => `card：${d.folder} 还没有完整的检查点；请等它第一次保存`,
  },
  'cli/card-fields': {
    en: (d: { path: string }) =>
      `card: ${d.path} must hold fields of a card with their texts; mend it, or remove it and name them again`,
    zh: (d) => `card：${d.path} 须为说明卡各项及其文本；请改正，或删除后重新填写各项`,
  },
  'cli/no-card': {
    en: (d: { path: string; card: string }) =>
      `sign: ${d.card} is not there, and a model is approved with its card; write it (for a run: inkstone card ${d.path})`,
    zh: (d) =>
      `sign：没有 ${d.card}，而批准模型须连同其说明卡；请先写（训练所得可用 inkstone card ${d.path}）`,
  },
  'cli/not-signed': {
    en: (d: { path: string; card: string }) =>
      `sign-off: nobody has approved ${d.path}, and only what is approved may be given away; write its card, ${d.card} (for a run: inkstone card ${d.path}), look at both, then: inkstone sign ${d.path} --name … --statement …`,
    zh: (d) =>
      `签署：无人批准 ${d.path}，而只有获批的模型才能交付；请写说明卡 ${d.card}（训练所得可用 inkstone card ${d.path}），审阅后运行：inkstone sign ${d.path} --name … --statement …`,
  },
  'cli/changed-since': {
    en: (d: { path: string; files: readonly string[]; name: string; at: string }) =>
      `sign-off: ${d.path} is not what ${d.name} approved on ${d.at.slice(0, 10)} (${d.files.join(', ')}); look at it again, then: inkstone sign ${d.path} --name … --statement …`,
    zh: (d) =>
      `签署：${d.path} 已不是 ${d.name} 于 ${d.at.slice(0, 10)} 批准的样子（${d.files.join('、')}）；请重新审阅，再运行：inkstone sign ${d.path} --name … --statement …`,
  },
});
