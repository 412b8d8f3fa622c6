/** The sentences of this room's errors. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'repeat/id': {
    en: (d: { id: number }) => `repetition index: an id must be an integer in [0, 2²⁹), got ${d.id}`,
    zh: (d: { id: number }) => `重复索引：编号必须是 [0, 2²⁹) 内的整数，得到 ${d.id}`,
  },
  'repeat/rewind': {
    en: (d: { length: number; to: number }) =>
      `rewind: the new length must be an integer in [0, ${d.length}], got ${d.to}`,
    zh: (d: { length: number; to: number }) => `回退：新长度必须是 [0, ${d.length}] 内的整数，得到 ${d.to}`,
  },
  'repeat/option': {
    en: (d: { option: string; rule: string; value: unknown }) =>
      `${d.option}: must be ${d.rule}, got ${String(d.value)}`,
    zh: (d: { option: string; rule: string; value: unknown }) =>
      `${d.option}：必须满足 ${d.rule}，得到 ${String(d.value)}`,
  },
  'repeat/no-texts': {
    en: (d: { where: string }) => `${d.where}: there must be at least one text, got none`,
    zh: (d: { where: string }) => `${d.where}：至少要有一段文本，一段也没有`,
  },
  'repeat/prompts': {
    en: (d: { prompts: number; texts: number }) =>
      `repetition report: there must be one prompt for each text, got ${d.prompts} and ${d.texts}`,
    zh: (d: { prompts: number; texts: number }) =>
      `复读报告：每篇文本要有一个提示，得到 ${d.prompts} 个提示、${d.texts} 篇文本`,
  },
  'repeat/lengths': {
    en: (d: { predictions: number; targets: number }) =>
      `prediction repeats: there must be one prediction for each target, got ${d.predictions} and ${d.targets}`,
    zh: (d: { predictions: number; targets: number }) =>
      `预测重复率：每个目标要有一个预测，得到 ${d.predictions} 个预测、${d.targets} 个目标`,
  },
  'repeat/json': {
    en: (d: { name: string; line: number | undefined; reason: string }) =>
      `${place(d)}: must be JSON, ${d.reason}; plain text belongs in a .txt file, one text a line`,
    zh: (d: { name: string; line: number | undefined; reason: string }) =>
      `${place(d)}：必须是 JSON，${d.reason}；纯文本请存为 .txt，每行一段`,
  },
  'repeat/record': {
    en: (d: { name: string; line: number | undefined; record: number }) =>
      `${place(d)}: record ${d.record} must be a string, an object with "text", or one with "generated_result": {"0": "…"}`,
    zh: (d: { name: string; line: number | undefined; record: number }) =>
      `${place(d)}：第 ${d.record} 条记录必须是字符串、带 "text" 的对象，或带 "generated_result": {"0": "…"} 的对象`,
  },
  'repeat/runs': {
    en: (d: { name: string; record: number; expected: number; actual: number }) =>
      `${d.name}: every record must have as many runs as the first (${d.expected}), record ${d.record} has ${d.actual}`,
    zh: (d: { name: string; record: number; expected: number; actual: number }) =>
      `${d.name}：每条记录的生成次数必须与第一条相同（${d.expected}），第 ${d.record} 条有 ${d.actual} 次`,
  },
});

function place(d: { name: string; line: number | undefined }): string {
  return d.line === undefined ? d.name : `${d.name}:${d.line}`;
}
