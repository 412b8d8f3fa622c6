/** Numbers as people read them. */

/** 987, 12.3k, 4.5M, 1.2G. */
export function shortNumber(value: number): string {
  const units: readonly [number, string][] = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ];
  const [size, unit] = units.find(([least]) => Math.abs(value) >= least) ?? [1, ''];
  const scaled = value / (unit === 'k' ? 1e3 : size);
  if (unit === '')
    return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
  return `${scaled.toFixed(scaled >= 100 ? 0 : 1)}${unit}`;
}

/** 12 MB, 1.3 GB. */
export function bytes(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} GB`;
  return `${Math.max(1, Math.round(value / 1e6))} MB`;
}

const timeUnits = { en: ['h', 'min', 's'], zh: ['小时', '分', '秒'] } as const;

/** 45 s, 2 min 05 s, 3 h 20 min; 45 秒、2 分 05 秒、3 小时 20 分。 */
export function duration(seconds: number, language: 'en' | 'zh'): string {
  const [hour, minute, second] = timeUnits[language];
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (whole < 60) return `${whole} ${second}`;
  if (whole < 3600) return `${Math.floor(whole / 60)} ${minute} ${two(whole % 60)} ${second}`;
  return `${Math.floor(whole / 3600)} ${hour} ${two((whole % 3600) / 60)} ${minute}`;
}

/** The last value of a curve: four digits, and no powers of ten where people write thousands. */
export const curveValue = (value: number): string =>
  Math.abs(value) >= 1e4 ? shortNumber(value) : value.toPrecision(4);

/** A day and a time, as short as the language allows. */
export const dateTime = (when: number | string, language: 'en' | 'zh'): string =>
  new Date(when).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', {
    dateStyle: 'short',
    timeStyle: 'short',
  });

/** A probability; a small one is not nothing. */
export const chance = (share: number): string =>
  share > 0 && share < 0.0005 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`;

export const percent = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)} %`;

/** A loss, or a dash where there is none yet. */
export const fixed = (value: number | undefined, digits = 2): string =>
  value === undefined ? '–' : value.toFixed(digits);
