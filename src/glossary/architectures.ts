/** Words of the kinds of models: how tokens look at each other, and where they go. */

import { defineTerms } from './term.ts';

export const architectureTerms = defineTerms({
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
