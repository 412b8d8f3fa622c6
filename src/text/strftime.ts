/** Dates as templates write them: the part of C's `strftime` that templates use. */

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const two = (value: number): string => String(value).padStart(2, '0');

const parts: Readonly<Record<string, (date: Date) => string>> = {
  a: (date) => days[date.getDay()].slice(0, 3),
  A: (date) => days[date.getDay()],
  b: (date) => months[date.getMonth()].slice(0, 3),
  B: (date) => months[date.getMonth()],
  d: (date) => two(date.getDate()),
  H: (date) => two(date.getHours()),
  I: (date) => two(date.getHours() % 12 || 12),
  m: (date) => two(date.getMonth() + 1),
  M: (date) => two(date.getMinutes()),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  S: (date) => two(date.getSeconds()),
  y: (date) => two(date.getFullYear() % 100),
  Y: (date) => String(date.getFullYear()),
  '%': () => '%',
};

/** A date in English and local time; what is not known stays as it is. */
export function strftime(format: string, date: Date): string {
  return format.replace(/%(.)/g, (whole, letter: string) => parts[letter]?.(date) ?? whole);
}
