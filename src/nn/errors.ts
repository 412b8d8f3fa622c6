/** What can go wrong with layers and caches. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'positions/rotary-size': {
    en: (d: { headSize: number; fraction: number }) =>
      `rotary positions: headSize × fraction must be an even number of at least 2, got ${d.headSize} × ${d.fraction}; change width, heads or fraction`,
    zh: (d) =>
      `旋转位置编码：headSize × fraction 必须是不小于 2 的偶数，得到 ${d.headSize} × ${d.fraction}；请调整 width、heads 或 fraction`,
  },
  'positions/fraction': {
    en: (d: { fraction: number }) => `rotary positions: \`fraction\` must be in (0, 1], got ${d.fraction}`,
    zh: (d) => `旋转位置编码：\`fraction\` 必须在 (0, 1] 之间，得到 ${d.fraction}`,
  },
  'positions/base': {
    en: (d: { base: number }) => `rotary positions: \`base\` must be a number above 1, got ${d.base}`,
    zh: (d) => `旋转位置编码：\`base\` 必须大于 1，得到 ${d.base}`,
  },
  'positions/odd-width': {
    en: (d: { width: number }) => `sinusoidal positions: width must be even, got ${d.width}`,
    zh: (d) => `正弦位置编码：width 必须是偶数，得到 ${d.width}`,
  },
  'positions/buckets': {
    en: (d: { least: number; buckets: number; bidirectional: boolean }) =>
      `t5 positions: \`buckets\` must be an even number of at least ${d.least}${d.bidirectional ? ' in both directions' : ''}, got ${d.buckets}`,
    zh: (d) =>
      `T5 相对位置：${d.bidirectional ? '双向时' : ''}\`buckets\` 必须是不小于 ${d.least} 的偶数，得到 ${d.buckets}`,
  },
  'positions/max-distance': {
    en: (d: { exact: number; maxDistance: number }) =>
      `t5 positions: \`maxDistance\` must be above ${d.exact}, up to which each distance has a bucket of its own, got ${d.maxDistance}`,
    zh: (d) =>
      `T5 相对位置：\`maxDistance\` 必须大于 ${d.exact}（在此之内每个距离独占一个桶），得到 ${d.maxDistance}`,
  },
  'cache/full': {
    en: (d: { wanted: number; free: number }) =>
      `kv memory: ${d.wanted} more tokens are wanted, ${d.free} are free; close sequences, or allow more with memoryTokens`,
    zh: (d) =>
      `KV 内存：还需要 ${d.wanted} 个词元的空间，只剩 ${d.free} 个；请关闭一些序列，或调大 memoryTokens`,
  },
  'cache/rewind': {
    en: (d: { length: number; to: number }) =>
      `kv memory: can only rewind to a whole number from 0 to its length ${d.length}, got ${d.to}`,
    zh: (d) => `KV 内存：只能回退到 0 与当前长度 ${d.length} 之间的整数，得到 ${d.to}`,
  },
  'cache/closed': {
    en: () => 'kv memory: this past was closed; open another',
    zh: () => 'KV 内存：已经关闭；请另开一个',
  },
});
