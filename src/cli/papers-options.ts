/** Options of `inkstone papers` and `inkstone paper`. */

import type { AspectName, CitationStyle } from '../apps/index.ts';
import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';
import { askOptions, indexOptions } from './retrieval-options.ts';

/** NOTE By name only: the help must not load what they name. A name left out does not compile. */
const styles: { readonly [Name in CitationStyle]: true } = {
  gbt7714: true,
  apa: true,
  ieee: true,
  bibtex: true,
  csl: true,
};
const columns: { readonly [Name in AspectName]: true } = {
  task: true,
  data: true,
  method: true,
  result: true,
  limits: true,
};
const styleNames = Object.keys(styles) as CitationStyle[];

const ofModel = {
  maxTokens: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'tokens that the model writes each time, at most a quarter of its context (default: 96 for a cell, 160 for a paper, 256 for advice, 512 for a section)',
      zh: '模型每次最多写多少词元，不超过其上下文的四分之一（默认：单元格 96、一篇论文 160、建议 256、一节 512）',
    },
  },
  minSupport: {
    ...askOptions.minSupport,
    doc: {
      en: 'how much of a sentence of the model its passage must hold; what holds less is left out and told',
      zh: '段落须含有模型所写句子的多大比例；不足的不采用并列出',
    },
  },
  contextTokens: askOptions.contextTokens,
  tokenizer: askOptions.tokenizer,
} as const;

const model = {
  ...askOptions.model,
  doc: {
    en: 'who writes: a run, a model folder, a .gguf file, or URL#MODEL of an endpoint (key: INKSTONE_REMOTE_KEY); without, sentences of the papers are quoted',
    zh: '由谁撰写：训练目录、模型目录、.gguf 文件，或接口的 URL#模型名（密钥：INKSTONE_REMOTE_KEY）；不给则引用论文原句',
  },
} as const;

export const papersOptions = {
  about: {
    type: 'string',
    placeholder: 'subject',
    verbs: ['compare', 'review'],
    doc: { en: 'what the table or the text is about', zh: '表格或综述的主题' },
  },
  columns: {
    type: 'string',
    placeholder: 'names',
    default: Object.keys(columns).join(','),
    verbs: ['compare'],
    doc: {
      en: 'what is compared, parted by commas: the names of the default, or words of your own',
      zh: '比较哪些方面，用逗号隔开：默认所列名称，或自己的词',
    },
  },
  sentences: {
    type: 'number',
    default: 2,
    rule: wholePositive,
    verbs: ['review'],
    doc: { en: 'sentences on each paper at most', zh: '每篇论文最多写几句' },
  },
  model: { ...model, verbs: ['compare', 'review'] },
  ...ofModel,
  maxTokens: { ...ofModel.maxTokens, verbs: ['compare', 'review'] },
  minSupport: { ...ofModel.minSupport, verbs: ['compare', 'review'] },
  contextTokens: { ...ofModel.contextTokens, verbs: ['compare', 'review'] },
  tokenizer: { ...ofModel.tokenizer, verbs: ['compare', 'review'] },
  style: {
    type: 'string',
    choices: styleNames.filter((name) => name !== 'csl' && name !== 'bibtex'),
    verbs: ['review'],
    doc: {
      en: 'how the list of references is written (default: gbt7714 for a Chinese text, else apa)',
      zh: '参考文献表的格式（默认：中文用 gbt7714，否则 apa）',
    },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'also write it: read .json or .bib; compare .md, .csv or .json; graph .svg, .mmd (Mermaid) or .json; review .md or .json',
      zh: '并写入文件：read 用 .json 或 .bib；compare 用 .md、.csv 或 .json；graph 用 .svg、.mmd（Mermaid）或 .json；review 用 .md 或 .json',
    },
  },
  offline: indexOptions.offline,
} as const satisfies OptionTable;

export const paperOptions = {
  library: {
    type: 'string',
    placeholder: 'source',
    verbs: ['draft', 'references'],
    doc: {
      en: 'what may be cited: a folder of papers, one paper, a .bib or a CSL .json file',
      zh: '可引用的文献：论文目录、一篇论文、.bib 或 CSL .json 文件',
    },
  },
  service: {
    type: 'string',
    placeholder: 'url',
    verbs: ['references'],
    doc: {
      en: 'also ask a bibliographic service with the interface of Crossref, such as https://api.crossref.org; titles and authors are sent there',
      zh: '同时查询 Crossref 接口的书目服务，如 https://api.crossref.org；会发送标题与作者',
    },
  },
  mailto: {
    type: 'string',
    placeholder: 'address',
    verbs: ['references'],
    doc: {
      en: 'with --service: an address of e-mail by which it knows whom to write to',
      zh: '与 --service 同用：供该服务联系的电子邮件地址',
    },
  },
  style: {
    type: 'string',
    choices: styleNames,
    verbs: ['draft', 'references'],
    doc: {
      en: 'how references are written: of draft gbt7714, apa or ieee (default: gbt7714 for a Chinese draft, else apa); of references the corrected list is printed so',
      zh: '参考文献格式：draft 用 gbt7714、apa 或 ieee（默认：中文用 gbt7714，否则 apa）；references 则按此输出订正后的列表',
    },
  },
  sentences: {
    type: 'number',
    default: 8,
    rule: wholePositive,
    verbs: ['draft'],
    doc: { en: 'sentences of a section at most', zh: '每节最多几句' },
  },
  model: {
    ...model,
    verbs: ['draft', 'advise'],
    doc: {
      en: 'who writes or advises: a run, a model folder, a .gguf file, or URL#MODEL of an endpoint (key: INKSTONE_REMOTE_KEY); without, draft gathers quotations and advise goes by its rules',
      zh: '由谁撰写或提建议：训练目录、模型目录、.gguf 文件，或接口的 URL#模型名（密钥：INKSTONE_REMOTE_KEY）；不给则 draft 汇集引文，advise 只按规则',
    },
  },
  ...ofModel,
  maxTokens: { ...ofModel.maxTokens, verbs: ['draft', 'advise'] },
  minSupport: { ...ofModel.minSupport, verbs: ['draft'] },
  contextTokens: { ...ofModel.contextTokens, verbs: ['draft', 'advise'] },
  tokenizer: { ...ofModel.tokenizer, verbs: ['draft', 'advise'] },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'draft: where it is written, .md (default: draft.md); references: the corrected list, .bib, .json (CSL), .md or .txt; advise: .json or .md',
      zh: 'draft：草稿写到哪里，.md（默认：draft.md）；references：订正后的列表，.bib、.json（CSL）、.md 或 .txt；advise：.json 或 .md',
    },
  },
  work: {
    type: 'string',
    placeholder: 'file',
    verbs: ['draft'],
    doc: {
      en: 'where finished sections are kept until the end, so that the same command goes on (default: beside --out)',
      zh: '完成的各节存在哪里，直到结束，重复同一命令即可继续（默认：--out 旁边）',
    },
  },
  offline: indexOptions.offline,
} as const satisfies OptionTable;
