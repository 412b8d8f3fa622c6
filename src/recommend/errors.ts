/** What can go wrong when items are recommended. */

import { defineErrors } from '../errors.ts';

const fieldNames = {
  id: { en: 'the id of an item', zh: '条目的编号' },
  text: { en: 'a text', zh: '文本' },
  title: { en: 'a title', zh: '标题' },
  category: { en: 'a category', zh: '类别' },
  user: { en: 'a reader', zh: '读者' },
  item: { en: 'the id of an item', zh: '条目的编号' },
  when: { en: 'a time', zh: '时间' },
  rating: { en: 'a rating', zh: '评分' },
} as const;
type FieldName = keyof typeof fieldNames;

/** Fields of a record that an error shows. */
const SHOWN = 12;
const shown = (names: readonly string[]): string[] => names.slice(0, SHOWN).map((name) => name.slice(0, 40));

export const fail = defineErrors({
  'recommend/option': {
    en: (d: { option: string; rule: string; zhRule: string; got: unknown }) =>
      `recommend: \`${d.option}\` must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `推荐：\`${d.option}\` 必须${d.zhRule}，得到 ${String(d.got)}`,
  },
  'recommend/field': {
    en: (d: { where: string; what: FieldName; option: string; known: readonly string[] }) =>
      `${d.where}: must have ${fieldNames[d.what].en}, and has the fields ${shown(d.known).join(', ') || '(none)'}; name it with ${d.option}`,
    zh: (d) =>
      `${d.where}：须有${fieldNames[d.what].zh}，现有字段 ${shown(d.known).join('、') || '（无）'}；请用 ${d.option} 指定`,
  },
  'recommend/item-twice': {
    en: (d: { where: string; id: string; first: string }) =>
      `${d.where}: every item must have an id of its own, "${d.id}" is that of ${d.first}, too`,
    zh: (d) => `${d.where}：每个条目的编号须各不相同，"${d.id}" 已用于 ${d.first}`,
  },
  'recommend/limit': {
    en: (d: { where: string; what: string; zhWhat: string; most: number; got: number }) =>
      `${d.where}: at most ${d.most} ${d.what}, got ${d.got}; give less of it`,
    zh: (d) => `${d.where}：${d.zhWhat}至多 ${d.most}，得到 ${d.got}；请减少`,
  },
  'recommend/no-items': {
    en: (d: { where: string }) => `${d.where}: must hold at least 2 items with an id and a text`,
    zh: (d) => `${d.where}：至少要有 2 个带编号与文本的条目`,
  },
  'recommend/rating': {
    en: (d: { where: string; got: string }) => `${d.where}: a rating must be a number, got "${d.got}"`,
    zh: (d) => `${d.where}：评分须为数字，得到 "${d.got}"`,
  },
  'recommend/when': {
    en: (d: { where: string; got: string }) =>
      `${d.where}: a time must be a date such as 2026-03-01 or 2026-03-01T08:00:00Z, or seconds or milliseconds since 1970, got "${d.got}"`,
    zh: (d) =>
      `${d.where}：时间须为日期（如 2026-03-01、2026年3月1日或 2026-03-01T08:00:00Z），或自 1970 年起的秒数或毫秒数，得到 "${d.got}"`,
  },
  'recommend/no-item': {
    en: (d: { item: string; near: string | undefined }) =>
      `there is no item "${d.item}"${d.near === undefined ? '' : `; did you mean "${d.near}"?`}`,
    zh: (d) => `没有条目 "${d.item}"${d.near === undefined ? '' : `，是不是 "${d.near}"？`}`,
  },
  'recommend/too-little': {
    en: (d: { method: string; needed: number; got: number }) =>
      `${d.method}: learns from readers who liked one thing after another; at least ${d.needed} such steps are needed, got ${d.got}; give more events, or take tfidf, which needs none`,
    zh: (d) =>
      `${d.method}：须从先后喜欢多个条目的读者学习；至少需要 ${d.needed} 步，得到 ${d.got}；请提供更多事件，或改用无需学习的 tfidf`,
  },
  'recommend/diverged': {
    en: () => 'towers: the loss diverged; try a smaller `lr` or another `seed`',
    zh: () => 'towers：损失发散；请减小 `lr` 或换一个 `seed`',
  },
  'recommend/no-method': {
    en: (d: { got: string; known: readonly string[]; near: string | undefined }) =>
      `there is no method "${d.got}"${d.near ? `; did you mean "${d.near}"?` : ''} (there are ${d.known.join(', ')}; several are joined by +)`,
    zh: (d) =>
      `没有方法 "${d.got}"${d.near ? `，是不是 "${d.near}"？` : ''}（现有 ${d.known.join('、')}；多个以 + 相连）`,
  },
  'recommend/needs': {
    en: (d: { method: string; option: string }) => `${d.method}: needs ${d.option}; give it`,
    zh: (d) => `${d.method}：需要 ${d.option}；请给出`,
  },
  'recommend/no-vector': {
    en: (d: { count: number; got: number }) =>
      `vectors: the encoder must give one for each of ${d.count} texts, of finite numbers and one width, got ${d.got} that are so`,
    zh: (d) => `向量：编码器须为 ${d.count} 条文本各给出一个维数相同、数值有限的向量，合格的只有 ${d.got} 个`,
  },
  'recommend/no-times': {
    en: (d: { split: string; count: number }) =>
      `measure: the split "${d.split}" needs the time of every event, ${d.count} have none; name the field with --when-column, or take --split last`,
    zh: (d) =>
      `度量：按 "${d.split}" 划分须知道每个事件的时间，有 ${d.count} 个没有；请用 --when-column 指定字段，或改用 --split last`,
  },
  'recommend/nothing-to-test': {
    en: (d: { split: string }) =>
      `measure: the split "${d.split}" must leave something that a known reader liked; give more events, or another --split`,
    zh: (d) => `度量：按 "${d.split}" 划分后，须留有已知读者喜欢的条目；请提供更多事件，或换一种 --split`,
  },
  'recommend/no-recommender': {
    en: (d: { folder: string }) =>
      `${d.folder}: is no recommender (there is no recommender.json in it); make one with inkstone recommend train`,
    zh: (d) => `${d.folder}：不是推荐器（其中没有 recommender.json）；可用 inkstone recommend train 建立一个`,
  },
  'recommend/damaged': {
    en: (d: { path: string; reason: string }) =>
      `${d.path}: is no recommender that can be read: ${d.reason}; make it again`,
    zh: (d) => `${d.path}：不是可读的推荐器：${d.reason}；请重新建立`,
  },
  'recommend/other-content': {
    en: (d: { folder: string; found: string }) =>
      `${d.folder}: holds something else than a recommender (${d.found}); choose another folder`,
    zh: (d) => `${d.folder}：其中已有推荐器以外的内容（${d.found}）；请换一个目录`,
  },
});

/** @throws `recommend/option` */
export function requireNumber(
  option: string,
  value: number,
  { test, en, zh }: { readonly test: (value: number) => boolean; readonly en: string; readonly zh: string },
): void {
  if (!test(value)) throw fail('recommend/option', { option, rule: en, zhRule: zh, got: value });
}

export const wholePositive = {
  test: (x: number) => Number.isSafeInteger(x) && x >= 1,
  en: 'a whole number of at least 1',
  zh: '为不小于 1 的整数',
};
export const share = { test: (x: number) => x >= 0 && x <= 1, en: 'from 0 to 1', zh: '在 0 到 1 之间' };
export const inside = { test: (x: number) => x > 0 && x < 1, en: 'in (0, 1)', zh: '在 (0, 1) 之内' };
export const positive = { test: (x: number) => x > 0 && x < Infinity, en: 'a positive number', zh: '为正数' };
