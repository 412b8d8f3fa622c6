/** The options of `inkstone recommend`. */

import type { RecommendMethod } from '../recommend/index.ts';
import type { OptionTable } from './command.ts';
import { positive, share, wholeFromZero, wholePositive } from './option-rules.ts';
import { searchOptions } from './retrieval-options.ts';
import { seed } from './shared-options.ts';

/** NOTE By name only: the help must not load the room. A method left out does not compile. */
const methods: { readonly [Name in RecommendMethod]: true } = {
  popularity: true,
  recent: true,
  neighbours: true,
  tfidf: true,
  bm25: true,
  words: true,
  encoder: true,
  towers: true,
};
export const methodNames = Object.keys(methods) as RecommendMethod[];

const fromZeroToOne = searchOptions.b.rule;
const making = ['train', 'measure'] as const;

/** Which field of a record is what. */
const column = (words: { readonly en: string; readonly zh: string }, verbs: readonly string[]) =>
  ({
    verbs,
    type: 'string',
    placeholder: 'name',
    doc: { en: `the column or field that holds ${words.en}`, zh: `${words.zh}所在的列或字段` },
  }) as const;
const ofItems = ['train', 'add', 'measure'] as const;
const ofEvents = ['train', 'tell', 'measure'] as const;

export const recommendOptions = {
  items: {
    verbs: ofItems,
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'what can be recommended: an id and a text each, if wanted a title and a category (csv, tsv, json, jsonl)',
      zh: '可推荐的条目：各有编号与文本，可有标题与类别（csv、tsv、json、jsonl）',
    },
  },
  events: {
    verbs: ofEvents,
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'who read what: a reader and the id of an item each, if wanted a time and a rating (csv, tsv, json, jsonl)',
      zh: '谁读了什么：各有读者与条目编号，可有时间与评分（csv、tsv、json、jsonl）',
    },
  },
  idColumn: column(
    { en: 'the id of an item (default: id, item, key, …)', zh: '条目编号（默认 id、item、key 等）' },
    ofItems,
  ),
  textColumn: column(
    {
      en: 'its text (default: text, content, description, …)',
      zh: '文本（默认 text、content、description 等）',
    },
    ofItems,
  ),
  titleColumn: column(
    { en: 'its title (default: title, name, …)', zh: '标题（默认 title、name 等）' },
    ofItems,
  ),
  categoryColumn: column(
    {
      en: 'its category (default: category, genre, author, …)',
      zh: '类别（默认 category、genre、author 等）',
    },
    ofItems,
  ),
  userColumn: column(
    { en: 'the reader (default: user, reader, …)', zh: '读者（默认 user、reader 等）' },
    ofEvents,
  ),
  itemColumn: column(
    { en: 'the item of an event (default: item, id, …)', zh: '事件的条目编号（默认 item、id 等）' },
    ofEvents,
  ),
  whenColumn: column(
    {
      en: 'the time: a date, or seconds or milliseconds since 1970 (default: when, time, date, …)',
      zh: '时间：日期，或自 1970 年起的秒数或毫秒数（默认 when、time、date 等）',
    },
    ofEvents,
  ),
  ratingColumn: column(
    {
      en: 'a rating, more is better (default: rating, score, …)',
      zh: '评分，越高越好（默认 rating、score 等）',
    },
    ofEvents,
  ),
  neutral: {
    verbs: making,
    type: 'number',
    doc: {
      en: 'the rating that is neither good nor bad: what is above was liked, what is below was not (default: half-way between the lowest and the highest)',
      zh: '不褒不贬的评分：高于它为喜欢，低于它为不喜欢（默认：最低与最高的中点）',
    },
  },
  method: {
    verbs: ['train'],
    type: 'string',
    placeholder: 'names',
    default: 'tfidf',
    doc: {
      en: `how: ${methodNames.join(', ')}; several joined by + are fused by ranks`,
      zh: `方法：${methodNames.join('、')}；以 + 相连的几个按名次合并`,
    },
  },
  methods: {
    verbs: ['measure'],
    type: 'string',
    placeholder: 'list',
    default: 'recent,neighbours,tfidf,bm25',
    doc: {
      en: 'which methods are measured beside popularity, joined by commas',
      zh: '与热门度对照的方法，以逗号相连',
    },
  },
  embedder: {
    verbs: making,
    type: 'string',
    placeholder: 'model',
    doc: {
      en: 'for encoder: a folder of an encoder, or URL#MODEL of an endpoint (key: INKSTONE_REMOTE_KEY)',
      zh: '用于 encoder：编码器目录，或接口的 URL#模型名（密钥：INKSTONE_REMOTE_KEY）',
    },
  },
  vectors: {
    verbs: making,
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'for words: word vectors (made by inkstone vectors train), a folder or a text file',
      zh: '用于 words：词向量（由 inkstone vectors train 训练），目录或文本文件',
    },
  },
  halfLife: {
    verbs: making,
    type: 'number',
    rule: positive,
    placeholder: 'n',
    doc: {
      en: 'so many reads later what was read speaks half as loud (default: it never fades)',
      zh: '再读过这么多条之后，先前所读的分量减半（默认：不减）',
    },
  },
  halfLifeDays: {
    verbs: making,
    type: 'number',
    default: 30,
    rule: positive,
    placeholder: 'n',
    doc: {
      en: 'for recent: so many days later what was liked counts half as much',
      zh: '用于 recent：这么多天之后，喜欢的分量减半',
    },
  },
  size: {
    verbs: making,
    type: 'number',
    default: 64,
    rule: wholePositive,
    doc: { en: 'for towers: numbers of a vector', zh: '用于 towers：向量的维数' },
  },
  epochs: {
    verbs: making,
    type: 'number',
    default: 10,
    rule: wholePositive,
    doc: { en: 'for towers: passes over what readers did', zh: '用于 towers：遍历读者行为的次数' },
  },
  lr: {
    verbs: making,
    type: 'number',
    default: 0.003,
    rule: positive,
    doc: { en: 'for towers: peak learning rate', zh: '用于 towers：学习率峰值' },
  },
  out: {
    verbs: ['train'],
    type: 'string',
    placeholder: 'folder',
    default: 'recommender',
    doc: { en: 'where the recommender is kept', zh: '推荐器的存放目录' },
  },
  user: {
    verbs: ['for', 'tell'],
    type: 'string',
    placeholder: 'name',
    doc: { en: 'the reader', zh: '读者' },
  },
  read: {
    verbs: ['for'],
    type: 'string',
    placeholder: 'ids',
    doc: {
      en: 'items that are liked, joined by commas; with a minus sign before it one is not liked',
      zh: '喜欢的条目编号，以逗号相连；前加减号表示不喜欢',
    },
  },
  text: {
    verbs: ['for'],
    type: 'string',
    placeholder: 'words',
    doc: { en: 'words of what is wanted, or a text that is liked', zh: '想要的内容，或一段喜欢的文字' },
  },
  top: {
    verbs: ['for'],
    type: 'number',
    default: 10,
    rule: {
      test: (x: number) => Number.isInteger(x) && x >= 1 && x <= 1000,
      words: { en: 'a whole number from 1 to 1000', zh: '为 1 到 1000 的整数' },
    },
    doc: { en: 'how many', zh: '推荐几条' },
  },
  diversity: {
    verbs: ['for'],
    type: 'number',
    default: 0,
    rule: fromZeroToOne,
    doc: {
      en: 'from 0, the best, to 1, those most unlike each other',
      zh: '从 0（只看好坏）到 1（彼此最不相似）',
    },
  },
  perCategory: {
    verbs: ['for'],
    type: 'number',
    rule: wholePositive,
    placeholder: 'n',
    doc: { en: 'of one category at most so many', zh: '同一类别至多几条' },
  },
  category: {
    verbs: ['for'],
    type: 'string',
    placeholder: 'name',
    doc: { en: 'only of this category', zh: '只要此类别' },
  },
  newOnly: {
    verbs: ['for'],
    type: 'boolean',
    doc: { en: 'only items that nobody liked so far', zh: '只要尚无人喜欢的条目' },
  },
  again: {
    verbs: ['for'],
    type: 'boolean',
    doc: { en: 'what was read before may come again', zh: '读过的也可再推荐' },
  },
  reasons: {
    verbs: ['for'],
    type: 'number',
    default: 3,
    rule: wholeFromZero,
    placeholder: 'n',
    doc: { en: 'tell so many texts and words that led to each', zh: '各列出几个起作用的已读条目与词' },
  },
  item: {
    verbs: ['tell'],
    type: 'string',
    placeholder: 'id',
    doc: { en: 'what the reader read', zh: '读者所读的条目' },
  },
  rating: {
    verbs: ['tell'],
    type: 'number',
    doc: {
      en: 'how it was, on the scale of the events; without, it was liked',
      zh: '评分，与事件的评分同一尺度；不给则视为喜欢',
    },
  },
  split: {
    verbs: ['measure'],
    type: 'string',
    choices: ['last', 'time', 'new'],
    default: 'last',
    doc: {
      en: 'what is held out: the last that each reader liked; all from one time on; or all on some items, which are then new to everybody',
      zh: '留出什么：每位读者最后喜欢的一条；某一时刻起的全部；或部分条目上的全部（对谁都是新条目）',
    },
  },
  heldOut: {
    verbs: ['measure'],
    type: 'number',
    default: 0.2,
    rule: share,
    doc: { en: 'with time or new: how much is held out', zh: 'time 或 new 时留出的比例' },
  },
  depth: {
    verbs: ['measure'],
    type: 'number',
    default: 10,
    rule: {
      test: (x: number) => Number.isInteger(x) && x >= 1 && x <= 100,
      words: { en: 'a whole number from 1 to 100', zh: '为 1 到 100 的整数' },
    },
    doc: { en: 'how many of each list are looked at', zh: '每份推荐看前几条' },
  },
  seed: { ...seed, verbs: making },
} as const satisfies OptionTable;
