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

/** 45 s, 2 min 5 s, 3 h 20 min. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

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
