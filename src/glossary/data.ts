/** Words of corpora: what is read, and what is taken out. */

import { defineTerms } from './term.ts';

export const dataTerms = defineTerms({
  nearDuplicate: {
    name: { en: 'near duplicate', zh: '近似重复' },
    also: ['near duplicates', 'nearDuplicates', 'min-hash', 'MinHash', 'LSH', '近重复'],
    text: {
      en: 'A document that is almost the same as an earlier one: another edition, a copy with a few words changed. Models learn such texts by heart, and a copy of a training text among the held-out ones makes a model look better than it is. They are found by short fingerprints and compared before one is dropped.',
      zh: '与前面某篇几乎相同的文本：另一个版本，或改动几字的抄本。模型容易把它们背下来；训练文本的抄本若混进留出文本，模型会显得比实际更好。先用短指纹找出，逐对核对后才去掉。',
    },
  },
  repeatedLine: {
    name: { en: 'repeated line', zh: '重复行' },
    also: ['repeated lines', 'repeatedLines', 'boilerplate', '样板文字'],
    text: {
      en: 'A line or paragraph that stands in many documents: a menu, a licence, a signature. It says nothing about the text around it, yet a model sees it so often that it writes it anywhere.',
      zh: '在许多文本中反复出现的行或段落，如菜单、许可声明、落款。它与上下文无关，却因见得太多，模型会到处写它。',
    },
  },
  repetitiveText: {
    name: { en: 'repetitive text', zh: '自我重复的文本' },
    also: ['dropRepetitive', 'drop repetitive', 'Gopher rules', 'Gopher 规则'],
    text: {
      en: 'A document of which too great a share is copies of its own lines, paragraphs or n-grams. The thresholds are those with which the text of the Gopher models was filtered (Rae et al. 2021). A model that learns from such text learns to repeat itself.',
      zh: '自身的行、段落或 n 元组重复过多的文本。阈值取自 Gopher 模型筛选语料的做法（Rae 等，2021）。从这类文本学习的模型会学会复读。',
    },
  },
  privateAddress: {
    name: { en: 'private address', zh: '内网地址' },
    also: ['privateAddresses', 'private addresses', 'SSRF', '本机地址'],
    text: {
      en: 'An address of this machine or of the network around it, which nobody outside can reach. A link in a text from elsewhere could lead there and fetch what is not meant to be read, so such addresses are refused unless they are asked for.',
      zh: '本机或所在网络的地址，外界无法访问。外来文本中的链接可能指向那里，取出不该读的内容，因此除非明确允许，一律拒绝。',
    },
  },
});
