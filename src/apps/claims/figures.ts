/** The numbers of a text as values, however they are written: 1,000, 3.5 million, 三百二十万, 一九四五年, twelve. */

export interface Figure {
  readonly value: number;
  /** As it stands in the text, its width and case made plain. */
  readonly text: string;
}

const WORDS =
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
  eighteen nineteen twenty`.split(/\s+/);
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const MAGNITUDES: Readonly<Record<string, number>> = {
  hundred: 1e2,
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
  百: 1e2,
  千: 1e3,
  万: 1e4,
  亿: 1e8,
};
const DIGITS = '零一二三四五六七八九';
const HAN = '零〇一二两三四五六七八九十百千万亿';
/** What a single numeral must stand before, to be one: 一般 and 统一 hold none. */
const COUNTED = '年月日号个位名种次倍岁元米座条本天周世分小人';

const magnitude = Object.keys(MAGNITUDES).join('|');
const word = [
  ...TENS.map((tens) => `${tens}[- ](?:${WORDS.slice(1, 10).join('|')})`),
  ...TENS,
  ...WORDS.toReversed(),
]
  .filter((one) => one !== 'one' && one !== 'zero')
  .join('|');
const FIGURES = new RegExp(
  [
    `(?<digits>\\d+(?:,\\d{3})*(?:\\.\\d+)?)(?:\\s?(?<after>(?:${magnitude})+)(?![a-z]))?`,
    `\\b(?<word>${word})\\b(?:\\s(?<times>${magnitude})\\b)?`,
    `(?<han>[${HAN}]{2,}|[${HAN}](?=[${COUNTED}]))`,
  ].join('|'),
  'gu',
);

/** In order. Signs and units are left out: −3 °C is 3. */
export function figuresIn(text: string): Figure[] {
  const plain = text.normalize('NFKC').toLowerCase();
  return [...plain.matchAll(FIGURES)].flatMap((match) => {
    const { digits, after, word: spelled, times, han } = match.groups ?? {};
    const value =
      digits !== undefined
        ? Number(digits.replaceAll(',', '')) * timesOf(after)
        : spelled !== undefined
          ? ofWords(spelled) * timesOf(times)
          : ofHan(han);
    return Number.isFinite(value) ? [{ value, text: match[0].trim() }] : [];
  });
}

/** A text without its numbers, its width and case made plain. */
export const withoutFigures = (text: string): string =>
  text.normalize('NFKC').toLowerCase().replaceAll(FIGURES, ' ');

/** 万亿 is both. */
function timesOf(words: string | undefined): number {
  if (words === undefined) return 1;
  return words in MAGNITUDES ? MAGNITUDES[words] : [...words].reduce((all, one) => all * MAGNITUDES[one], 1);
}

function ofWords(spelled: string): number {
  const [tens, ones] = spelled.split(/[- ]/);
  const of = (one: string): number =>
    TENS.includes(one) ? 10 * (TENS.indexOf(one) + 2) : WORDS.indexOf(one);
  return of(tens) + (ones === undefined ? 0 : of(ones));
}

/** 三百二十万 by its places, 一九四五 digit by digit. */
function ofHan(numeral: string): number {
  const plain = numeral.replaceAll('〇', '零').replaceAll('两', '二');
  if ([...plain].every((one) => DIGITS.includes(one))) {
    return Number([...plain].map((one) => DIGITS.indexOf(one)).join(''));
  }
  return ofPlaces(plain);
}

/** By places: 亿 and 万 part a numeral, 千, 百 and 十 count within a part. */
function ofPlaces(numeral: string): number {
  for (const [sign, times] of [
    ['亿', 1e8],
    ['万', 1e4],
  ] as const) {
    const at = numeral.lastIndexOf(sign);
    if (at < 0) continue;
    const [before, behind] = [numeral.slice(0, at), numeral.slice(at + 1)];
    return (before === '' ? 1 : ofPlaces(before)) * times + (behind === '' ? 0 : ofPlaces(behind));
  }
  let [total, digit] = [0, Number.NaN];
  for (const one of numeral) {
    const place = DIGITS.indexOf(one);
    if (place < 0) total += (Number.isNaN(digit) ? 1 : digit) * (one === '十' ? 10 : MAGNITUDES[one]);
    digit = place < 0 ? Number.NaN : place;
  }
  return total + (digit || 0);
}
