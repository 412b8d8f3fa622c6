/** What can go wrong with models. */

import { defineErrors } from '../errors.ts';

const list = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
const en = (near: string | undefined): string => (near ? `; did you mean "${near}"?` : '');
const zh = (near: string | undefined): string => (near ? `，是不是 "${near}"？` : '');

export const fail = defineErrors({
  'model/preset': {
    en: (d: { name: string; known: string; near?: string }) =>
      `unknown preset "${d.name}"${en(d.near)}; one of ${d.known}`,
    zh: (d) => `没有名为 "${d.name}" 的预设${zh(d.near)}；可选：${d.known}`,
  },
  'model/key': {
    en: (d: { key: string; near?: string }) => `model config: "${d.key}" is not a key${en(d.near)}`,
    zh: (d) => `模型配置：没有 "${d.key}" 这一项${zh(d.near)}`,
  },
  'model/option': {
    en: (d: { key: string; rule: string; zhRule: string; got: unknown }) =>
      `model config: \`${d.key}\` must be ${d.rule}, got ${JSON.stringify(d.got)}`,
    zh: (d) => `模型配置：\`${d.key}\` 必须是${d.zhRule}，得到 ${JSON.stringify(d.got)}`,
  },
  'model/heads': {
    en: (d: { width: number; heads: number }) =>
      `model config: width must be a multiple of heads, got ${d.width} and ${d.heads}; change one, or give \`headSize\``,
    zh: (d) =>
      `模型配置：width 必须是 heads 的倍数，得到 ${d.width} 和 ${d.heads}；请改其一，或给出 \`headSize\``,
  },
  'model/kv-heads': {
    en: (d: { heads: number; kvHeads: number }) =>
      `model config: heads must be a multiple of kvHeads, got ${d.heads} and ${d.kvHeads}`,
    zh: (d) => `模型配置：heads 必须是 kvHeads 的倍数，得到 ${d.heads} 和 ${d.kvHeads}`,
  },
  'model/route-recompute': {
    en: () =>
      'forward: `route` cannot be shown with `recompute`, which keeps nothing of a layer; leave one out',
    zh: () => 'forward：`recompute` 不保留层内结果，无法与 `route` 同用；请去掉其一',
  },
  'model/linear-visibility': {
    en: () =>
      'forward: linear attention is causal and sees all that came before; leave out prefixes, padding and hidden keys',
    zh: () => 'forward：线性注意力是因果的，且看到此前的全部内容；请去掉前缀、填充与被隐藏的键',
  },
  'model/prefix': {
    en: (d: { prefix: number; start: number; count: number }) =>
      `step: a prompt is read first and in one piece: \`prefix\` must be a whole number from 0 to the ${d.count} ids of a sequence that has read nothing, got ${d.prefix} after ${d.start} tokens`,
    zh: (d) =>
      `step：提示须最先读入且一次读完：\`prefix\` 须为 0 到 ${d.count}（本次词元数）之间的整数，且序列尚未读过内容；收到 ${d.prefix}，此前已读 ${d.start} 个词元`,
  },
  'model/rewind-prefix': {
    en: (d: { prefix: number; to: number }) =>
      `rewind: the ${d.prefix} tokens of the prompt were read together, each seeing all; go back to ${d.prefix} or to 0, not to ${d.to}`,
    zh: (d) =>
      `rewind：提示的 ${d.prefix} 个词元是一起读入的，彼此可见；只能退回到 ${d.prefix} 或 0，不能退回到 ${d.to}`,
  },
  'model/weight-missing': {
    en: (d: { name: string; shape: readonly number[]; near?: string }) =>
      `weights: "${d.name}" ${list(d.shape)} is missing${en(d.near)}; config and weights must belong together`,
    zh: (d) => `权重：缺少 "${d.name}" ${list(d.shape)}${zh(d.near)}；配置与权重必须配套`,
  },
  'model/weight-shape': {
    en: (d: { name: string; expected: readonly number[]; got: readonly number[] }) =>
      `weights: "${d.name}" must have shape ${list(d.expected)}, got ${list(d.got)}; config and weights must belong together`,
    zh: (d) => `权重："${d.name}" 的形状必须是 ${list(d.expected)}，得到 ${list(d.got)}；配置与权重必须配套`,
  },
  'model/weight-extra': {
    en: (d: { names: readonly string[] }) =>
      `weights: ${d.names.length} unknown, the first is "${d.names[0]}"; config and weights must belong together`,
    zh: (d) => `权重：有 ${d.names.length} 个不认识的名字，第一个是 "${d.names[0]}"；配置与权重必须配套`,
  },
  'model/weight-dtype': {
    en: (d: { name: string; dtype: string }) =>
      `weights: "${d.name}" must be f32, bf16 or f16, got ${d.dtype}; convert it first`,
    zh: (d) => `权重："${d.name}" 必须是 f32、bf16 或 f16，得到 ${d.dtype}；请先转换`,
  },
  'model/adapters-linear': {
    en: () =>
      'adapters do not stand beside linear attention; merge them into the model with inkstone tune merge',
    zh: () => '线性注意力的模型旁边不能放适配器；请先用 inkstone tune merge 合并进模型',
  },
  'model/adapter': {
    en: (d: { adapter: string; known: readonly string[] }) =>
      `open: this model has no adapter "${d.adapter}"; it has ${d.known.join(', ') || 'none'}`,
    zh: (d) => `open：此模型没有适配器 "${d.adapter}"；有：${d.known.join('、') || '无'}`,
  },
  'model/row-size': {
    en: (d: { got: number; hiddenSize: number }) =>
      `project: a row must have ${d.hiddenSize} numbers, got ${d.got}; give rows of \`layers\` of the same model`,
    zh: (d) => `project：一行必须有 ${d.hiddenSize} 个数，得到 ${d.got}；请给出同一模型的 \`layers\` 行`,
  },
  'model/foreign-type': {
    en: (d: { got: unknown; known: string }) =>
      `config.json: \`model_type\` must be one of ${d.known}, got ${JSON.stringify(d.got) ?? 'nothing'}`,
    zh: (d) => `config.json：\`model_type\` 必须是 ${d.known} 之一，得到 ${JSON.stringify(d.got) ?? '空'}`,
  },
  'model/foreign-value': {
    en: (d: { key: string; got: unknown; supported: string }) =>
      `config.json: \`${d.key}\` must be ${d.supported} for this model class, got ${JSON.stringify(d.got) ?? 'nothing'}`,
    zh: (d) =>
      `config.json：此类模型的 \`${d.key}\` 必须是 ${d.supported}，得到 ${JSON.stringify(d.got) ?? '空'}`,
  },
  'model/foreign-export': {
    en: (d: { format: string; key: string; expected: string; got: unknown }) =>
      `${d.format} export: \`${d.key}\` must be ${d.expected}, got ${JSON.stringify(d.got)}; this format cannot say it: choose another, or train with what it can say`,
    zh: (d) =>
      `导出 ${d.format}：\`${d.key}\` 必须是 ${d.expected}，得到 ${JSON.stringify(d.got)}；该格式无法表达：请换一种格式，或用它能表达的设置训练`,
  },
  'model/gguf-architecture': {
    en: (d: { got: unknown; known: string }) =>
      `GGUF: \`general.architecture\` must be one of ${d.known}, got ${JSON.stringify(d.got) ?? 'nothing'}`,
    zh: (d) => `GGUF：\`general.architecture\` 必须是 ${d.known} 之一，得到 ${JSON.stringify(d.got) ?? '空'}`,
  },
  'model/gguf-value': {
    en: (d: { key: string; expected: string; got: unknown }) =>
      `GGUF: \`${d.key}\` must be ${d.expected} for this model class, got ${d.got}`,
    zh: (d) => `GGUF：此类模型的 \`${d.key}\` 必须是 ${d.expected}，得到 ${d.got}`,
  },
  'model/config-file': {
    en: (d: { path: string; reason: string }) =>
      `${d.path}: must be a JSON object with a model's config (${d.reason})`,
    zh: (d) => `${d.path}：必须是包含模型配置的 JSON 对象（${d.reason}）`,
  },
  'model/no-weights': {
    en: (d: { folder: string; pickle?: string }) =>
      d.pickle
        ? `${d.folder}: holds "${d.pickle}", which can run code when it is opened and is never read; convert it to model.safetensors`
        : `${d.folder}: must hold model.safetensors, got none`,
    zh: (d) =>
      d.pickle
        ? `${d.folder}：其中的 "${d.pickle}" 打开时可能执行代码，因此从不读取；请转换为 model.safetensors`
        : `${d.folder}：必须包含 model.safetensors，但没有找到`,
  },
  'model/tokens-shape': {
    en: (d: { got: readonly number[] }) => `model: ids must have shape [batch, length], got ${list(d.got)}`,
    zh: (d) => `模型：ids 的形状必须是 [batch, length]，得到 ${list(d.got)}`,
  },
  'model/too-long': {
    en: (d: { length: number; contextLength: number }) =>
      `model: a sequence of ${d.length} tokens does not fit its context of ${d.contextLength}; shorten the text, or train with a larger contextLength`,
    zh: (d) =>
      `模型：${d.length} 个词元的序列超过了 ${d.contextLength} 的上下文长度；请缩短文本，或用更大的 contextLength 训练`,
  },
  'model/id': {
    en: (d: { id: unknown; vocabSize: number }) =>
      `model: ids must be whole numbers from 0 to ${d.vocabSize - 1}, got ${d.id}; is this the model's own tokenizer?`,
    zh: (d) =>
      `模型：词元编号必须是 0 到 ${d.vocabSize - 1} 的整数，得到 ${d.id}；用的是该模型自己的分词器吗？`,
  },
  'model/no-ids': {
    en: () => 'model: a step needs at least one token for each sequence, got none',
    zh: () => '模型：每一步每个序列至少要有一个词元，得到 0 个',
  },
  'model/no-source': {
    en: () => 'model: this decoder looks at a source text, got none; read one first (encoderDecoderModel)',
    zh: () => '模型：该解码器需要源文本，但没有给出；请先读入一段（encoderDecoderModel）',
  },
  'model/source-long': {
    en: (d: { length: number; sourceLength: number }) =>
      `model: a source of ${d.length} tokens is longer than the ${d.sourceLength} that this model reads; split the text, or train with a larger contextLength`,
    zh: (d) =>
      `模型：源文本有 ${d.length} 个词元，超过了该模型能读的 ${d.sourceLength} 个；请拆分文本，或用更大的 contextLength 训练`,
  },
  'model/memory': {
    en: (d: { wanted: number; free: number }) =>
      `model: the step wants memory for ${d.wanted} more tokens, ${d.free} are free; close sequences, or allow more with memoryTokens`,
    zh: (d) =>
      `模型：这一步还需要 ${d.wanted} 个词元的内存，只剩 ${d.free} 个；请关闭一些序列，或调大 memoryTokens`,
  },
  'model/memory-tokens': {
    en: (d: { least: number; got: unknown }) =>
      `model: \`memoryTokens\` must be a whole number of at least ${d.least}, got ${d.got}`,
    zh: (d) => `模型：\`memoryTokens\` 必须是不小于 ${d.least} 的整数，得到 ${d.got}`,
  },
  'model/closed': {
    en: () => 'model: this sequence was closed; open another',
    zh: () => '模型：该序列已关闭；请另开一个',
  },
  'model/foreign-sequence': {
    en: () => 'model: this sequence belongs to another model; open one with this model',
    zh: () => '模型：该序列属于另一个模型；请用本模型打开序列',
  },
  'model/sequence-twice': {
    en: () => 'model: each sequence may come once in a step; join its ids, or fork it',
    zh: () => '模型：同一步中每个序列只能出现一次；请合并它的词元，或先 fork',
  },
  'model/rewind': {
    en: (d: { length: number; to: unknown }) =>
      `model: rewind must go to a whole number from 0 to the sequence's length ${d.length}, got ${d.to}`,
    zh: (d) => `模型：只能回退到 0 与序列长度 ${d.length} 之间的整数，得到 ${d.to}`,
  },
  'model/rewind-slid': {
    en: (d: { to: number; from: number }) =>
      `model: rewind to ${d.to} needs tokens that have slid out of the window, which begins at ${d.from}; go back less far, or give a larger window`,
    zh: (d) => `模型：回退到 ${d.to} 需要已滑出窗口的词元，窗口从 ${d.from} 开始；请少退一些，或用更大的窗口`,
  },
  'model/sinks': {
    en: (d: { sinks: unknown; window: unknown; contextLength: number }) =>
      `endless model: sinks (0 or more) and window (1 or more) must be whole numbers that fit together into the context of ${d.contextLength}, got ${d.sinks} and ${d.window}; make one smaller`,
    zh: (d) =>
      `无限长模型：汇点数（不小于 0）与窗口（不小于 1）必须是整数，且合起来不超过 ${d.contextLength} 的上下文，得到 ${d.sinks} 和 ${d.window}；请减小其一`,
  },
  'model/sinks-positions': {
    en: (d: { kind: string }) =>
      `endless model: positions must be rotary, alibi, t5 or none, got ${d.kind}: what is added to tokens cannot slide; train with --positions rotary`,
    zh: (d) =>
      `无限长模型：位置方式必须是 rotary、alibi、t5 或 none，得到 ${d.kind}：加到词元上的位置无法滑动；请用 --positions rotary 训练`,
  },
  'model/sinks-attention': {
    en: (d: { form: string }) =>
      `endless model: attention must be full or by windows, got ${d.form}; linear attention needs no endless model, it keeps a state of one size at any length, and a prefix is read in one piece`,
    zh: (d) =>
      `无限长模型：注意力必须是完整的或窗口的，得到 ${d.form}；线性注意力不需要无限长模型，它在任何长度下状态大小不变；前缀则须一次读完`,
  },
  'model/extend-factor': {
    en: (d: { factor: unknown; most: number }) =>
      `longer context: the factor must be a number from 1 to ${d.most}, got ${d.factor}`,
    zh: (d) => `扩展上下文：倍数必须是 1 到 ${d.most} 之间的数，得到 ${d.factor}`,
  },
  'model/extend-learned': {
    en: (d: { contextLength: number }) =>
      `longer context: this model learned a vector for each of its ${d.contextLength} places and has none beyond; train with --positions rotary or alibi`,
    zh: (d) =>
      `扩展上下文：该模型只为 ${d.contextLength} 个位置各学了一个向量，此外没有；请用 --positions rotary 或 alibi 训练`,
  },
  'model/extend-positions': {
    en: (d: { kind: string; positions: string }) =>
      `longer context: ${d.kind} stretches rotary positions, got ${d.positions}; choose none, which leaves them as they are`,
    zh: (d) => `扩展上下文：${d.kind} 用于 rotary 位置，得到 ${d.positions}；请选 none，保持原样`,
  },
  'model/extend-twice': {
    en: (d: { kind: string; scaling: string }) =>
      `longer context: ${d.kind} needs positions that are not stretched yet, these are (${d.scaling}); choose none, which leaves them as they are`,
    zh: (d) => `扩展上下文：${d.kind} 要求位置尚未拉伸，而该模型已用 ${d.scaling} 拉伸；请选 none，保持原样`,
  },
  'model/virtual-linear': {
    en: () =>
      'virtual tokens: must stand before softmax attention, got linear attention; tune the model with lora',
    zh: () => '虚拟词元：只能用于 softmax 注意力，而该模型为线性注意力；请用 tune lora',
  },
  'model/virtual-seen': {
    en: () =>
      'virtual tokens: every token must see exactly those before it, got a prefix, padding or hidden keys; tune the model with lora, or read whole rows',
    zh: () =>
      '虚拟词元：每个词元必须恰好看到它之前的词元，而此处有双向前缀、填充或隐藏的键；请用 tune lora，或按整行读取',
  },
  'model/virtual-attention': {
    en: (d: { adapter: string }) =>
      `attention: every token that is looked at must be one of the text, "${d.adapter}" has virtual tokens; look into the model without it`,
    zh: (d) => `注意力：被关注的词元必须属于文本，而 "${d.adapter}" 带有虚拟词元；请不用它来查看模型`,
  },
  'model/reach-texts': {
    en: (d: { lengths: readonly number[] }) =>
      `gradient reach: texts must be equally long, 3 tokens or more, got lengths ${list(d.lengths)}; cut them`,
    zh: (d) => `梯度传播：各文本须等长且不少于 3 个词元，得到的长度为 ${list(d.lengths)}；请截取`,
  },
  'model/reach-cells': {
    en: (d: { cell: string }) =>
      `gradient reach: layers must be cells that go step by step, got ${d.cell}; name a model trained with --architecture rnn, gru or lstm`,
    zh: (d) =>
      `梯度传播：各层须为逐步前行的循环单元，得到 ${d.cell}；请换一个以 --architecture rnn、gru 或 lstm 训练的模型`,
  },
  'model/no-part': {
    en: (d: { part: string }) => `encoder: this model has no ${d.part}; load one that was saved with it`,
    zh: (d) => `编码器：此模型没有 ${d.part}；请载入带有它的模型`,
  },
  'model/nothing-masked': {
    en: () => 'encoder: a batch must have at least one masked place, got none; every target is −1',
    zh: () => '编码器：一批数据至少要有一个被遮盖的位置，得到 0 个；所有目标都是 −1',
  },
  'model/no-mask-token': {
    en: (d: { known: string }) =>
      `fill-mask: the tokenizer has no token that hides another (${d.known}); take a model trained with --objective masked`,
    zh: (d) => `完形填空：分词器没有遮盖用的词元（${d.known}）；请使用以 --objective masked 训练的模型`,
  },
  'model/no-mask': {
    en: (d: { mask: string; text: string }) =>
      `fill-mask: the text must have at least one ${d.mask}, got "${d.text}"; put one where a token is to be guessed`,
    zh: (d) => `完形填空：文本中至少要有一个 ${d.mask}，得到 "${d.text}"；请在要猜的位置写上它`,
  },
  'model/fill-long': {
    en: (d: { tokens: number; most: number }) =>
      `fill-mask: the text must be at most ${d.most} tokens long, got ${d.tokens}; keep what stands near the mask`,
    zh: (d) => `完形填空：文本最长 ${d.most} 个词元，得到 ${d.tokens} 个；请只保留遮盖处附近的文字`,
  },
  'model/fill-top': {
    en: (d: { got: number }) => `fill-mask: \`top\` must be a whole number of at least 1, got ${d.got}`,
    zh: (d) => `完形填空：\`top\` 必须是不小于 1 的整数，得到 ${d.got}`,
  },
  'model/sentence-module': {
    en: (d: { path: string; got: string; supported: string }) =>
      `${d.path}: a sentence encoder must end in ${d.supported}, got ${d.got}; choose another model`,
    zh: (d) => `${d.path}：句子编码器的后续模块必须是 ${d.supported}，得到 ${d.got}；请换一个模型`,
  },
  'model/bigrams-tied': {
    en: () => 'start from bigrams: the head needs a weight of its own; set tiedHead to false',
    zh: () => '由二元组起步：输出层需要自己的权重；请把 tiedHead 设为 false',
  },
  'model/bigrams-width': {
    en: (d: { width: number; least: number }) =>
      `start from bigrams: width must be at least ${d.least}, got ${d.width}`,
    zh: (d) => `由二元组起步：width 至少为 ${d.least}，得到 ${d.width}`,
  },
});
