import { defineWords } from '../../words.ts';

export const insideWords = defineWords({
  title: { en: 'Inside', zh: '内部' },
  lead: {
    en: 'Where each head looks, what each layer would say, and how sure the model is, on any text.',
    zh: '在任意文本上看每个注意力头看向何处、每一层会怎么说、模型有多确定。',
  },
  model: { en: 'Model', zh: '模型' },
  text: { en: 'Text', zh: '文本' },
  textHow: {
    en: 'Ctrl+Enter looks. The text stays in the address.',
    zh: '按 Ctrl+Enter 查看；文本保存在地址里。',
  },
  look: { en: 'Look inside', zh: '查看内部' },
  empty: { en: 'Write a text, then look', zh: '写一段文字，再查看' },
  emptyHow: {
    en: 'Every token is coloured by how well the model expected it. Choose one to see what else could have stood there.',
    zh: '每个词元按模型预料的程度着色。选中一个，可看那里还可能是什么。',
  },
  views: { en: 'What to look at', zh: '查看什么' },
  tokens: { en: 'Tokens', zh: '词元' },
  attention: { en: 'Attention', zh: '注意力' },
  layers: { en: 'Layers', zh: '各层' },
  why: { en: 'Why', zh: '为何' },
  map: { en: 'Map', zh: '地图' },
  decoding: { en: 'Decoding', zh: '解码' },
  shade: { en: 'Colour by', zh: '着色依据' },
  probability: { en: 'Surprise', zh: '意外' },
  entropy: { en: 'Uncertainty', zh: '不确定' },
  rank: { en: 'Rank', zh: '名次' },
  strip: { en: 'Tokens of the text; arrow keys choose', zh: '文本的词元；方向键选择' },
  next: { en: 'what comes next', zh: '接下来' },
  perplexity: {
    en: (tokens: number, perplexity: string) =>
      `${tokens === 1 ? '1 token' : `${tokens} tokens`}, perplexity ${perplexity}`,
    zh: (tokens: number, perplexity: string) => `${tokens} 个词元，困惑度 ${perplexity}`,
  },
  loop: {
    en: (onset: number, period: number, copies: number) =>
      `ends in a loop: from place ${onset}, ${period} tokens, ${copies} times`,
    zh: (onset: number, period: number, copies: number) =>
      `以循环结束：从位置 ${onset} 起，每 ${period} 个词元一遍，共 ${copies} 遍`,
  },
  expectedAt: {
    en: (at: number) => `Expected at place ${at}`,
    zh: (at: number) => `位置 ${at} 的预期`,
  },
  figures: {
    en: (probability: string, rank: number, entropy: string) =>
      `probability ${probability}, rank ${rank}, entropy ${entropy} nats`,
    zh: (probability: string, rank: number, entropy: string) =>
      `概率 ${probability}，第 ${rank} 名，熵 ${entropy} 奈特`,
  },
  unsure: {
    en: (entropy: string) => `entropy ${entropy} nats`,
    zh: (entropy: string) => `熵 ${entropy} 奈特`,
  },
  nothingBefore: {
    en: 'Nothing stands before it, so nothing was expected.',
    zh: '它前面没有内容，因此没有预期。',
  },
  token: { en: 'token', zh: '词元' },
  share: { en: 'probability', zh: '概率' },
});

export const attentionWords = defineWords({
  lead: {
    en: 'Each square is one head: rows look, columns are looked at. Choose one to see it large.',
    zh: '每个方块是一个头：行是看的词元，列是被看的词元。选中可放大。',
  },
  window: {
    en: (from: number, to: number) => `Places ${from} to ${to - 1}: longer texts are seen window by window.`,
    zh: (from: number, to: number) => `位置 ${from} 到 ${to - 1}：更长的文本按窗口查看。`,
  },
  earlier: { en: 'Earlier window', zh: '前一窗口' },
  later: { en: 'Later window', zh: '后一窗口' },
  head: {
    en: (layer: number, head: number) => `Layer ${layer}, head ${head}`,
    zh: (layer: number, head: number) => `第 ${layer} 层第 ${head} 头`,
  },
  previous: { en: 'previous token', zh: '前一个词元' },
  first: { en: 'first token', zh: '首个词元' },
  self: { en: 'itself', zh: '自身' },
  induction: { en: 'induction', zh: '归纳' },
  looksAt: {
    en: (from: string, to: string, weight: string) => `${from} looks at ${to}: ${weight}`,
    zh: (from: string, to: string, weight: string) => `${from} 看 ${to}：${weight}`,
  },
  most: {
    en: (token: string) => `Where ${token} looks most`,
    zh: (token: string) => `${token} 最多看向哪里`,
  },
  hover: { en: 'Point at a cell to read its weight.', zh: '指向格子可读权重。' },
  weight: { en: 'weight', zh: '权重' },
  token: { en: 'token', zh: '词元' },
  place: { en: 'place', zh: '位置' },
  before: { en: 'before the window', zh: '窗口之前' },
});

export const layersWords = defineWords({
  lead: {
    en: 'What the model would say next if it stopped after each layer. The last line is what it says. Deeper colour: surer.',
    zh: '若在每一层后停下，模型会怎么说。最后一行就是它的回答；颜色越深越有把握。',
  },
  layer: { en: (layer: number) => `after layer ${layer}`, zh: (layer: number) => `第 ${layer} 层后` },
  input: { en: 'input', zh: '输入' },
  reads: { en: 'reads', zh: '读到' },
  answer: {
    en: (answer: string, rank: number, share: string) => `${answer} is number ${rank} here, ${share}`,
    zh: (answer: string, rank: number, share: string) => `${answer} 在此排第 ${rank}，${share}`,
  },
  cell: {
    en: (layer: string, token: string, said: string) => `${layer}, after ${token}: ${said}`,
    zh: (layer: string, token: string, said: string) => `${layer}，${token} 之后：${said}`,
  },
});

export const whyWords = defineWords({
  lead: {
    en: 'Each token is left out once and the rest read again. Red speaks for the first, blue for the second.',
    zh: '每次去掉一个词元，其余重读一遍。红色支持前者，蓝色支持后者。',
  },
  a: { en: 'Why this', zh: '为何是' },
  b: { en: 'rather than that', zh: '而不是' },
  difference: {
    en: (value: string) => `difference of logits ${value}`,
    zh: (value: string) => `logit 之差 ${value}`,
  },
  nothing: { en: 'There is no token to leave out here.', zh: '这里没有可以去掉的词元。' },
  weight: { en: 'what it adds', zh: '贡献' },
  strongest: { en: 'Strongest', zh: '影响最大' },
});

export const mapWords = defineWords({
  lead: {
    en: 'Embeddings in the plane of their two strongest directions. Near in the plane need not be near: the list has the true neighbours. A small square is a token with no room for its name: point and click.',
    zh: '嵌入在其两个最强方向构成的平面上。平面上相近未必真近：列表给出真正的近邻。小方块是放不下名字的词元，可点选。',
  },
  of: { en: 'Tokens', zh: '词元' },
  ofText: { en: 'of the text', zh: '文本中的' },
  ofVocabulary: { en: 'first of the vocabulary', zh: '词表最前的' },
  explained: {
    en: (x: string, y: string) => `The plane holds ${x} % + ${y} % of the variance.`,
    zh: (x: string, y: string) => `平面保留方差的 ${x} % + ${y} %。`,
  },
  choose: { en: 'Neighbours of', zh: '近邻查询' },
  picture: { en: 'Map of token embeddings', zh: '词元嵌入地图' },
  cosine: { en: 'cosine', zh: '余弦' },
  tooFew: { en: 'A map needs at least two different tokens.', zh: '地图至少需要两个不同的词元。' },
});

export const decodingWords = defineWords({
  lead: {
    en: 'The filters run one after another on what the model says at this place. A dash: taken away.',
    zh: '各过滤器依次作用于模型在此处的输出。横线表示已被去掉。',
  },
  filters: { en: 'Filters', zh: '过滤器' },
  off: { en: 'off', zh: '关' },
  model: { en: 'model', zh: '模型' },
  left: { en: 'tokens left', zh: '剩余词元' },
  entropy: { en: 'entropy', zh: '熵' },
  token: { en: 'token', zh: '词元' },
  gone: { en: 'taken away', zh: '已去掉' },
  tree: { en: 'Beam tree', zh: '束搜索树' },
  treeLead: {
    en: 'What beam search tries at each step. Bold is kept, the red line is the best text.',
    zh: '束搜索每一步的尝试。粗体为保留，红线为最佳文本。',
  },
  beams: { en: 'Beams', zh: '束宽' },
  steps: { en: 'Steps', zh: '步数' },
  temperature: { en: 'Temperature', zh: '温度' },
  topK: { en: 'top-k', zh: 'top-k' },
  topP: { en: 'top-p', zh: 'top-p' },
  minP: { en: 'min-p', zh: 'min-p' },
  typicalP: { en: 'Typical', zh: '典型采样' },
  repetitionPenalty: { en: 'Repetition penalty', zh: '重复惩罚' },
  noRepeatNgram: { en: 'No repeated n-gram', zh: '禁止重复 n 元组' },
});
