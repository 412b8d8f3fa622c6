/** A small set of rules to begin with, English and Chinese. */

import type { RuleSet } from './rule-model.ts';

export const defaultRules: RuleSet = {
  swaps: {
    i: 'you', me: 'you', my: 'your', mine: 'yours', myself: 'yourself', am: 'are', "i'm": 'you are',
    you: 'I', your: 'my', yours: 'mine', yourself: 'myself',
    我: '你', 你: '我', 您: '我', 我们: '你们', 你们: '我们',
  },
  rules: [
    { pattern: 'hello*', answers: ['Hello. What is on your mind?', 'Good day. How are you?'] },
    { pattern: '*i need *', answers: ['Why do you need {2}?', 'What would change if you had {2}?'] },
    { pattern: "*i'm *", answers: ['Since when are you {2}?', 'How does it feel to be {2}?'] },
    { pattern: '*i am *', answers: ['Since when are you {2}?', 'How does it feel to be {2}?'] },
    { pattern: '*i feel *', answers: ['Do you often feel {2}?', 'What makes you feel {2}?'] },
    { pattern: '*because *', answers: ['Is that the only reason?', 'Does {2} explain all of it?'] },
    { pattern: 'why *', answers: ['What do you think yourself?', 'What answer would please you?'] },
    { pattern: '你好*', answers: ['你好。今天想聊点什么？', '你好，最近怎么样？'] },
    { pattern: '*我想要*', answers: ['为什么想要{2}？', '有了{2}，会有什么不同？'] },
    { pattern: '*我觉得*', answers: ['你常常觉得{2}吗？', '是什么让你觉得{2}？'] },
    { pattern: '*因为*', answers: ['只是因为{2}吗？', '还有别的原因吗？'] },
    { pattern: '为什么*', answers: ['你自己怎么看？', '怎样的回答会让你满意？'] },
    { pattern: '*我*', answers: ['再说说你自己吧。', '这对你意味着什么？'] },
  ],
  fallbacks: ['Please go on. 请接着说。', 'Tell me more. 再多说一点吧。'],
}; // biome-ignore format: pairs read best in rows
