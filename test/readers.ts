/** Readers that are made up: each has a taste for one or two kinds of texts, what is read follows it, and some texts appear late. Nobody real read anything. */

import type { Item, ReaderEvent } from '../src/recommend/index.ts';
import { createRng, type Rng } from '../src/rng.ts';

/** Words of kinds of texts, English and Chinese. */
const kinds: { readonly [kind: string]: string } = {
  sea: 'wave tide harbour sail whale gull anchor salt storm mast reef deck oar shore',
  tea: 'kettle leaf cup steam garden porcelain brew guest jasmine tray water spring roast fragrance',
  war: 'sword banner drum gate soldier horse arrow frontier general march camp fort spear siege',
  月: '明月 清光 故乡 夜静 玉盘 嫦娥 桂影 秋霜 举杯 思远 银河 孤灯 照窗 天涯',
  春: '春雨 桃花 柳绿 黄莺 东风 细草 燕归 芳菲 杏树 溪暖 播种 蝶舞 青梅 踏青',
  边: '边塞 大漠 孤烟 战马 羌笛 玉关 铁衣 胡沙 戍楼 烽火 长城 弓刀 将军 雪山',
};
export const kindNames = Object.keys(kinds);
const PLAIN = { en: 'the old day was long and people came by', zh: '一时之间人来人往日复一日' };

const pick = <Value>(values: readonly Value[], rng: Rng): Value => values[rng.integer(values.length)];

/** So many texts of each kind, in turn. */
export function madeItems(perKind: number, seed = 1): Item[] {
  const rng = createRng(seed);
  return Array.from({ length: perKind * kindNames.length }, (_, i) => {
    const category = kindNames[i % kindNames.length];
    const isChinese = /\p{Script=Han}/u.test(category);
    const words = Array.from({ length: 7 }, () => pick(kinds[category].split(' '), rng));
    const text = isChinese ? `${words.join('，')}。${PLAIN.zh}。` : `${words.join(' ')}, ${PLAIN.en}.`;
    return { id: `${category}-${Math.floor(i / kindNames.length)}`, text, category };
  });
}

export interface MadeReaders {
  readonly readers: number;
  /** Things that each reads. */
  readonly reads: number;
  readonly seed?: number;
  /** How often a taste is followed; else anything is read. Default 0.85. */
  readonly faith?: number;
  /** From one kind to the next that is read; default the same again. */
  readonly next?: (kind: string) => string;
  /** The share of items that appear only in the last fifth of the time. Default 0.15. */
  readonly late?: number;
}

/** What made-up readers read: of what suits them rather what many read. */
export function madeEvents(
  items: readonly Item[],
  { readers, reads, seed = 1, faith = 0.85, next, late = 0.15 }: MadeReaders,
): ReaderEvent[] {
  const rng = createRng(seed);
  const DAY = 86_400_000;
  const [begin, days] = [Date.UTC(2026, 0, 1), 200];
  const appears = items.map(() => (rng.uniform() < late ? 0.8 * days : 0));
  // Few are read by many.
  const fame = items.map(() => 1 / (1 + rng.integer(items.length)));
  const events: ReaderEvent[] = [];
  for (let reader = 0; reader < readers; reader++) {
    const categories = [...new Set(items.map(({ category }) => category!))];
    const tastes = [pick(categories, rng), pick(categories, rng)];
    const times = Array.from({ length: reads }, () => days * rng.uniform()).sort((a, b) => a - b);
    const seen = new Set<number>();
    let kind = tastes[0];
    for (const day of times) {
      const isFaithful = rng.uniform() < faith;
      kind = next ? next(kind) : pick(tastes, rng);
      const fits = items.flatMap((item, i) => {
        const isThere = appears[i] <= day && !seen.has(i);
        return isThere && (!isFaithful || item.category === kind) ? [i] : [];
      });
      if (fits.length === 0) continue;
      const all = fits.reduce((sum, i) => sum + fame[i], 0);
      let left = rng.uniform() * all;
      const chosen = fits.find((i) => (left -= fame[i]) <= 0) ?? fits.at(-1)!;
      seen.add(chosen);
      events.push({ user: `reader ${reader}`, item: items[chosen].id, when: begin + day * DAY });
    }
  }
  return events.sort((a, b) => a.when! - b.when!);
}

/** As a table of comma-separated values. */
export const csvOf = (rows: readonly (readonly (string | number | undefined)[])[]): string =>
  `${rows.map((row) => row.map((cell) => `"${String(cell ?? '').replaceAll('"', '""')}"`).join(',')).join('\n')}\n`;
