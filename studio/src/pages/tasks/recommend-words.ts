import { defineWords } from '../../words.ts';

export const recommendWords = defineWords({
  user: { en: 'Reader', zh: '读者' },
  userHow: {
    en: 'By the name that the events know; may stay empty.',
    zh: '事件中所用的名字，可不填。',
  },
  text: { en: 'What is wanted or liked', zh: '想要的或喜欢的' },
  textHow: { en: 'rain on a river at night', zh: '江上夜雨' },
  top: { en: 'How many', zh: '几条' },
  diversity: { en: 'How unlike each other', zh: '彼此多不相似' },
  diversityHow: { en: '0: only the best; 1: as different as there are.', zh: '0 只看好坏，1 尽量不同。' },
  fresh: { en: 'Only what nobody liked yet', zh: '只要尚无人喜欢的' },
  ask: { en: 'Recommend', zh: '推荐' },
  how: {
    en: 'Items for a reader: by what was read before, or by words. Each tells which texts and words led to it.',
    zh: '根据读者读过的内容或所给的文字推荐条目，并说明由哪些条目与词而来。',
  },
  nobody: { en: 'There is nothing to recommend here', zh: '这里没有可推荐的内容' },
  nobodyHow: {
    en: 'A recommender is made from a table of items (id, text) and a table of events (user, item).',
    zh: '推荐器由条目表（id、text）与事件表（user、item）建立。',
  },
  makeOne: { en: 'Make one', zh: '建立一个' },
  serveIt: { en: 'Start the studio with it', zh: '用它启动工作台' },
  stranger: {
    en: 'Nothing that is known says anything here: this is what most readers like.',
    zh: '由已知内容看不出喜好：以下为最多读者喜欢的条目。',
  },
  nothing: { en: 'Nothing is left to recommend.', zh: '没有可推荐的条目了。' },
  isNew: { en: 'new', zh: '新' },
  readers: {
    en: (n: number) => (n === 1 ? 'liked by 1 reader' : `liked by ${n} readers`),
    zh: (n: number) => `${n} 位读者喜欢`,
  },
  because: { en: 'Because of', zh: '因为读过' },
  wish: { en: 'your words', zh: '你的话' },
  more: { en: '… (longer)', zh: '……（未完）' },
  like: { en: 'Like', zh: '喜欢' },
  dislike: { en: 'Not for me', zh: '不喜欢' },
  likeItem: { en: (name: string) => `Like: ${name}`, zh: (name: string) => `喜欢：${name}` },
  dislikeItem: { en: (name: string) => `Not for me: ${name}`, zh: (name: string) => `不喜欢：${name}` },
  needsUser: {
    en: 'With a reader named, what is liked is kept and the next answer knows.',
    zh: '填写读者后，喜欢与否会保存，下次推荐即会考虑。',
  },
});
