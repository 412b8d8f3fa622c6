/** Numbers and signs as they are said: what a voice would stumble over is spelled out, plain numbers in English are left to it. */

import type { Language } from '../language.ts';

const DIGITS = '零一二三四五六七八九';
const PLACES = ['', '十', '百', '千'];
const GROUPS = ['', '万', '亿', '万亿'];
/** Digits that are said as a number; longer ones, and those that begin with 0, are said digit by digit. */
const LONGEST_NUMBER = 16;

const digitByDigit = (digits: string): string => [...digits].map((digit) => DIGITS[Number(digit)]).join('');

/** A whole number of up to 16 digits as it is said in Chinese. */
function wholeInChinese(digits: string): string {
  const plain = digits.replace(/^0+(?=\d)/, '');
  if (plain === '0') return '零';
  let text = '';
  let isGap = false;
  for (let group = Math.ceil(plain.length / 4) - 1; group >= 0; group--) {
    const end = plain.length - 4 * group;
    const four = plain.slice(Math.max(0, end - 4), end);
    let said = '';
    for (const [i, digit] of [...four].entries()) {
      if (digit === '0') {
        isGap = text !== '' || said !== '';
        continue;
      }
      said += (isGap ? '零' : '') + DIGITS[Number(digit)] + PLACES[four.length - 1 - i];
      isGap = false;
    }
    if (said !== '') text += said + GROUPS[group];
    // Zeros at the end of a group are not said; those of a whole group once, before the next digit.
    isGap = said === '' && text !== '';
  }
  return text.replace(/^一十/, '十');
}

/** A number as it is said in Chinese: `1024.5` is 一千零二十四点五. */
export function numberInChinese(number: string): string {
  const [whole, fraction] = number.split('.');
  const isCode = whole.length > LONGEST_NUMBER || /^0\d/.test(whole);
  const said = isCode ? digitByDigit(whole) : wholeInChinese(whole);
  return fraction === undefined ? said : `${said}点${digitByDigit(fraction)}`;
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const monthOf = (number: string): number => Number(number) - 1;

/** Replacements one after the other; a place is behind the first that changes it. */
type Rule = readonly [pattern: RegExp, said: string | ((...groups: string[]) => string)];

/** Before a minus stands nothing that it could belong to. */
const FREE: { readonly [L in Language]: string } = { en: '(?<![\\p{L}\\p{N}.])', zh: '(?<![A-Za-z\\d.])' };
const NUMBER = '\\d+(?:\\.\\d+)?';
const rule = (pattern: string, said: Rule[1]): Rule => [new RegExp(pattern, 'gu'), said];

const rules: { readonly [L in Language]: readonly Rule[] } = {
  en: [
    rule(`\\b(\\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])\\b`, (_, year, month, day) =>
      [MONTHS[monthOf(month)], `${Number(day)},`, year].join(' '),
    ),
    rule(`(?<=\\d),(?=\\d{3}(?!\\d))`, ''),
    rule(`${FREE.en}([$€£¥])(${NUMBER})`, (_, sign, number) => `${number} ${money[sign].en}`),
    rule(`(${NUMBER})\\s?°C`, '$1 degrees Celsius'),
    rule(`(${NUMBER})\\s?°F`, '$1 degrees Fahrenheit'),
    rule(`(${NUMBER})\\s?[%％]`, '$1 percent'),
    rule(`(?<=\\d)\\s?[–—]\\s?(?=\\d)`, ' to '),
    rule(`${FREE.en}[-−](?=\\d)`, 'minus '),
    rule(`\\s*[×✕]\\s*`, ' times '),
    rule(`\\s+=\\s+`, ' equals '),
    rule(`\\s+\\+\\s+`, ' plus '),
    rule(`\\s*≈\\s*`, ' about '),
    rule(`\\s*≤\\s*`, ' at most '),
    rule(`\\s*≥\\s*`, ' at least '),
    rule(`\\s+&\\s+`, ' and '),
  ],
  zh: [
    rule(`(?<!\\d)(\\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])(?!\\d)`, (_, year, month, day) =>
      [`${year}年`, `${Number(month)}月`, `${Number(day)}日`].join(''),
    ),
    rule(`(?<!\\d)(\\d{4})(?=年)`, (_, year) => digitByDigit(year)),
    rule(`(?<!\\d)(\\d{1,2})[:：]([0-5]\\d)(?!\\d)`, (_, hours, minutes) =>
      minutes === '00' ? `${Number(hours)}点整` : `${Number(hours)}点${minutes.replace(/^0/, '零')}分`,
    ),
    rule(`(?<=\\d)[,，](?=\\d{3}(?!\\d))`, ''),
    rule(`([$€£¥￥])(${NUMBER})`, (_, sign, number) => `${number}${money[sign].zh}`),
    rule(`${FREE.zh}[-−–](${NUMBER})\\s?(?:℃|°C)`, '零下$1摄氏度'),
    rule(`(${NUMBER})\\s?(?:℃|°C)`, '$1摄氏度'),
    rule(`(?<=[\\d%％])\\s?[-–—~～]\\s?(?=\\d)`, '到'),
    rule(`${FREE.zh}[-−](?=\\d)`, '负'),
    rule(`(${NUMBER})\\s?[%％]`, '百分之$1'),
    rule(`(?<=\\d)\\s?[×✕]\\s?(?=\\d)`, '乘'),
    rule(`\\s?=\\s?(?=[\\d负])`, '等于'),
    rule(`\\s?≈\\s?`, '约等于'),
    rule(`(?<!\\d)1\\d{10}(?!\\d)`, (digits) => digitByDigit(digits)),
    // A number that belongs to a Latin word is said with it.
    rule(`(?<![A-Za-z\\d.]|[A-Za-z]-)(\\d+(?:\\.\\d+)?)(?![A-Za-z\\d])`, (number) => numberInChinese(number)),
  ],
};

const money: Readonly<Record<string, { readonly [L in Language]: string }>> = {
  $: { en: 'dollars', zh: '美元' },
  '€': { en: 'euros', zh: '欧元' },
  '£': { en: 'pounds', zh: '英镑' },
  '¥': { en: 'yuan', zh: '元' },
  '￥': { en: 'yuan', zh: '元' },
};

/** A sentence with its numbers and signs as they are said. */
export const sayNumbers = (text: string, language: Language): string =>
  rules[language].reduce(
    (said, [pattern, by]) => (typeof by === 'string' ? said.replace(pattern, by) : said.replace(pattern, by)),
    text,
  );
