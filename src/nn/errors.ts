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
  'cache/full': {
    en: (d: { length: number; more: number; capacity: number }) =>
      `kv cache: holds at most ${d.capacity} positions, got ${d.length} + ${d.more}; rewind it or make a larger one`,
    zh: (d) =>
      `KV 缓存：最多容纳 ${d.capacity} 个位置，得到 ${d.length} + ${d.more}；请回退，或创建更大的缓存`,
  },
  'cache/rewind': {
    en: (d: { length: number; to: number }) =>
      `kv cache: can only rewind to a whole number from 0 to its length ${d.length}, got ${d.to}`,
    zh: (d) => `KV 缓存：只能回退到 0 与当前长度 ${d.length} 之间的整数，得到 ${d.to}`,
  },
  'cache/closed': {
    en: () => 'kv cache: it was closed; make a new one',
    zh: () => 'KV 缓存：已经关闭；请新建一个',
  },
});
