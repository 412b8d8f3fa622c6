/** A time in words: `in 10 minutes`, `tomorrow at 9`, `2026-12-01 09:00`; 十分钟后，明天下午三点半. */

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:minutes?|mins?|分钟?)$/i, 60_000],
  [/^(?:hours?|个?小时|个?钟头)$/i, 3_600_000],
  [/^(?:days?|天)$/i, 86_400_000],
  [/^(?:weeks?|个?(?:星期|礼拜)|周)$/i, 604_800_000],
];
const DIGITS = '零一二三四五六七八九';
/** How far into the future a time may lie: what is longer is a slip. */
const MOST_MS = 10 * 366 * 86_400_000;

const IN = /^(?:in\s+)?(half an?|\S+?)\s*(minutes?|mins?|hours?|days?|weeks?)(?:\s+from now)?$/i;
const LATER =
  /^(?:过)?([\d.]+|[半一两二三四五六七八九十]+)\s*(分钟?|个?小时|个?钟头|天|个?星期|个?礼拜|周)(?:之后|以后|后)$/;
const CLOCK =
  /^(?:(today|tomorrow|tonight)\s*)?(?:at\s+)?(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|o'clock)?(?:\s+(today|tomorrow))?$/i;
const ZH_CLOCK =
  /^(今天|明天|后天|今晚|明晚)?\s*(凌晨|早上|上午|中午|下午|晚上)?\s*(\d{1,2}|[一两二三四五六七八九十]{1,3})(?:点钟?|时|[::](?=\d))(?:(半)|零?(\d{1,2}|[一二三四五六七八九十]{1,3})分?)?$/;
const ISO =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** The moment that is meant, in the zone of the machine; undefined where it cannot be told or lies far away. */
export function readWhen(words: string, now: Date): Date | undefined {
  const plain = words.normalize('NFKC').trim().replace(/\s+/g, ' ');
  const time = readIso(plain) ?? readSpan(plain, now) ?? readClock(plain, now);
  if (!time || Number.isNaN(time.getTime())) return undefined;
  return Math.abs(time.getTime() - now.getTime()) <= MOST_MS ? time : undefined;
}

function readIso(plain: string): Date | undefined {
  const [, year, month, day, hour = '9', minute = '0', zone] = ISO.exec(plain) ?? [];
  if (year === undefined) return undefined;
  // What is beyond the end of a month or a day would run over into the next.
  const isTime = Number(hour) < 24 && Number(minute) < 60;
  const days = new Date(Number(year), Number(month), 0).getDate();
  const isDay = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days;
  if (!isDay || !isTime) return undefined;
  if (zone !== undefined) return new Date(plain.replace(/ +/, 'T'));
  return new Date(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
}

function readSpan(plain: string, now: Date): Date | undefined {
  const [, count, unit] = IN.exec(plain) ?? LATER.exec(plain) ?? [];
  const ms = UNITS.find(([pattern]) => unit !== undefined && pattern.test(unit))?.[1];
  const number = count === undefined ? Number.NaN : readCount(count);
  return ms === undefined || !(number > 0) ? undefined : new Date(now.getTime() + number * ms);
}

function readClock(plain: string, now: Date): Date | undefined {
  const english = CLOCK.exec(plain);
  const chinese = ZH_CLOCK.exec(plain);
  if (!english && !chinese) return undefined;
  const [day, hour, minute, half] = english
    ? [english[1] ?? english[5] ?? '', readCount(english[2]), Number(english[3] ?? 0), english[4] ?? '']
    : [
        chinese![1] ?? '',
        readCount(chinese![3]),
        chinese![4] ? 30 : readCount(chinese![5] ?? '0'),
        chinese![2] ?? '',
      ];
  const isNight = /tonight|晚/i.test(day + half);
  const isLate = isNight || /pm|下午|中午/i.test(half);
  const isEarly = /^am$|凌晨|早上|上午/i.test(half);
  if (!(hour < 24 && minute < 60)) return undefined;
  // Noon is 12, and so is midnight in English, which ends a night; 中午一点 is 13.
  let full = hour;
  if (hour === 12) full = isNight ? 24 : isEarly ? 0 : 12;
  else if (isLate && hour < 12 && !(half === '中午' && hour > 2)) full = hour + 12;
  const days = /tomorrow|明/i.test(day) ? 1 : day === '后天' ? 2 : 0;
  const time = new Date(now);
  time.setHours(full, minute, 0, 0);
  time.setDate(time.getDate() + days);
  // An hour that is past is that of the next day, unless a day was named.
  if (day === '' && time <= now) time.setDate(time.getDate() + 1);
  return time;
}

/** 12, `ten`, 十二. NaN for what is no number. */
function readCount(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const words = ['an?', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
  const word = words.findIndex((one) => new RegExp(`^${one}$`, 'i').test(text));
  if (word >= 0) return Math.max(1, word);
  if (/^half(?: an?)?$/i.test(text) || text === '半') return 0.5;
  const [, tens, ones = ''] = /^([一两二三四五六七八九]?)十([一二三四五六七八九]?)$/.exec(text) ?? [];
  if (tens !== undefined) return (tens === '' ? 1 : digitOf(tens)) * 10 + (ones === '' ? 0 : digitOf(ones));
  return text.length === 1 ? digitOf(text) : Number.NaN;
}

const digitOf = (character: string): number => {
  const digit = DIGITS.indexOf(character.replace('两', '二'));
  return digit < 0 ? Number.NaN : digit;
};
