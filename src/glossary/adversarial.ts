/** Words of training against a critic. */

import { defineTerms } from './term.ts';

export const adversarialTerms = defineTerms({
  adversarialTraining: {
    name: { en: 'adversarial training', zh: '对抗训练' },
    also: ['GAN', 'SeqGAN', 'critic', 'discriminator', '判别器', '生成对抗网络', '生成器'],
    text: {
      en: 'Two models that learn from each other: a critic tells written texts from real ones, and a writer learns to write what the critic takes for real (Goodfellow et al. 2014). Tokens are chosen, not computed, so no slope leads from the critic back to the writer; SeqGAN (Yu et al. 2017) tries instead what becomes of each token and makes the good ones likelier. What it gains in quality it tends to pay in variety, and lowering the temperature of a plain model does that as well: only both figures together tell whether a critic helped.',
      zh: '两个模型相互学习：判别器分辨生成文本与真实文本，生成器学着写出判别器信以为真的文本（Goodfellow 等，2014）。词元是选出来的而不是算出来的，梯度无法从判别器传回生成器；SeqGAN（Yu 等，2017）改为试写每个词元之后的文本，使好的词元更可能出现。质量的提高往往以多样性为代价，而给普通模型降低温度也能如此：只有把两项指标放在一起看，才知道判别器是否真有帮助。',
    },
  },
  oracleNll: {
    name: { en: 'oracle NLL', zh: '真相 NLL' },
    also: ['oracle', 'NLL-oracle', '真相模型'],
    text: {
      en: 'How unlikely written texts are under a model that is declared to be the truth, a random LSTM, in nats per token. The lower, the better each text; a writer that repeats the likeliest text for ever has a very low one, so it is read beside self-BLEU and the held-out NLL, which tell what a writer no longer says.',
      zh: '以一个随机 LSTM 为真相，所写文本在它之下有多不可能，单位是奈特/词元。越低，每一篇越好；但永远重复最可能一篇的生成器也会很低，所以要与 self-BLEU 和留出 NLL 一起看，后两者说明生成器不再会说什么。',
    },
  },
  modeCollapse: {
    name: { en: 'mode collapse', zh: '模式坍缩' },
    also: ['collapse', '坍缩'],
    text: {
      en: 'A writer that has found a few texts the critic likes and writes nothing else. It is seen by self-BLEU that rises towards 1 and by different pairs of tokens and entropy that fall; here a training ends when this is measured twice in a row, and the best writer from before is kept.',
      zh: '生成器找到少数讨好判别器的文本后，便不再写别的。表现为 self-BLEU 趋近 1，不同的词元对与熵下降；此处连续两次度量如此即停止训练，并保留之前最好的生成器。',
    },
  },
  rollout: {
    name: { en: 'rollout', zh: '推演' },
    also: ['rollouts', '--rollouts', 'Monte Carlo', '蒙特卡洛'],
    text: {
      en: 'A text written to its end behind a token, only to see what the token is worth: a critic judges whole texts, and the mean of several rollouts is its judgement of a place in the middle.',
      zh: '为了知道某个词元值多少，从它之后试写到结尾：判别器只会评判整篇，几次推演的平均就是它对中间某处的评判。',
    },
  },
  gumbelSoftmax: {
    name: { en: 'Gumbel-softmax', zh: 'Gumbel-softmax' },
    also: ['straight-through', '--softness', 'softness', '直通估计'],
    text: {
      en: 'A draw as a sum: the largest of the logits plus a certain noise is a draw from their softmax, and the softmax of that sum is the draw made soft, which has a slope (Jang et al. 2017). Straight-through takes the drawn token forwards and the slope of the soft one backwards; here each place is learned with what was written before it held fixed.',
      zh: '把抽样写成求和：logits 加上某种噪声后取最大，即是从其 softmax 抽样；对这个和取 softmax 就得到有梯度的软化抽样（Jang 等，2017）。直通估计前向用抽到的词元，反向用软化抽样的梯度；此处学习每个位置时，把它之前写下的内容视为固定。',
    },
  },
  wassersteinLoss: {
    name: { en: 'Wasserstein loss', zh: 'Wasserstein 损失' },
    also: [
      'WGAN',
      'WGAN-GP',
      'gradient penalty',
      '--gradient-penalty',
      '--weight-clip',
      '梯度惩罚',
      '权重裁剪',
    ],
    text: {
      en: 'The critic says how much higher real texts stand than written ones, without a probability (Arjovsky et al. 2017). That means something only while its slope is held back: by keeping its weights small (weight clip), by a penalty where the length of its slope between real and written texts is not 1 (WGAN-GP), or by spectral norm.',
      zh: '判别器给出真实文本比生成文本高多少，而不是概率（Arjovsky 等，2017）。只有约束其斜率时这才有意义：把权重限制在小范围（权重裁剪），或对真实与生成文本之间梯度长度不为 1 处加以惩罚（WGAN-GP），或用谱归一化。',
    },
  },
  spectralNorm: {
    name: { en: 'spectral norm', zh: '谱归一化' },
    also: ['--spectral-norm', 'spectral normalisation', 'spectral normalization', '谱范数'],
    text: {
      en: 'The most that a matrix can lengthen a vector: its greatest singular value. Dividing the weights of a critic by it keeps each layer from stretching anything (Miyato et al. 2018); one step of power iteration for each update follows it as the weights change.',
      zh: '矩阵最多能把向量拉长多少，即最大奇异值。判别器的权重除以它，每一层便不会放大任何东西（Miyato 等，2018）；每次更新做一步幂迭代，就能跟上权重的变化。',
    },
  },
});
