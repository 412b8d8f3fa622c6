/** Options about what is kept: where, for how long, and the keys of those who may ask. */

import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';

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
