import { defineWords } from '../../words.ts';

export const repetitionWords = defineWords({
  title: { en: 'Repetition', zh: '复读' },
  lead: {
    en: 'How often each way of writing falls into loops, beside what people write.',
    zh: '各种写法多常陷入循环，与人的文字并排比较。',
  },
});
