/** The options of `inkstone probe`. */

import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';
import { seed } from './shared-options.ts';

export const probeOptions = {
  data: {
    verbs: ['bias', 'memory', 'fairness'],
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'bias: CrowS-Pairs (csv), BBQ (jsonl) or StereoSet (json) as published; memory: the list of canaries that data canaries wrote; fairness: texts with labels and groups (csv, tsv, json, jsonl)',
      zh: 'bias：原样的 CrowS-Pairs（csv）、BBQ（jsonl）或 StereoSet（json）；memory：data canaries 写出的金丝雀列表；fairness：带标签和群体的文本（csv、tsv、json、jsonl）',
    },
  },
  limit: {
    verbs: ['bias', 'security'],
    type: 'number',
    rule: wholePositive,
    doc: { en: 'only so many items, the first ones', zh: '只用前面这么多条' },
  },
  samples: {
    verbs: ['memory'],
    type: 'number',
    default: 2000,
    rule: {
      test: (n: number) => Number.isInteger(n) && n >= 100,
      words: { en: 'a whole number of at least 100', zh: '为不小于 100 的整数' },
    },
    doc: {
      en: 'secrets of five digits and more: so many are drawn to compare with (shorter ones are all read)',
      zh: '五位及以上的秘密：抽取这么多个作比较（更短的则全部读过）',
    },
  },
  group: {
    verbs: ['fairness'],
    type: 'string',
    placeholder: 'name',
    doc: { en: 'the column or field that names the group', zh: '表示群体的列或字段' },
  },
  textColumn: {
    verbs: ['fairness'],
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the column or field that holds the text (default: text, content, …)',
      zh: '文本所在的列或字段（默认：text、content 等）',
    },
  },
  labelColumn: {
    verbs: ['fairness'],
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the column or field that holds the right label (default: label, class, category)',
      zh: '正确标签所在的列或字段（默认：label、class、category、标签、类别、分类）',
    },
  },
  positive: {
    verbs: ['fairness'],
    type: 'string',
    placeholder: 'label',
    doc: {
      en: 'the label that is a decision for someone (default: of two labels the last by name)',
      zh: '表示“通过”的标签（默认：两种标签中按名称排在后面的一个）',
    },
  },
  attacks: {
    verbs: ['security'],
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'attacks of your own beside those that come along (jsonl or json: id, category, prompt, success, …)',
      zh: '在自带攻击之外加入自己的攻击（jsonl 或 json：id、category、prompt、success 等）',
    },
  },
  usual: {
    verbs: ['security'],
    type: 'boolean',
    default: true,
    doc: {
      en: 'with --no-usual only the attacks of --attacks',
      zh: '加 --no-usual 则只用 --attacks 中的攻击',
    },
  },
  rules: {
    verbs: ['security'],
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'rules of moderation, as /api/rules lists them (json or jsonl: name, pattern, action, …): attacks are judged before and after them',
      zh: '内容审核规则，格式与 /api/rules 所列相同（json 或 jsonl：name、pattern、action 等）：分别在规则前后判定',
    },
  },
  requestsPerMinute: {
    verbs: ['security'],
    type: 'number',
    placeholder: 'n',
    default: 60,
    rule: wholePositive,
    doc: { en: 'an endpoint is asked so often at most', zh: '每分钟最多向端点发送的请求数' },
  },
  maxTokens: {
    verbs: ['security'],
    type: 'number',
    default: 128,
    rule: wholePositive,
    doc: { en: 'tokens of an answer at most', zh: '每个回答最多的词元数' },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: { en: 'also write the whole report here (json)', zh: '并将完整报告写入此文件（json）' },
  },
  seed,
} as const satisfies OptionTable;
