/** Words of the machine, of files and of the server. */

import { defineTerms } from './term.ts';

export const machineTerms = defineTerms({
  memory: {
    name: { en: 'memory', zh: '内存' },
    also: ['oom', 'out of memory', 'ram', '内存不足'],
    text: {
      en: 'Training needs room for weights, gradients, two averages of the optimizer, and what the layers must remember of the batch; writing needs weights and the KV cache. OOM, out of memory, means that it did not fit. A smaller batch or context saves most, then bf16 weights or a smaller model.',
      zh: '训练要放下权重、梯度、优化器的两个平均值，以及各层为这一批记住的内容；写作只需权重与 KV 缓存。OOM 即放不下。最省的是减小批或上下文，其次是 bf16 权重或更小的模型。',
    },
  },
  kernels: {
    name: { en: 'kernels', zh: '内核' },
    also: [
      'kernel',
      'addon',
      'avx2',
      'avx512',
      'avx512bf16',
      'amx',
      'vnni',
      'dotprod',
      'neon',
      'portable',
      '插件',
    ],
    text: {
      en: 'The innermost loops, written in C++ for each family of processors; the best set that this one has is chosen when the program starts. Without a compiler at install time the same results come from TypeScript, 10 to 100 times slower. inkstone doctor says which are in use.',
      zh: '最内层的计算循环，针对各类处理器用 C++ 写成；程序启动时选本机能用的最好一套。安装时若没有编译器，则由 TypeScript 得出同样的结果，慢 10 到 100 倍。inkstone doctor 会说明用的是哪套。',
    },
  },
  device: {
    name: { en: 'device', zh: '设备' },
    also: ['gpu', 'webgpu', 'graphics card', 'cpu', '显卡', '图形处理器'],
    text: {
      en: "What computes. cpu is the processor; gpu is a graphics processor, reached by WebGPU, which has the kernels of a decoder's training: weights, gradients and averages stay in its memory, and the loss comes back at each step. The losses are the same but for rounding. It needs the package webgpu and a driver; inkstone doctor says what there is. An adapter in software is for tests: it is far slower than cpu.",
      zh: '用什么计算。cpu 是处理器；gpu 是经 WebGPU 使用的图形处理器，有训练解码器所需的内核：权重、梯度与平均值留在它的内存里，每步取回损失。除舍入外，损失相同。需要 webgpu 包和驱动；inkstone doctor 会说明本机有什么。软件模拟的适配器供测试用，比 cpu 慢得多。',
    },
  },
  gflops: {
    name: { en: 'GFLOP/s', zh: 'GFLOP/s' },
    also: ['gflops', 'flops', 'matmul', 'peak', '矩阵乘', '峰值'],
    text: {
      en: 'Billions of multiplications and additions in a second. A matrix product (matmul) is where nearly all time of a model goes; its speed beside the peak of the processor tells how well the machine is used. Training a token costs about six operations for each parameter.',
      zh: '每秒多少十亿次乘加。模型的时间几乎都花在矩阵乘上；其速度与处理器峰值之比，说明机器用得好不好。训练一个词元，每个参数约需六次运算。',
    },
  },
  energy: {
    name: { en: 'energy', zh: '能耗' },
    also: ['kWh', 'kilowatt-hour', 'RAPL', 'watts per core', '千瓦时', '电耗', '每核功率'],
    text: {
      en: 'What a run took, in kilowatt-hours. Where the processor counts it (RAPL) and lets itself be read, it is measured, for the whole machine; else it is an estimate: the time that cores were busy, times the watts of a core. A run that is gone on with adds up.',
      zh: '一次训练用了多少千瓦时。处理器有计数器（RAPL）且可读时为实测，计整机；否则为估计：核心忙碌的时间乘以每核功率。中断后继续的训练会累计。',
    },
  },
  carbonIntensity: {
    name: { en: 'carbon intensity', zh: '碳强度' },
    also: ['CO2', 'CO₂', 'carbon', '碳排放'],
    text: {
      en: 'Grams of CO₂ that a kilowatt-hour of electricity costs the air: some tens where it comes from water, wind or the atom, 800 and more where it comes from coal. Your supplier states it.',
      zh: '每千瓦时电力排放多少克 CO₂：水电、风电、核电约几十克，煤电 800 克以上。供电方会公布此数。',
    },
  },
  kwhPrice: {
    name: { en: 'kWh price', zh: '电价' },
    also: ['cost of energy', '电费'],
    text: {
      en: 'What a kilowatt-hour costs you, with its currency. Energy times this is the money that a run took for electricity; the machine itself is not in it.',
      zh: '每千瓦时电的价格及货币。能耗乘以它就是一次训练的电费；机器本身的费用不计在内。',
    },
  },
  modelCard: {
    name: { en: 'model card', zh: '模型说明卡' },
    also: ['card', 'model cards', '说明卡'],
    text: {
      en: 'A page that goes with a model: what it is, what it learnt from, how well it does and where it fails, what it is for and not for (Mitchell et al. 2019). inkstone card writes what the run knows and names what only a person can say.',
      zh: '随模型附上的一页说明：它是什么、学自何处、效果如何、在哪里会失败、用于什么与不用于什么（Mitchell 等 2019）。inkstone card 写出训练记录所知的一切，并列出只有人能说的。',
    },
  },
  dataSheet: {
    name: { en: 'data sheet', zh: '数据说明书' },
    also: ['datasheet', 'datasheets for datasets'],
    text: {
      en: 'The same for a set of texts: why and how it was gathered, what is in it, whether the people in it agreed, what was cleaned (Gebru et al. 2021). inkstone card --data writes it.',
      zh: '一批文本的说明：为何收集、如何收集、内容是什么、涉及的人是否同意、做过哪些清洗（Gebru 等 2021）。由 inkstone card --data 写出。',
    },
  },
  signOff: {
    name: { en: 'sign-off', zh: '签署' },
    also: ['require-sign-off', 'sign', 'approval', '批准'],
    text: {
      en: 'A person approves a model exactly as it lies: the hashes of its files and of its card go into a history where each entry holds the hash of the one before. With --require-sign-off, export and serve refuse what nobody approved or what has changed since. There is no secret in it: it notices changes, not someone who writes the whole history anew.',
      zh: '由人按现状批准模型：其文件与说明卡的哈希写入一份历史，每条含有前一条的哈希。加上 --require-sign-off，export 与 serve 会拒绝无人批准或批准后有改动的模型。其中没有密钥：能发现改动，但不能发现有人把整份历史重写一遍。',
    },
  },
  threads: {
    name: { en: 'threads', zh: '线程' },
    also: ['thread', 'INKSTONE_THREADS', 'cores', '核心'],
    text: {
      en: 'How many cores compute at once. More than there are physical cores makes it slower. INKSTONE_THREADS sets the number; the same number gives the same bits.',
      zh: '同时计算的核心数。超过物理核心数反而更慢。用 INKSTONE_THREADS 设定；线程数相同，结果逐位相同。',
    },
  },
  run: {
    name: { en: 'run', zh: '训练记录' },
    also: ['runs', 'run folder', '训练', '训练目录'],
    text: {
      en: 'One training and all that came of it, in a folder that can be copied: settings, tokenizer, checkpoints, curves and samples. Commands that need a model take the folder. The same command again goes on where it stopped.',
      zh: '一次训练及其全部结果，在一个可以复制的目录里：设置、分词器、检查点、曲线与样例。需要模型的命令都以该目录为参数。再次运行同一命令，即从中断处继续。',
    },
  },
  safetensors: {
    name: { en: 'safetensors', zh: 'safetensors' },
    also: ['weights file', '权重文件'],
    text: {
      en: 'The file format of the weights: names, shapes and plain numbers, no code, so that a file from elsewhere cannot do harm by being opened. Other tools read it.',
      zh: '权重的文件格式：名称、形状和纯数字，不含代码，因此打开别处来的文件不会有害。其他工具也能读取。',
    },
  },
  state: {
    name: { en: 'state', zh: '状态库' },
    also: ['state folder', 'postgres', 'postgresql', 'database', '数据库', '状态'],
    text: {
      en: 'Where the server keeps what should outlive it: conversations, reviews, rules, keys. A folder with an embedded database by default, or a PostgreSQL server for several machines. Without state nothing is kept.',
      zh: '服务器存放需要长期保留之物的地方：会话、审阅、规则、密钥。默认是带嵌入式数据库的目录，多台机器可用 PostgreSQL 服务器。不设状态库则什么都不保存。',
    },
  },
  agreement: {
    name: { en: 'agreement', zh: '一致性' },
    also: ['kappa', 'cohen’s kappa', 'κ', 'alpha agreement', '卡帕', '一致'],
    text: {
      en: 'How often two reviewers decide alike beyond what chance would give: κ is 1 for complete agreement and 0 for none beyond chance. Low values usually mean that the question is not clear, not that a reviewer is careless.',
      zh: '两位审阅者的判断在偶然之外有多一致：κ 为 1 表示完全一致，0 表示与偶然无异。数值低，多半是标准不清，而不是谁不认真。',
    },
  },
});
