/** Who read what, when, and how it was liked: events, read from a file of records. */

import { readRecords } from '../io/index.ts';
import { fail } from './errors.ts';
import { checkId, fieldOf, isTable, wordsOf } from './items.ts';
import { limits } from './limits.ts';

/** A reader and an item. */
export interface ReaderEvent {
  readonly user: string;
  readonly item: string;
  /** Milliseconds since 1970. */
  readonly when?: number;
  /** More is better; without, reading it says that it was liked. */
  readonly rating?: number;
}

/** Which fields of a record are what; without, those with a usual name. */
export interface EventColumns {
  readonly userColumn?: string;
  readonly itemColumn?: string;
  readonly whenColumn?: string;
  readonly ratingColumn?: string;
}

/** Usual names, the likeliest first; compared without case, spaces and underscores. */
const usual = {
  user: ['user', 'userid', 'reader', 'readerid', 'who', '用户', '读者', '用户编号'],
  item: ['item', 'itemid', 'id', 'key', 'what', '条目', '物品', '作品', '编号'],
  when: ['when', 'time', 'timestamp', 'date', 'datetime', '时间', '日期'],
  rating: ['rating', 'score', 'stars', 'like', '评分', '打分', '分数'],
} as const;

/** What is before it is seconds, what is from it on milliseconds: 1973 in one, 5138 in the other. */
const MILLISECONDS_FROM = 1e11;
const DATE =
  /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/** A date without marks: as seconds it would be in the first months of 1970. */
const PLAIN_DATE = /^((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;

/** Milliseconds since 1970 of a date, with or without a time of day (UTC where no zone is said), or of a number; `undefined`: it is neither. */
export function readWhen(text: string): number | undefined {
  const plain = PLAIN_DATE.exec(text);
  if (plain) return readWhen(plain.slice(1).join('-'));
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    const value = Number(text);
    if (!Number.isFinite(value) || Math.abs(value) > 8.64e15) return undefined;
    return Math.abs(value) < MILLISECONDS_FROM ? value * 1000 : value;
  }
  const found = DATE.exec(text);
  if (!found) return undefined;
  const [year, month, day, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const date = new Date(Date.UTC(year!, month! - 1, day!, hour, minute, second));
  const isReal =
    date.getUTCMonth() === month! - 1 && date.getUTCDate() === day! && hour! < 24 && minute! < 60;
  if (!isReal) return undefined;
  return date.getTime() + Number((found[7] ?? '').padEnd(3, '0')) - offsetOf(found[8]);
}

function offsetOf(zone: string | undefined): number {
  const found = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '');
  if (!found) return 0;
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) * 60_000;
}

/**
 * Reads the events of a CSV, TSV, JSON or JSON-lines file, in its order. An empty rating or time is none.
 *
 * @throws `recommend/field`, `recommend/rating`, `recommend/when`, `recommend/limit`
 */
export async function readEvents(
  path: string,
  columns: EventColumns = {},
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ReaderEvent[]> {
  const events: ReaderEvent[] = [];
  for await (const { where, fields } of readRecords(path, { signal })) {
    const names = Object.keys(fields);
    const read = (what: keyof typeof usual, isNeeded: boolean): string | undefined => {
      const own = columns[`${what}Column`];
      const field = fieldOf(names, own, usual[what]);
      const words = field === undefined ? undefined : wordsOf(fields[field]);
      // A column that is named must be there; a record of JSON may leave out what it need not say.
      const isLost = own !== undefined && field === undefined && isTable(path);
      if (((words === undefined || words === '') && isNeeded) || isLost) {
        throw fail('recommend/field', { where, what, option: `--${what}-column`, known: names });
      }
      return words === '' ? undefined : words;
    };
    const user = read('user', true)!;
    const item = read('item', true)!;
    for (const id of [user, item]) checkId(where, id);
    const rated = read('rating', false);
    const rating = rated === undefined ? undefined : Number(rated);
    if (rating !== undefined && !Number.isFinite(rating)) {
      throw fail('recommend/rating', { where, got: rated!.slice(0, 40) });
    }
    const dated = read('when', false);
    const when = dated === undefined ? undefined : readWhen(dated);
    if (dated !== undefined && when === undefined) {
      throw fail('recommend/when', { where, got: dated.slice(0, 40) });
    }
    events.push({ user, item, ...(when !== undefined && { when }), ...(rating !== undefined && { rating }) });
    if (events.length > limits.events) {
      throw fail('recommend/limit', {
        ...{ where, what: 'events', zhWhat: '事件数', most: limits.events, got: events.length },
      });
    }
  }
  return events;
}
