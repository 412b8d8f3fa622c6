import { defineWords } from '../../words.ts';

export const reviewWords = defineWords({
  title: { en: 'Review', zh: '审阅' },
  lead: {
    en: 'Texts that were flagged wait here for a person: approve, edit, reject, or make a rule.',
    zh: '被标记的文本在此等人处理：通过、修改、拒绝，或立一条规则。',
  },
});
