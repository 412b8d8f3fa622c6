/** Words of the model and what goes on inside it. */

import { defineTerms } from './term.ts';

export const modelTerms = defineTerms({
  weightSpectrum: {
    name: { en: 'weight spectrum', zh: '权重谱' },
    also: ['singular values', 'SVD', 'stable rank', 'effective rank', '奇异值', '有效秩'],
    text: {
      en: 'The singular values of a weight matrix: by how much it stretches along each of its own directions. Few great ones mean that the matrix uses few directions and could be kept with less (LoRA, pruning by SVD). The stable rank is the sum of their squares over the greatest square, the effective rank the exponential of their entropy, the condition the greatest over the least. Those beyond the edge that a random matrix of equal entries would have (Marchenko and Pastur) are what training put there.',
      zh: '权重矩阵的奇异值：它沿自身各方向拉伸多少。大的很少，说明矩阵只用到少数方向，可以存得更省（LoRA、按 SVD 剪枝）。稳定秩是平方和与最大平方之比，有效秩是其熵的指数，条件数是最大与最小之比。超出同样大小的随机矩阵所能达到的边界（Marchenko–Pastur）者，才是训练留下的。',
    },
  },
  layers: {
    name: { en: 'layers', zh: '层数' },
    also: ['layer', 'blocks', 'depth', '层'],
    text: {
      en: 'The blocks a text passes through one after another; each lets tokens look at earlier ones and then thinks about each token alone. More layers allow more steps of thought, at proportionally more time.',
      zh: '文本依次经过的若干块；每一块先让词元看前文，再单独加工每个词元。层越多，可做的推演步骤越多，时间也按比例增加。',
    },
  },
  width: {
    name: { en: 'width', zh: '宽度' },
    also: ['residual stream', 'hidden size', 'd_model', '残差流', '隐藏维度'],
    text: {
      en: 'How many numbers stand for each token inside the model: the size of the residual stream, to which every layer adds. Parameters and time grow with its square.',
      zh: '模型内部用多少个数表示一个词元，即残差流的大小，每层都往上面加。参数量和时间随它的平方增长。',
    },
  },
  block: {
    name: { en: 'block kind', zh: '块的种类' },
    also: [
      'block',
      'preNorm',
      'postNorm',
      'sandwich',
      'parallel',
      'parallelTwoNorms',
      'parallel blocks',
      '块',
      '并行块',
    ],
    text: {
      en: 'How the two parts of a layer, attention and feed-forward, stand to each other. With preNorm each reads a normalised state and adds to it, one after the other (GPT-2, LLaMA); postNorm normalises the sum instead (GPT-1), sandwich what is added as well (Gemma). With parallel both read the same state at once (PaLM, Falcon).',
      zh: '一层中注意力与前馈两部分的关系。preNorm：两者先后读取归一化后的状态并加回去（GPT-2、LLaMA）；postNorm 改为对相加之和归一化（GPT-1），sandwich 连所加的内容也归一化（Gemma）。parallel：两者同时读取同一状态（PaLM、Falcon）。',
    },
  },
  architecture: {
    name: { en: 'architecture', zh: '架构' },
    also: ['transformer', 'recurrent', 'RNN', 'GRU', 'LSTM', '循环神经网络', '门控循环单元', '长短期记忆'],
    text: {
      en: 'What a model is made of. A transformer looks at all earlier tokens again for each new one. A recurrent model keeps a state of fixed size and changes it token by token: rnn by one layer with tanh, gru and lstm by gates that decide what is kept. Its cost per token does not grow with the text, but what the state lost is gone, and training cannot go over all places at once, except for rwkv.',
      zh: '模型由什么构成。transformer 为每个新词元重看此前的全部词元。循环模型只保留固定大小的状态，逐词元更新：rnn 用一层 tanh，gru 与 lstm 用门决定保留什么。它每个词元的开销不随文本增长，但状态里丢掉的就没有了，训练时也无法同时处理所有位置（rwkv 除外）。',
    },
  },
  vanishingGradient: {
    name: { en: 'vanishing gradient', zh: '梯度消失' },
    also: ['exploding gradient', 'spectral radius', '梯度爆炸', '谱半径'],
    text: {
      en: 'On its way back through time the gradient of a recurrent model is multiplied by the recurrent matrix and by the slope of the activation at every step. If that is less than 1 on the whole it vanishes, and nothing is learned from what lies far back; if more, it explodes, which clipping cures. The spectral radius of the matrix, its greatest absolute eigenvalue, is the factor in the long run. An LSTM adds to its cells rather than multiplying them: its forget gates, near 1, keep the factor near 1.',
      zh: '循环模型的梯度沿时间回传时，每一步都要乘以循环矩阵和激活函数的斜率。总体小于 1 就逐渐消失，学不到远处的内容；大于 1 则爆炸，可用裁剪来治。矩阵的谱半径，即绝对值最大的特征值，就是长期的倍率。LSTM 对记忆单元做加法而不是乘法：遗忘门接近 1，倍率也就接近 1。',
    },
  },
  positions: {
    name: { en: 'positions', zh: '位置编码' },
    also: [
      'position',
      'rotary',
      'rope',
      'alibi',
      't5',
      'learned positions',
      'sinusoidal',
      '位置',
      '旋转位置编码',
      '相对位置',
    ],
    text: {
      en: 'How a model knows the order of its tokens. Learned and sinusoidal positions add a vector for each place; rotary ones turn queries and keys, so that their product depends on the distance; ALiBi lowers attention with distance. T5 learns a number for each range of distances, which costs memory that grows with the square of the context.',
      zh: '模型如何知道词元的次序。learned 与 sinusoidal 为每个位置加一个向量；rotary 旋转查询与键，使其乘积取决于距离；ALiBi 随距离减弱注意力。T5 为每段距离学一个数，内存随上下文的平方增长。',
    },
  },
  activation: {
    name: { en: 'activation', zh: '激活函数' },
    also: ['gelu', 'geluTanh', 'relu', 'silu', 'swiglu', 'geglu', 'feed-forward', '前馈', '门控'],
    text: {
      en: 'The bend in the feed-forward part of a layer, without which two matrices in a row would be one. ReLU cuts off what is below 0; GELU and SiLU do so softly. SwiGLU and GeGLU have a third matrix, the gate, which decides how much of each feature passes.',
      zh: '层内前馈部分的“弯折”；没有它，前后两个矩阵等于一个。ReLU 截去 0 以下的部分，GELU 与 SiLU 则较为平滑。SwiGLU 与 GeGLU 多一个矩阵作门控，决定每个特征通过多少。',
    },
  },
  norm: {
    name: { en: 'normalisation', zh: '归一化' },
    also: ['norm', 'layerNorm', 'rmsNorm', 'layer norm', 'normalization', '层归一化'],
    text: {
      en: 'Brings the numbers that stand for a token to a common size before a part reads them, so that deep models stay trainable. LayerNorm takes away their mean and divides by their spread; RMSNorm only divides, which is cheaper and usually as good.',
      zh: '在某部分读取之前，把表示词元的各数调到同一尺度，使深层模型仍可训练。LayerNorm 减去均值再除以离散程度；RMSNorm 只做除法，更省，效果通常相当。',
    },
  },
  attentionHead: {
    name: { en: 'attention head', zh: '注意力头' },
    also: ['head', 'heads', 'attention', '头', '头数', '注意力'],
    text: {
      en: 'One of several lookers in a layer: at each token it gives weights, which sum to 1, to the tokens up to here, and takes over what they hold in that proportion. Different heads learn different habits: the previous token, the first one, the last time this word came.',
      zh: '一层中若干个“观察者”之一：在每个词元处，它给到此为止的各词元分配合计为 1 的权重，并按比例取用它们的内容。不同的头学会不同的习惯：看前一个词元、看首个词元、看这个词上次出现的地方。',
    },
  },
  encoderDecoder: {
    name: { en: 'encoder–decoder', zh: '编码器–解码器' },
    also: ['encoder-decoder', 'seq2seq', 'sequence to sequence', '序列到序列'],
    text: {
      en: 'A model of two halves, for texts that belong to another: an encoder reads the whole source in both directions, and a decoder writes, looking back at the source at every token. It is the original Transformer; T5 and Marian are of its kind. Trained on pairs, it translates.',
      zh: '由两半组成的模型，用于从一段文本写出另一段：编码器双向读完整个源文本，解码器写作，每写一个词元都回看源文本。最初的 Transformer 就是这样；T5 与 Marian 属于此类。用成对的文本训练，它便会翻译。',
    },
  },
  crossAttention: {
    name: { en: 'cross-attention', zh: '交叉注意力' },
    also: ['cross attention', 'encoder attention', '互注意力'],
    text: {
      en: 'How a decoder looks at the source: its queries come from what is being written, keys and values from what the encoder made of the source. Those are made once for each source and kept while it writes.',
      zh: '解码器看源文本的方式：查询来自正在写的内容，键与值来自编码器对源文本的表示。后者对每个源文本只算一次，写作期间一直保留。',
    },
  },
  inductionHead: {
    name: { en: 'induction head', zh: '归纳头' },
    also: ['induction', 'induction heads', '归纳'],
    text: {
      en: 'A head that looks for the last time the present token came and at what followed it then, so that the model can say it again. It lets models learn from the text before them, and it feeds loops. The figure is its mean weight on that place in random blocks given twice.',
      zh: '这样的头会找到当前词元上次出现之处，看其后接的是什么，使模型能照着再说一遍。模型靠它从上文学习，循环也靠它滋长。所示数值，是在重复两遍的随机片段上它对该位置的平均权重。',
    },
  },
  context: {
    name: { en: 'context', zh: '上下文' },
    also: ['context length', 'contextLength', 'window', 'context window', '窗口', '上下文长度'],
    text: {
      en: 'The longest text, in tokens, that the model can see at once; beginning and answer share it. What it was trained with is its limit. Attention over it costs time and memory that grow with its length.',
      zh: '模型一次能看到的最长文本，以词元计；开头与所写的内容共用。训练时多长，就是它的上限。上下文越长，注意力所费的时间与内存越多。',
    },
  },
  embedding: {
    name: { en: 'embedding', zh: '嵌入' },
    also: ['embeddings', 'cosine', 'vector', '向量', '余弦'],
    text: {
      en: 'The list of numbers that stands for a token where the model begins. Tokens used alike come to lie in similar directions; the cosine tells how similar, 1 being the same direction. A map shows only the two strongest of many directions.',
      zh: '模型开头用来表示一个词元的一串数。用法相近的词元方向也相近；余弦表示相近的程度，1 为同向。地图只画出众多方向中最强的两个。',
    },
  },
  logit: {
    name: { en: 'logit', zh: 'logit' },
    also: ['logits', 'score', '对数几率', '分值'],
    text: {
      en: 'The raw score the model gives a token before scores become probabilities. Only differences count: one more makes a token e ≈ 2.7 times as likely beside the others. Penalties and temperature change logits.',
      zh: '变成概率之前，模型给词元的原始分数。只有差值有意义：多 1，则相对其他词元的可能性变为 e≈2.7 倍。各种惩罚和温度改的就是 logit。',
    },
  },
  probability: {
    name: { en: 'probability', zh: '概率' },
    also: ['logprob', 'logprobs', 'log probability', 'softmax', '对数概率', 'likelihood'],
    text: {
      en: 'How likely the model holds a token to be the next one; over the vocabulary they sum to 1. A logprob is its natural logarithm, at most 0: −0.69 is one half. What is shown for a written token is what the model held, before filters cut the choice.',
      zh: '模型认为某词元是下一个的可能性；整个词表合计为 1。logprob 是其自然对数，至多为 0：−0.69 即二分之一。所写词元旁显示的，是过滤器裁剪之前模型自己的判断。',
    },
  },
  surprise: {
    name: { en: 'surprise', zh: '信息量' },
    also: ['surprisal', 'information', 'bits', '意外', '惊讶度', '比特'],
    text: {
      en: 'How unexpected a token was, in bits: −log2 of its probability. A token of probability one half has 1 bit, one in a thousand about 10. The mean over a text is its loss in another unit.',
      zh: '词元有多出人意料，以比特计：概率的 −log2。概率二分之一为 1 比特，千分之一约 10 比特。整篇平均就是换了单位的损失。',
    },
  },
  entropy: {
    name: { en: 'entropy', zh: '熵' },
    also: ['uncertainty', '不确定', '不确定度'],
    text: {
      en: 'How open the choice of the next token is: the surprise to be expected, over all tokens. 0 when only one is possible; the logarithm of the number of choices when all are equally likely. Near 0 for long is a sign of a loop.',
      zh: '下一个词元有多难定：在所有词元上预期的信息量。只有一种可能时为 0；各种可能均等时为选项数的对数。长时间接近 0，往往是循环的征兆。',
    },
  },
  rank: {
    name: { en: 'rank', zh: '名次' },
    also: ['排名'],
    text: {
      en: 'How many tokens the model held more likely, plus one: rank 1 is its first choice. Greedy writing has only rank 1.',
      zh: '模型认为更可能的词元个数加一：第 1 名就是首选。贪心写作每个都是第 1 名。',
    },
  },
  logitLens: {
    name: { en: 'logit lens', zh: 'logit 透镜' },
    also: ['lens', 'layers view', '透镜'],
    text: {
      en: 'What the model would say next if it stopped after an earlier layer: the state there is put through the last norm and the output layer. It shows where in the model an answer takes shape. Early layers were never trained to speak, so what they say is a rough hint.',
      zh: '若在较早的某层就停下，模型会说什么：把那里的状态直接送入最后的归一化与输出层。由此可见答案在哪里成形。早期的层并未训练成可以“说话”，只能当作粗略的提示。',
    },
  },
  attribution: {
    name: { en: 'why this token', zh: '为何是这个词元' },
    also: ['why', 'attribution', 'leave-one-out', 'contrast', '为何', '归因', '逐个去掉'],
    text: {
      en: 'Each earlier token is left out once and the rest read again; what changes in the difference of two logits is what that token contributed to one rather than the other. Contributions need not add up, since tokens work together.',
      zh: '把前面的词元逐个去掉、其余重读一遍；两个候选 logit 之差的变化，就是该词元对“选此而非彼”的贡献。词元之间会共同起作用，因此各贡献相加未必等于总差。',
    },
  },
  kvCache: {
    name: { en: 'KV cache', zh: 'KV 缓存' },
    also: ['kv', 'key-value cache', 'cache', '键值缓存', '缓存'],
    text: {
      en: 'The keys and values of every token read so far, kept so that each new token costs one step instead of reading the whole text again. Its memory grows with the length of the text and the number of texts at a time.',
      zh: '为已读的每个词元保存键与值，这样写下一个词元只需一步，不必重读全文。它占的内存随文本长度和同时书写的篇数增长。',
    },
  },
  prefill: {
    name: { en: 'prefill', zh: '预填充' },
    also: ['prompt processing', '读提示'],
    text: {
      en: 'The reading of the prompt before the first token is written. All its tokens are computed together, so it is fast per token; with long prompts it is most of the wait for the first token.',
      zh: '写出第一个词元之前读入提示的阶段。提示的词元一起计算，单个很快；提示很长时，首词元的等待主要花在这里。',
    },
  },
  firstToken: {
    name: { en: 'first-token time', zh: '首词元时间' },
    also: ['first token', 'ttft', 'time to first token', 'latency', '首词元', '延迟'],
    text: {
      en: 'The time from asking until the first token is there: waiting for a place, then reading the prompt. What follows comes at the rate of tokens per second.',
      zh: '从提问到第一个词元出现的时间：先排队，再读提示。此后的速度看词元/秒。',
    },
  },
  precision: {
    name: { en: 'precision', zh: '精度' },
    also: ['f32', 'float32', 'fp32', 'bf16', 'bfloat16', 'weights bf16', '浮点'],
    text: {
      en: 'How many bits a number has. f32 has 32 and about seven digits. bf16 has 16, the same range and about three digits: half the memory, and several times as fast on processors that multiply it. With bf16 the products are rounded; in training the weights themselves stay f32.',
      zh: '一个数用多少位表示。f32 为 32 位，约七位有效数字。bf16 为 16 位，范围相同，约三位有效数字：内存减半，在支持它的处理器上快数倍。用 bf16 时乘积会舍入；训练中权重本身仍为 f32。',
    },
  },
  quantization: {
    name: { en: 'quantization', zh: '量化' },
    also: ['q8_0', 'q4_0', 'int4', 'kept as', 'tolerance', 'compress', '存放方式', '压缩', '容许'],
    text: {
      en: 'Weights kept in few bits. q8_0 and q4_0 cut each row into blocks of 32 numbers; a block keeps one scale and, of each number, how many steps of it it is: 8 or 4 bits. A quarter or a seventh of the memory, and one text is written faster, for writing waits for memory. 8 bits change almost nothing; 4 bits cost some bits a character, more in small models.',
      zh: '用很少的比特存放权重。q8_0 与 q4_0 把每行切成 32 个数一块；每块存一个比例，再用 8 位或 4 位记下每个数是它的多少倍。内存约为四分之一或七分之一；写一段文本更快，因为写作时等的是内存。8 位几乎没有影响；4 位会使每字符比特数增加，小模型更明显。',
    },
  },
  activations: {
    name: { en: 'activations', zh: '激活值' },
    also: ['int8', 'activations int8', 'w8a8', 'w4a8', '+int8'],
    text: {
      en: 'The numbers that go through a model and that weights multiply. With int8 they are rounded to 8 bits too, in blocks of 32 with one scale; then weights in few bits need no unpacking into floats, and sums are of whole numbers: exact, and several at once. It pays with q8_0 and q4_0; inkstone compress shows what it costs.',
      zh: '在模型中流动、与权重相乘的数。用 int8 时，它们也每 32 个一块、以一个比例舍入为 8 位；低比特权重便不必先展开成浮点数，求和是整数求和：精确，且一次可算多个。适用于 q8_0 与 q4_0；代价可由 inkstone compress 看出。',
    },
  },
  gptq: {
    name: { en: 'GPTQ', zh: 'GPTQ' },
    also: ['post-training quantization', '训练后量化'],
    text: {
      en: 'A better way to round weights to 4 bits: one input of a layer after another, and what rounding changes is made up for by the inputs still to come, as far as the two go together in text. File and speed are those of q4_0.',
      zh: '把权重舍入到 4 位的更好办法：逐个输入地舍入，再按各输入在文本中的相关程度，用尚未舍入的权重补偿误差。文件大小与速度同 q4_0。',
    },
  },
  pruning: {
    name: { en: 'pruning', zh: '剪枝' },
    also: ['prune', 'sparsity', 'zeros', 'wanda', 'magnitude', 'structured', '2:4', '稀疏', '零'],
    text: {
      en: 'Taking away weights that matter least. magnitude makes the smallest of all 0; wanda the smallest times what they multiply, output by output; 2:4 leaves two of every four. Zeros take as much memory and time here as other numbers; structured takes whole feed-forward neurons away, which makes the model smaller and faster.',
      zh: '去掉最不重要的权重。magnitude 把全部权重中最小的归零；wanda 逐个输出比较权重与其输入大小之积；2:4 每四个留两个。零在这里与别的数占同样的内存与时间；structured 去掉整个前馈神经元，模型才真正变小变快。',
    },
  },
  ngramModel: {
    name: { en: 'n-gram model', zh: 'n 元模型' },
    also: ['5-gram', 'n-gram language model', 'Kneser-Ney', 'baseline', '五元组模型', '基线'],
    text: {
      en: 'A model that only counts: how often a token followed the last few, with what is left over for what was never seen (Kneser and Ney 1995). It needs no training and knows nothing beyond four or five tokens. A neural model that does not predict better has not learned yet.',
      zh: '只会计数的模型：统计前几个词元之后各词元出现的次数，并为没见过的留出概率（Kneser 与 Ney，1995）。它无需训练，也看不到四五个词元之外。神经模型若预测得不比它好，就还没有学会。',
    },
  },
  attentionSinks: {
    name: { en: 'attention sink', zh: '注意力汇点' },
    also: ['sinks', 'attention sinks', 'endless', 'streaming', 'StreamingLLM', '汇点', '流式'],
    text: {
      en: 'A first token of a text that heads look at when they have nowhere else to look. If it slides out of the window, many a model falls apart; where about four of them stay beside the last tokens, it writes on without end, in memory of fixed size. What has slid out is forgotten.',
      zh: '文本开头的词元：注意力头无处可看时便看向它们。它们若滑出窗口，不少模型会崩溃；保留约四个，再加最近的若干词元，就能以固定内存无限地写下去。滑出的内容则被遗忘。',
    },
  },
  contextExtension: {
    name: { en: 'context extension', zh: '上下文扩展' },
    also: ['extend', 'position interpolation', 'NTK', 'YaRN', 'rope scaling', '位置插值', '长度外推'],
    text: {
      en: 'Reading texts longer than those trained on, with the same weights. Rotary positions are stretched: all alike (linear), the slow turns more than the fast (ntk), or by parts and with sharper scores (yarn). Without further training a stretch of 2 to 4 is usual; inkstone length extend shows what it costs.',
      zh: '用同样的权重读比训练时更长的文本。做法是拉伸旋转位置：一律拉伸（linear）、慢的转动比快的拉伸得多（ntk），或分段拉伸并使注意力更尖锐（yarn）。不再训练时通常取 2 至 4 倍；代价可用 inkstone length extend 查看。',
    },
  },
});
