/** The options of `inkstone eval` and `inkstone benchmark`. NOTE Tasks, tokenizers and units by name only: the help must not load what they name. */

import type { BleuTokenizer, EvalTask, RougeUnit } from '../eval/index.ts';
import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';
import { seed } from './shared-options.ts';

/** A name left out does not compile. */
const tasks: { readonly [Name in EvalTask]: true } = {
  classification: true,
  text: true,
  answers: true,
  regression: true,
  code: true,
  ranking: true,
  likelihood: true,
  writing: true,
};
const tokenizers: { readonly [Name in BleuTokenizer]: true } = {
  '13a': true,
  zh: true,
  char: true,
  none: true,
};
const units: { readonly [Name in RougeUnit]: true } = { words: true, characters: true, segments: true };
const names = <Name extends string>(table: { readonly [N in Name]: true }) => Object.keys(table) as Name[];

export const evalOptions = {
  task: {
    type: 'string',
    choices: ['auto', ...names(tasks)],
    default: 'auto',
    doc: {
      en: 'what the records are; auto tells it from their fields',
      zh: '记录属于哪种任务；auto 按字段判断',
    },
  },
  metrics: {
    type: 'string',
    placeholder: 'list',
    doc: {
      en: 'only these scores, joined by commas: bleu,chrf++ (default: all of the task)',
      zh: '只算这些指标，以逗号连接：bleu,chrf++（默认：该任务的全部指标）',
    },
  },
  prediction: {
    type: 'string',
    placeholder: 'field',
    doc: {
      en: 'the field with what the model said (default: prediction, output, …; ranking, logprobs, passed)',
      zh: '模型输出所在的字段（默认：prediction、output 等；ranking、logprobs、passed）',
    },
  },
  reference: {
    type: 'string',
    placeholder: 'field',
    doc: {
      en: 'the field with what is right, one or a list (default: reference, label, answers, …; relevant, text)',
      zh: '正确内容所在的字段，可为列表（默认：reference、label、answers 等；relevant、text）',
    },
  },
  source: {
    type: 'string',
    placeholder: 'field',
    doc: {
      en: 'of writing: the field with what the text was written from (default: source, document, prompt, …)',
      zh: '用于 writing：写作所依据的内容所在的字段（默认：source、document、prompt 等）',
    },
  },
  fluencyData: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'of writing: a text, one piece a line, from which is learned what is fluent (default: the references, else the sources)',
      zh: '用于 writing：学习何为流畅的文本，每行一段（默认：参考，否则原文）',
    },
  },
  lang: {
    type: 'string',
    choices: ['auto', 'en', 'zh'],
    default: 'auto',
    doc: {
      en: 'of the texts; sets how they are cut where that is not given',
      zh: '文本的语言；未另行指定时由它决定切分方式',
    },
  },
  tokenize: {
    type: 'string',
    choices: names(tokenizers),
    doc: {
      en: "BLEU's tokenizer (default: 13a, for Chinese zh)",
      zh: 'BLEU 的分词方式（默认：13a，中文为 zh）',
    },
  },
  unit: {
    type: 'string',
    choices: names(units),
    doc: {
      en: 'what ROUGE compares (default: words of a–z and 0–9, for Chinese characters)',
      zh: 'ROUGE 的比较单位（默认：由 a–z、0–9 组成的词；中文按字）',
    },
  },
  lowercase: {
    type: 'boolean',
    doc: { en: 'BLEU and chrF without regard to capital letters', zh: 'BLEU 与 chrF 不分大小写' },
  },
  k: {
    type: 'string',
    placeholder: 'list',
    doc: {
      en: 'the k of recall@k, ndcg@k, pass@k, joined by commas (default: 1,5,10,100)',
      zh: 'recall@k、ndcg@k、pass@k 的 k，以逗号连接（默认：1,5,10,100）',
    },
  },
  confidence: {
    type: 'boolean',
    doc: {
      en: 'a 95 % interval for each score, by drawing the records anew (bootstrap)',
      zh: '为每项指标给出 95 % 区间（对记录自助抽样）',
    },
  },
  rounds: {
    type: 'number',
    default: 1000,
    rule: wholePositive,
    doc: { en: 'how often the records are drawn anew', zh: '自助抽样的次数' },
  },
  seed,
} as const satisfies OptionTable;

export const benchmarkOptions = {
  tasks: {
    type: 'string',
    placeholder: 'list',
    doc: { en: 'task files (yaml or json), joined by commas', zh: '任务文件（yaml 或 json），以逗号连接' },
  },
  shots: {
    type: 'string',
    placeholder: 'list',
    default: '0',
    doc: {
      en: 'how many solved examples stand before each item, joined by commas: 0,1,4,8',
      zh: '每题之前放多少个解好的示例，以逗号连接：0,1,4,8',
    },
  },
  limit: {
    type: 'number',
    rule: wholePositive,
    doc: { en: 'only so many items of each task', zh: '每个任务只用这么多条' },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: { en: 'also write the results here (json)', zh: '并将结果写入此文件（json）' },
  },
  seed,
} as const satisfies OptionTable;
