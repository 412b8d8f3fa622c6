/** What can go wrong when someone asks for recommendations. */

import { defineErrors } from '../errors.ts';

export const failRecommend = defineErrors({
  'cli/recommend-nobody': {
    en: () =>
      'recommend for: must know whom it is for: a reader (--user), items that are liked (--read) or words of what is wanted (--text)',
    zh: () => '推荐：须说明为谁推荐：读者（--user）、喜欢的条目（--read）或想要的内容（--text）',
  },
  'cli/recommend-full': {
    en: (d: { most: number }) =>
      `recommend: at most ${d.most} events are kept, and no more; make the recommender again with them`,
    zh: (d) => `推荐：至多保存 ${d.most} 个事件；请连同它们重新建立推荐器`,
  },
  'cli/recommend-waiting': {
    en: (d: { most: number }) =>
      `recommend: at most ${d.most} requests of one tenant may wait for each other; send fewer at once`,
    zh: (d) => `推荐：一个租户至多 ${d.most} 个请求同时等待；请减少同时发送的请求`,
  },
  'cli/recommend-tell': {
    en: () =>
      'recommend tell: takes a reader and an item (--user and --item), or a file of events (--events), not both',
    zh: () => '推荐：请给出读者与条目（--user 与 --item），或事件文件（--events），二者择一',
  },
});
