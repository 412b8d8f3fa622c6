/** Options that shape the draw of a token, under the names of `ProcessorOptions`. */

import type { ProcessorName } from '../decode/index.ts';
import type { OptionRow } from './command.ts';
import { notNegative, probability, wholeFromZero, wholePositive } from './option-rules.ts';

/** A processor without a row does not compile; constraints have flags of their own. */
export const samplingOptions = {
  temperature: {
    type: 'number',
    rule: notNegative,
    doc: {
      en: 'below 1 is safer, above 1 wilder; 0 is greedy; 0.9 for plain sampling',
      zh: '低于 1 更稳，高于 1 更放；0 为贪心；普通抽样为 0.9',
    },
  },
  topK: {
    type: 'number',
    rule: wholePositive,
    doc: { en: 'only the k likeliest tokens', zh: '只从概率最高的 k 个词元中选' },
  },
  topP: {
    type: 'number',
    rule: probability,
    doc: {
      en: 'only the likeliest tokens that together have probability p',
      zh: '只从累计概率达到 p 的词元中选',
    },
  },
  minP: {
    type: 'number',
    rule: probability,
    doc: {
      en: 'only tokens at least p times as likely as the likeliest',
      zh: '只留概率不低于最高者 p 倍的词元',
    },
  },
  minTokens: {
    type: 'number',
    rule: wholeFromZero,
    doc: { en: 'no end before this many tokens', zh: '至少写这么多词元才可结束' },
  },
  forcedPrefix: {
    type: 'string',
    placeholder: 'text',
    doc: { en: 'what the answer must begin with', zh: '所写文本必须以此开头' },
  },
  badWords: {
    type: 'string',
    placeholder: 'word,word…',
    doc: { en: 'words that must not be written', zh: '不许写出的词，以逗号分隔' },
  },
  repetitionPenalty: {
    type: 'string',
    placeholder: 'theta[:window[:prompt]]',
    doc: {
      en: 'above 1: tokens already seen become less likely; 1.2:64:false looks at the last 64, without the prompt',
      zh: '大于 1：已出现的词元更不易再出现；1.2:64:false 只看最近 64 个，不含提示',
    },
  },
  frequencyPenalty: {
    type: 'string',
    placeholder: 'alpha[:window[:prompt]]',
    doc: {
      en: 'taken off the logit for each time the token was written',
      zh: '词元每写过一次，logit 就减去此值',
    },
  },
  presencePenalty: {
    type: 'string',
    placeholder: 'alpha[:window[:prompt]]',
    doc: {
      en: 'taken off the logit once if the token was written',
      zh: '词元只要写过，logit 就减去此值',
    },
  },
  dry: {
    type: 'string',
    placeholder: 'multiplier[:base[:allowed[:window]]]',
    doc: {
      en: 'what would make a repeat longer is punished, the more the longer it is; 0.8 is usual',
      zh: '惩罚会让重复变长的词元，重复越长惩罚越重；常用 0.8',
    },
  },
  noRepeatNgram: {
    type: 'string',
    placeholder: 'n[:prompt]',
    doc: { en: 'no n-gram of this size twice', zh: '不让同一个 n 元组出现两次' },
  },
  lookBack: {
    type: 'string',
    placeholder: 'alpha[:k]',
    doc: {
      en: 'greedy, except that one of k is drawn where the distribution is this near to an earlier one',
      zh: '平时贪心；分布与先前某一步近到此值时，从前 k 个中抽取',
    },
  },
  noise: {
    type: 'string',
    placeholder: 'scale[:gaussian|gumbel]',
    doc: { en: 'random numbers of this scale added to all logits', zh: '给全部 logit 加上此幅度的随机数' },
  },
  dynamicTemperature: {
    type: 'string',
    placeholder: 'min:max[:exponent]',
    doc: { en: 'a temperature that follows the entropy', zh: '随熵变化的温度' },
  },
  topNSigma: {
    type: 'number',
    rule: notNegative,
    doc: {
      en: 'only logits within n standard deviations of the greatest',
      zh: '只留与最大 logit 相差不超过 n 个标准差的词元',
    },
  },
  topH: {
    type: 'number',
    rule: probability,
    doc: {
      en: 'only the likeliest tokens that make up this share of the entropy',
      zh: '只从占熵此比例的最高者中选',
    },
  },
  typicalP: {
    type: 'number',
    rule: probability,
    doc: {
      en: 'only tokens whose surprise is nearest to the expected one',
      zh: '只留信息量最接近期望值的词元',
    },
  },
  epsilonCutoff: {
    type: 'number',
    rule: probability,
    doc: { en: 'only tokens at least this likely', zh: '只留概率不低于此值的词元' },
  },
  etaCutoff: {
    type: 'number',
    rule: probability,
    doc: {
      en: 'only tokens at least this likely, less where the model is uncertain',
      zh: '只留概率不低于此值的词元，模型没把握时放宽',
    },
  },
  xtc: {
    type: 'string',
    placeholder: 'probability[:threshold]',
    doc: {
      en: 'with this probability, leaves out the top choices but the least likely',
      zh: '以此概率去掉高概率词元，只留其中概率最低的一个',
    },
  },
  mirostat: {
    type: 'string',
    placeholder: 'tau[:eta[:version]]',
    doc: {
      en: 'keeps the surprise near this many bits a token',
      zh: '让每个词元的信息量保持在约此比特数',
    },
  },
  watermark: {
    type: 'string',
    placeholder: 'key[:delta[:gamma[:context]]]',
    doc: {
      en: 'mark the text so that inkstone watermark detect, with the same key, can tell it (default key:2:0.25:1)',
      zh: '给文本加水印，持同一密钥可用 inkstone watermark detect 辨认（默认 密钥:2:0.25:1）',
    },
  },
} as const satisfies {
  readonly [Name in Exclude<ProcessorName, 'processors' | 'logitBias' | 'constraint'>]: OptionRow;
};
