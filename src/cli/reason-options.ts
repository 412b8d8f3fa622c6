/** The options of `inkstone reason`. NOTE Methods by name only: the help must not load what they name. */

import type { ReasoningMethod } from '../eval/index.ts';
import type { OptionTable } from './command.ts';
import { positive, wholeFromZero, wholePositive } from './option-rules.ts';
import { seed } from './shared-options.ts';

/** The options that each method reads beside those of all. A method left out does not compile. */
export const methodOptions: { readonly [Name in ReasoningMethod]: readonly string[] } = {
  direct: ['directTemplate'],
  greedy: ['template'],
  vote: ['template', 'temperature', 'n'],
  best: ['template', 'temperature', 'n', 'verifier'],
  tree: ['template', 'temperature', 'width', 'branches', 'delimiter', 'verifier'],
};
export const methods = Object.keys(methodOptions) as ReasoningMethod[];

const reasons = ['ask', 'measure'] as const;
const samples = [...reasons, 'samples'] as const;

export const reasonOptions = {
  question: {
    type: 'string',
    verbs: ['ask'],
    doc: { en: 'what is asked', zh: '要问的问题' },
  },
  file: {
    type: 'string',
    verbs: ['measure', 'samples'],
    placeholder: 'file',
    doc: {
      en: 'records with question and answer (jsonl, json, csv); of an answer with steps, as GSM8K has it, the pattern counts',
      zh: '含 question 与 answer 的记录（jsonl、json、csv）；若答案带步骤（如 GSM8K），则按模式取出',
    },
  },
  limit: {
    type: 'number',
    verbs: ['measure', 'samples'],
    rule: wholePositive,
    doc: { en: 'only so many questions', zh: '只用这么多道题' },
  },
  method: {
    type: 'string',
    verbs: reasons,
    placeholder: 'list',
    doc: {
      en: 'direct: the answer at once; greedy: likeliest steps; vote: what most of n chains say; best: the best of n chains; tree: the best steps (ask: one, default vote; measure: joined by commas, default all)',
      zh: 'direct：直接作答；greedy：概率最高的步骤；vote：n 条思维链投票；best：n 条中最好的一条；tree：逐步择优（ask 取一种，默认 vote；measure 以逗号连接，默认全部）',
    },
  },
  n: {
    type: 'number',
    verbs: samples,
    default: 8,
    rule: wholePositive,
    doc: { en: 'chains of vote and best, or samples', zh: 'vote 与 best 的思维链数，或样本数' },
  },
  width: {
    type: 'number',
    verbs: reasons,
    default: 2,
    rule: wholePositive,
    doc: { en: 'tree: chains kept after each step', zh: 'tree：每一步之后保留几条' },
  },
  branches: {
    type: 'number',
    verbs: reasons,
    default: 4,
    rule: wholePositive,
    doc: { en: 'tree: next steps tried from each of them', zh: 'tree：每条试几个下一步' },
  },
  delimiter: {
    type: 'string',
    verbs: reasons,
    default: '\\n',
    doc: { en: 'tree: ends a step; \\n is a line end', zh: 'tree：步骤的结尾；\\n 表示换行' },
  },
  verifier: {
    type: 'string',
    verbs: reasons,
    placeholder: 'name|run',
    default: 'likelihood',
    doc: {
      en: 'best, tree: who judges chains: likelihood, equations (the share that holds), or a run of tune head that learnt from samples',
      zh: 'best、tree：由谁评判思维链：likelihood（似然）、equations（成立的等式所占比例），或用 samples 训练的 tune head 记录',
    },
  },
  template: {
    type: 'string',
    verbs: samples,
    default: '{question}\\n1.',
    doc: {
      en: 'what the model reads for steps to follow; what stands behind {question} belongs to the chain',
      zh: '让模型写出步骤的提示；{question} 之后的部分算作思维链的开头',
    },
  },
  directTemplate: {
    type: 'string',
    verbs: reasons,
    default: '{question}\\n####',
    doc: { en: 'direct: what it reads for the answer to follow', zh: 'direct：让模型直接作答的提示' },
  },
  answerPattern: {
    type: 'string',
    verbs: samples,
    placeholder: 'pattern',
    default: '####\\s*(\\S+)',
    doc: {
      en: 'where the answer of a chain stands: the first group, or all, of the last match',
      zh: '思维链中答案的位置：最后一处匹配的第一个分组，无分组则取全部',
    },
  },
  temperature: {
    type: 'number',
    verbs: samples,
    default: 0.7,
    rule: positive,
    doc: { en: 'vote, best, tree: how freely chains are sampled', zh: 'vote、best、tree：采样的自由程度' },
  },
  maxTokens: {
    type: 'number',
    verbs: samples,
    default: 128,
    rule: wholePositive,
    doc: { en: 'of a chain, at most', zh: '每条思维链的最多词元数' },
  },
  texts: {
    type: 'number',
    verbs: ['tasks'],
    default: 20_000,
    rule: wholePositive,
    doc: {
      en: 'sums to learn from, each once with steps and once without',
      zh: '供学习的加法题数，每题带步骤与不带步骤各一篇',
    },
  },
  questions: {
    type: 'number',
    verbs: ['tasks'],
    default: 300,
    rule: wholePositive,
    doc: { en: 'other sums to test on', zh: '另作检验的题数' },
  },
  practice: {
    type: 'number',
    verbs: ['tasks'],
    default: 2000,
    rule: wholeFromZero,
    doc: { en: 'other sums for a verifier to learn from', zh: '另供验证器学习的题数' },
  },
  lang: {
    type: 'string',
    verbs: ['tasks'],
    choices: ['both', 'en', 'zh'],
    default: 'both',
    doc: { en: 'language of the sums', zh: '题目的语言' },
  },
  out: {
    type: 'string',
    verbs: ['tasks', 'samples'],
    placeholder: 'path',
    doc: {
      en: 'a folder for the sums (default: sums), or a file for samples (.jsonl)',
      zh: '题目的目录（默认：sums），或样本的文件（.jsonl）',
    },
  },
  seed,
} as const satisfies OptionTable;
