import { defineWords } from '../../words.ts';

export const insideWords = defineWords({
  title: { en: 'Inside', zh: '内部' },
  lead: {
    en: 'Where each head looks, what each layer would say, and how sure the model is, on any text.',
    zh: '在任意文本上看每个注意力头看向何处、每一层会怎么说、模型有多确定。',
  },
});
