/** Options of `inkstone federate`. */

import type { OptionTable } from './command.ts';
import { belowOne, positive, probability, wholePositive } from './option-rules.ts';
import { data } from './shared-options.ts';
import { trainOptions } from './train-options.ts';

const { out, preset, tokenizer, layers, width, heads, contextLength } = trainOptions;
const { positions, block, activation, norm, batchSize, lr, precision, textColumn, seed, offline } =
  trainOptions;

/** Each is a process with a model of its own. */
const MOST_CLIENTS = 64;

export const federateOptions = {
  data,
  by: {
    type: 'string',
    placeholder: 'way',
    doc: {
      en: 'whose text is whose: speaker (of a play: lines "NAME:"), file, or field:author, the column or field that names the owner (default: file for a folder, else speaker)',
      zh: '文本归谁：speaker（剧本中“人名:”行）、file（每个文件），或 field:author（写明所有者的列或字段）；默认目录按 file，否则按 speaker',
    },
  },
  clients: {
    type: 'number',
    default: 4,
    rule: {
      test: (n: number) => Number.isInteger(n) && n > 0 && n <= MOST_CLIENTS,
      words: { en: `a whole number from 1 to ${MOST_CLIENTS}`, zh: `为 1 到 ${MOST_CLIENTS} 的整数` },
    },
    doc: {
      en: 'how many take part, each a process with its own text: those that have most of it',
      zh: '参与的客户端数，各为一个进程、各有自己的文本：取文本最多的几个',
    },
  },
  mixed: {
    type: 'boolean',
    doc: {
      en: 'deal the same texts out to the clients by chance, so that all have the like (IID): for comparing',
      zh: '把同样的文本随机分给各客户端，使其彼此相似（独立同分布）：供比较',
    },
  },
  rounds: {
    type: 'number',
    default: 20,
    rule: wholePositive,
    doc: { en: 'rounds of training', zh: '训练轮数' },
  },
  share: {
    type: 'number',
    default: 1,
    rule: probability,
    doc: { en: 'part of the clients that is asked in each round', zh: '每轮参与的客户端比例' },
  },
  localEpochs: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'passes of a client over its text in each round (default 1)',
      zh: '每轮中客户端遍历自己文本的次数（默认 1）',
    },
  },
  localSteps: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'updates of a client in each round, instead of passes',
      zh: '每轮中客户端的更新步数，代替遍历次数',
    },
  },
  localOptimizer: {
    type: 'string',
    choices: ['adamw', 'sgd'],
    doc: {
      en: 'how clients train: adamw (default), whose state begins anew each round, or plain sgd, as in the paper',
      zh: '客户端如何训练：adamw（默认，状态每轮重新开始），或论文中的普通 sgd',
    },
  },
  fedsgd: {
    type: 'boolean',
    doc: {
      en: 'one gradient of all its text from each client in each round: the step that training on all texts together would make',
      zh: '每轮每个客户端只给出全部文本的一个梯度：等于把所有文本放在一起所走的一步',
    },
  },
  serverOptimizer: {
    type: 'string',
    default: 'average',
    choices: ['average', 'adam'],
    doc: {
      en: 'what the coordinator does with differences: average them (FedAvg), or take them for gradients of Adam (FedAdam)',
      zh: '协调方如何使用各方差值：取平均（FedAvg），或当作 Adam 的梯度（FedAdam）',
    },
  },
  serverLr: {
    type: 'number',
    rule: positive,
    doc: {
      en: "the coordinator's learning rate (default: 1 for average, 0.01 for adam)",
      zh: '协调方的学习率（默认：average 为 1，adam 为 0.01）',
    },
  },
  minClients: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'the fewest answers of which a round is made (default: half of those asked)',
      zh: '一轮至少需要的应答数（默认：所问客户端的一半）',
    },
  },
  deadline: {
    type: 'number',
    placeholder: 'seconds',
    default: 600,
    rule: positive,
    doc: {
      en: 'how long a client may take for an answer; then the round goes on without it',
      zh: '客户端应答的时限（秒）；逾期则本轮不再等它',
    },
  },
  dropOut: {
    type: 'number',
    placeholder: 'share',
    default: 0,
    rule: belowOne,
    doc: {
      en: 'a rehearsal: this part of the clients of each round, drawn by chance, is not heard',
      zh: '演练：每轮随机使这一比例的客户端失联',
    },
  },
  secure: {
    type: 'boolean',
    doc: {
      en: 'secure aggregation: clients mask what they send, and the coordinator sees the sum of their differences alone',
      zh: '安全聚合：客户端给所发内容加掩码，协调方只能看到各方差值之和',
    },
  },
  compare: {
    type: 'boolean',
    doc: {
      en: 'then train the same model on all texts in one place for as many updates, and on those of the largest client alone',
      zh: '随后用同样的更新步数，在一处对全部文本训练同一模型，再只用最大客户端的文本训练一次',
    },
  },
  out: {
    ...out,
    doc: {
      en: 'where the run is kept (default: runs/, the name of the data and -federated)',
      zh: '训练记录的存放目录（默认：runs/ 加数据名加 -federated）',
    },
  },
  preset: { ...preset, default: 'shakespeare-cpu' },
  tokenizer: {
    ...tokenizer,
    doc: {
      en: 'a tokenizer.json made elsewhere; default: bytes, which are learnt from no text',
      zh: '别处制作的 tokenizer.json；默认用字节，不从任何文本学习',
    },
  },
  layers,
  width,
  heads,
  contextLength,
  positions,
  block,
  activation,
  norm,
  batchSize,
  lr,
  precision,
  evalEvery: {
    type: 'number',
    default: 1,
    rule: wholePositive,
    doc: { en: 'rounds between held-out evaluations', zh: '每隔多少轮评测留出集' },
  },
  textColumn,
  seed,
  offline,
} as const satisfies OptionTable;
