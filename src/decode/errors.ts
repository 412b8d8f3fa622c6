/** The sentences of this room's errors. */

import { defineErrors, type InkstoneError } from '../errors.ts';

type Place = { position: number; id: number };

/** The few forms that rules have. */
function ruleInChinese(rule: string): string {
  return rule
    .replace(/^an integer ≥ (.+)$/, '不小于 $1 的整数')
    .replace(/^a number ≥ (.+)$/, '不小于 $1 的数')
    .replace(/^a number > (.+)$/, '大于 $1 的数')
    .replace(/^a number$/, '数')
    .replace(/^a text$/, '文本')
    .replace(/^a finite number or −∞$/, '有限的数或 −∞')
    .replace(/^in (.+)$/, ' $1 之内的数')
    .replace(/^words of at least one token$/, '至少含一个词元的词')
    .replace(/^(?=[\x20-\x7e])(?! )/, ' ')
    .replaceAll(' | ', ' 或 ');
}

export const fail = defineErrors({
  'decode/option': {
    en: (d: { option: string; rule: string; value: unknown }) =>
      `${d.option}: must be ${d.rule}, got ${String(d.value)}`,
    zh: (d: { option: string; rule: string; value: unknown }) =>
      `${d.option}：必须是${ruleInChinese(d.rule)}，得到 ${String(d.value)}`,
  },
  'decode/rule-empty': {
    en: (d: { pattern: string | undefined }) =>
      d.pattern === undefined
        ? 'rules: there must be at least one fallback, for texts that no rule fits'
        : `rules: rule "${d.pattern}" needs at least one answer`,
    zh: (d) =>
      d.pattern === undefined
        ? '规则：至少要有一个后备回答，用于没有规则适用的文本'
        : `规则：“${d.pattern}”至少要有一个回答`,
  },
  'decode/rule-count': {
    en: (d: { limit: number; got: number }) => `rules: at most ${d.limit} can be used, got ${d.got}`,
    zh: (d) => `规则：至多 ${d.limit} 条，得到 ${d.got} 条`,
  },
  'decode/rule-place': {
    en: (d: { pattern: string; place: string; stars: number }) =>
      `rules: rule "${d.pattern}" has ${d.stars} ${d.stars === 1 ? 'star' : 'stars'}, but an answer says ${d.place}; {1} is the first star`,
    zh: (d) => `规则：“${d.pattern}”有 ${d.stars} 个星号，而回答中写了 ${d.place}；{1} 指第一个星号`,
  },
  'decode/unknown-option': {
    en: (d: { option: string; near: string | undefined; within?: string | undefined }) =>
      `${d.within ?? 'generation'}: "${d.option}" is not an option${d.near ? `; did you mean "${d.near}"?` : ''}`,
    zh: (d: { option: string; near: string | undefined; within?: string | undefined }) =>
      `${d.within ?? '生成'}：没有 "${d.option}" 这个选项${d.near ? `，是不是 "${d.near}"？` : ''}`,
  },
  'decode/conflict': {
    en: (d: { option: string }) =>
      `generation: \`strategy\` must come without "${d.option}", it would be ignored; give "${d.option}" to the strategy`,
    zh: (d: { option: string }) =>
      `生成：给出 \`strategy\` 时不能再给 "${d.option}"，否则它会被忽略；请把 "${d.option}" 交给该策略`,
  },
  'decode/vary-set': {
    en: (d: { word: string; set: string }) =>
      `vary: "${d.word}" must stand in one set of at least two words, got "${d.set}"`,
    zh: (d: { word: string; set: string }) =>
      `替换规则：“${d.word}” 必须只在一个至少两个词的集合里，得到 "${d.set}"`,
  },
  'decode/engine-full': {
    en: (d: { waiting: number; most: number }) =>
      `engine: at most ${d.most} texts may wait, ${d.waiting} do; try again in a moment`,
    zh: (d: { waiting: number; most: number }) =>
      `引擎：最多允许 ${d.most} 篇文本排队，现有 ${d.waiting} 篇；请稍后再试`,
  },
  'decode/engine-wait': {
    en: (d: { within: number }) => `engine: its turn did not come within ${d.within} s; try again later`,
    zh: (d: { within: number }) => `引擎：等待 ${d.within} 秒仍未轮到；请稍后再试`,
  },
  'decode/memory': {
    en: (d: { wanted: number; total: number }) =>
      `engine: the texts of one request need memory for ${d.wanted} tokens, there is room for ${d.total}; ask for fewer or shorter texts`,
    zh: (d: { wanted: number; total: number }) =>
      `引擎：一个请求的各篇文本共需 ${d.wanted} 个词元的内存，而总共只有 ${d.total} 个；请减少篇数或长度`,
  },
  'decode/unknown-strategy': {
    en: (d: { name: string; known: string; near: string | undefined }) =>
      `strategy: "${d.name}" is not one${d.near ? `; did you mean "${d.near}"?` : `; there are ${d.known}`}`,
    zh: (d: { name: string; known: string; near: string | undefined }) =>
      `策略：没有 "${d.name}"${d.near ? `，是不是 "${d.near}"？` : `；可用的有 ${d.known}`}`,
  },
  'decode/strategy-arguments': {
    en: (d: { spec: string; usage: string; most: number }) =>
      `strategy "${d.spec}": at most ${d.most} arguments after the name; write it ${d.usage}`,
    zh: (d: { spec: string; usage: string; most: number }) =>
      `策略 "${d.spec}"：名称之后最多 ${d.most} 个参数；写法是 ${d.usage}`,
  },
  'decode/strategy-setting': {
    en: (d: { spec: string; setting: string; near: string | undefined }) =>
      `strategy "${d.spec}": after a comma comes option=value, got "${d.setting}"${d.near ? `; did you mean "${d.near}"?` : ''}`,
    zh: (d: { spec: string; setting: string; near: string | undefined }) =>
      `策略 "${d.spec}"：逗号之后应是“选项=值”，得到 "${d.setting}"${d.near ? `，是不是 "${d.near}"？` : ''}`,
  },
  'decode/option-twice': {
    en: (d: { strategy: string; option: string }) =>
      `strategy "${d.strategy}": ${d.option} must be given once, got it twice`,
    zh: (d: { strategy: string; option: string }) =>
      `策略 "${d.strategy}"：${d.option} 只能给一次，却给了两次`,
  },
  'decode/strategy-conflict': {
    en: (d: { strategy: string; option: string }) =>
      `strategy "${d.strategy}": must come without ${d.option}, it would be ignored; leave out one of the two`,
    zh: (d: { strategy: string; option: string }) =>
      `策略 "${d.strategy}"：不能与 ${d.option} 同用，否则它会被忽略；请去掉其中一个`,
  },
  'decode/beam-groups': {
    en: (d: { beams: number; groups: number }) =>
      `diverse beam search: the beams must divide evenly into groups, ${d.beams} do not into ${d.groups}; take ${d.groups * Math.ceil(d.beams / d.groups)} beams`,
    zh: (d: { beams: number; groups: number }) =>
      `分组束搜索：束必须能平均分到各组，${d.beams} 个不能平均分成 ${d.groups} 组；请改用 ${d.groups * Math.ceil(d.beams / d.groups)} 个束`,
  },
  'decode/too-few-texts': {
    en: (d: { found: number; n: number }) =>
      `beam search: ${d.n} different texts were asked for, only ${d.found} could be found; ask for fewer, or ban less`,
    zh: (d: { found: number; n: number }) =>
      `束搜索：要求 ${d.n} 个不同的文本，只找到 ${d.found} 个；请减少数量，或放宽禁止的词元`,
  },
  'decode/companion-vocabulary': {
    en: (d: { companion: number; model: number }) =>
      `a second model: it must know every token of the first, it has ${d.companion} and the first ${d.model}; use models trained with the same tokenizer`,
    zh: (d: { companion: number; model: number }) =>
      `第二个模型：必须认识第一个模型的每个词元，它有 ${d.companion} 个，第一个有 ${d.model} 个；请使用同一分词器训练的模型`,
  },
  'decode/look-back-prefix': {
    en: () =>
      'look-back decoding: it compares what the model expected at each place of the prompt, and this model reads a prompt in both directions; use another strategy',
    zh: () => '回看解码：它要比较模型在提示各处的预测，而此模型双向阅读提示；请改用其他策略',
  },
  'decode/no-hidden': {
    en: () =>
      'contrastive search: the model must give its hidden states, this one gives none; use another strategy',
    zh: () => '对比搜索：模型必须给出隐藏状态，这个模型没有；请换一种策略',
  },
  'decode/strategy-model': {
    en: (d: { strategy: string; needs: string }) =>
      `strategy "${d.strategy}": needs a second model, got none; give one as \`${d.needs}\``,
    zh: (d: { strategy: string; needs: string }) =>
      `策略 "${d.strategy}"：需要第二个模型，没有给出；请用 \`${d.needs}\` 给出`,
  },
  'decode/not-a-number': {
    en: (d: Place) =>
      `logits: must be numbers, the one of id ${d.id} at position ${d.position} is NaN; the weights are damaged or training diverged`,
    zh: (d: Place) =>
      `logits：必须是数值，位置 ${d.position} 处编号 ${d.id} 的值是 NaN；权重已损坏，或训练已发散`,
  },
  'decode/infinite': {
    en: (d: Place) =>
      `logits: must be below +∞, the one of id ${d.id} at position ${d.position} is +∞; the weights are damaged or a processor overflowed`,
    zh: (d: Place) =>
      `logits：必须小于 +∞，位置 ${d.position} 处编号 ${d.id} 的值是 +∞；权重已损坏，或某个处理器溢出`,
  },
  'decode/all-banned': {
    en: (d: { position: number; vocabSize: number }) =>
      `sampling: at least one token must be allowed, all ${d.vocabSize} are banned at position ${d.position}; loosen noRepeatNgram, logitBias or your own processors`,
    zh: (d: { position: number; vocabSize: number }) =>
      `采样：至少要有一个词元可选，位置 ${d.position} 处 ${d.vocabSize} 个全被禁止；请放宽 noRepeatNgram、logitBias 或自定义处理器`,
  },
  'decode/banned-all': {
    en: (d: { processor: string; position: number; vocabSize: number }) =>
      `${d.processor}: at least one token must stay allowed, at position ${d.position} all ${d.vocabSize} are banned; loosen ${d.processor} or what was banned before it`,
    zh: (d) =>
      `${d.processor}：至少要留下一个可选词元，位置 ${d.position} 处 ${d.vocabSize} 个全被禁止；请放宽 ${d.processor} 或在它之前的禁用规则`,
  },
  'decode/no-eos': {
    en: () => 'minTokens: the ids that end a text must be known, none were given; give `eosIds`',
    zh: () => 'minTokens：必须知道结束文本的编号，却没有给出；请给出 `eosIds`',
  },
  'decode/text-option': {
    en: (d: { option: string; text: string }) =>
      `${d.option}: text must have been turned into ids, got ${JSON.stringify(d.text)}; give ids, or use a text model or \`withTokenizer\``,
    zh: (d) =>
      `${d.option}：文本必须先转成编号，得到 ${JSON.stringify(d.text)}；请给出编号，或使用文本模型或 \`withTokenizer\``,
  },
  'decode/tune-texts': {
    en: (d: { found: number; length: number; contextLength: number }) =>
      `tuning: at least 2 validation texts of ${d.length} tokens are needed, there are ${d.found}, and the model must be able to read so many, it reads ${d.contextLength}; give longer texts, or fewer promptTokens and maxTokens`,
    zh: (d: { found: number; length: number; contextLength: number }) =>
      `调参：至少需要 2 篇 ${d.length} 个词元的验证文本，现有 ${d.found} 篇；模型也要读得下这么长，它能读 ${d.contextLength} 个；请提供更长的文本，或减小 promptTokens 与 maxTokens`,
  },
  'decode/clash': {
    en: (d: { options: readonly string[]; reason: string; zhReason: string }) =>
      `${d.options.join(' and ')}: must not be given together, ${d.reason}; leave one out`,
    zh: (d) => `${d.options.join(' 与 ')}：不能同时给出，${d.zhReason}；请去掉其一`,
  },
  'decode/options': {
    en: (d: { problems: readonly InkstoneError[] }) =>
      d.problems.map((problem) => problem.text('en')).join('. '),
    zh: (d) => d.problems.map((problem) => problem.text('zh')).join('。'),
  },
  'decode/empty-prompt': {
    en: () => 'generation: the prompt must have at least one token, got none; give a prompt or `prefixIds`',
    zh: () => '生成：提示至少要有一个词元，一个也没有；请给出提示或 `prefixIds`',
  },
  'decode/context': {
    en: (d: { tokens: number; contextLength: number }) =>
      `generation: the prompt must fit the model's context of ${d.contextLength} tokens, it has ${d.tokens}; shorten it, or use a model with a longer context`,
    zh: (d: { tokens: number; contextLength: number }) =>
      `生成：提示必须放得进模型的 ${d.contextLength} 个词元的上下文，它有 ${d.tokens} 个；请缩短提示，或换上下文更长的模型`,
  },
  'decode/id': {
    en: (d: { where: string; id: unknown; vocabSize: number }) =>
      `${d.where}: an id must be an integer in [0, ${d.vocabSize}), got ${String(d.id)}; is the tokenizer that of this model?`,
    zh: (d: { where: string; id: unknown; vocabSize: number }) =>
      `${d.where}：编号必须是 [0, ${d.vocabSize}) 内的整数，得到 ${String(d.id)}；分词器是这个模型的吗？`,
  },
  'decode/vocabulary': {
    en: (d: { tokenizer: number; model: number }) =>
      `text model: the model must know every token, the tokenizer has ${d.tokenizer} and the model ${d.model}; use the tokenizer the model was trained with`,
    zh: (d: { tokenizer: number; model: number }) =>
      `文本模型：模型必须认识每个词元，分词器有 ${d.tokenizer} 个，模型只有 ${d.model} 个；请使用训练该模型时的分词器`,
  },
  'decode/closed': {
    en: () => 'sequence: must not be used after close()',
    zh: () => '序列：close() 之后不能再使用',
  },
  'decode/rewind': {
    en: (d: { least: number; length: number; to: unknown }) =>
      `rewind: the new length must be an integer in [${d.least}, ${d.length}], got ${String(d.to)}`,
    zh: (d: { least: number; length: number; to: unknown }) =>
      `回退：新长度必须是 [${d.least}, ${d.length}] 内的整数，得到 ${String(d.to)}`,
  },
  'decode/batch': {
    en: (d: { reason: 'empty' | 'twice' }) =>
      d.reason === 'empty'
        ? 'step: every request must have at least one id, got none'
        : 'step: a sequence must stand only once in a batch, one stands twice',
    zh: (d: { reason: 'empty' | 'twice' }) =>
      d.reason === 'empty'
        ? 'step：每个请求至少要有一个编号，一个也没有'
        : 'step：一个序列在一批中只能出现一次，有一个出现了两次',
  },
});
