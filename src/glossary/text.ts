/** Words of text and tokens. */

import { defineTerms } from './term.ts';

export const textTerms = defineTerms({
  token: {
    name: { en: 'token', zh: '词元' },
    also: ['tokens', '标记'],
    text: {
      en: 'The unit in which a model reads and writes: a character, a piece of a word, a word, sometimes only some bytes of a character. Limits, speed and cost are counted in tokens. In English one is about four letters, in Chinese about one character.',
      zh: '模型读写的单位：一个字、一段词、一个词，有时只是某个字的几个字节。长度限制、速度与开销都以词元计。英文平均约四个字母一个，中文大约一字一个。',
    },
  },
  tokenizer: {
    name: { en: 'tokenizer', zh: '分词器' },
    also: ['tokenization', '分词'],
    text: {
      en: 'What cuts text into tokens and puts them together again, without loss. It is trained on text before the model is, and belongs to the model for good: another tokenizer would give the numbers another meaning.',
      zh: '把文本切成词元、又能无损拼回的部件。它在模型之前从文本上训练得到，从此与模型绑定：换了分词器，编号的含义就全变了。',
    },
  },
  bpe: {
    name: { en: 'BPE', zh: 'BPE' },
    also: ['byte-pair encoding', 'byte pair encoding', 'merge', 'minFrequency', '字节对编码', '合并'],
    text: {
      en: 'Byte-pair encoding: a tokenizer that starts from single bytes and merges the pair that stands together most often, again and again, until the vocabulary is full. Frequent words become one token, rare ones stay in pieces, and no text is ever unknown.',
      zh: '字节对编码：从单个字节出发，反复合并最常相邻的一对，直到词表填满。常用词成为一个词元，生僻词保持碎片，因此没有任何文本是“未知”的。',
    },
  },
  unigram: {
    name: { en: 'Unigram', zh: 'Unigram' },
    also: ['unigram tokenizer', 'SentencePiece', '一元分词模型'],
    text: {
      en: 'A tokenizer that gives each piece of a vocabulary a probability and cuts a text into the pieces that are likeliest together. It is trained by beginning with far too many pieces and throwing out those that are missed least. T5 and many multilingual models use it.',
      zh: '给词表中每一段文字一个概率、把文本切成整体最可能的几段的分词器。训练时先取过多的片段，再逐步删去最无关紧要的。T5 与许多多语模型使用它。',
    },
  },
  wordPiece: {
    name: { en: 'WordPiece', zh: 'WordPiece' },
    also: ['wordpiece', 'word piece', '词片'],
    text: {
      en: "BERT's tokenizer: each word is cut from the left into the longest pieces that the vocabulary has; ## marks a piece that goes on. A word with a character that is not there becomes [UNK], so the text cannot always be given back.",
      zh: 'BERT 的分词器：每个词从左起切成词表中最长的片段，## 表示接续前文的片段。若词中有词表没有的字，整个词变成 [UNK]，因此并非总能还原原文。',
    },
  },
  vocabulary: {
    name: { en: 'vocabulary', zh: '词表' },
    also: ['vocab', 'vocab size', 'vocabSize', 'vocabulary size', '词表大小'],
    text: {
      en: 'All tokens that a model knows, each with a number. A larger one makes texts shorter in tokens, but the embedding and the output layer grow with it, and rare tokens are learned badly. A few thousand suit small models.',
      zh: '模型认识的全部词元，各有编号。词表越大，同样的文本词元越少；但嵌入层和输出层随之变大，罕见词元也学不好。小模型用几千个较合适。',
    },
  },
  specialToken: {
    name: { en: 'special token', zh: '特殊词元' },
    also: ['eos', 'bos', 'end of text', 'special', '结束符'],
    text: {
      en: 'A token that stands for no text: the end of a text, the turn of a speaker. The model ends a text by writing it. Text that merely looks like one is not read as one.',
      zh: '不代表任何文字的词元，如文本结束、说话人切换。模型写出它就表示写完了。仅仅长得像的普通文字不会被当作特殊词元。',
    },
  },
  ngram: {
    name: { en: 'n-gram', zh: 'n 元组' },
    also: ['n-grams', 'ngram', 'bigram', '4-gram', 'n元组', '二元组', '四元组'],
    text: {
      en: 'Any n units that stand side by side: “the old whale” is a 3-gram of words. Units are words in English and characters in Chinese, unless tokens are meant. Counting the ones that come twice measures repetition.',
      zh: '相邻的 n 个单位：“春眠不”是按字的三元组。英文以词、中文以字为单位，除非说明是词元。统计重复出现的 n 元组，就能度量复读。',
    },
  },
  byte: {
    name: { en: 'byte', zh: '字节' },
    also: ['bytes', 'utf-8', 'utf8'],
    text: {
      en: 'Text is stored in bytes: a Latin letter takes one in UTF-8, a Chinese character three. A token may end in the middle of a character; what cannot be shown yet waits for the next token.',
      zh: '文本以字节存储：UTF-8 中拉丁字母占一个，汉字占三个。词元可能在一个字中间断开；暂时显示不出的部分会等下一个词元。',
    },
  },
  mutualInformation: {
    name: { en: 'mutual information', zh: '互信息' },
    also: ['PMI', 'pointwise mutual information', '点互信息'],
    text: {
      en: 'How many bits one symbol tells about another: 0 when they do not know of each other. In text it falls quickly with the distance, and what is left far away is mostly chance and topic. For a single pair it is called pointwise (PMI): how much likelier the two stand together than by chance.',
      zh: '一个符号透露另一个符号多少比特：互不相关时为 0。文本中它随距离迅速下降，远处剩下的多是偶然与题材。对单独一对符号称为点互信息（PMI）：两者相邻比偶然多出多少可能。',
    },
  },
  arithmeticCoding: {
    name: { en: 'arithmetic coding', zh: '算术编码' },
    also: ['range coding', 'range coder', 'pack', '区间编码'],
    text: {
      en: 'A way to write a text as one number between 0 and 1: each token narrows the interval to its share of probability. The better a model foresees the text, the fewer bits the number needs. Reading it back needs the same model to the last bit.',
      zh: '把文本写成 0 到 1 之间的一个数：每个词元把区间缩小到它的概率份额。模型越能预料文本，这个数所需的比特越少。还原时须用分毫不差的同一模型。',
    },
  },
  wordVector: {
    name: { en: 'word vector', zh: '词向量' },
    also: ['word vectors', 'Word2Vec', 'skip-gram', 'CBOW', 'GloVe'],
    text: {
      en: 'Numbers that stand for a word, learned from the words around it: words used alike get vectors that point the same way. One vector serves all meanings of a word, unlike the states inside a language model.',
      zh: '代表一个词的一组数，由其周围的词学得：用法相近的词，向量方向也相近。一个词的各种意义共用一个向量，这与语言模型内部的状态不同。',
    },
  },
});
