/** What can go wrong in training. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'train/option': {
    en: (d: { where: string; option: string; rule: string; zhRule: string; got: unknown }) =>
      `${d.where}: \`${d.option}\` must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `${d.where}：\`${d.option}\` 必须${d.zhRule}，得到 ${String(d.got)}`,
  },
  'train/vectors': {
    en: (d: { path: string; reason: 'row' | 'rows' | 'twice' | 'size'; line: number; got: number }) =>
      `${d.path}: ${
        {
          row: `vector ${d.line} must be a word and as many numbers as the first line says, got ${d.got}`,
          rows: `must have a vector for each word: ${d.line} vectors, ${d.got} words`,
          twice: `each word must stand once, ${d.got} stand again`,
          size: `is too large to be read whole (${d.got} bytes)`,
        }[d.reason]
      }; the file is cut or of another kind`,
    zh: (d) =>
      `${d.path}：${
        {
          row: `第 ${d.line} 个向量须为一个词加首行所说个数的数字，得到 ${d.got} 个`,
          rows: `每个词须有一个向量：${d.line} 个向量，${d.got} 个词`,
          twice: `每个词只能出现一次，有 ${d.got} 个重复`,
          size: `文件太大，无法整体读入（${d.got} 字节）`,
        }[d.reason]
      }；文件不完整或不是这种格式`,
  },
  'train/diverged': {
    en: (d: { step: number; loss: number }) =>
      `training: the loss must stay finite, and it was ${d.loss} at step ${d.step}; take a lower learning rate`,
    zh: (d) => `训练：损失须为有限数，第 ${d.step} 步为 ${d.loss}；请降低学习率`,
  },
  'train/length': {
    en: () => 'train: give either `steps` or `minutes`, not both and not neither',
    zh: () => '训练：`steps` 与 `minutes` 必须且只能给出一个',
  },
  'train/no-run': {
    en: (d: { folder: string }) =>
      `run: ${d.folder} is not a run folder (no config.json); train one with inkstone train`,
    zh: (d) => `训练记录：${d.folder} 不是训练目录（没有 config.json）；请先用 inkstone train 训练`,
  },
  'train/run-file': {
    en: (d: { folder: string }) =>
      `run: ${d.folder} is a file, and a run is a folder, such as runs/poems; to learn from the file: inkstone train --data ${d.folder}`,
    zh: (d) =>
      `训练记录：${d.folder} 是文件，而训练记录是目录，如 runs/poems；要用此文件训练：inkstone train --data ${d.folder}`,
  },
  'train/no-checkpoint': {
    en: (d: { folder: string }) =>
      `run: ${d.folder} has no complete checkpoint yet; let it train until its first save`,
    zh: (d) => `训练记录：${d.folder} 还没有完整的检查点；请等它第一次保存`,
  },
  'train/other-run': {
    en: (d: { folder: string; differing: readonly string[] }) =>
      `run: ${d.folder} holds another run (${d.differing.join('; ')}); choose another folder or the same settings`,
    zh: (d) =>
      `训练记录：${d.folder} 里是另一次训练（${d.differing.join('；')}）；请换一个目录或使用相同的设置`,
  },
  'train/json': {
    en: (d: { path: string; reason: string }) =>
      `${d.path}: not valid JSON (${d.reason}); restore it from a copy`,
    zh: (d) => `${d.path}：不是有效的 JSON（${d.reason}）；请用备份恢复`,
  },
  'train/cure': {
    en: (d: { name: string; known: readonly string[]; near?: string }) =>
      `cure: there is no "${d.name}"${d.near ? `; did you mean "${d.near}"?` : `; one of ${d.known.join(', ')}`}`,
    zh: (d) => `疗法：没有 "${d.name}"${d.near ? `，是不是 "${d.near}"？` : `；可选 ${d.known.join('、')}`}`,
  },
  'train/cure-argument': {
    en: (d: { cure: string; argument: string; rule: string; zhRule: string; got: string }) =>
      `cure ${d.cure}: \`${d.argument}\` must be ${d.rule}, got "${d.got}"`,
    zh: (d) => `疗法 ${d.cure}：\`${d.argument}\` 必须${d.zhRule}，得到 "${d.got}"`,
  },
  'train/cure-arguments': {
    en: (d: { cure: string; usage: string; got: number }) =>
      `cure ${d.cure}: takes ${d.usage}, got ${d.got} arguments; leave the others out`,
    zh: (d) => `疗法 ${d.cure}：用法为 ${d.usage}，得到 ${d.got} 个参数；请去掉多余的`,
  },
  'train/cure-twice': {
    en: (d: { cure: string }) => `cure: "${d.cure}" is given twice; leave one out`,
    zh: (d) => `疗法："${d.cure}" 给出了两次；请去掉一个`,
  },
  'train/cure-context': {
    en: (d: { cure: string; needed: number; contextLength: number }) =>
      `cure ${d.cure}: prefix and continuation must fit the context of ${d.contextLength} tokens, they have ${d.needed}; make them shorter, or the context longer`,
    zh: (d) =>
      `疗法 ${d.cure}：前缀与续写合计必须不超过 ${d.contextLength} 个词元的上下文，现为 ${d.needed} 个；请缩短它们，或加长上下文`,
  },
  'train/privacy-target': {
    en: (d: { epsilon: number; delta: number; steps: number }) =>
      `privacy: no noise keeps ${d.steps} steps within ε ${d.epsilon} at δ ${d.delta}; give a larger ε or fewer steps`,
    zh: (d) =>
      `隐私：δ ${d.delta} 时，多大的噪声也无法让 ${d.steps} 步不超过 ε ${d.epsilon}；请增大 ε 或减少步数`,
  },
  'train/state': {
    en: (d: { name: string; reason: string; zhReason: string }) =>
      `checkpoint: "${d.name}" ${d.reason}; it belongs to another model or optimizer, start a new run`,
    zh: (d) => `检查点："${d.name}" ${d.zhReason}；它属于另一个模型或优化器，请开始新的训练`,
  },
});

/** Checks one numeric option. */
export function requireNumber(
  where: string,
  option: string,
  value: number,
  rule: { readonly test: (value: number) => boolean; readonly en: string; readonly zh: string },
): void {
  if (!(typeof value === 'number' && rule.test(value))) {
    throw fail('train/option', { where, option, rule: rule.en, zhRule: rule.zh, got: value });
  }
}

export const positive = { test: (x: number) => x > 0 && x < Infinity, en: 'a positive number', zh: '为正数' };
export const notNegative = {
  test: (x: number) => x >= 0 && x < Infinity,
  en: '0 or more',
  zh: '大于或等于 0',
};
export const fraction = { test: (x: number) => x >= 0 && x < 1, en: 'in [0, 1)', zh: '在 [0, 1) 之内' };
export const wholePositive = {
  test: (x: number) => Number.isInteger(x) && x > 0,
  en: 'a whole number of at least 1',
  zh: '为不小于 1 的整数',
};
