/** `inkstone recommend measure`: methods beside popularity, on what readers liked later. */

import { nextTurn } from '../../decode/index.ts';
import { defineMessages } from '../../language.ts';
import {
  buildRecommender,
  createLexicon,
  type FoundScores,
  type Learnt,
  learnMethods,
  type MakeRecommender,
  type Measured,
  type MethodScores,
  measureRecommenders,
  parseMethods,
  type Split,
} from '../../recommend/index.ts';
import { listOf } from '../options.ts';
import { type Context, readBoth, watch } from '../recommend-data.ts';
import { methodParts } from '../recommending.ts';
import { formatTable } from '../terminal.ts';

const say = defineMessages({
  begin: {
    en: (d: { split: Split; train: number; readers: number; wanted: number; cold: number }) =>
      `${held[d.split].en}: ${d.train} events to learn from; ${d.wanted} items that ${d.readers} readers liked are looked for, ${d.cold} of them new to everybody`,
    zh: (d) =>
      `${held[d.split].zh}：${d.train} 个事件用于学习；寻找 ${d.readers} 位读者喜欢的 ${d.wanted} 个条目，其中 ${d.cold} 个对谁都是新的`,
  },
  strangers: {
    en: (d: { count: number }) =>
      `${d.count} readers are left out: nothing that they liked is among what is learnt from`,
    zh: (d) => `${d.count} 位读者不计入：学习用的事件中没有他们喜欢的条目`,
  },
  head: {
    en: (d: { k: number }) =>
      `method|nDCG@${d.k}|recall@${d.k}|MRR|gain over popularity|95 % interval|p|known items|new items|coverage|novelty|diversity`,
    zh: (d) => `方法|nDCG@${d.k}|召回@${d.k}|MRR|比热门度高|95% 区间|p|已有条目|新条目|覆盖|新颖|多样`,
  },
  silent: {
    en: (d: { method: string; count: number }) =>
      `${d.method} had nothing to say to ${d.count} readers: there popularity spoke`,
    zh: (d) => `${d.method} 对 ${d.count} 位读者无话可说：由热门度代替`,
  },
  beats: {
    en: (d: { method: string; ndcg: string; popularity: string }) =>
      `best: ${d.method}, nDCG ${d.ndcg} beside ${d.popularity} of popularity`,
    zh: (d) => `最好的是 ${d.method}：nDCG ${d.ndcg}，热门度为 ${d.popularity}`,
  },
  none: {
    en: (d: { method: string }) =>
      `no method is better than popularity beyond chance (the best is ${d.method})`,
    zh: (d) => `没有方法显著优于热门度（最好的是 ${d.method}）`,
  },
  leak: {
    en: () =>
      'of each reader the last is held out, so what others did later is known; --split time is as it is in use',
    zh: () => '每位读者只留出最后一条，因此他人后来的行为是已知的；--split time 与实际使用一致',
  },
  onlyNew: {
    en: (d: { count: number }) =>
      `only the ${d.count} items that are held out are ranked: all are new, so popularity can but guess`,
    zh: (d) => `只对留出的 ${d.count} 个条目排序：它们都是新的，热门度只能瞎猜`,
  },
});

const held: { readonly [S in Split]: { readonly en: string; readonly zh: string } } = {
  last: { en: 'the last of each reader', zh: '留出每位读者的最后一条' },
  time: { en: 'all from one time on', zh: '留出某一时刻起的全部' },
  new: { en: 'all on some items', zh: '留出部分条目上的全部' },
};
const SIGNIFICANT = 0.05;

export async function measure(context: Context): Promise<void> {
  const { options, terminal, signal } = context;
  const { split, heldOut, depth, seed, size, epochs, lr } = options;
  const names = listOf(options.methods);
  const wanted = names.map((name) => parseMethods(name));
  const { items, events, scale } = await readBoth(context);
  const lexicon = createLexicon(items);
  const parts = methodParts(options);
  const tell = watch(terminal);
  let vectors: Learnt = {};
  const maker =
    (methods: (typeof wanted)[number]): MakeRecommender =>
    async (shelf) => {
      const learning = { towers: { size, epochs, lr, seed }, signal, onProgress: tell, known: vectors };
      const learnt = await learnMethods(methods, shelf, parts, learning);
      // What a text says does not depend on who reads it.
      const { encoder, words } = learnt;
      vectors = { encoder, words };
      return buildRecommender(methods, shelf, learnt, parts);
    };
  const makers = Object.fromEntries(names.map((name, i) => [name, maker(wanted[i])]));
  const measured = await measureRecommenders({ lexicon, events, scale }, makers, {
    ...{ split: split as Split, heldOut, depth, seed, signal },
    async onProgress(method, share) {
      tell(method, share);
      await nextTurn();
    },
  });
  terminal.endLive({ keep: false });
  tellMeasured(context, measured);
}

function tellMeasured({ terminal }: Context, measured: Measured): void {
  const { methods, split, strangers, depth, ...counts } = measured;
  terminal.json({ type: 'measured', split, strangers, depth, ...counts });
  terminal.print(say('begin', { split, ...counts }));
  if (strangers > 0) terminal.print(say('strangers', { count: strangers }));
  if (split === 'last') terminal.print(say('leak', {}));
  if (split === 'new') terminal.print(say('onlyNew', { count: counts.candidates }));
  for (const row of methods) terminal.json({ type: 'row', ...row });
  terminal.print();
  for (const line of formatTable([say('head', { k: depth }).split('|'), ...methods.map(cellsOf)])) {
    terminal.print(`  ${line}`);
  }
  terminal.print();
  for (const { method, silent } of methods) {
    if (silent > 0) terminal.print(say('silent', { method, count: silent }));
  }
  const [popularity, ...others] = methods;
  if (others.length === 0) return;
  const best = others.reduce((a, b) => (b.all.ndcg > a.all.ndcg ? b : a));
  const isBetter = best.gain!.difference > 0 && best.gain!.pValue < SIGNIFICANT;
  const figures = { ndcg: best.all.ndcg.toFixed(4), popularity: popularity.all.ndcg.toFixed(4) };
  terminal.print(say(isBetter ? 'beats' : 'none', { method: best.method, ...figures }));
}

const fixed = (value: number | undefined, digits = 4): string =>
  value === undefined ? '' : value.toFixed(digits);
const ndcgOf = (scores: FoundScores | undefined): string => fixed(scores?.ndcg);

function cellsOf({ method, all, warm, cold, gain, ...rest }: MethodScores): string[] {
  return [
    method,
    fixed(all.ndcg),
    fixed(all.recall),
    fixed(all.mrr),
    fixed(gain?.difference),
    gain ? `${fixed(gain.interval.low)}–${fixed(gain.interval.high)}` : '',
    fixed(gain?.pValue, 3),
    ndcgOf(warm),
    ndcgOf(cold),
    `${(100 * rest.coverage).toFixed(1)} %`,
    rest.novelty.toFixed(1),
    rest.diversity.toFixed(3),
  ];
}
