/** What can go wrong where models are probed and measured at the command line. */

import { defineErrors } from '../errors.ts';

export const failMeasure = defineErrors({
  'cli/canary-list': {
    en: (d: { path: string; reason: string; zhReason: string }) =>
      `${d.path}: is no list of canaries that can be read (${d.reason}); give the one that inkstone data canaries wrote`,
    zh: (d) => `${d.path}：不是可读的金丝雀列表（${d.zhReason}）；请给出 inkstone data canaries 写出的列表`,
  },
  'cli/positive': {
    en: (d: { labels: readonly string[] }) =>
      `probe fairness: of ${d.labels.length} labels one must be the decision that is looked at; name it with --positive: ${d.labels.slice(0, 12).join(', ')}`,
    zh: (d) =>
      `probe fairness：共 ${d.labels.length} 种标签，须指定所看的判断；请用 --positive 指明：${d.labels.slice(0, 12).join('、')}`,
  },
  'cli/no-classifier': {
    en: (d: { path: string; task: string }) =>
      `probe fairness: the model must give labels, and the head of ${d.path} is one of ${d.task}; train one with inkstone classify train or tune head --task classify`,
    zh: (d) =>
      `probe fairness：模型须给出标签，而 ${d.path} 的任务头是 ${d.task}；请用 inkstone classify train 或 tune head --task classify 训练`,
  },
  'cli/target': {
    en: (d: { target: string }) =>
      `probe security: an endpoint must be URL#MODEL, got "${d.target}"; write it like http://127.0.0.1:8000/v1#qwen3`,
    zh: (d) =>
      `probe security：端点必须是 地址#模型，得到 "${d.target}"；应形如 http://127.0.0.1:8000/v1#qwen3`,
  },
  'cli/attack-room': {
    en: (d: { path: string; tokens: number; maxTokens: number; contextLength: number }) =>
      `probe security: an attack of ${d.tokens} tokens and an answer of ${d.maxTokens} must fit into the context, and that of ${d.path} holds ${d.contextLength}; give a smaller --max-tokens, shorter --attacks, or another model`,
    zh: (d) =>
      `probe security：上下文须容纳 ${d.tokens} 个词元的攻击与 ${d.maxTokens} 个词元的回答，而 ${d.path} 只有 ${d.contextLength}；请减小 --max-tokens、用更短的 --attacks，或换一个模型`,
  },
  'cli/rule-record': {
    en: (d: { where: string; field: string; reason: string; zhReason: string }) =>
      `${d.where}: a rule must have name, pattern and action as /api/rules takes them (${d.field}: ${d.reason})`,
    zh: (d) =>
      `${d.where}：一条规则须有 name、pattern 与 action，格式同 /api/rules（${d.field}：${d.zhReason}）`,
  },
  'cli/no-questions': {
    en: (d: { file: string }) => `${d.file}: must hold at least 1 question, got none; write some into it`,
    zh: (d) => `${d.file}：至少要有 1 道题，而它是空的；请写入题目`,
  },
  'cli/verifier-head': {
    en: (d: { path: string; label: string }) =>
      `${d.path}: a verifier must know the label "${d.label}"; train it by inkstone tune head RUN --task classify --data on what inkstone reason samples wrote`,
    zh: (d) =>
      `${d.path}：验证器须认得标签 "${d.label}"；请先用 inkstone reason samples 写出样本，再以 inkstone tune head RUN --task classify --data 训练`,
  },
  'cli/sizes': {
    en: (d: { got: string; least: number; headSize: number }) =>
      `ladder: --sizes must be at least ${d.least} different sizes, layers x width, each width a multiple of ${d.headSize}, such as 1x16,2x32,3x48,4x64, got "${d.got}"`,
    zh: (d) =>
      `ladder：--sizes 至少要有 ${d.least} 种不同的大小，写作 层数x宽度，宽度须为 ${d.headSize} 的倍数，例如 1x16,2x32,3x48,4x64，得到 "${d.got}"`,
  },
  'cli/ladder-failed': {
    en: (d: { reason: string }) =>
      `ladder: a curve needs 3 sizes that came to a loss, and the largest to be compared with it (${d.reason}); choose other --sizes or a smaller --lr, and another --out`,
    zh: (d) =>
      `ladder：曲线需要 3 种得到损失的大小，另需最大者与之对照（${d.reason}）；请换 --sizes 或减小 --lr，并换一个 --out`,
  },
});
