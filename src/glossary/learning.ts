/** Words of training. */

import { defineTerms } from './term.ts';

export const learningTerms = defineTerms({
  loss: {
    name: { en: 'loss', zh: '损失' },
    also: ['cross-entropy', 'nll', '交叉熵', '训练损失'],
    text: {
      en: 'How badly the model expected the tokens that really came: the mean of −ln of the probability it gave them, in nats per token. Training makes it smaller. A model that knows nothing starts at the logarithm of its vocabulary size, about 8.7 for 6,000 tokens. Only losses over the same tokenizer can be compared.',
      zh: '模型对实际出现的词元预料得有多差：它给这些词元的概率取 −ln 后的平均值，单位是奈特/词元。训练就是让它变小。一无所知的模型从词表大小的对数开始，词表 6000 时约为 8.7。只有同一分词器下的损失才能互相比较。',
    },
  },
  heldOut: {
    name: { en: 'held-out', zh: '留出' },
    also: [
      'held-out loss',
      'validation',
      'val',
      'validation loss',
      '留出损失',
      '留出集',
      '验证集',
      '验证损失',
    ],
    text: {
      en: 'Text put aside before training, which the model never learns from. The loss on it shows what was understood instead of learned by heart. When it rises while the training loss still falls, the model is overfitting: stop, use more text, or a smaller model.',
      zh: '训练前留下、模型从不学习的文本。其上的损失说明模型是真学会了，还是背了下来。若它上升而训练损失仍在下降，就是过拟合：应停止训练、增加文本或换小一点的模型。',
    },
  },
  perplexity: {
    name: { en: 'perplexity', zh: '困惑度' },
    also: ['ppl'],
    text: {
      en: 'e to the power of the loss: among how many equally likely tokens the model had to choose, on average. 1 is complete certainty, the vocabulary size is blind guessing. It depends on the tokenizer, so only models with the same one can be compared.',
      zh: '以 e 为底、损失为指数的幂：平均相当于在多少个等可能的词元中选一个。1 表示完全确定，等于词表大小则是瞎猜。它取决于分词器，只有分词器相同的模型才可比较。',
    },
  },
  sizeLadder: {
    name: { en: 'size ladder', zh: '规模阶梯' },
    also: ['ladder', 'scaling law', 'scaling laws', '规模定律', '缩放定律'],
    text: {
      en: 'Models of growing size trained alike on the same text. Their held-out losses lie near a curve E + A/N^α of the number of parameters N; carried on, it tells what a larger model would come to before it is trained. The further it is carried, the less sure it is.',
      zh: '用同样的方法在同样的文本上训练大小递增的几个模型。它们的留出损失大致落在参数量 N 的曲线 E + A/N^α 上；把曲线延长，就能在训练之前预测更大的模型会达到什么损失。延得越远，越不可靠。',
    },
  },
  objective: {
    name: { en: 'objective', zh: '训练目标' },
    also: ['next-token', 'masked', 'masked language model', 'MLM', '掩码语言模型'],
    text: {
      en: 'What is learned from text. next-token: what comes next, so that the model can write. masked: which tokens were hidden in the middle, so that it understands: an encoder such as BERT, which sees both sides of a word. prefix: what comes behind a beginning that is read in both directions (see prefix LM).',
      zh: '从文本中学什么。next-token：学接下来是什么，模型因此会写。masked：学中间被遮盖的是什么，模型因此善于理解，即 BERT 一类看得见前后文的编码器。prefix：学一段双向阅读的开头之后是什么（见“前缀语言模型”）。',
    },
  },
  fillInTheMiddle: {
    name: { en: 'fill-in-the-middle', zh: '中间填充' },
    also: ['FIM', 'infill', 'infilling', 'PSM', 'SPM', '填空补全'],
    text: {
      en: 'Learning to write what stands between a beginning and an end, as an editor needs it (Bavarian et al. 2022). Of some texts, half of them as a rule, the middle is cut out at two places drawn by chance and put last, with tokens that no text can spell before the parts: prefix, suffix, middle (PSM) or suffix, prefix, middle (SPM). The model still reads left to right, and each text is cut anew whenever it comes. The held-out loss stays that of plain text; that of middles is told beside it.',
      zh: '学习写出开头与结尾之间的内容，编辑器的补全正需要它（Bavarian 等，2022）。对一部分文本（一般取一半），在随机两处切开，把中间一段移到最后，各段之前加上文本无法拼出的词元：前缀、后缀、中间（PSM）或后缀、前缀、中间（SPM）。模型仍从左到右阅读；每次读到同一文本都重新切分。留出损失仍是普通文本的损失，中间部分的损失另行给出。',
    },
  },
  masking: {
    name: { en: 'masking', zh: '遮盖' },
    also: ['mask', 'mask-rate', 'mask token', '掩码', '完形填空'],
    text: {
      en: 'Hiding tokens that an encoder has to guess, 15 % of them as a rule: most are replaced by [MASK], some by another token, some stay. dynamic hides others each time a text comes; static has a few fixed ways.',
      zh: '遮盖一部分词元让编码器来猜，通常为 15 %：多数换成 [MASK]，少数换成别的词元，少数不变。dynamic 每次遮盖不同的词元；static 只有几种固定的遮盖。',
    },
  },
  wholeWords: {
    name: { en: 'whole words', zh: '整词遮盖' },
    also: ['whole word masking', 'WWM', '全词掩码'],
    text: {
      en: 'All tokens of a word are hidden together, of Chinese all bytes of a character. Otherwise the rest of a word gives it away.',
      zh: '一个词的全部词元一起遮盖，中文则是一个字的全部字节。否则剩下的部分会泄露答案。',
    },
  },
  bitsPerCharacter: {
    name: { en: 'bits per character', zh: '比特/字' },
    also: ['bits/char', 'bpc', 'bits per char', '每字比特', '每字比特数'],
    text: {
      en: 'How many yes-or-no answers the model needs, on average, to know the next character of text it has not seen: its loss turned into bits and shared out over characters. It does not depend on the tokenizer, so it compares any two models on one text. Less is better.',
      zh: '平均要回答多少个“是或否”，模型才能确定未见文本的下一个字：把损失换成比特，再摊到每个字上。它与分词器无关，因此可在同一文本上比较任意两个模型。越小越好。',
    },
  },
  parameters: {
    name: { en: 'parameters', zh: '参数' },
    also: ['weights', '参数量', '权重', 'size', '大小'],
    text: {
      en: 'The numbers that training changes; together they are the model. More of them can hold more, but need more text and more time for each step. In training each takes about 16 bytes: the number, its gradient and two averages of the optimizer.',
      zh: '训练所改动的数，合起来就是模型。参数越多能容纳的越多，但需要更多文本，每一步也更慢。训练时每个参数约占 16 字节：数值、梯度，以及优化器的两个平均值。',
    },
  },
  gradient: {
    name: { en: 'gradient', zh: '梯度' },
    also: ['backpropagation', '反向传播'],
    text: {
      en: 'For each parameter, how the loss would change if it grew a little. A step moves every parameter against its gradient. It is computed backwards through the model, at about twice the cost of reading the text.',
      zh: '对每个参数而言，它略微增大时损失会怎样变化。每一步都让参数逆着梯度移动。梯度从模型末端往回计算，代价约为读一遍文本的两倍。',
    },
  },
  gradientNorm: {
    name: { en: 'gradient norm', zh: '梯度范数' },
    also: ['grad norm', 'gradNorm', 'clip', 'clipping', '梯度裁剪', '裁剪'],
    text: {
      en: 'The length of the gradient, all parameters taken together. It is large at the start and settles; sudden peaks mean an odd batch or a learning rate that is too high. Gradients longer than the clip value are shortened to it, so that one batch cannot throw the model off.',
      zh: '把所有参数的梯度合在一起的长度。开始时大，随后趋稳；突然的尖峰说明这一批数据异常，或学习率过高。超过裁剪值的梯度会被缩短到该值，以免某一批数据把模型带偏。',
    },
  },
  learningRate: {
    name: { en: 'learning rate', zh: '学习率' },
    also: ['lr', 'rate', 'schedule', '学习率计划'],
    text: {
      en: 'How far one step moves the parameters. Too low wastes time, too high makes the loss jump or diverge. It rises during the warm-up and then falls to almost nothing, so that the model settles at the end.',
      zh: '每一步让参数移动多远。太低浪费时间，太高会让损失跳动乃至发散。它在预热期上升，之后一直降到几乎为零，让模型在最后稳定下来。',
    },
  },
  warmup: {
    name: { en: 'warm-up', zh: '预热' },
    also: ['warmup', 'warmup steps', 'warmupSteps', '预热步数'],
    text: {
      en: 'The first steps, in which the learning rate climbs from near zero to its peak. The optimizer does not know yet how large gradients usually are; long steps at once would spoil the fresh model.',
      zh: '最初的若干步，学习率从接近零升到峰值。此时优化器还不知道梯度通常有多大，立刻迈大步会毁掉刚初始化的模型。',
    },
  },
  adamw: {
    name: { en: 'AdamW', zh: 'AdamW' },
    also: ['adam', 'optimizer', 'weight decay', 'weightDecay', '优化器', '权重衰减'],
    text: {
      en: 'An optimizer: it keeps running averages of each gradient and of its square, and divides one by the root of the other, so that every parameter moves at a similar pace. The W stands for weight decay: parameters also shrink a little at each step, apart from the gradient.',
      zh: '一种优化器：为每个梯度及其平方保存滑动平均，并以前者除以后者的平方根，使各参数步调相近。W 指权重衰减：每一步参数还会独立于梯度略微缩小。',
    },
  },
  muon: {
    name: { en: 'Muon', zh: 'Muon' },
    also: ['muonLr', 'muon lr'],
    text: {
      en: 'An optimizer for matrices: the averaged gradient is made (nearly) orthogonal before the step, so that no single direction dominates. It often needs fewer steps than AdamW. Vectors, embeddings and the output head stay with AdamW.',
      zh: '用于矩阵的优化器：先把平均后的梯度变得（近乎）正交再迈步，不让某个方向独占。往往比 AdamW 需要更少的步数。向量、嵌入与输出层仍用 AdamW。',
    },
  },
  batch: {
    name: { en: 'batch', zh: '批' },
    also: ['batch size', 'batchSize', '批大小', '批次'],
    text: {
      en: 'The sequences that one step learns from together. A larger batch gives a steadier gradient but costs proportionally more time and memory per step; with a fixed number of minutes it means fewer steps.',
      zh: '一步之中一起学习的若干序列。批越大梯度越稳，但每步的时间和内存也按比例增加；总时间不变时，步数就少了。',
    },
  },
  step: {
    name: { en: 'step', zh: '步' },
    also: ['steps', 'update', 'iteration', '步数', '更新', '迭代'],
    text: {
      en: 'One update: a batch is read, its loss and gradient are computed, and the parameters move once. With the same seed, text, settings and machine, the same number of steps gives the same model, bit for bit.',
      zh: '一次更新：读一批数据，算出损失与梯度，参数移动一次。种子、文本、设置与机器都相同时，同样的步数会得到逐位相同的模型。',
    },
  },
  epoch: {
    name: { en: 'epoch', zh: '轮' },
    also: ['pass', '遍', '轮次'],
    text: {
      en: 'One pass over all the training text. Small texts are read many times; the more often, the sooner the model knows them by heart, which shows as a held-out loss that rises.',
      zh: '把全部训练文本读一遍。文本少时会读很多遍；遍数越多，模型越容易背下来，表现为留出损失上升。',
    },
  },
  checkpoint: {
    name: { en: 'checkpoint', zh: '检查点' },
    also: ['save', 'saveEvery', '存档'],
    text: {
      en: 'Everything a training needs to go on, written to disk: weights, the state of the optimizer, the place in the text and in the random numbers. The same command again continues from the latest whole one, as if it had never stopped.',
      zh: '写到磁盘上、足以继续训练的一切：权重、优化器状态、在文本与随机数中的位置。再次运行同一命令，就从最近一个完整的检查点继续，如同从未中断。',
    },
  },
  seed: {
    name: { en: 'seed', zh: '种子' },
    also: ['random seed', '随机种子'],
    text: {
      en: 'The number from which all random numbers follow: first weights, order of the text, drawing of tokens. The same seed with the same settings gives the same result; another seed gives another of equal standing.',
      zh: '所有随机数的源头：初始权重、文本次序、词元的抽取都由它决定。种子和设置相同，结果就相同；换一个种子，得到另一个同样合理的结果。',
    },
  },
  overfitting: {
    name: { en: 'overfitting', zh: '过拟合' },
    also: ['memorization', '背诵', '死记'],
    text: {
      en: 'The model learns its text by heart instead of what makes such texts likely. The training loss keeps falling while the held-out loss rises, and it writes passages of its text word for word. More text, fewer passes or a smaller model help.',
      zh: '模型把文本背了下来，而没有学到此类文本的规律。表现为训练损失继续下降、留出损失上升，写出的段落与原文一字不差。增加文本、减少遍数或换小模型可以缓解。',
    },
  },
  divergence: {
    name: { en: 'divergence', zh: '发散' },
    also: ['diverged', 'diverge', 'nan'],
    text: {
      en: 'The loss jumps up and does not come back, or is no number any more. The usual cause is a learning rate that is too high. Training stops by itself then, and the last good checkpoint is kept.',
      zh: '损失突然升高且不再回落，或变得不是数。常见原因是学习率过高。此时训练会自行停止，并保留最后一个完好的检查点。',
    },
  },
  fineTuning: {
    name: { en: 'fine-tuning', zh: '微调' },
    also: ['init', 'fine tune', 'finetune', 'begin with the model of', '继续训练'],
    text: {
      en: 'Training that begins with a trained model instead of random numbers, at a lower learning rate. It needs less text and time, and keeps most of what the model knew; its tokenizer and shape are given.',
      zh: '从训练好的模型而不是随机数开始的训练，学习率较低。所需文本和时间都少，原有的本领大多保留；分词器与模型形状则已固定。',
    },
  },
  forgetting: {
    name: { en: 'forgetting', zh: '遗忘' },
    also: [
      'catastrophic forgetting',
      'replay',
      'elastic weight consolidation',
      'old data',
      '灾难性遗忘',
      '回放',
    ],
    text: {
      en: 'A model that learns new text gets worse at what it knew. It is measured by the held-out loss on its old text before and after. Replay helps: some old text is learned along with the new. So does elastic weight consolidation: what matters to the old text is held near its place. An adapter can be taken off again, and nothing is forgotten.',
      zh: '模型学习新文本时，原先会的会变差。用旧文本上的留出损失在前后之差来度量。回放（replay）有帮助：学新文本时掺入一些旧文本。弹性权重巩固也有帮助：把对旧文本重要的参数留在原处附近。适配器则可以取下，什么也不会忘。',
    },
  },
  labelSmoothing: {
    name: { en: 'label smoothing', zh: '标签平滑' },
    also: ['labelSmoothing', 'smoothed labels'],
    text: {
      en: 'The model is taught that the right token has, say, 90 % of the probability and all others share the rest, so that it does not become too sure. For translation that gives better texts, though a slightly higher loss. The held-out loss is measured without it.',
      zh: '教模型认为正确词元占（例如）90% 的概率，其余词元分享剩下的部分，以免过于自信。翻译中这样写出的文本更好，但损失略高。留出损失按不平滑计算。',
    },
  },
  teacherForcing: {
    name: { en: 'teacher forcing', zh: '教师强制' },
    also: ['teacher-forcing', '强制教学'],
    text: {
      en: 'In training every token is guessed behind the right text before it, not behind what the model itself would have written, so that all places are learned at once. In writing it stands behind its own words, mistakes included.',
      zh: '训练时，每个词元都接在正确的上文之后来猜，而不是接在模型自己写出的内容之后，因此各处可以同时学习。写作时它只能接着自己的话，连同其中的错误。',
    },
  },
  smoothing: {
    name: { en: 'smoothing', zh: '平滑' },
    also: ['smoothed', 'moving average', '滑动平均'],
    text: {
      en: 'Each batch is a different text, so the loss of single steps jumps. The smoothed curve is a running average in which older steps count less and less; at 0.9 about the last ten steps matter. It changes the picture only, not the training.',
      zh: '每一批文本不同，单步损失会上下跳动。平滑曲线是滑动平均，越早的步权重越小；取 0.9 时大约由最近十步决定。它只改变图形，不影响训练。',
    },
  },
  tokensPerSecond: {
    name: { en: 'tokens per second', zh: '词元/秒' },
    also: ['tokens/s', 'tok/s', 'speed', 'throughput', '速度', '吞吐量'],
    text: {
      en: 'How many tokens are learned from or written in a second. In writing, the time until the first token is counted apart. Reading a prompt is much faster per token than writing, since all its tokens are computed together.',
      zh: '每秒学习或写出的词元数。写作时，第一个词元之前的等待另计。读提示比写作快得多，因为提示中的词元是一起计算的。',
    },
  },
  teacher: {
    name: { en: 'teacher', zh: '教师' },
    also: ['distill', 'distillation', 'knowledge distillation', 'student', '蒸馏', '知识蒸馏', '学生'],
    text: {
      en: 'A trained model that a smaller one, the student, learns from beside the text. logits: its probabilities, which also say what else would have fitted. hidden: its states, layer by layer. sequence: texts that it writes. The text says only which token came.',
      zh: '一个训练好的模型，较小的学生模型在原文之外还向它学习。logits：学它的概率，从中可知还有哪些词元也合适。hidden：逐层学它的隐状态。sequence：学它写的文本。原文只说出现了哪个词元。',
    },
  },
  distillShare: {
    name: { en: 'distill share', zh: '蒸馏比例' },
    also: ['distill-share', '教师比例'],
    text: {
      en: "How much is learned of the teacher instead of the text: of the loss with logits, of the batches with sequence. 1 leaves the text's own tokens out.",
      zh: '有多少是向教师而非原文学的：用 logits 时指损失中的比例，用 sequence 时指批次中的比例。1 表示完全不看原文的词元。',
    },
  },
  distillTemperature: {
    name: { en: 'distill temperature', zh: '蒸馏温度' },
    also: ['distill-temperature', '软标签温度'],
    text: {
      en: 'By which the logits of student and teacher are divided before they are compared. Above 1 what the teacher holds for unlikely counts more.',
      zh: '比较学生与教师之前，两者的 logits 都除以它。大于 1 时，教师认为不大可能的词元所占分量更重。',
    },
  },
  ranks: {
    name: { en: 'ranks', zh: '多进程训练' },
    also: [
      'divide',
      'data parallel',
      'mpi',
      'mpirun',
      'zero',
      'sharded',
      'distributed training',
      '数据并行',
      '进程',
      '分片',
      '分布式训练',
    ],
    text: {
      en: 'Several processes (ranks), on one machine or many, train one model together: mpirun -n 4 npx inkstone train … Each computes the gradient of its rows of a batch, and all take the mean, so the losses are those of one process, but for the last digits; only dropout draws other places. Sharded, each rank keeps and updates only its part of the two averages of the optimizer (ZeRO, stage 1). A checkpoint does not depend on how many ranks wrote it. Every machine needs the same text and sees the same folder of the run. It stands on MPI: apt-get install openmpi-bin libopenmpi-dev, then node native/build.mjs.',
      zh: '多个进程（rank）在一台或多台机器上共同训练一个模型：mpirun -n 4 npx inkstone train …… 各进程计算一批中自己那几行的梯度，再取平均，因此损失与单进程相同，只差末几位；唯有随机失活抽到的位置不同。分片（sharded）时，每个进程只保留并更新优化器两个平均值中自己的一份（ZeRO 第 1 阶段）。检查点与写它的进程数无关。每台机器都要有同样的文本，并看到同一个训练目录。它依靠 MPI：apt-get install openmpi-bin libopenmpi-dev，再运行 node native/build.mjs。',
    },
  },
});
