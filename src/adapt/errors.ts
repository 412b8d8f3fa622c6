/** What can go wrong with adapters. */

import { defineErrors } from '../errors.ts';

const hint = (near: string | undefined): string => (near ? `; did you mean "${near}"?` : '');
const zhHint = (near: string | undefined): string => (near ? `，是不是 "${near}"？` : '');

export const fail = defineErrors({
  'adapt/option': {
    en: (d: { option: string; rule: string; zhRule: string; got: unknown }) =>
      `adapter: \`${d.option}\` must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `适配器：\`${d.option}\` 必须${d.zhRule}，得到 ${String(d.got)}`,
  },
  'adapt/target': {
    en: (d: { target: string; known: readonly string[]; near?: string }) =>
      `adapter: no layer of this model is called "${d.target}"${d.near ? hint(d.near) : `; there are ${d.known.join(', ')}`}`,
    zh: (d) =>
      `适配器：此模型没有名为 "${d.target}" 的层${d.near ? zhHint(d.near) : `；可选 ${d.known.join('、')}`}`,
  },
  'adapt/freeze': {
    en: (d: { layers: number; got: number }) =>
      `tuning: \`freezeLayers\` must be a whole number from 0 to ${d.layers}, the layers of the model, got ${d.got}`,
    zh: (d) => `微调：\`freezeLayers\` 必须是 0 到 ${d.layers}（模型层数）之间的整数，得到 ${d.got}`,
  },
  'adapt/no-adapter': {
    en: (d: { folder: string }) =>
      `adapter: ${d.folder} holds no adapter_config.json; make one with inkstone tune lora, or give the folder that PEFT wrote`,
    zh: (d) =>
      `适配器：${d.folder} 中没有 adapter_config.json；请用 inkstone tune lora 训练一个，或给出 PEFT 所写的目录`,
  },
  'adapt/other-base': {
    en: (d: { folder: string; made: string; base: string }) =>
      `adapter: ${d.folder} was made for ${d.made}, whose weights are not those of ${d.base}; use it with ${d.made}`,
    zh: (d) => `适配器：${d.folder} 是为 ${d.made} 训练的，其权重与 ${d.base} 不同；请与 ${d.made} 一起使用`,
  },
  'adapt/merge': {
    en: (d: { method: string }) =>
      `adapter: what is merged must be a change of weights (LoRA, IA³), got ${d.method}; give it with --adapter`,
    zh: (d) => `适配器：只有对权重的改动（LoRA、IA³）才能并入，得到 ${d.method}；请用 --adapter 给出`,
  },
  'adapt/virtual-twice': {
    en: (d: { methods: readonly string[] }) =>
      `adapter: one of those put on together may have virtual tokens, got ${d.methods.join(' and ')}; leave one out`,
    zh: (d) => `适配器：叠加时只有一个可以带虚拟词元，得到 ${d.methods.join(' 与 ')}；请去掉一个`,
  },
  'adapt/virtual-long': {
    en: (d: { count: number; contextLength: number }) =>
      `virtual tokens: must be fewer than the ${d.contextLength} places of the model's context, got ${d.count}; learn with fewer`,
    zh: (d) => `虚拟词元：必须少于模型上下文的 ${d.contextLength} 个位置，得到 ${d.count}；请用更少的`,
  },
  'adapt/layer': {
    en: (d: { name: string; expected: readonly number[]; got: readonly number[] | undefined }) =>
      `adapter: ${d.name} must be [${d.expected}] for this model, ${d.got ? `got [${d.got}]` : 'it is missing'}; the adapter belongs to another model`,
    zh: (d) =>
      `适配器：对此模型 ${d.name} 必须是 [${d.expected}]，${d.got ? `得到 [${d.got}]` : '但它不在'}；该适配器属于另一个模型`,
  },
  'adapt/dtype': {
    en: (d: { name: string; dtype: string }) =>
      `adapter: ${d.name} must be f32, bf16 or f16, got ${d.dtype}; save the adapter in one of them`,
    zh: (d) => `适配器：${d.name} 必须是 f32、bf16 或 f16，得到 ${d.dtype}；请以其中一种重新保存`,
  },
  'adapt/names': {
    en: (d: { names: readonly string[] }) =>
      d.names.length === 0
        ? 'adapter: its file must hold tensors, it holds none; make it anew'
        : `adapter: this model has no place for ${d.names.slice(0, 3).join(', ')}${d.names.length > 3 ? ` and ${d.names.length - 3} more` : ''}; the adapter belongs to another model`,
    zh: (d) =>
      d.names.length === 0
        ? '适配器：其文件中须有张量，却一个也没有；请重新制作'
        : `适配器：此模型没有 ${d.names.slice(0, 3).join('、')}${d.names.length > 3 ? ` 等 ${d.names.length} 项` : ''} 的位置；该适配器属于另一个模型`,
  },
  'adapt/prune-experts': {
    en: () =>
      'pruning: neurons of a mixture of experts cannot be taken out; prune single weights (wanda:0.5)',
    zh: () => '剪枝：混合专家模型不能去掉神经元；请剪单个权重（wanda:0.5）',
  },
  'adapt/pruning': {
    en: (d: { got: string }) =>
      `pruning: must be magnitude, wanda or structured with a share in (0, 1), as magnitude:0.5, or N:M with N below M, as 2:4 or wanda:2:4, got "${d.got}"`,
    zh: (d) =>
      `剪枝：必须是 magnitude、wanda 或 structured 加 (0, 1) 之间的比例，如 magnitude:0.5，或 N:M（N 小于 M），如 2:4、wanda:2:4，得到 "${d.got}"`,
  },
  'adapt/config': {
    en: (d: { path: string; key: string; got: unknown; supported: string }) =>
      `${d.path}: "${d.key}" is ${JSON.stringify(d.got)}, supported: ${d.supported}; make the adapter without it`,
    zh: (d) =>
      `${d.path}："${d.key}" 为 ${JSON.stringify(d.got)}，支持的有：${d.supported}；请不用此设置重新制作适配器`,
  },
  'adapt/head-tensor': {
    en: (d: { name: string; expected: readonly number[]; got: readonly number[] | undefined }) =>
      `head: ${d.name} must be [${d.expected}], ${d.got ? `got [${d.got}]` : 'it is missing'}; the folder is cut or its config.json belongs to another model`,
    zh: (d) =>
      `任务头：${d.name} 必须是 [${d.expected}]，${d.got ? `得到 [${d.got}]` : '但它不在'}；目录不完整，或 config.json 属于另一个模型`,
  },
  'adapt/head-problem': {
    en: (d: { got: string; outputs: number }) =>
      `head: config.json says "problem_type": "${d.got}" with ${d.outputs} outputs; one label a text, or one number, can be asked for; use a model of that kind`,
    zh: (d) =>
      `任务头：config.json 的 "problem_type" 为 "${d.got}"，共 ${d.outputs} 个输出；只支持每段文本一个标签或一个数值；请换用这样的模型`,
  },
  'adapt/json': {
    en: (d: { path: string; reason: string }) =>
      `${d.path}: not an adapter_config.json that can be read (${d.reason}); restore it from a copy`,
    zh: (d) => `${d.path}：不是可读的 adapter_config.json（${d.reason}）；请用备份恢复`,
  },
});
