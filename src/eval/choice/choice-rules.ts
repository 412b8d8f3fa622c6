/**
 * What speaks for and against each model, as a table: a rule holds where all that it asks for is so, and adds its points. Points are a
 * rule of thumb (3 decides, 1 tips); what a rule says is measured here (docs/LOG.md), published, or marked as a rule of thumb.
 */

import type { Language } from '../../language.ts';
import type { ModelName } from './choice-candidates.ts';
import type { ChoiceFacts } from './choice-facts.ts';

/** From the first number on, and below the second. */
type Range = readonly [from: number, below: number];

/** All of it must hold; a number that is not known fails its range. */
export type RuleCondition = {
  readonly [Fact in keyof ChoiceFacts]?: NonNullable<ChoiceFacts[Fact]> extends number
    ? Range
    : readonly ChoiceFacts[Fact][];
};

export interface ChoiceRule {
  readonly when: RuleCondition;
  readonly points: { readonly [Name in ModelName]?: number };
  readonly words: { readonly [L in Language]: string };
  readonly source: RuleSource;
}

/** `log`: a heading of docs/LOG.md. */
export type RuleSource =
  | { readonly kind: 'log'; readonly heading: string }
  | { readonly kind: 'paper'; readonly cite: string }
  | { readonly kind: 'thumb' };

const log = (heading: string): RuleSource => ({ kind: 'log', heading });
const paper = (cite: string): RuleSource => ({ kind: 'paper', cite });
const thumb: RuleSource = { kind: 'thumb' };

const rules = {
  'few-labels': {
    when: { task: ['classify'], texts: [0, 50] },
    points: { 'encoder-pretrained': 1, remote: 2, svm: -1, cnn: -2, 'encoder-here': -3 },
    words: {
      en: 'Under 50 labelled texts nothing learnt beats chance by much: at 10, a tuned encoder had 55.7 %, one from scratch 49.3 %, counting 50.3 %.',
      zh: '带标签文本不足 50 条时，各法都难明显胜过随机：10 条时微调编码器 55.7 %，从零训练 49.3 %，统计法 50.3 %。',
    },
    source: log('2026-11-29 Task heads'),
  },
  'some-labels': {
    when: { task: ['classify'], texts: [50, 2000] },
    points: { 'encoder-pretrained': 3, 'decoder-head': 1, svm: 1, 'naive-bayes': 1, 'encoder-here': -2 },
    words: {
      en: 'With 100 to 1,000 labels, what was learnt before counts: a pretrained encoder had 78.0 and 82.3 %, counting 53.3 and 69.7 %, a new encoder 57.0 and 50.3 %.',
      zh: '100 到 1,000 条标签时，预训练的知识很有用：预训练编码器 78.0 % 与 82.3 %，统计法 53.3 % 与 69.7 %，新编码器 57.0 % 与 50.3 %。',
    },
    source: log('2026-11-29 Task heads'),
  },
  'many-labels': {
    when: { task: ['classify'], texts: [2000, Number.POSITIVE_INFINITY] },
    points: { svm: 3, 'naive-bayes': 2, cnn: 1 },
    words: {
      en: 'With thousands of labelled texts nothing trained from them alone clearly beat the SVM (three data sets), which learns in seconds.',
      zh: '有数千条带标签文本时，只凭它们训练的方法没有一种明显胜过 SVM（三个数据集），而它几秒即可学成。',
    },
    source: log('2026-11-28 Classifiers'),
  },
  'tuned-encoder': {
    when: { task: ['classify'], texts: [2000, Number.POSITIVE_INFINITY] },
    points: { 'encoder-pretrained': 3 },
    words: {
      en: 'Tuned on SST-2 (67,000 phrases), BERT base comes to some 93 %; counting had some 82 % from 6,920 sentences: more right, for hours instead of seconds.',
      zh: '在 SST-2（67,000 个短语）上微调的 BERT base 约 93 %，统计法用 6,920 句约 82 %：更准，但要几小时而不是几秒。',
    },
    source: paper('Devlin et al. 2019; docs/LOG.md, 2026-11-28 Classifiers'),
  },
  'short-texts': {
    when: { task: ['classify'], textTokens: [0, 40] },
    points: { 'naive-bayes': 1 },
    words: {
      en: 'On snippets naive Bayes tends to do as well as an SVM or better.',
      zh: '对短文本，朴素贝叶斯往往不输甚至胜过 SVM。',
    },
    source: paper('Wang & Manning 2012'),
  },
  'long-reviews': {
    when: { task: ['classify'], textTokens: [40, Number.POSITIVE_INFINITY] },
    points: { svm: 1 },
    words: {
      en: 'On longer texts an SVM tends to beat naive Bayes.',
      zh: '对较长文本，SVM 往往胜过朴素贝叶斯。',
    },
    source: paper('Wang & Manning 2012'),
  },
  'beyond-encoder': {
    when: { task: ['classify', 'tag'], textTokens: [512, Number.POSITIVE_INFINITY] },
    points: { 'encoder-pretrained': -2, 'encoder-here': -2 },
    words: {
      en: 'BERT reads 512 tokens at most, and your texts have more: ends would be left out.',
      zh: 'BERT 最多读 512 个词元，而这里的文本更长：结尾会读不到。',
    },
    source: paper('Devlin et al. 2019'),
  },
  'weak-own-encoder': {
    when: { task: ['classify'] },
    points: { 'encoder-here': -1 },
    words: {
      en: 'An encoder of 14 minutes had 84.8 % on hotel reviews, the SVM 89.5 %.',
      zh: '训练 14 分钟的编码器在酒店评论上为 84.8 %，SVM 为 89.5 %。',
    },
    source: log('2026-11-29 Task heads'),
  },
  'both-directions': {
    when: { task: ['classify', 'tag'] },
    points: { 'encoder-pretrained': 1, 'decoder-head': -1 },
    words: {
      en: 'Reading in both directions serves labels better than reading from left to right, size for size.',
      zh: '同等大小下，双向阅读比从左到右更适合打标签。',
    },
    source: paper('Devlin et al. 2019'),
  },
  'new-words': {
    when: { task: ['classify'], unseen: [0.1, 1.01] },
    points: { 'encoder-pretrained': 1, 'decoder-head': 1, svm: -1, 'naive-bayes': -1, cnn: -1 },
    words: {
      en: 'A tenth or more of the words of a new text are unknown to the others: sub-words of a pretrained model still say something, counted words do not.',
      zh: '新文本中一成以上的词在其余文本里没有：预训练模型的子词仍有信息，计数的词则没有。',
    },
    source: thumb,
  },
  'rare-han': {
    when: { rareHan: [0.05, 1.01] },
    points: { 'encoder-pretrained': -1, 'decoder-pretrained': -1, 'encoder-here': 1, 'decoder-here': 1 },
    words: {
      en: 'One Chinese character in twenty or more is not in daily use (GB 2312, level 1): a domain or an age of its own, that general weights know less of.',
      zh: '二十字中有一个以上不是常用字（GB 2312 一级）：领域或年代特殊，通用权重所知较少。',
    },
    source: thumb,
  },
  'tags-need-knowledge': {
    when: { task: ['tag'] },
    points: { 'encoder-pretrained': 3, 'encoder-here': -1 },
    words: {
      en: 'Names are learnt from much text: a new encoder came to an entity F1 of 21.5 on Weibo; pretrained ones are published at some 92 (English, CoNLL-2003).',
      zh: '认名字要读过很多文本：新编码器在微博上实体 F1 为 21.5；预训练模型发表的结果约为 92（英文 CoNLL-2003）。',
    },
    source: paper('Devlin et al. 2019; docs/LOG.md, 2026-11-29 Task heads'),
  },
  'too-little-to-write': {
    when: { task: ['write'], characters: [0, 200_000] },
    points: { 'decoder-pretrained': 3, 'decoder-7b': 2, remote: 1, ngram: 1, 'decoder-here': -1, lstm: -1 },
    words: {
      en: 'From so little text a new model learns hardly more than spelling; tuning what others trained keeps their language.',
      zh: '这么少的文本，新模型只能学会拼写；微调已有模型可保住其语言能力。',
    },
    source: thumb,
  },
  'enough-to-write': {
    when: { task: ['write'], characters: [200_000, Number.POSITIVE_INFINITY] },
    points: { 'decoder-here': 3, 'prefix-here': 1, lstm: 1 },
    words: {
      en: 'There is enough text to train a small model of its own: half a minute did not beat counting (7.82 and 7.73 bits a character), two minutes did (6.60).',
      zh: '文本足以训练自己的小模型：半分钟未能胜过计数（每字 7.82 与 7.73 比特），两分钟则胜过（6.60）。',
    },
    source: log('2026-11-28 Models side by side'),
  },
  'counting-cannot-plan': {
    when: { task: ['write'] },
    points: { ngram: -2 },
    words: {
      en: 'Counting looks back four tokens and no command writes with it: it is the mark that others must beat.',
      zh: '计数只回看四个词元，也没有命令用它写作：它是其他模型须胜过的基线。',
    },
    source: thumb,
  },
  'cells-are-slow': {
    when: { task: ['write'] },
    points: { lstm: -1 },
    words: {
      en: 'An LSTM reads step by step, at 16 to 27 GFLOP/s here; after 500 steps it had 2.42 nats, a Transformer of the same size 2.12, a GRU 1.81 (--architecture gru). Its memory does not grow with the text.',
      zh: 'LSTM 逐步阅读，本项目测得 16 到 27 GFLOP/s；500 步后它为 2.42 奈特，同样大小的 Transformer 为 2.12，GRU 为 1.81（--architecture gru）。其内存不随文本增长。',
    },
    source: log('2026-11-28 Recurrent models'),
  },
  'half-the-lessons': {
    when: { task: ['write'] },
    points: { 'prefix-here': -1 },
    words: {
      en: 'A prefix model learns from half of its tokens: after equal steps 2.154 nats beside 1.956; it pays where a prompt must be understood as a whole.',
      zh: '前缀模型只从一半词元学习：同样步数后为 2.154 奈特，因果模型为 1.956；需要整体理解提示时才划算。',
    },
    source: log('2026-11-29 Prefix language models'),
  },
  'two-languages': {
    when: { task: ['write', 'answer', 'summarize'], language: ['mixed'] },
    points: { 'prefix-here': 1, remote: 1, 'decoder-pretrained': 1, 'decoder-7b': -1 },
    words: {
      en: 'Chinese beside another language wants a model that learnt both, as ChatGLM and Qwen did; the weights of GLM itself can be asked here only through an endpoint.',
      zh: '中文与其他语言混用，需要两种语言都学过的模型，如 ChatGLM、Qwen；GLM 的权重在此只能通过端点使用。',
    },
    source: paper('Zeng et al. 2023; Bai et al. 2023'),
  },
  'one-encoder-two-languages': {
    when: { task: ['classify', 'tag'], language: ['mixed'] },
    points: { 'encoder-pretrained': -1 },
    words: {
      en: 'A multilingual encoder shares its size among a hundred languages and, size for size, does worse in each than one of its own.',
      zh: '多语编码器要在上百种语言间分配容量，同等大小下每种都不如单语模型。',
    },
    source: paper('Conneau et al. 2020'),
  },
  'chinese-encoder': {
    when: { task: ['classify', 'tag', 'answer'], language: ['zh'] },
    points: { 'encoder-pretrained': 1 },
    words: {
      en: 'All of it is Chinese: a Chinese encoder has one token a character and a table of 21,128 instead of 119,547 rows.',
      zh: '全是中文：中文编码器一字一词元，词表 21,128 行，而不是 119,547 行。',
    },
    source: paper('Cui et al. 2021'),
  },
  'chinese-in-llama': {
    when: { task: ['write', 'translate'], language: ['zh', 'mixed'] },
    points: { 'decoder-7b': -1 },
    words: {
      en: "LLaMA's own vocabulary knows few Chinese characters and spells the rest in three bytes; take weights with a Chinese vocabulary.",
      zh: 'LLaMA 原词表汉字很少，其余每字拆成三个字节；应选带中文词表的权重。',
    },
    source: paper('Cui, Yang & Yao 2023'),
  },
  'few-pairs': {
    when: { task: ['translate'], texts: [0, 5000] },
    points: { 'pairs-pretrained': 3, 'pairs-here': -2, remote: 1 },
    words: {
      en: 'Some thousand pairs do not teach a language: 20,000 of Tatoeba came to a BLEU of 12.7.',
      zh: '几千对句子教不会一种语言：Tatoeba 的 20,000 对只得到 BLEU 12.7。',
    },
    source: log('2026-11-29 Encoder–decoders'),
  },
  'enough-pairs': {
    when: { task: ['translate'], texts: [5000, Number.POSITIVE_INFINITY] },
    points: { 'pairs-pretrained': 2, 'pairs-here': 2 },
    words: {
      en: 'In a narrow domain tens of thousands of pairs do: 29,000 captions came to a BLEU of 29.6 in 25 minutes.',
      zh: '领域狭窄时几万对就够：29,000 条图片说明训练 25 分钟得到 BLEU 29.6。',
    },
    source: log('2026-11-29 Encoder–decoders'),
  },
  'translate-by-pairs': {
    when: { task: ['translate'] },
    points: { 'decoder-7b': -1 },
    words: {
      en: 'A model that only translates does it with a hundredth of the memory.',
      zh: '专做翻译的模型只需百分之一的内存。',
    },
    source: thumb,
  },
  'quotes-invent-nothing': {
    when: { task: ['summarize', 'answer'] },
    points: { extract: 3, 'encoder-pretrained': 1 },
    words: {
      en: 'Sentences that are picked out invent nothing and need no model; the right answer was quoted for 93 % of English and 86 % of Chinese questions.',
      zh: '摘取的原句不会编造，也不需要模型；英文问题 93 %、中文问题 86 % 引到了正确答案。',
    },
    source: log('2026-11-29 Answers from documents'),
  },
  'writing-sums-up': {
    when: { task: ['summarize', 'answer'] },
    points: { remote: 1, 'decoder-pretrained': -1, 'encoder-here': -2 },
    words: {
      en: 'Text in new words needs a large model: a small one, or one trained on your texts alone, says what is not there.',
      zh: '要用新的措辞成文，须用大模型；小模型或只在你的文本上训练的模型会说出原文没有的内容。',
    },
    source: thumb,
  },
  'words-find-well': {
    when: { task: ['search'] },
    points: { bm25: 2, embedder: 2 },
    words: {
      en: 'Words alone had an nDCG of .36 on Cranfield, with vectors .42; on 472 other questions words alone were better (.886 and .842 of what was sought).',
      zh: '在 Cranfield 上，按词 nDCG 为 .36，加上向量为 .42；而另外 472 个问题上只按词更好（召回 .886 与 .842）。',
    },
    source: log('2026-11-28 Retrieval'),
  },
  'two-languages-sought': {
    when: { task: ['search'], language: ['mixed'] },
    points: { embedder: 2 },
    words: {
      en: 'Words of one language do not find those of the other; vectors of a multilingual encoder can.',
      zh: '一种语言的词找不到另一种语言的内容；多语编码器的向量可以。',
    },
    source: thumb,
  },
  'weights-to-fetch': {
    when: {},
    points: {
      'encoder-pretrained': -1,
      'decoder-head': -1,
      'decoder-pretrained': -1,
      'decoder-7b': -1,
      'pairs-pretrained': -1,
      embedder: -1,
    },
    words: {
      en: 'Its weights must be fetched from elsewhere first.',
      zh: '须先从别处取得权重。',
    },
    source: thumb,
  },
} as const satisfies { readonly [id: string]: ChoiceRule };

export type RuleId = keyof typeof rules;
export const choiceRules: { readonly [Id in RuleId]: ChoiceRule } = rules;

/** Whether a rule's condition holds. */
export function holds(when: RuleCondition, facts: ChoiceFacts): boolean {
  return (Object.keys(when) as (keyof RuleCondition)[]).every((name) => {
    const wanted = when[name];
    const value = facts[name];
    if (!isRange(wanted)) return (wanted as readonly unknown[]).includes(value);
    return typeof value === 'number' && value >= wanted[0] && value < wanted[1];
  });
}

const isRange = (wanted: unknown): wanted is Range => Array.isArray(wanted) && typeof wanted[0] === 'number';
