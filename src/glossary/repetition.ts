/** Words of the repetition problem: how it is measured and cured. */

import { defineTerms } from './term.ts';

export const repetitionTerms = defineTerms({
  rep4: {
    name: { en: 'rep-4', zh: 'rep-4' },
    also: [
      'rep-n',
      'rep-2',
      'rep-3',
      'repetition',
      'seq-rep',
      'repeated 4-grams',
      '复读',
      '复读率',
      '重复率',
      '重复',
    ],
    text: {
      en: 'The share of 4-grams in a text that came before in the same text; rep-2 and rep-3 count pairs and triples. 0 % never says the same four units twice. People stay at a few percent; a text in a loop goes towards 100 %.',
      zh: '同一文本中先前出现过的四元组所占的比例；rep-2、rep-3 数二元组与三元组。0% 表示从不重说同样的四个单位。人写的只有百分之几，陷入循环的接近 100%。',
    },
  },
  diversity: {
    name: { en: 'diversity', zh: '多样性' },
    also: ['distinct', 'distinct-n', 'distinct-2'],
    text: {
      en: 'The shares of 2-, 3- and 4-grams that are new, multiplied: 100 % repeats nothing. Very high values are no aim in themselves: random characters are diverse too. What people write on the same beginnings is the measure.',
      zh: '新出现的二、三、四元组所占比例之积：100% 即毫无重复。并非越高越好，乱码也很多样；应以人在同样开头下写的文字为准。',
    },
  },
  selfBleu: {
    name: { en: 'self-BLEU', zh: '自 BLEU' },
    also: ['selfBleu', 'self-bleu-4'],
    text: {
      en: 'How alike several texts are: each is compared with the others by the n-grams they share, and the mean is taken. High means that the model writes nearly the same text every time.',
      zh: '多篇文本彼此有多像：逐篇与其余各篇比较共有的 n 元组，再取平均。数值高，说明模型每次写的都差不多。',
    },
  },
  loop: {
    name: { en: 'loop', zh: '循环' },
    also: ['loops', 'degeneration', 'stuck', '复读机', '死循环', '退化'],
    text: {
      en: 'A phrase that comes again and again, each copy making the next one likelier, because the model expects what has been repeated to repeat. It counts as a loop only after more copies than people ever write on purpose, so that refrains and lists are left alone.',
      zh: '一个短语反复出现，每出现一遍，下一遍就更可能，因为模型预期重复的会继续重复。只有遍数超出人有意为之的程度才算循环，叠句与列表不受影响。',
    },
  },
  guard: {
    name: { en: 'loop guard', zh: '防复读护栏' },
    also: ['guard', 'repaired', 'repairs', 'guard against loops', '护栏', '修复'],
    text: {
      en: 'It watches the text as it is written and holds back what may be the beginning of a loop. When a loop is certain it takes the text back to where it began and writes on with the least change that leads out: another token, a penalty, some chance. Nothing that was taken back is shown, and texts without a loop stay as they are.',
      zh: '边写边看，先扣住可能是循环开头的部分。一旦确认循环，就退回起点，以最小的改动写出去：换一个词元、加惩罚、加一点随机。收回的内容不会显示，没有循环的文本一字不动。',
    },
  },
  detectorThreshold: {
    name: { en: 'detector threshold', zh: '检测阈值' },
    also: ['threshold', 'detector', '阈值', '检测器'],
    text: {
      en: 'How much evidence makes a loop certain: long phrases in many exact copies weigh most. Lower finds loops sooner and may take a refrain for one; higher is later and surer.',
      zh: '多少证据才算确认循环：短语越长、原样出现的遍数越多，分量越重。低则发现早，但可能误判叠句；高则晚而稳。',
    },
  },
  repetitionPenalty: {
    name: { en: 'repetition penalty', zh: '重复惩罚' },
    also: ['repetitionPenalty', 'theta'],
    text: {
      en: 'Above 1, tokens that were seen become less likely: their logit is divided by it when positive and multiplied when negative. It does not ask how often or in what order, so commas and “the” suffer too; keep it small, 1.05 to 1.2.',
      zh: '大于 1 时，已出现的词元更不易再出现：其 logit 为正则除以它，为负则乘以它。它不问次数与次序，逗号和“的”也一并受罚，宜小：1.05 至 1.2。',
    },
  },
  frequencyPenalty: {
    name: { en: 'frequency penalty', zh: '频率惩罚' },
    also: ['frequencyPenalty', 'presence penalty', 'presencePenalty', '存在惩罚'],
    text: {
      en: 'Taken off the logit of a token for each time it was written: the more often, the less likely. The presence penalty is taken off once, however often it came. OpenAI’s interface has both.',
      zh: '词元每写过一次，就从其 logit 中减去此值：写得越多越不易再写。存在惩罚则无论写过几次只减一次。OpenAI 的接口两者都有。',
    },
  },
  dry: {
    name: { en: 'DRY', zh: 'DRY' },
    also: ["don't repeat yourself", 'multiplier'],
    text: {
      en: 'A penalty on the token that would make a repeat longer. It grows with the length of the repeat: multiplier × 1.75^(length − 2) is taken off the logit, so short idioms pass and long copies become impossible. 0.8 is usual; 0 turns it off.',
      zh: '惩罚会让重复变长的词元。重复越长惩罚越重：从 logit 中减去 multiplier × 1.75^(长度 − 2)，短语放行，长段照抄则不可能。常用 0.8；0 为关。',
    },
  },
  noRepeatNgram: {
    name: { en: 'no repeated n-gram', zh: '禁止重复 n 元组' },
    also: ['noRepeatNgram', 'no n-gram twice', 'no-repeat-ngram', 'n元组不重复', 'n 元组不重复'],
    text: {
      en: 'No run of n tokens may come twice in a text: whatever would complete one is forbidden. It is certain, but forbids names and refrains as well, and with small n the model must write around its own words.',
      zh: '连续 n 个词元不得在文中出现两次，凡会凑成的一律禁止。绝对有效，但人名与叠句也被禁；n 太小时，模型只能绕着自己的话写。',
    },
  },
  cure: {
    name: { en: 'training against repetition', zh: '防复读训练' },
    also: ['cure', 'against repetition', 'training cure'],
    text: {
      en: 'A second aim beside the loss that teaches the model not to repeat itself, so that even greedy writing loops less. It costs a little of the held-out loss and some time a step. Decoding options and the guard need no training and can be used with any model.',
      zh: '在损失之外另加一个目标，教模型不复读，让贪心写作也少陷循环。代价是留出损失略升、每步稍慢。解码选项与护栏则无须训练，任何模型都能用。',
    },
  },
  unlikelihood: {
    name: { en: 'unlikelihood', zh: '反似然' },
    also: ['unlikelihood training', 'unlikelihood-seq', '反似然训练'],
    text: {
      en: 'Training that also lowers the probability of tokens that stood before in the text and are not the right next one. At the sequence level (unlikelihood-seq) the model writes itself, and what it repeats is made less likely.',
      zh: '训练时同时压低那些前文出现过、而又不是正确答案的词元的概率。序列级（unlikelihood-seq）则让模型自己写，再压低它重复的部分。',
    },
  },
  otherCures: {
    name: { en: 'SimCTG, DITTO, ScaleGrad, repetition dropout', zh: 'SimCTG、DITTO、ScaleGrad、重复丢弃' },
    also: ['simctg', 'ditto', 'scalegrad', 'repetition-dropout', 'noise:tokens', '重复丢弃'],
    text: {
      en: 'Further trainings against repetition. SimCTG pushes the hidden states of different tokens apart; DITTO shows sentences repeated and teaches that each copy is less likely; ScaleGrad strengthens the gradient of tokens that are new; repetition dropout hides repeated tokens from attention while learning.',
      zh: '其他防复读训练。SimCTG 让不同词元的隐藏状态彼此远离；DITTO 给出重复的句子，教模型越重复越不可能；ScaleGrad 加强新词元的梯度；重复丢弃在学习时对注意力隐去重复的词元。',
    },
  },
});
