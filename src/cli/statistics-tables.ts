/** The information measures of a text in words and tables. */

import { type TextStatistics, unitWords } from '../eval/index.ts';
import { defineMessages, language } from '../language.ts';
import { truncate } from './terminal.ts';

interface Unit {
  readonly unit: string;
}

const say = defineMessages({
  size: {
    en: (d: Unit & { symbols: number; kinds: number; texts: number }) =>
      `${d.symbols} ${d.unit}s in ${d.texts} ${d.texts === 1 ? 'text' : 'texts'}, ${d.kinds} different`,
    zh: (d) => `${d.texts} 篇文本，共 ${d.symbols} 个${d.unit}，${d.kinds} 种`,
  },
  matchLength: {
    en: (d: Unit & { bits: string }) =>
      `entropy rate by lengths of matches: ${d.bits} bits a ${d.unit} (right in the limit, slow to get there)`,
    zh: (d) => `由匹配长度估计的熵率：每${d.unit} ${d.bits} 比特（极限上正确，收敛慢）`,
  },
  heldOut: {
    en: (d: Unit & { bits: string; order: number; measured: number }) =>
      `entropy rate at most ${d.bits} bits a ${d.unit}: what a ${d.order}-gram model needs for ${d.measured} ${d.unit}s held out of its counts`,
    zh: (d) =>
      `熵率上界：每${d.unit} ${d.bits} 比特，即 ${d.order} 元模型预测未计入的 ${d.measured} 个${d.unit}所需`,
  },
  laws: {
    en: (d: { heaps: string; zipf: string }) =>
      `vocabulary ${d.heaps} (Heaps); Zipf exponent ${d.zipf} over the 5000 most frequent`,
    zh: (d) => `词汇量 ${d.heaps}（Heaps）；Zipf 指数 ${d.zipf}（最常见的 5000 种）`,
  },
  chance: {
    en: (d: Unit & { bits: string }) =>
      `mutual information by chance alone: ${d.bits} bits, from the same ${d.unit}s in random order`,
    zh: (d) => `仅由偶然产生的互信息：${d.bits} 比特（同样的${d.unit}随机打乱后）`,
  },
  short: {
    en: (d: Unit & { n: number }) =>
      `from ${d.n} ${d.unit}s on most blocks occur only once: their entropies are too low, and only the bounds above say more`,
    zh: (d) => `块长从 ${d.n} 个${d.unit}起，多数只出现一次：其熵偏低，应以上面的估计为准`,
  },
  blocks: { en: () => 'block', zh: () => '块长' },
  kinds: { en: () => 'different', zh: () => '种数' },
  once: { en: () => 'once', zh: () => '仅一次' },
  entropy: { en: () => 'H bits', zh: () => 'H 比特' },
  corrected: { en: () => 'corrected', zh: () => '校正后' },
  next: { en: () => 'next given before', zh: () => '已知前文' },
  distance: { en: () => 'distance', zh: () => '距离' },
  information: { en: () => 'I bits', zh: () => 'I 比特' },
  beyond: { en: () => 'beyond chance', zh: () => '超出偶然' },
  pair: { en: () => 'neighbours', zh: () => '近邻' },
  count: { en: () => 'count', zh: () => '次数' },
});

/** Lines of words, then tables: blocks, distances, neighbours; each with its head. */
export interface StatisticsTables {
  readonly lines: readonly string[];
  readonly tables: readonly (readonly (readonly string[])[])[];
}

/** White space made visible, and not too long. */
export const shownSymbol = (text: string): string =>
  text === ' ' ? '␣' : truncate(JSON.stringify(text).slice(1, -1), 24);

/** What a person reads of the measures. */
export function statisticsTables(statistics: TextStatistics): StatisticsTables {
  const { blocks, information, chance, neighbours, rates, growth, zipf } = statistics;
  const unit = unitWords[statistics.unit][language()];
  const bits = (value: number): string => value.toFixed(3);
  const { matchLength, heldOut } = rates;
  const { heaps } = growth;
  const short = blocks.find(({ onceShare }) => onceShare > 0.5);
  const lines = [
    say('size', { ...statistics, unit }),
    ...(heldOut ? [say('heldOut', { ...heldOut, unit, bits: bits(heldOut.bits) })] : []),
    ...(matchLength === undefined ? [] : [say('matchLength', { unit, bits: bits(matchLength) })]),
    ...(heaps && zipf !== undefined
      ? [
          say('laws', {
            heaps: `≈ ${heaps.k.toPrecision(3)}·N^${heaps.beta.toFixed(2)}`,
            zipf: zipf.toFixed(2),
          }),
        ]
      : []),
    say('chance', { unit, bits: chance.bits.toFixed(4) }),
    ...(short ? [say('short', { n: short.n, unit })] : []),
  ];
  const blockTable = [
    [
      say('blocks', {}),
      say('kinds', {}),
      say('once', {}),
      say('entropy', {}),
      say('corrected', {}),
      say('next', {}),
      say('corrected', {}),
    ],
    ...blocks.map(({ n, kinds, onceShare, entropy, corrected, conditional, conditionalCorrected }) => [
      String(n),
      String(kinds),
      `${(100 * onceShare).toFixed(0)} %`,
      bits(entropy),
      bits(corrected),
      bits(conditional),
      bits(conditionalCorrected),
    ]),
  ];
  const distanceTable = [
    [say('distance', {}), say('information', {}), say('corrected', {}), say('beyond', {})],
    ...information.map((at) => [
      String(at.distance),
      at.bits.toFixed(4),
      at.corrected.toFixed(4),
      (at.bits - chance.bits).toFixed(4),
    ]),
  ];
  const pairTable = [
    [say('pair', {}), say('count', {}), 'PMI', 'NPMI'],
    ...neighbours.map(({ first, second, count, pmi, npmi }) => [
      `${shownSymbol(first)} ${shownSymbol(second)}`,
      String(count),
      pmi.toFixed(2),
      npmi.toFixed(2),
    ]),
  ];
  return { lines, tables: [blockTable, distanceTable, ...(neighbours.length > 0 ? [pairTable] : [])] };
}
