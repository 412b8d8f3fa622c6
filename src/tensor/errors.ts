/** What can go wrong with tensors. */

import { defineErrors } from '../errors.ts';

const list = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

export const fail = defineErrors({
  'tensor/released': {
    en: () =>
      'tensor: its scope has ended and its memory was given back; return the tensor from the scope to keep it',
    zh: () => '张量：所属作用域已结束，内存已归还；要保留它，请从作用域中返回该张量',
  },
  'tensor/async-scope': {
    en: () => 'scope: the body must be synchronous, got a promise; use openScope() around code that waits',
    zh: () => '作用域：函数体必须是同步的，却返回了 Promise；需要等待的代码请用 openScope()',
  },
  'tensor/scope-order': {
    en: () => 'scope: scopes must end in the reverse order of their opening; end the inner one first',
    zh: () => '作用域：必须按打开的相反顺序结束；请先结束内层作用域',
  },
  'tensor/size': {
    en: (d: { shape: readonly number[]; expected: number; got: number }) =>
      `tensor: shape ${list(d.shape)} needs ${d.expected} values, got ${d.got}`,
    zh: (d) => `张量：形状 ${list(d.shape)} 需要 ${d.expected} 个值，得到 ${d.got} 个`,
  },
  'tensor/ragged': {
    en: () => 'tensor: nested arrays must all have the same lengths',
    zh: () => '张量：嵌套数组各层的长度必须一致',
  },
  'tensor/item': {
    en: (d: { shape: readonly number[] }) =>
      `item: needs a tensor with one element, got shape ${list(d.shape)}`,
    zh: (d) => `item：需要只有一个元素的张量，得到形状 ${list(d.shape)}`,
  },
  'tensor/matrix': {
    en: (d: { where: string; rule: string; zhRule: string; got: readonly number[] }) =>
      `${d.where}: must be ${d.rule}, got ${list(d.got)}`,
    zh: (d) => `${d.where}：必须为${d.zhRule}，得到 ${list(d.got)}`,
  },
  'tensor/singular': {
    en: (d: { where: string; shape: readonly number[] }) =>
      `${d.where}: the matrix ${list(d.shape)} is singular: it has no inverse, and no or many solutions; leave out rows that follow from others`,
    zh: (d) =>
      `${d.where}：矩阵 ${list(d.shape)} 是奇异的：没有逆，无解或有无穷多解；请去掉可由其他行推出的行`,
  },
  'gradient/none': {
    en: (d: { op: string }) => `gradient: ${d.op} has no derivative; keep it off the path to the loss`,
    zh: (d) => `梯度：${d.op} 不可导；请不要把它放在通向损失的路径上`,
  },
  'gradient/second-order': {
    en: (d: { op: string; plain: string }) =>
      `gradient: the fused gradient of ${d.op} cannot be differentiated again; write it as ${d.plain}`,
    zh: (d) => `梯度：${d.op} 的融合梯度不能再次求导；请改写为 ${d.plain}`,
  },
  'gradient/scalar': {
    en: (d: { shape: readonly number[] }) =>
      `gradient: the loss must have one element, got shape ${list(d.shape)}`,
    zh: (d) => `梯度：损失必须只有一个元素，得到形状 ${list(d.shape)}`,
  },
  'gradient/shape': {
    en: (d: { op: string; input: number; expected: readonly number[]; got: readonly number[] }) =>
      `gradient of ${d.op}: input ${d.input} has shape ${list(d.expected)}, its gradient ${list(d.got)}`,
    zh: (d) => `${d.op} 的梯度：输入 ${d.input} 的形状是 ${list(d.expected)}，其梯度却是 ${list(d.got)}`,
  },
  'shape/broadcast': {
    en: (d: { op: string; a: readonly number[]; b: readonly number[] }) =>
      `${d.op}: shapes must be equal or 1 in every dimension, got ${list(d.a)} and ${list(d.b)}`,
    zh: (d) => `${d.op}：各维必须相等或为 1，得到 ${list(d.a)} 和 ${list(d.b)}`,
  },
  'shape/expected': {
    en: (d: { op: string; name: string; expected: readonly number[]; got: readonly number[] }) =>
      `${d.op}: ${d.name} must have shape ${list(d.expected)}, got ${list(d.got)}`,
    zh: (d) => `${d.op}：${d.name} 的形状必须是 ${list(d.expected)}，得到 ${list(d.got)}`,
  },
  'shape/rank': {
    en: (d: { op: string; name: string; expected: string; got: readonly number[] }) =>
      `${d.op}: ${d.name} must be ${d.expected}, got shape ${list(d.got)}`,
    zh: (d) => `${d.op}：${d.name} 必须是 ${d.expected}，得到形状 ${list(d.got)}`,
  },
  'shape/axis': {
    en: (d: { op: string; axis: number; rank: number }) =>
      `${d.op}: axis must be a whole number from ${-d.rank} to ${d.rank - 1}, got ${d.axis}`,
    zh: (d) => `${d.op}：轴必须是 ${-d.rank} 到 ${d.rank - 1} 的整数，得到 ${d.axis}`,
  },
  'shape/inner': {
    en: (d: { op: string; a: readonly number[]; b: readonly number[]; m: number; n: number }) =>
      `${d.op}: inner dimensions must be equal, got ${d.m} and ${d.n} (shapes ${list(d.a)} and ${list(d.b)})`,
    zh: (d) => `${d.op}：内维必须相等，得到 ${d.m} 和 ${d.n}（形状 ${list(d.a)} 和 ${list(d.b)}）`,
  },
  'shape/size': {
    en: (d: { op: string; from: readonly number[]; to: readonly number[] }) =>
      `${d.op}: the number of elements must stay the same, got ${list(d.from)} and ${list(d.to)}`,
    zh: (d) => `${d.op}：元素个数必须不变，得到 ${list(d.from)} 和 ${list(d.to)}`,
  },
  'index/range': {
    en: (d: { op: string; id: number; place: number; count: number }) =>
      `${d.op}: ids must be from 0 to ${d.count - 1}, got ${d.id} at place ${d.place}`,
    zh: (d) => `${d.op}：编号必须在 0 到 ${d.count - 1} 之间，第 ${d.place} 处得到 ${d.id}`,
  },
  'tensor/option': {
    en: (d: { op: string; name: string; rule: string; value: string }) =>
      `${d.op}: \`${d.name}\` must be ${d.rule}, got ${d.value}`,
    zh: (d) => `${d.op}：\`${d.name}\` 必须是 ${d.rule}，得到 ${d.value}`,
  },
  'dtype/rule': {
    en: (d: { op: string; expected: string; got: string }) =>
      `${d.op}: needs ${d.expected}, got ${d.got}; use cast()`,
    zh: (d) => `${d.op}：需要 ${d.expected}，得到 ${d.got}；请用 cast() 转换`,
  },
  'backend/kernels': {
    en: (d: { value: string; known: string; reason: string }) =>
      `INKSTONE_KERNELS: "${d.value}" cannot be used here (${d.reason}); one of ${d.known}`,
    zh: (d) => `INKSTONE_KERNELS：此处不能使用 "${d.value}"（${d.reason}）；可选 ${d.known}`,
  },
});
