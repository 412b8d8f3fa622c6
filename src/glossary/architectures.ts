/** Words of the kinds of models: how tokens look at each other, and where they go. */

import { defineTerms } from './term.ts';

export const architectureTerms = defineTerms({
  sparseAttention: {
    name: { en: 'sparse attention', zh: '稀疏注意力' },
    also: ['sliding window', 'block attention', 'strided attention', '滑动窗口', '分块注意力', '跨步注意力'],
    text: {
      en: 'Attention that looks at some of the earlier tokens only. A window shows the last ones; block cuts the text into blocks and shows a token its own and the one before; both cost in proportion to the length, and what lies further back comes through several layers. Strided alternates: one layer sees the last ones, the next every so-many-th back, so that two layers reach everything; with a stride near the root of the length the cost grows with the length times its root.',
      zh: '只看前文中部分词元的注意力。window 看最近的若干个；block 把文本分块，只看本块与前一块；两者的开销与长度成正比，更远的内容要经过多层才能传到。strided 则轮流：一层看最近的若干个，下一层每隔若干个看一个，两层即可到达所有位置；步长取长度的平方根左右时，开销随长度乘其平方根增长。',
    },
  },
  linearAttention: {
    name: { en: 'linear attention', zh: '线性注意力' },
    also: ['elu', 'linear transformer', '线性 Transformer'],
    text: {
      en: 'Attention without the softmax: each key leaves its value in one matrix of a head, and a query reads that matrix (Katharopoulos et al. 2020). A text is read in parallel while training, yet written like by a recurrent model: what is remembered has the same size at any length. What it gives up is sharpness: it finds single tokens far back less well.',
      zh: '去掉 softmax 的注意力：每个键把它的值写入该头的一个矩阵，查询再从矩阵中读取（Katharopoulos 等，2020）。训练时可并行阅读，写作时却像循环模型：无论多长，记住的内容大小不变。代价是不够锐利：较难找回远处的单个词元。',
    },
  },
  rwkv: {
    name: { en: 'RWKV', zh: 'RWKV' },
    also: ['time mixing', 'channel mixing', 'token shift', 'WKV', '时间混合', '通道混合'],
    text: {
      en: 'A recurrent model made like a Transformer (Peng et al. 2023; here its version 4). In place of attention, each feature keeps a mean of all values so far, in which a value weighs as much as its key says and fades at a pace that the feature has learned; a gate lets it through. Each half of a layer also looks at the token just before. The matrices go over all places at once in training, and only the mean goes step by step; while writing, what is remembered are five numbers for each feature of each layer, at any length, none chosen by what the new token asks.',
      zh: '构造得像 Transformer 的循环模型（Peng 等，2023；此处为其第 4 版）。它不用注意力：每个特征保存此前所有值的加权平均，权重由键决定，并以该特征学到的速度衰减，再由门控放行。每层的两半都还会看紧邻的前一个词元。训练时各矩阵对所有位置一并计算，只有平均值逐步推进；写作时，无论多长，每层每个特征只记五个数，不能按新词元所问来挑选该回看什么。',
    },
  },
  prefixLanguageModel: {
    name: { en: 'prefix LM', zh: '前缀语言模型' },
    also: ['prefix language model', 'GLM', 'ChatGLM', 'UniLM', '双向前缀'],
    text: {
      en: 'A model that writes, yet reads a prompt like an encoder: tokens of the prompt see each other in both directions, what is written sees all that stands before it (Raffel et al. 2020; ChatGLM). It learns from rows cut at a random place, and only from what stands behind the cut; its held-out loss is that of the second half of each row behind the first. A prompt is read in one piece and anew each time: what was read of another that begins like it is of no use. Scores of a given text read it as if it had been written, without a prompt.',
      zh: '会写作、却像编码器一样阅读提示的模型：提示中的词元彼此前后可见，写出的部分看得见它之前的一切（Raffel 等，2020；ChatGLM）。训练时在随机处切开每行，只学切口之后的部分；留出损失是以每行前一半为前缀时后一半的损失。提示须一次读完，且每次重读：开头相同的另一提示已读过的内容用不上。给已有文本打分时，按逐词写出的方式阅读，不设提示。',
    },
  },
  mixtureOfExperts: {
    name: { en: 'mixture of experts', zh: '混合专家' },
    also: ['experts', 'expert', 'activeExperts', 'MoE', 'router', '专家', '路由'],
    text: {
      en: 'Several feed-forward parts in each layer, of which a small router picks a few for each token and mixes what they say by how sure it is (Mixtral). The model holds more than it computes: memory grows with all experts, time only with those a token goes through.',
      zh: '每层有多个前馈部分，由一个小小的路由为每个词元挑选几个，并按把握的大小混合其结果（Mixtral）。模型的容量大于计算量：内存随全部专家增长，时间只随词元经过的那几个增长。',
    },
  },
  expertBalance: {
    name: { en: 'expert balance', zh: '专家均衡' },
    also: ['load balancing', 'load-balancing loss', '负载均衡', '均衡损失'],
    text: {
      en: 'Left alone, a router soon sends all tokens to the few experts that learned first. A term beside the loss grows as their use becomes uneven and pulls it apart again; it is 1 where all are used alike. Training and inkstone inspect --what experts tell how much each is used.',
      zh: '若不加约束，路由很快会把所有词元都送给最先学会的少数专家。损失中另加一项，用量越不均越大，把用量重新拉开；完全均匀时为 1。训练过程与 inkstone inspect --what experts 会显示各专家的用量。',
    },
  },
});
