/** The options of what serves and keeps state: `inkstone serve`, `studio` and `keys`. */

import { assistOptions } from './assist-options.ts';
import { requireSignOff } from './card-options.ts';
import type { OptionTable } from './command.ts';
import { kitNotice, kitNumbers, kitOption } from './kit-options.ts';
import { wholePositive } from './option-rules.ts';
import { serviceNotes } from './service-options.ts';
import { servedSpeech } from './speech-options.ts';
import { tutorOptions } from './tutor-options.ts';

export const state = {
  type: 'string',
  placeholder: 'place',
  default: '.inkstone/state',
  canBeNone: true,
  doc: {
    en: 'where conversations, reviews, keys, rules and the log are kept: a folder or postgres://…; --no-state keeps nothing',
    zh: '对话、审阅、密钥、规则与日志的存放处：目录或 postgres://…；--no-state 则不保存',
  },
} as const;

/** Of the audit log. */
export const auditOptions = {
  auditDays: {
    type: 'number',
    default: 30,
    rule: wholePositive,
    doc: { en: 'how long the audit log is kept', zh: '审计日志保留天数' },
  },
  auditText: {
    type: 'boolean',
    doc: {
      en: 'keep prompts and outputs in the audit log too, without e-mail addresses, phone numbers and keys',
      zh: '审计日志也保留提示与输出（隐去邮箱、电话与密钥）',
    },
  },
} as const satisfies OptionTable;

export const keysOptions = {
  state: {
    ...state,
    canBeNone: false,
    doc: { en: 'the state of the server: a folder or postgres://…', zh: '服务器的状态：目录或 postgres://…' },
  },
  tenant: {
    type: 'string',
    placeholder: 'name',
    verbs: ['create'],
    doc: {
      en: 'whose rows the key sees; keys of one tenant share them (default: a tenant of its own)',
      zh: '密钥所属租户；同一租户的密钥共享数据（默认：独立租户）',
    },
  },
  admin: {
    type: 'boolean',
    verbs: ['create'],
    doc: {
      en: 'it may make keys, make rules for all, and see the whole audit log',
      zh: '可创建密钥、为所有人设规则、查看全部审计日志',
    },
  },
  requestsPerMinute: {
    type: 'number',
    rule: wholePositive,
    verbs: ['create'],
    doc: { en: 'beyond it a request is told to wait', zh: '每分钟请求上限' },
  },
  tokensPerDay: {
    type: 'number',
    rule: wholePositive,
    verbs: ['create'],
    doc: { en: 'read and written, from midnight UTC', zh: '每日（UTC）读写词元上限' },
  },
  concurrent: {
    type: 'number',
    rule: wholePositive,
    verbs: ['create'],
    doc: { en: 'generations at a time', zh: '同时生成数上限' },
  },
} as const satisfies OptionTable;

const remote = {
  type: 'string',
  placeholder: 'name=url#model',
  doc: {
    en: 'models behind other OpenAI-compatible endpoints, served under a name beside the runs, separated by commas; their key is read from INKSTONE_REMOTE_KEY',
    zh: '其他 OpenAI 兼容端点上的模型，以给定名称与各次训练一同提供，以逗号分隔；密钥取自 INKSTONE_REMOTE_KEY',
  },
} as const;

export const port = {
  type: 'number',
  default: 8080,
  rule: {
    test: (x: number) => Number.isInteger(x) && x >= 0 && x < 65_536,
    words: {
      en: 'a whole number from 0 (any free port) to 65535',
      zh: '为 0（任一空闲端口）到 65535 的整数',
    },
  },
  doc: { en: 'where to listen; 0 takes any free port', zh: '监听端口；0 为任一空闲端口' },
} as const;

export const weights = {
  type: 'string',
  choices: ['f32', 'bf16', 'q8_0', 'q4_0'],
  default: 'f32',
  doc: {
    en: 'how matrices are kept: bf16 (the past too) takes half the memory, q8_0 a quarter, q4_0 a seventh, and each is faster; results change in the third digit, with q4_0 in the first',
    zh: '矩阵的存放精度：bf16（历史亦然）内存减半，q8_0 约为四分之一，q4_0 约为七分之一，且都更快；结果在第三位数字上有差别，q4_0 在第一位',
  },
} as const;

export const activations = {
  type: 'string',
  choices: ['float', 'int8'],
  default: 'float',
  doc: {
    en: 'what weights in blocks (q8_0, q4_0) multiply: int8 rounds it to 8 bits in blocks too: faster for several texts, and for one with q4_0',
    zh: '与分块权重（q8_0、q4_0）相乘的激活值：int8 也分块舍入为 8 位：多篇文本更快，单篇配 q4_0 更快',
  },
} as const;

const adapter = {
  type: 'string',
  placeholder: 'name=folder',
  doc: {
    en: 'adapters of the run, each served under its name beside it, separated by commas; folders joined by + are put on one after the other',
    zh: '该训练记录的适配器，以给定名称与之一同提供，以逗号分隔；以 + 相连的多个目录依次叠加',
  },
} as const;

export const serveOptions = {
  port,
  host: {
    type: 'string',
    placeholder: 'address',
    doc: {
      en: 'address to listen on (default 127.0.0.1: only this machine; others need --api-key)',
      zh: '监听地址（默认 127.0.0.1，只限本机；其他地址须有 --api-key）',
    },
  },
  apiKey: {
    type: 'string',
    placeholder: 'keys',
    doc: {
      en: 'keys that clients must send, separated by commas; each is a tenant of its own',
      zh: '客户端必须发送的密钥，以逗号分隔；每个密钥是一个独立租户',
    },
  },
  allowOrigin: {
    type: 'string',
    placeholder: 'origins',
    doc: {
      en: 'pages of other sites that may ask (CORS), separated by commas; none by default',
      zh: '允许跨站请求（CORS）的来源，以逗号分隔；默认没有',
    },
  },
  remote,
  adapter,
  index: {
    type: 'string',
    placeholder: 'index',
    doc: {
      en: 'also answer questions from this index (made by inkstone index), at /v1/answers',
      zh: '同时在 /v1/answers 根据此索引（由 inkstone index 建立）回答问题',
    },
  },
  collection: {
    type: 'string',
    placeholder: 'name',
    default: 'default',
    doc: { en: 'which collection of the index', zh: '索引中的哪个集合' },
  },
  classifier: {
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'a classifier (made by inkstone classify train) that suggests labels on the page Label',
      zh: '在“标注”页提出标签建议的分类器（由 inkstone classify train 训练）',
    },
  },
  assistant: {
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'also an assistant with tools at /v1/assistant; the facts, reminders and messages of each tenant are kept in this folder',
      zh: '同时在 /v1/assistant 提供带工具的助手；各租户的事实、提醒与消息存于此目录',
    },
  },
  assistantTools: {
    ...assistOptions.tools,
    doc: {
      en: 'with --assistant: your own tools beside the usual ones, which run on this machine: a YAML or JSON file, or an ES module',
      zh: '与 --assistant 同用：在本机运行的自有工具：YAML 或 JSON 文件，或 ES 模块',
    },
  },
  service: {
    type: 'string',
    placeholder: 'plan',
    doc: {
      en: 'also serve customers by this plan (as inkstone service reads it), at /v1/service',
      zh: '同时在 /v1/service 按此方案做客服（格式同 inkstone service）',
    },
  },
  kit: kitOption,
  kitNotice,
  kitNumbers,
  bibliography: {
    type: 'string',
    placeholder: 'url',
    doc: {
      en: 'a bibliographic service with the interface of Crossref, which /v1/manuscripts asks about references where a request wants it',
      zh: 'Crossref 接口的书目服务，请求需要时 /v1/manuscripts 会向它查询参考文献',
    },
  },
  serviceNotes: {
    type: 'string',
    placeholder: 'folder',
    default: serviceNotes,
    doc: {
      en: 'with --service: where conversations and what is handed over are kept',
      zh: '与 --service 同用：对话与转人工记录的存放目录',
    },
  },
  ...servedSpeech,
  recommender: {
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'also recommend items to readers, by what inkstone recommend train made, at /v1/recommendations',
      zh: '同时在 /v1/recommendations 用 inkstone recommend train 建立的推荐器向读者推荐',
    },
  },
  tutor: {
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'also a tutor at /v1/tutor; the lessons and the learners of each tenant are kept in this folder',
      zh: '同时在 /v1/tutor 出题并评分；各租户的课程与学习者存于此目录',
    },
  },
  weights,
  activations,
  studio: {
    type: 'boolean',
    default: true,
    doc: { en: 'with --no-studio only the API is served', zh: '加 --no-studio 则只提供接口' },
  },
  requireSignOff,
  state,
  ...auditOptions,
} as const satisfies OptionTable;

const { host, apiKey, collection, classifier, recommender, assistantTools, service } = serveOptions;

export const studioOptions = {
  port,
  host,
  apiKey,
  remote,
  index: {
    type: 'string',
    placeholder: 'index',
    doc: {
      en: 'the documents that questions are answered from, as inkstone index makes them; made empty where there is none',
      zh: '用来回答问题的文档索引（即 inkstone index 所建）；没有则新建空索引',
    },
  },
  collection,
  kit: kitOption,
  kitNotice,
  kitNumbers,
  classifier,
  ...servedSpeech,
  recommender,
  assistant: {
    ...assistOptions.notes,
    canBeNone: true,
    doc: {
      en: 'where the assistant keeps facts, reminders and messages; --no-assistant: there is none',
      zh: '助手存放事实、提醒与消息的目录；--no-assistant 则没有助手',
    },
  },
  assistantTools,
  tutor: {
    ...tutorOptions.folder,
    canBeNone: true,
    doc: {
      en: 'where the tutor keeps lessons and what each learner knows; --no-tutor: there is none',
      zh: '出题功能存放课程与各学习者掌握情况的目录；--no-tutor 则不出题',
    },
  },
  service,
  serviceNotes: serveOptions.serviceNotes,
  runs: {
    type: 'string',
    placeholder: 'folder',
    default: 'runs',
    doc: {
      en: 'the folder whose folders are runs; new ones come here',
      zh: '训练记录所在目录；新的训练也放在这里',
    },
  },
  state,
} as const satisfies OptionTable;
