/** `inkstone recommend train | for | tell | add | measure`: what a reader may like, from what items say and what was read. */

import { nextTurn } from '../../decode/index.ts';
import { nearest } from '../../errors.ts';
import { openJsonLines } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import {
  checkId,
  checkRecommenderFolder,
  createLexicon,
  feedbackPlace,
  growLearnt,
  itemPlace,
  learnMethods,
  logOf,
  parseMethods,
  type ReaderEvent,
  type Recommendation,
  type Recommendations,
  readEvents,
  readFeedback,
  readItems,
  recommend,
  saveRecommender,
} from '../../recommend/index.ts';
import { fail } from '../errors.ts';
import { listOf } from '../options.ts';
import { type Context, needed, readBoth, tellEmpty, watch } from '../recommend-data.ts';
import { failRecommend } from '../recommend-errors.ts';
import { methodParts, namesFromAnywhere, openShelf } from '../recommending.ts';
import { quoteWord } from '../shell-words.ts';
import { inOneLine } from '../shown-text.ts';
import { type Terminal, truncate } from '../terminal.ts';
import { actionOf } from '../verbs.ts';
import { measure } from './recommend-measure.ts';

const say = defineMessages({
  feedback: {
    en: (d: { count: number }) =>
      `${d.count} ${d.count === 1 ? 'event that was' : 'events that were'} told to it before ${d.count === 1 ? 'stays' : 'stay'}`,
    zh: (d) => `保留此前告知的 ${d.count} 个事件`,
  },
  saved: {
    en: (d: { folder: string; command: string }) => `saved in ${d.folder}; to use it: ${d.command}`,
    zh: (d) => `已存入 ${d.folder}；使用：${d.command}`,
  },
  stranger: {
    en: (d: { method: string }) =>
      `nothing that is known of the reader says anything to ${d.method}: this is what most readers like`,
    zh: (d) => `${d.method} 无从得知此读者的喜好：以下为最多读者喜欢的条目`,
  },
  nothing: { en: () => 'nothing is left to recommend', zh: () => '没有可推荐的条目了' },
  fresh: { en: () => 'new', zh: () => '新' },
  readers: {
    en: (d: { count: number }) => (d.count === 1 ? 'liked by 1 reader' : `liked by ${d.count} readers`),
    zh: (d) => `${d.count} 位读者喜欢`,
  },
  because: {
    en: (d: { reads: string }) => `because of ${d.reads}`,
    zh: (d) => `依据：${d.reads}`,
  },
  wish: { en: () => 'your words', zh: () => '你的话' },
  words: { en: (d: { words: string }) => `words: ${d.words}`, zh: (d) => `词：${d.words}` },
  shared: {
    en: (d: { words: string }) => `words in common: ${d.words}`,
    zh: (d) => `共有的词：${d.words}`,
  },
  told: {
    en: (d: { count: number; file: string }) =>
      `${d.count} ${d.count === 1 ? 'event' : 'events'} kept in ${d.file}; the next answer knows`,
    zh: (d) => `已将 ${d.count} 个事件存入 ${d.file}；下次推荐即会考虑`,
  },
  added: {
    en: (d: { count: number; known: number }) =>
      `${d.count} ${d.count === 1 ? 'item' : 'items'} added; left as they were: ${d.known} that were there already`,
    zh: (d) => `已添加 ${d.count} 个条目；${d.known} 个原已存在，未作改动`,
  },
});

const verbs: { readonly [verb: string]: (context: Context) => Promise<void> } = {
  train,
  for: recommendFor,
  tell,
  add,
  measure,
};

export async function run(context: Context): Promise<void> {
  const { args } = context;
  const act = actionOf('recommend', verbs, args);
  const takesFolder = args[0] !== 'train' && args[0] !== 'measure';
  const extra = args[takesFolder ? 2 : 1];
  if (extra !== undefined) {
    throw fail('cli/too-many-arguments', { command: `recommend ${args[0]}`, got: extra, takesData: false });
  }
  await act(context);
}

/** The folder that the verb is for. */
function folderOf({ args }: Context): string {
  const [verb, folder] = args;
  if (folder !== undefined) return folder;
  const example = `inkstone recommend ${verb} recommender`;
  throw fail('cli/missing-argument', { command: `recommend ${verb}`, argument: '<folder>', example });
}

async function train(context: Context): Promise<void> {
  const { options, terminal, signal } = context;
  const { out: folder, halfLife, halfLifeDays, size, epochs, lr, seed } = options;
  const methods = parseMethods(options.method);
  await checkRecommenderFolder(folder);
  const { items, events, scale } = await readBoth(context);
  const lexicon = createLexicon(items);
  await nextTurn();
  const feedback = await readFeedback(folder);
  if (feedback.length > 0) terminal.print(say('feedback', { count: feedback.length }));
  const { log } = logOf(items, [...events, ...feedback], scale);
  const learnt = await learnMethods(methods, { lexicon, log }, methodParts(options), {
    ...{ towers: { size, epochs, lr, seed }, signal },
    onProgress: watch(terminal),
  });
  terminal.endLive({ keep: false });
  const names = namesFromAnywhere(options);
  const settings = { methods, ...(halfLife !== undefined && { halfLife }), halfLifeDays, ...names, scale };
  await saveRecommender(folder, { ...settings, items, events, vocabulary: lexicon.vocabulary, learnt });
  terminal.json({ type: 'recommender', folder, methods });
  // One whose name can be pasted.
  const user = events.map((event) => event.user).find((name) => /^[\p{L}\p{N} _.@-]+$/u.test(name));
  const whom = user === undefined ? '--text …' : `--user ${quoteWord(user)}`;
  terminal.print(
    say('saved', { folder, command: `npx inkstone recommend for ${quoteWord(folder)} ${whom}` }),
  );
}

async function recommendFor(context: Context): Promise<void> {
  const { options, terminal, signal } = context;
  const { user, read, text, newOnly, ...rest } = options;
  const { top, diversity, perCategory, category, again, reasons } = rest;
  const folder = folderOf(context);
  if (user === undefined && read === undefined && text === undefined) {
    throw failRecommend('cli/recommend-nobody', undefined);
  }
  const shelf = await openShelf(folder, { signal });
  const named = read === undefined ? [] : listOf(read).filter((id) => id !== '');
  const wish = {
    ...{ user, text },
    read: named.map((id) =>
      // An id may begin with a minus sign itself.
      id.startsWith('-') && shelf.log.placeOf(id) === undefined
        ? { item: id.slice(1), weight: -1 }
        : { item: id },
    ),
  };
  if (category !== undefined) checkCategory(category, shelf.log.items);
  const answer = await recommend(wish, shelf, {
    ...{ top, diversity, perCategory, category, again, reasons, signal },
    isNewOnly: newOnly,
  });
  tellAnswer(terminal, answer, shelf.recommender.method);
}

function checkCategory(category: string, items: readonly { readonly category?: string }[]): void {
  const known = [...new Set(items.flatMap((item) => item.category ?? []))];
  if (known.includes(category)) return;
  const near = nearest(category, known.slice(0, 1000));
  throw fail('cli/value', {
    ...{ command: 'recommend for', option: '--category' },
    ...{ rule: 'a category that items have', zhRule: '为条目所有的类别', got: category, near },
  });
}

const TITLE_WIDTH = 60;
const nameOf = ({ item }: Pick<Recommendation, 'item'>): string =>
  truncate(inOneLine(item.title ?? item.text), TITLE_WIDTH);

function tellAnswer(terminal: Terminal, { items, by, ...about }: Recommendations, method: string): void {
  terminal.json({ type: 'answer', by, ...about, count: items.length });
  if (by === 'popularity' && method !== 'popularity') terminal.print(say('stranger', { method }));
  if (items.length === 0) terminal.print(say('nothing', {}));
  for (const [i, one] of items.entries()) {
    const { item, readers, because, words, wordsBy } = one;
    terminal.json({ type: 'recommendation', rank: i + 1, ...one });
    const marks = [readers === 0 ? say('fresh', {}) : say('readers', { count: readers }), item.category];
    const about = marks.filter((mark) => mark !== undefined).map(inOneLine);
    terminal.print(
      `${String(i + 1).padStart(3)}. ${nameOf(one)}  [${inOneLine(item.id)}]  ${about.join(', ')}`,
    );
    if (because.length > 0) {
      const reads = because.map(
        ({ item: from, share }) =>
          `${from ? nameOf({ item: from }) : say('wish', {})} (${(100 * share).toFixed(0)} %)`,
      );
      terminal.print(`     ${say('because', { reads: reads.join('; ') })}`);
    }
    if (words.length > 0) {
      const told = words.map(({ text }) => inOneLine(text)).join(', ');
      terminal.print(`     ${say(wordsBy === 'shared' ? 'shared' : 'words', { words: told })}`);
    }
  }
}

async function tell(context: Context): Promise<void> {
  const { options, terminal, signal } = context;
  const { user, item, rating, events: path } = options;
  const folder = folderOf(context);
  if ((path === undefined) === (user === undefined && item === undefined)) {
    throw failRecommend('cli/recommend-tell', undefined);
  }
  if (path === undefined) {
    if (!user || item === undefined) throw failRecommend('cli/recommend-tell', undefined);
    checkId('--user', user);
  }
  const { log } = await openShelf(folder, { signal });
  const told: ReaderEvent[] =
    path === undefined
      ? [{ user: user!, item: item!, when: Date.now(), ...(rating !== undefined && { rating }) }]
      : await readEvents(path, options, { signal });
  for (const event of told) itemPlace(log, event.item);
  const file = await feedbackPlace(folder);
  const writer = await openJsonLines<ReaderEvent>(file);
  try {
    for (const event of told) await writer.append(event);
    await writer.sync();
  } finally {
    await writer.close();
  }
  terminal.json({ type: 'told', events: told.length, file });
  terminal.print(say('told', { count: told.length, file }));
}

/** New items: their texts are all that is needed, so nothing is learnt again. */
async function add(context: Context): Promise<void> {
  const { options, terminal, signal } = context;
  const folder = folderOf(context);
  const path = needed('recommend add', '--items', options.items);
  const { saved, log } = await openShelf(folder, { signal });
  const read = await readItems(path, options, { signal });
  const fresh = read.items.filter(({ id }) => log.placeOf(id) === undefined);
  const items = [...saved.items, ...fresh];
  const { learnt: before, ...rest } = saved;
  // The terms stay those that the towers learnt; without towers they are counted anew.
  const lexicon = createLexicon(items, before.towers ? { vocabulary: saved.vocabulary } : {});
  const onProgress = watch(terminal);
  const learnt = await growLearnt(before, fresh, { log, parts: methodParts(saved) }, { signal, onProgress });
  terminal.endLive({ keep: false });
  await saveRecommender(folder, { ...rest, items, vocabulary: lexicon.vocabulary, learnt });
  const known = read.items.length - fresh.length;
  terminal.json({ type: 'added', items: fresh.length, known, emptyItems: read.empty });
  terminal.print(say('added', { count: fresh.length, known }));
  tellEmpty(terminal, read.empty);
}
