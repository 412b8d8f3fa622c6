/** The numbers of a text as values, however they are written: 1,000, 3.5 million, 三百二十万, 一九四五年, 百分之三, two hundred and twelve. */

export interface Figure {
  readonly value: number;
  /** As it stands in the text, its width and case made plain. */
  readonly text: string;
  /** That it stands there proves nothing: `one of them`, 一座城市, `the third`. It answers a number and asks for none. */
  readonly isLoose?: true;
}

const WORDS =
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
  eighteen nineteen`.split(/\s+/);
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ORDINALS =
  `first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
  seventeenth eighteenth nineteenth twentieth`.split(/\s+/);
const MONTHS = `january february march april may june july august september october november december`.split(
  ' ',
);
const MAGNITUDES: Readonly<Record<string, number>> = {
  hundred: 1e2,
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
  十: 10,
  百: 1e2,
  千: 1e3,
  万: 1e4,
  亿: 1e8,
};
const DIGITS = '零一二三四五六七八九';
const ONES = '零〇一二两三四五六七八九';
const HAN = `${ONES}十百千万亿`;
/** What a single numeral must stand before, to be one: 一般 and 统一 hold none. */
const COUNTED =
  '年月日号个位名种次倍岁元米座条本天周世分小人公吨升度层间所里尺斤亩卷章首颗只匹艘架辆台届秒时';
/** Words that look like numbers and are none. */
const NONE = new RegExp(
  `(?<![${HAN}\\d])(?:十分(?![钟之])|万一|万万|千万(?=[不别要勿莫])|一一)(?![${HAN}])`,
  'gu',
);

const places = Object.keys(MAGNITUDES).filter((one) => HAN.includes(one));
const magnitude = Object.keys(MAGNITUDES)
  .filter((one) => !HAN.includes(one))
  .join('|');
const small = `(?:(?:${TENS.join('|')})(?:[- ](?:${WORDS.slice(1, 10).join('|')}))?|${WORDS.toReversed().join('|')})\\b`;
const group = `(?:${small}|a(?=\\s(?:${magnitude})\\b))`;
const DIGITAL = '\\d+(?:,\\d{3}(?!\\d))*(?:\\.\\d+)?';
const FIGURES = new RegExp(
  [
    `(?<mixed>${DIGITAL}[${places.join('')}]+(?:\\d+[${places.join('')}]+)*)`,
    `(?<digits>${DIGITAL}|(?<![\\p{L}\\d.])\\.\\d+)(?<after>(?:\\s?(?:${magnitude})(?![a-z]))+)?`,
    `\\b(?:(?<decade>${TENS.join('|')})[- ])?(?<ordinal>${ORDINALS.join('|')})\\b`,
    `\\b(?<words>${group}(?:\\s(?:${magnitude})\\b(?:(?:\\sand)?\\s${small})?)*)`,
    `\\b(?<month>${MONTHS.join('|')})\\b(?=\\s\\d)`,
    `(?<=\\d(?:st|nd|rd|th)?\\s(?:of\\s)?)(?<named>${MONTHS.join('|')})\\b`,
    `百分之(?<share>[${HAN}]+(?:点[${ONES}]+)?)`,
    `(?<han>[${HAN}]+点[${ONES}]+(?![十分刻])|[${HAN}]{2,}|(?<=第)[${ONES}十]|[${ONES}十](?=[${COUNTED}]))`,
  ].join('|'),
  'gu',
);

/** Width and case made plain; 10² is no 102, and a narrow space within a number parts its thousands. */
const plainOf = (text: string): string =>
  text
    .replaceAll(/[⁰¹²³⁴-⁹₀-₉]/gu, ' ')
    .replaceAll(/(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))/gu, ',')
    .normalize('NFKC')
    .toLowerCase();

const matchesOf = (plain: string) =>
  plain.replaceAll(NONE, (found) => ' '.repeat(found.length)).matchAll(FIGURES);

/** In order. Signs and units are left out: −3 °C is 3. */
export const figuresIn = (text: string): Figure[] =>
  [...matchesOf(plainOf(text))].flatMap((match) => figureOf(match) ?? []);

/** A text without its numbers but those of loose words, which may say something else; its width and case made plain. */
export function withoutFigures(text: string): string {
  const plain = plainOf(text);
  const kept: string[] = [];
  let from = 0;
  for (const match of matchesOf(plain)) {
    const figure = figureOf(match);
    if (!figure || (figure.isLoose && match.groups!.han === undefined)) continue;
    kept.push(plain.slice(from, match.index));
    from = match.index + match[0].length;
  }
  return [...kept, plain.slice(from)].join(' ');
}

function figureOf(match: RegExpExecArray): Figure | undefined {
  const { mixed, digits, after, words, decade, ordinal, month, named, share, han } = match.groups!;
  const text = match[0].trim();
  if (ordinal !== undefined) {
    const tens = decade === undefined ? 0 : ofWords(decade);
    return { value: tens + ORDINALS.indexOf(ordinal) + 1, text, isLoose: true };
  }
  const name = month ?? named;
  if (name !== undefined) return { value: MONTHS.indexOf(name) + 1, text, isLoose: true };
  const value =
    mixed !== undefined
      ? ofMixed(mixed)
      : digits !== undefined
        ? numberOf(digits) * timesOf(after)
        : words !== undefined
          ? ofWords(words)
          : ofHan(share ?? han);
  if (!Number.isFinite(value)) return undefined;
  const behind = match.input[match.index + match[0].length] ?? '';
  const isArticle = han === '一' && !'年月日号岁'.includes(behind);
  return { value, text, ...((isArticle || words === 'one' || words === 'zero') && { isLoose: true }) };
}

const numberOf = (digits: string): number => Number(digits.replaceAll(',', ''));

/** `thousand million` is both. */
const timesOf = (words = ''): number =>
  words.split(/\s+/).reduce((all, one) => all * (MAGNITUDES[one] ?? 1), 1);

/** 3.5万, 12万亿, 1亿2000万: each part with its places. */
const ofMixed = (mixed: string): number =>
  [...mixed.matchAll(/([\d,.]+)(\D+)/gu)].reduce(
    (sum, [, digits, signs]) =>
      sum + [...signs].reduce((all, one) => all * MAGNITUDES[one], numberOf(digits)),
    0,
  );

/** Two hundred and twelve thousand five hundred: what stands before a larger word is multiplied by it, the rest is added. */
function ofWords(words: string): number {
  let [total, part] = [0, 0];
  for (const one of words.split(/[-\s]+/)) {
    const times = MAGNITUDES[one];
    if (times === undefined) {
      part +=
        one === 'a' ? 1 : TENS.includes(one) ? 10 * (TENS.indexOf(one) + 2) : Math.max(0, WORDS.indexOf(one));
    } else if (times === 100) part *= times;
    else {
      total += part * times;
      part = 0;
    }
  }
  return total + part;
}

/** 三百二十万 by its places, 一九四五 digit by digit; 三点五. Of what is about so many, 七八个, nothing. */
function ofHan(numeral: string): number {
  const [whole, fraction] = numeral.replaceAll('〇', '零').replaceAll('两', '二').split('点');
  const digitsOf = (text: string): string => [...text].map((one) => DIGITS.indexOf(one)).join('');
  const isDigits = [...whole].every((one) => DIGITS.includes(one));
  const digits = isDigits ? digitsOf(whole) : '';
  if (digits.length === 2 && Number(digits[1]) - Number(digits[0]) === 1) return Number.NaN;
  const value = isDigits ? Number(digits) : ofPlaces(whole);
  return fraction === undefined ? value : value + Number(`0.${digitsOf(fraction)}`);
}

/** By places: 亿 and 万 multiply what stands before them, 千, 百 and 十 count within. */
function ofPlaces(numeral: string): number {
  // Up to 亿, up to 万, and since; the digit that waits for its place.
  let [total, tens, part, digit] = [0, 0, 0, Number.NaN];
  let last = 0;
  for (const one of numeral) {
    const place = DIGITS.indexOf(one);
    if (place > 0 && digit > 0) return Number.NaN;
    if (place >= 0) {
      digit = place;
      if (place === 0) last = 0;
      continue;
    }
    last = MAGNITUDES[one];
    if (last < 1e4) part += (digit || 1) * last;
    else {
      const before = part + (digit || 0);
      if (last === 1e4) tens += (before || 1) * last;
      else {
        total = (total + tens + before || 1) * last;
        tens = 0;
      }
      part = 0;
    }
    digit = Number.NaN;
  }
  // 一万五 is fifteen thousand, 一万零五 is not.
  return total + tens + part + (digit || 0) * (last > 10 ? last / 10 : 1);
}
