/** The options of `inkstone tokenizer`. */

import type { OptionTable } from './command.ts';
import { corpusOptions } from './corpus-options.ts';
import { wholePositive } from './option-rules.ts';
import { data } from './shared-options.ts';

export const tokenizerOptions = {
  data: { ...data, verbs: ['train', 'stats', 'compare', 'extend'] },
  textColumn: { ...corpusOptions.textColumn, verbs: ['train', 'stats', 'compare', 'extend'] },
  kind: {
    verbs: ['train'],
    type: 'string',
    choices: ['bpe', 'unigram', 'wordpiece'],
    default: 'bpe',
    doc: {
      en: 'byte-level BPE, Unigram, or WordPiece as BERT has it',
      zh: '字节级 BPE、Unigram，或 BERT 式的 WordPiece',
    },
  },
  vocabSize: {
    verbs: ['train', 'extend'],
    type: 'number',
    default: 8000,
    rule: wholePositive,
    doc: { en: 'tokens in the vocabulary', zh: '词表大小' },
  },
  minFrequency: {
    verbs: ['train', 'extend'],
    type: 'number',
    default: 2,
    rule: wholePositive,
    doc: { en: 'what is seen less often becomes no token', zh: '出现次数低于此值的不成为词元' },
  },
  pattern: {
    verbs: ['train'],
    type: 'string',
    choices: ['gpt2', 'cl100k', 'qwen2', 'o200k', 'metaspace'],
    default: 'cl100k',
    doc: {
      en: 'how text is cut first (bpe, unigram); metaspace, for unigram: at spaces',
      zh: '先如何切分文本（bpe、unigram）；metaspace 用于 unigram：按空格',
    },
  },
  special: {
    verbs: ['train'],
    type: 'string',
    doc: { en: 'special tokens, comma-separated', zh: '特殊词元，以逗号分隔' },
  },
  matching: {
    verbs: ['extend'],
    type: 'string',
    placeholder: 'pattern',
    doc: {
      en: 'new tokens hold a match of this pattern, such as \\p{Script=Han}',
      zh: '新词元须含有与此规则匹配的部分，如 \\p{Script=Han}',
    },
  },
  text: {
    verbs: ['encode', 'decode', 'stats', 'compare'],
    type: 'string',
    doc: { en: 'text to encode, or ids to decode', zh: '要编码的文本，或要解码的编号' },
  },
  out: {
    verbs: ['train', 'extend'],
    type: 'string',
    placeholder: 'file',
    default: 'tokenizer.json',
    doc: { en: 'where the tokenizer is written', zh: '分词器的输出文件' },
  },
  offline: {
    verbs: ['train', 'stats', 'compare', 'extend'],
    type: 'boolean',
    doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' },
  },
} as const satisfies OptionTable;
