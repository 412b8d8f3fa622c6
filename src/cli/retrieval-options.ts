/** Options of `inkstone index`, `inkstone search` and `inkstone ask`. */

import type { OptionTable } from './command.ts';
import { corpusOptions } from './corpus-options.ts';
import { kitNotice, kitNumbers, kitOption } from './kit-options.ts';
import { notNegative, positive, wholeFromZero, wholePositive } from './option-rules.ts';

const collection = {
  type: 'string',
  placeholder: 'name',
  default: 'default',
  doc: { en: 'which collection of the index', zh: '索引中的哪个集合' },
} as const;

const metrics = ['cosine', 'dot', 'l2'] as const;

export const indexOptions = {
  out: {
    type: 'string',
    placeholder: 'index',
    default: 'index',
    doc: {
      en: 'where the index is kept: a folder, or postgres://…',
      zh: '索引存放在哪里：文件夹，或 postgres://…',
    },
  },
  collection,
  embedder: {
    type: 'string',
    placeholder: 'model',
    doc: {
      en: 'also index by meaning: a folder of an encoder, or URL#MODEL of an endpoint (key: INKSTONE_REMOTE_KEY)',
      zh: '同时按语义索引：编码器目录，或接口的 URL#模型名（密钥：INKSTONE_REMOTE_KEY）',
    },
  },
  tokenizer: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: "whose tokens are counted: a tokenizer.json (default: the encoder's, else words and Chinese characters)",
      zh: '按哪个分词器计词元：tokenizer.json（默认：编码器自带的，否则按词和汉字计）',
    },
  },
  chunkTokens: {
    type: 'number',
    default: 256,
    rule: wholePositive,
    doc: {
      en: 'tokens of a passage at most (fewer where the encoder reads fewer)',
      zh: '每段最多的词元数（编码器读得更短时随之减少）',
    },
  },
  overlap: {
    type: 'number',
    default: 32,
    rule: wholeFromZero,
    doc: {
      en: 'tokens that a passage repeats from the end of the one before',
      zh: '每段重复前一段结尾的词元数',
    },
  },
  chinese: {
    type: 'string',
    choices: ['words', 'bigrams'],
    default: 'words',
    doc: {
      en: 'how Chinese is found: by words (jieba, else the dictionary of the platform) or by pairs of characters',
      zh: '中文如何检索：按词（jieba，否则用平台词典）或按相邻两字',
    },
  },
  textColumn: corpusOptions.textColumn,
  titleColumn: corpusOptions.titleColumn,
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
} as const satisfies OptionTable;

export const searchOptions = {
  query: { type: 'string', placeholder: 'text', doc: { en: 'what is looked for', zh: '要找什么' } },
  collection,
  mode: {
    type: 'string',
    choices: ['bm25', 'vector', 'hybrid'],
    doc: {
      en: 'by words, by meaning, or both (default: both where there are vectors, else words)',
      zh: '按词、按语义或两者（默认：有向量则两者，否则按词）',
    },
  },
  top: { type: 'number', default: 5, rule: wholePositive, doc: { en: 'how many passages', zh: '给出几段' } },
  metric: {
    type: 'string',
    choices: metrics,
    default: 'cosine',
    doc: { en: 'how near two vectors are', zh: '两个向量的远近如何度量' },
  },
  k1: {
    type: 'number',
    default: 0.9,
    rule: notNegative,
    doc: { en: 'BM25: how fast more of the same word stops to count', zh: 'BM25：同一词多次出现的饱和快慢' },
  },
  b: {
    type: 'number',
    default: 0.4,
    rule: {
      test: (value: number) => value >= 0 && value <= 1,
      words: { en: 'from 0 to 1', zh: '在 0 到 1 之间' },
    },
    doc: { en: 'BM25: how much long passages are held back', zh: 'BM25：对长段落的抑制程度' },
  },
  vectorWeight: {
    type: 'number',
    rule: {
      test: (value: number) => value >= 0 && value <= 1,
      words: { en: 'from 0 to 1', zh: '在 0 到 1 之间' },
    },
    doc: {
      en: 'both by a weighted sum, so much for meaning (default: by ranks, reciprocal rank fusion)',
      zh: '两者按加权和合并，语义占此权重（默认：按名次合并，即倒数名次融合）',
    },
  },
  rrfK: {
    type: 'number',
    default: 60,
    rule: positive,
    doc: {
      en: 'reciprocal rank fusion: more makes ranks more alike',
      zh: '倒数名次融合：越大则名次差别越小',
    },
  },
} as const satisfies OptionTable;

const fromZeroToOne = searchOptions.b.rule;

export const askOptions = {
  model: {
    type: 'string',
    placeholder: 'run',
    doc: {
      en: 'who writes the answer: a run, a model folder, a .gguf file, or URL#MODEL of an endpoint (key: INKSTONE_REMOTE_KEY); without, sentences are quoted',
      zh: '由谁写回答：训练目录、模型目录、.gguf 文件，或接口的 URL#模型名（密钥：INKSTONE_REMOTE_KEY）；不给则直接引用原句',
    },
  },
  extract: {
    type: 'boolean',
    doc: {
      en: 'quote the best sentences, needing no model; the default without --model',
      zh: '直接引用最合适的句子，不需要模型；未给 --model 时即如此',
    },
  },
  collection,
  mode: searchOptions.mode,
  top: { ...searchOptions.top, doc: { en: 'how many passages are read', zh: '读几个段落' } },
  maxSentences: {
    type: 'number',
    default: 3,
    rule: wholePositive,
    doc: { en: 'sentences of the answer at most', zh: '回答最多几句' },
  },
  style: {
    type: 'string',
    placeholder: 'words',
    doc: {
      en: 'how the model shall write, such as "plainly, for children"',
      zh: '模型的文风，如“写给孩子，浅白”',
    },
  },
  minMatch: {
    type: 'number',
    default: 0.4,
    rule: fromZeroToOne,
    doc: {
      en: 'how much of what is asked for a passage must hold, else it is not in the documents',
      zh: '段落须含有所问内容的多大比例，否则视为文档中没有',
    },
  },
  minSimilarity: {
    type: 'number',
    rule: {
      test: (value: number) => value >= -1 && value <= 1,
      words: { en: 'from -1 to 1', zh: '在 -1 到 1 之间' },
    },
    doc: {
      en: 'a passage so near by its vector is enough, too (default: only words count)',
      zh: '向量相似度达到此值的段落也算（默认：只按词）',
    },
  },
  minSupport: {
    type: 'number',
    default: 0.5,
    rule: fromZeroToOne,
    doc: {
      en: 'how much of a sentence its passage must hold to support it',
      zh: '段落须含有句子的多大比例才算支持它',
    },
  },
  maxTokens: {
    type: 'number',
    default: 256,
    rule: wholePositive,
    doc: { en: 'tokens that the model may write', zh: '模型最多写多少词元' },
  },
  contextTokens: {
    type: 'number',
    default: 4096,
    rule: wholePositive,
    doc: {
      en: 'of an endpoint: tokens that its model reads and writes in all',
      zh: '接口上的模型一共能读写多少词元',
    },
  },
  tokenizer: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: "of an endpoint: its model's tokenizer.json, to count exactly (default: two tokens a word or character)",
      zh: '接口上模型的 tokenizer.json，用于精确计数（默认：每个词或汉字计两个词元）',
    },
  },
  kit: kitOption,
  kitNotice,
  kitNumbers,
  correct: {
    type: 'string',
    placeholder: 'answer',
    canBeNone: true,
    doc: {
      en: 'keep this as the right answer to the question: the next answer uses it; --no-correct forgets it',
      zh: '把它存为该问题的正确答案，下次回答即用；--no-correct 则删去',
    },
  },
  source: {
    type: 'string',
    placeholder: 'text',
    doc: { en: 'of --correct: who or what says so', zh: '--correct 的出处：谁说的、出自哪里' },
  },
} as const satisfies OptionTable;
