/** The errors of this room. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'retrieve/option': {
    en: (d: { option: string; rule: string; got: unknown }) =>
      `search: ${d.option} must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `检索：${d.option} 必须满足 ${d.rule}，得到 ${String(d.got)}`,
  },
  'retrieve/collection': {
    en: (d: { name: string; known: readonly string[] }) =>
      `collection "${d.name}" is not in this index; ${d.known.length ? `it has ${d.known.join(', ')}` : 'it has none yet: make one with inkstone index'}`,
    zh: (d) =>
      `索引里没有集合 "${d.name}"；${d.known.length ? `现有 ${d.known.join('、')}` : '还没有任何集合：请先用 inkstone index 建立'}`,
  },
  'retrieve/full': {
    en: (d: { most: number }) => `documents: at most ${d.most} are allowed; remove some first`,
    zh: (d) => `文档：最多 ${d.most} 篇；请先删除一些`,
  },
  'retrieve/settings': {
    en: (d: { name: string; setting: string; kept: unknown; got: unknown }) =>
      `collection "${d.name}" was made with ${d.setting} ${String(d.kept)}, got ${String(d.got)}; leave it out, or choose another --collection`,
    zh: (d) =>
      `集合 "${d.name}" 建立时的 ${d.setting} 为 ${String(d.kept)}，得到 ${String(d.got)}；请去掉该项，或另选 --collection`,
  },
  'retrieve/no-vectors': {
    en: (d: { name: string }) =>
      `collection "${d.name}" has no vectors; search it with bm25, or make it with an embedder`,
    zh: (d) => `集合 "${d.name}" 没有向量；请用 bm25 检索，或建立时指定编码器`,
  },
  'retrieve/width': {
    en: (d: { width: number; got: number }) =>
      `vectors: all of a collection must have one width, ${d.width}, got ${d.got}; was the embedder changed? make another collection`,
    zh: (d) => `向量：同一集合的向量维数必须相同，应为 ${d.width}，得到 ${d.got}；是否换了编码器？请另建集合`,
  },
  'retrieve/not-finite': {
    en: () => 'vectors: every number must be finite; the embedder is broken or was given an empty model',
    zh: () => '向量：每个数必须有限；编码器已损坏或模型为空',
  },
});
