/** The options of `inkstone stats`, `tag`, `pack`, `unpack` and `vectors`. */

import type { OptionTable } from './command.ts';
import { positive, wholeFromZero, wholePositive } from './option-rules.ts';
import { seed } from './shared-options.ts';

const offline = {
  type: 'boolean',
  doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' },
} as const;

export const statsOptions = {
  unit: {
    type: 'string',
    choices: ['character', 'word', 'token'],
    default: 'character',
    doc: {
      en: 'what is counted; characters as they stand, with white space; words and punctuation marks without it',
      zh: '统计的单位；字符按原样计，含空白；词与标点不含空白',
    },
  },
  tokenizer: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'with --unit token: a tokenizer.json, or a folder that holds one, such as a run',
      zh: '用于 --unit token：tokenizer.json，或含有它的目录，如训练记录',
    },
  },
  order: {
    type: 'number',
    default: 5,
    rule: {
      test: (x: number) => Number.isInteger(x) && x >= 1 && x <= 12,
      words: { en: 'a whole number from 1 to 12', zh: '为 1 到 12 的整数' },
    },
    doc: { en: 'length of the longest blocks', zh: '最长的块含几个符号' },
  },
  distance: {
    type: 'number',
    default: 256,
    rule: wholePositive,
    doc: {
      en: 'how far apart symbols are compared: 1, 2, 4, … up to this',
      zh: '比较相距多远的符号：1、2、4……直到此值',
    },
  },
  pairs: {
    type: 'number',
    default: 12,
    rule: wholePositive,
    doc: {
      en: 'how many neighbours that seek each other are shown, and rows with --given',
      zh: '显示多少对相互吸引的近邻，以及 --given 的行数',
    },
  },
  minCount: {
    type: 'number',
    default: 5,
    rule: wholePositive,
    doc: { en: 'neighbours seen less often are left out', zh: '出现次数少于此值的近邻不计' },
  },
  given: {
    type: 'string',
    placeholder: 'text',
    doc: {
      en: 'instead: what follows this and what stands before it, each way round by Bayes',
      zh: '改为显示：它之后与之前各有什么，并用贝叶斯公式给出反向概率',
    },
  },
  out: {
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'plots go there as SVG (entropy, information, growth, ranks), and a page with all of it',
      zh: '把图（熵、信息、增长、排名）以 SVG 写入此目录，另有一个汇总网页',
    },
  },
  seed,
  offline,
} as const satisfies OptionTable;

/** Whose probabilities are used: both directions need the same. */
const codingModel = {
  model: {
    type: 'string',
    placeholder: 'run',
    doc: {
      en: 'the model whose probabilities are used: a run, a Hugging Face folder or a .gguf file',
      zh: '使用哪个模型的概率：训练记录、Hugging Face 目录或 .gguf 文件',
    },
  },
  ngram: {
    type: 'string',
    placeholder: 'source',
    doc: {
      en: 'instead of a model: a 5-gram model of characters, counted on this text',
      zh: '不用模型，而用由此文本统计的字符五元模型',
    },
  },
} as const satisfies OptionTable;

export const packOptions = {
  ...codingModel,
  lanes: {
    type: 'number',
    rule: {
      test: (x: number) => Number.isInteger(x) && x >= 1 && x <= 256,
      words: { en: 'a whole number from 1 to 256', zh: '为 1 到 256 的整数' },
    },
    doc: {
      en: 'parts of the text that are read side by side: faster, but each begins without a past (default: one for every 16 contexts of tokens, at most 32)',
      zh: '把文本分成几路并行读取：更快，但每路开头没有前文（默认：每 16 个上下文长度的词元一路，最多 32 路）',
    },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: { en: 'the packed file (default: the name with .ink)', zh: '压缩文件（默认：原名加 .ink）' },
  },
  offline,
} as const satisfies OptionTable;

export const unpackOptions = {
  ...codingModel,
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'where the text goes (default: the name without .ink, if nothing is there)',
      zh: '文本写到哪里（默认：去掉 .ink 的原名，该处须无文件）',
    },
  },
  offline,
} as const satisfies OptionTable;

export const vectorsOptions = {
  data: {
    verbs: ['train'],
    type: 'string',
    placeholder: 'source',
    doc: {
      en: 'text to learn from: a file, a folder, https://… or npm:NAME',
      zh: '学习用的文本：文件、目录、https:// 网址或 npm:包名',
    },
  },
  method: {
    verbs: ['train'],
    type: 'string',
    choices: ['skip-gram', 'cbow', 'glove'],
    default: 'skip-gram',
    doc: {
      en: 'skip-gram: each neighbour predicts the word; cbow: their mean does; glove: from counts of words that stand together',
      zh: 'skip-gram：每个邻词预测中心词；cbow：由邻词均值预测；glove：由共现次数学习',
    },
  },
  size: {
    verbs: ['train'],
    type: 'number',
    default: 100,
    rule: wholePositive,
    doc: { en: 'numbers of a vector', zh: '向量维数' },
  },
  window: {
    verbs: ['train'],
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'how far neighbours are looked for (default: 5, with glove 10)',
      zh: '在多远之内找邻词（默认 5，glove 为 10）',
    },
  },
  negatives: {
    verbs: ['train'],
    type: 'number',
    default: 5,
    rule: wholePositive,
    doc: {
      en: 'words drawn against each right one; not with glove',
      zh: '每个正例配几个随机反例；不用于 glove',
    },
  },
  epochs: {
    verbs: ['train'],
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'passes over the text (default: 5, with glove 15)',
      zh: '遍历文本几遍（默认 5，glove 为 15）',
    },
  },
  lr: {
    verbs: ['train'],
    type: 'number',
    rule: positive,
    doc: {
      en: 'learning rate at the beginning (default: 0.025, with cbow and glove 0.05)',
      zh: '初始学习率（默认 0.025，cbow 与 glove 为 0.05）',
    },
  },
  minCount: {
    verbs: ['train'],
    type: 'number',
    default: 5,
    rule: wholePositive,
    doc: { en: 'rarer words get no vector', zh: '出现次数少于此值的词没有向量' },
  },
  lowercase: {
    verbs: ['train'],
    type: 'boolean',
    doc: { en: 'words without capitals', zh: '一律转为小写' },
  },
  threads: {
    verbs: ['train'],
    type: 'number',
    default: 1,
    rule: {
      test: (x: number) => Number.isInteger(x) && x >= 1 && x <= 64,
      words: { en: 'a whole number from 1 to 64', zh: '为 1 到 64 的整数' },
    },
    doc: {
      en: 'threads that learn at once; with 1 the same seed gives the same vectors; not with glove',
      zh: '同时学习的线程数；为 1 时同一种子结果相同；不用于 glove',
    },
  },
  top: {
    verbs: ['neighbours', 'analogy'],
    type: 'number',
    default: 10,
    rule: wholePositive,
    doc: { en: 'how many words are shown', zh: '显示多少个词' },
  },
  questions: {
    verbs: ['score'],
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'lines "a b c d" (a is to b as c to d) or "a b 7.5" (similarity as people judge it)',
      zh: '每行 "a b c d"（a 之于 b 如 c 之于 d）或 "a b 7.5"（人所评的相似度）',
    },
  },
  out: {
    verbs: ['train', 'map', 'export'],
    type: 'string',
    placeholder: 'path',
    doc: {
      en: 'train: the folder (default: vectors); map: the picture (default: map.svg); export: a file in the text format of word2vec (default: vectors.txt)',
      zh: 'train：目录（默认 vectors）；map：图片（默认 map.svg）；export：word2vec 文本格式的文件（默认 vectors.txt）',
    },
  },
  seed: { ...seed, verbs: ['train'] },
  offline: { ...offline, verbs: ['train'] },
} as const satisfies OptionTable;

export const tagOptions = {
  text: {
    type: 'string',
    doc: { en: 'a text to tag, instead of a source', zh: '要标注的文本，代替文本来源' },
  },
  model: {
    type: 'string',
    placeholder: 'run',
    doc: {
      en: 'entities by a model trained with tune head --task label on labels such as B-PER; words and parts of speech stay',
      zh: '实体改由 tune head --task label 训练的模型给出（标签形如 B-PER）；词与词性不变',
    },
  },
  first: {
    type: 'number',
    default: 3,
    rule: wholeFromZero,
    doc: { en: 'how many sentences are shown', zh: '显示几句' },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'write every sentence to a file: .jsonl (a sentence a line, with places) or .conllu (CoNLL-U, a word a line)',
      zh: '把全部句子写入文件：.jsonl（每行一句，附位置）或 .conllu（CoNLL-U，每行一词）',
    },
  },
  offline,
} as const satisfies OptionTable;
