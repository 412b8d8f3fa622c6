/** What can go wrong when models see pictures. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'vision/option': {
    en: (d: { option: string; rule: string; zhRule: string; got: unknown }) =>
      `image: \`${d.option}\` must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `图像：\`${d.option}\` 必须${d.zhRule}，得到 ${String(d.got)}`,
  },
  'vision/column': {
    en: (d: { where: string; what: 'file' | 'label' | 'caption'; columns: readonly string[] }) =>
      `${d.where}: no column holds the ${d.what} of a picture; columns: ${d.columns.join(', ') || 'none'}; name one with --${d.what}-column`,
    zh: (d) =>
      `${d.where}：没有列给出图片的${{ file: '文件', label: '标签', caption: '说明' }[d.what]}；现有列：${d.columns.join(', ') || '无'}；请用 --${d.what}-column 指定`,
  },
  'vision/empty': {
    en: (d: { where: string; what: 'file' | 'label' | 'caption' }) =>
      `${d.where}: the ${d.what} is empty; write one, or take the row out`,
    zh: (d) =>
      `${d.where}：${{ file: '文件名', label: '标签', caption: '说明' }[d.what]}是空的；请补上，或删去这一行`,
  },
  'vision/no-pictures': {
    en: (d: { where: string }) =>
      `${d.where}: holds no pictures; give a table (csv, tsv, json, jsonl) of files, or a folder with one, or with .png and .jpg files`,
    zh: (d) =>
      `${d.where}：其中没有图片；请给出列有文件名的表格（csv、tsv、json、jsonl）、含有这种表格的目录，或含有 .png、.jpg 文件的目录`,
  },
  'vision/tables': {
    en: (d: { where: string; tables: readonly string[] }) =>
      `${d.where}: must hold one table of pictures, got ${d.tables.length} (${d.tables.slice(0, 4).join(', ')}); name the one you mean`,
    zh: (d) =>
      `${d.where}：应只有一个图片表格，得到 ${d.tables.length} 个（${d.tables.slice(0, 4).join('、')}）；请直接指明一个`,
  },
  'vision/too-many': {
    en: (d: { pictures: number; size: number; limit: number }) =>
      `image: ${d.pictures} pictures of ${d.size} × ${d.size} pixels do not fit: at most ${d.limit} of this size; make --image-size smaller, or take fewer`,
    zh: (d) =>
      `图像：${d.pictures} 张 ${d.size} × ${d.size} 像素的图片放不下：此尺寸至多 ${d.limit} 张；请减小 --image-size，或减少图片`,
  },
  'vision/one-label': {
    en: (d: { labels: readonly string[]; most: number }) =>
      `image: from 2 to ${d.most} different labels are needed to learn from, got ${d.labels.length}; is this the label column?`,
    zh: (d) => `图像：学习需要 2 至 ${d.most} 种标签，得到 ${d.labels.length} 种；这是标签列吗？`,
  },
  'vision/diverged': {
    en: () => 'image: the loss diverged; try a smaller --lr or another --seed',
    zh: () => '图像：损失发散；请减小 --lr 或换一个 --seed',
  },
  'vision/no-model': {
    en: (d: { folder: string }) => `${d.folder}: is no model of pictures; make one with inkstone image train`,
    zh: (d) => `${d.folder}：不是图像模型；可用 inkstone image train 训练一个`,
  },
  'vision/damaged': {
    en: (d: { folder: string; reason: string }) =>
      `${d.folder}: is no model of pictures that can be read: ${d.reason}; train it again`,
    zh: (d) => `${d.folder}：不是可读的图像模型：${d.reason}；请重新训练`,
  },
  'vision/task': {
    en: (d: { folder: string; wanted: string; got: string }) =>
      `${d.folder}: must be trained with --task ${d.wanted}, got --task ${d.got}; use inkstone image ${d.got}, or train another`,
    zh: (d) =>
      `${d.folder}：须以 --task ${d.wanted} 训练，而它的任务是 --task ${d.got}；请用 inkstone image ${d.got}，或另行训练`,
  },
  'vision/prompt-empty': {
    en: () => 'image: the prompt is empty; say what shall be drawn',
    zh: () => '图像：提示为空；请说明要画什么',
  },
  'vision/prompt-long': {
    en: (d: { tokens: number; most: number }) =>
      `image: a prompt may have at most ${d.most} tokens, got ${d.tokens}; say it shorter`,
    zh: (d) => `图像：提示至多 ${d.most} 个词元，得到 ${d.tokens} 个；请说得短一些`,
  },
  'vision/other-content': {
    en: (d: { folder: string; found: string }) =>
      `${d.folder}: holds something else (${d.found}); choose another folder`,
    zh: (d) => `${d.folder}：其中已有别的内容（${d.found}）；请换一个目录`,
  },
});

/** A model that was trained for something else than what is wanted. */
export const wrongTask = (folder: string, wanted: string, got: string): Error =>
  fail('vision/task', { folder, wanted, got });

/** A rule of a number, in words. */
export function requireWhole(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const [rule, zhRule] = [`a whole number from ${least} to ${most}`, `为 ${least} 到 ${most} 的整数`];
  throw fail('vision/option', { option, rule, zhRule, got: value });
}
