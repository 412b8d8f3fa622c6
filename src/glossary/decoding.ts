/** Words of writing: how the next token is chosen. */

import { defineTerms } from './term.ts';

export const decodingTerms = defineTerms({
  strategy: {
    name: { en: 'strategy', zh: '策略' },
    also: ['decoding', 'decoding strategy', 'sampling', 'sample', '解码', '采样', '抽样'],
    text: {
      en: 'How the next token is chosen from what the model holds likely: always the likeliest (greedy), drawn by chance from some of them (sampling), or by trying several texts side by side (search). The model stays the same; what it writes changes greatly.',
      zh: '如何从模型认为可能的词元中选出下一个：总取最可能的（贪心）、从中按概率抽取（采样），或同时试写几篇（搜索）。模型不变，写出的东西却大不相同。',
    },
  },
  greedy: {
    name: { en: 'greedy', zh: '贪心' },
    also: ['greedy search', 'greedy decoding', '贪心搜索', '贪婪'],
    text: {
      en: 'Always the likeliest token. The same prompt gives the same text every time. Good for facts and code, but open-ended texts of small models soon run into loops.',
      zh: '每次都取最可能的词元，同样的提示总得到同样的文本。适合事实与代码；小模型写开放式文本时，很快会陷入循环。',
    },
  },
  temperature: {
    name: { en: 'temperature', zh: '温度' },
    also: ['temp'],
    text: {
      en: 'Logits are divided by it before tokens are drawn. Below 1 the likely ones become likelier still and the text safer; above 1 rare ones get a chance and it grows wilder; 0 is greedy. 0.7 to 1 is usual.',
      zh: '抽取之前，logit 先除以它。小于 1，可能的更可能，文本更稳；大于 1，罕见的也有机会，文本更放；0 即贪心。常用 0.7 到 1。',
    },
  },
  watermark: {
    name: { en: 'watermark', zh: '水印' },
    also: ['green list', 'text watermark', '绿名单', '文本水印'],
    text: {
      en: 'A mark in text that readers do not see. A secret key and the tokens before make a quarter of the vocabulary "green", and writing prefers green tokens a little; who has the key counts them and finds far more than chance gives (Kirchenbauer et al. 2023). It needs some 50 tokens or more, a text with choices, and fades with rewriting.',
      zh: '读者看不出的文本记号。密钥与前文词元把词表的四分之一定为“绿色”，写作时略偏向绿色词元；持密钥者数一数，便会发现绿色远多于偶然（Kirchenbauer 等 2023）。文本须有约 50 个词元以上且有选择余地，改写会使水印变淡。',
    },
  },
  dynamicTemperature: {
    name: { en: 'dynamic temperature', zh: '动态温度' },
    also: ['dynamicTemperature', 'dynatemp'],
    text: {
      en: 'A temperature that follows the entropy: low where the model is sure, high where many tokens are possible. It stays between the two bounds that are given.',
      zh: '随熵变化的温度：模型有把握时低，可能性多时高，并保持在给定的上下限之间。',
    },
  },
  topK: {
    name: { en: 'top-k', zh: 'top-k' },
    also: ['topk', 'k'],
    text: {
      en: 'Only the k likeliest tokens can be drawn. Simple, but k is the same whether the model is sure or not: too many where one is right, too few where all are possible. 40 is usual.',
      zh: '只从最可能的 k 个词元中抽取。简单，但无论模型有无把握 k 都一样：只该选一个时嫌多，样样可能时嫌少。常用 40。',
    },
  },
  topP: {
    name: { en: 'top-p', zh: 'top-p' },
    also: ['nucleus', 'nucleus sampling', 'topp', '核采样'],
    text: {
      en: 'Nucleus sampling: only the fewest tokens whose probabilities sum to p can be drawn. Where the model is sure these are one or two, where it is not they are many. 0.9 to 0.95 is usual; 1 turns it off.',
      zh: '核采样：只从合计概率达到 p 的最少几个词元中抽取。模型有把握时只有一两个，没把握时就很多。常用 0.9 至 0.95；1 为关闭。',
    },
  },
  minP: {
    name: { en: 'min-p', zh: 'min-p' },
    also: ['minp'],
    text: {
      en: 'Only tokens at least p times as likely as the likeliest can be drawn. It cuts hard where the model is sure and little where it is not, and so bears higher temperatures. 0.05 to 0.1 is usual.',
      zh: '只从概率不低于最高者 p 倍的词元中抽取。模型有把握时裁得多，没把握时裁得少，因此能配较高的温度。常用 0.05 至 0.1。',
    },
  },
  typicalP: {
    name: { en: 'typical sampling', zh: '典型采样' },
    also: ['typical', 'typicalp', 'typical-p', 'locally typical'],
    text: {
      en: 'Only tokens whose surprise is near the expected one can be drawn, the nearest first until they sum to p. People tend to write so: neither always the obvious nor the absurd. It may leave out even the likeliest token.',
      zh: '只从信息量最接近期望值的词元中抽取，由近及远直到合计达到 p。人写作大致如此：既不总说最明显的，也不说荒唐的。它甚至可能去掉最可能的词元。',
    },
  },
  topNSigma: {
    name: { en: 'top-n-sigma', zh: 'top-n-sigma' },
    also: ['topnsigma', 'top-nσ'],
    text: {
      en: 'Only tokens whose logit is within n standard deviations of the greatest can be drawn. Since it measures logits, the same tokens stay at any temperature.',
      zh: '只从 logit 与最大值相差不超过 n 个标准差的词元中抽取。因为按 logit 衡量，温度怎样变，留下的词元都一样。',
    },
  },
  topH: {
    name: { en: 'top-h', zh: 'top-h' },
    also: ['toph'],
    text: {
      en: 'The likeliest tokens are taken until they make up this share of the entropy of the whole distribution. The more open the choice, the more tokens stay.',
      zh: '从最可能的词元取起，直到占满整个分布之熵的这一比例。选择越开放，留下的词元越多。',
    },
  },
  epsilonCutoff: {
    name: { en: 'epsilon cutoff', zh: 'ε 截断' },
    also: ['epsilon', 'eta', 'eta cutoff', 'etaCutoff', 'η 截断', '截断'],
    text: {
      en: 'Only tokens at least this likely can be drawn. The eta cutoff lowers the bar where the entropy is high, so that an open choice is not cut short. Values are small, such as 0.0003.',
      zh: '只从概率不低于此值的词元中抽取。η 截断在熵高时降低门槛，以免开放的选择被裁得过少。取值很小，如 0.0003。',
    },
  },
  xtc: {
    name: { en: 'XTC', zh: 'XTC' },
    also: ['exclude top choices'],
    text: {
      en: 'Exclude top choices: with the given probability, of all tokens above the threshold only the least likely stays. The text leaves the beaten track without becoming incoherent, since that token was likely too.',
      zh: '去掉首选：以给定的概率，在所有超过阈值的词元中只留最不可能的那个。它也不算冷门，所以文本离开老路而不致散乱。',
    },
  },
  mirostat: {
    name: { en: 'mirostat', zh: 'mirostat' },
    also: ['tau'],
    text: {
      en: 'Sampling that steers itself: after each token the cut is moved so that the surprise stays near tau bits a token. It avoids both boredom, when the surprise falls as in a loop, and confusion, when it rises.',
      zh: '会自我调节的采样：每写一个词元就移动门槛，使信息量保持在每词元 tau 比特左右。既避免信息量走低的乏味（如循环），也避免走高的混乱。',
    },
  },
  noise: {
    name: { en: 'noise', zh: '噪声' },
    also: ['gumbel', 'gaussian', '随机扰动'],
    text: {
      en: 'Random numbers added to all logits before the choice. Even greedy writing then varies; Gumbel noise of scale 1 on greedy is the same as plain sampling.',
      zh: '选择之前给全部 logit 加上的随机数。这样贪心也会有变化；对贪心加幅度为 1 的 Gumbel 噪声，等于普通采样。',
    },
  },
  beam: {
    name: { en: 'beam search', zh: '束搜索' },
    also: ['beam', 'beams', 'beam-sample', 'diverse', 'diverse beam search', '束宽', '束'],
    text: {
      en: 'Several beginnings are kept at a time, each is continued, and the likeliest as a whole stay. It finds likelier texts than greedy does; for translation that is good, in open-ended writing the likeliest text is dull and repeats itself.',
      zh: '同时保留几个开头，各自续写，再留下整体最可能的几个。找到的文本比贪心更可能；这对翻译有利，写开放式文本时，最可能的却往往乏味而重复。',
    },
  },
  contrastive: {
    name: { en: 'contrastive search', zh: '对比搜索' },
    also: ['contrastive', 'alpha', 'degeneration penalty', '对比'],
    text: {
      en: 'Among the k likeliest tokens the one that balances probability with being unlike what was written, by the hidden states; alpha is the weight of the second. It writes without chance and yet seldom loops, at the price of reading k continuations a token.',
      zh: '在最可能的 k 个词元中，选概率高而隐藏状态又不同于前文者；alpha 是后者的权重。不靠随机也很少循环，代价是每个词元要读 k 个续写。',
    },
  },
  contrastiveDecoding: {
    name: { en: 'contrastive decoding', zh: '对比解码' },
    also: ['contrastive-decoding', 'amateur', '业余模型'],
    text: {
      en: 'Tokens are preferred that the model holds likelier than a weaker model does, among those it holds likely at all. What both say, such as empty phrases and repeats, falls away. It needs a second model with the same tokenizer.',
      zh: '在模型认为可能的词元中，偏爱比弱模型评价更高的那些。两者都会说的套话与重复因此消退。需要另一个分词器相同的模型。',
    },
  },
  guidance: {
    name: { en: 'guidance', zh: '引导' },
    also: ['classifier-free guidance', 'cfg', 'scale', '无分类器引导'],
    text: {
      en: 'The model is asked twice, with the prompt and with a negative prompt or none, and the logits are moved away from the second. Above 1 it keeps to the prompt more closely; each token costs twice as much. Drawings are led in the same way, by the difference that the prompt makes to the direction of each step.',
      zh: '每次问模型两遍：一遍带提示，一遍带负面提示或不带，再让 logit 远离后者。大于 1 时更紧扣提示；每个词元的代价加倍。作画也这样引导：看提示使每一步的方向改变了多少。',
    },
  },
  speculative: {
    name: { en: 'speculative decoding', zh: '推测解码' },
    also: ['speculative', 'lookup', 'prompt lookup', 'draft', 'draftTokens', '草稿'],
    text: {
      en: 'Something cheap proposes several tokens, a small model or the text itself where it repeats; the model checks all of them in one reading and keeps those it would have drawn. The texts have the same distribution, only sooner.',
      zh: '由廉价的一方先提出几个词元（小模型，或文本自身重复之处），模型一次读完加以检验，留下自己也会抽到的。文本的分布不变，只是更快。',
    },
  },
  lookBack: {
    name: { en: 'look-back', zh: '回看' },
    also: ['lookBack', 'look back'],
    text: {
      en: 'Writing is greedy until the distribution comes close to that of an earlier step, which is how loops begin. There one of the k likeliest tokens is drawn, the sooner the nearer it leads to the prompt.',
      zh: '平时贪心；一旦分布与先前某步相近（循环就是这样开始的），便改从最可能的 k 个词元中抽取，去向越接近提示的越容易抽到。',
    },
  },
  minTokens: {
    name: { en: 'length limits', zh: '长度限制' },
    also: [
      'min tokens',
      'max tokens',
      'maxTokens',
      'minTokens',
      'at most so many tokens',
      '最多词元数',
      '最少词元数',
    ],
    text: {
      en: 'The text ends at the latest after the greatest number of tokens, and may not end by itself before the least. A text that was cut has the reason “length”; the context must hold beginning and text together.',
      zh: '文本最迟在最多词元数处结束，在最少词元数之前不得自行结束。被截断的文本会注明原因 length；上下文须容下开头与正文之和。',
    },
  },
  constraint: {
    name: { en: 'constraint', zh: '约束' },
    also: [
      'grammar',
      'gbnf',
      'regex',
      'json schema',
      'jsonSchema',
      'choices',
      'forcedPrefix',
      'badWords',
      'bad words',
      'forced prefix',
      'logit bias',
      '文法',
      '正则表达式',
      '禁用词',
      '必须以此开头',
    ],
    text: {
      en: 'A form the text must have: a pattern, a JSON schema, a grammar, one of some choices, words it must begin with or must not hold. At each token whatever would break the form gets probability 0, so the finished text always fits; a text cut by its length may be incomplete.',
      zh: '文本必须具有的形式：正则表达式、JSON schema、文法、若干选项之一、规定的开头或禁用的词。每一步都把会破坏形式的词元概率置 0，写完的文本必然合格；因长度被截断的则可能不完整。',
    },
  },
  chainOfThought: {
    name: { en: 'chain of thought', zh: '思维链' },
    also: ['chain-of-thought', 'CoT', 'reasoning', 'reason', '推理', '分步作答'],
    text: {
      en: 'Steps that a model writes before its answer (Wei et al. 2022). What is too hard at once becomes a row of easy steps, each of which can look at those before; it costs the tokens of the steps.',
      zh: '模型在给出答案之前写下的步骤（Wei 等，2022）。一步做不到的事变成一串容易的步骤，每步都能参考前面的步骤；代价是这些步骤的词元。',
    },
  },
  selfConsistency: {
    name: { en: 'self-consistency', zh: '自洽投票' },
    also: ['self consistency', 'majority vote', 'vote', '多数表决', '投票'],
    text: {
      en: 'Many chains of thought are sampled, and the answer that most of them come to is taken (Wang et al. 2022). Mistakes differ from chain to chain while right ways agree; it costs as many times the tokens as there are chains.',
      zh: '采样多条思维链，取多数得出的答案（Wang 等，2022）。各条的错误不同，而正确的路殊途同归；有几条链就花几倍的词元。',
    },
  },
});
