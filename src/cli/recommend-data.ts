/** What every verb of `inkstone recommend` reads and tells. */

import { defineMessages } from '../language.ts';
import { describeEvents, logOf, ratingScale, readEvents, readItems } from '../recommend/index.ts';
import type { CommandContext } from './command.ts';
import { fail } from './errors.ts';
import type { recommendOptions } from './recommend-options.ts';
import { etaSince, type Terminal } from './terminal.ts';

export type Context = CommandContext<typeof recommendOptions>;

const say = defineMessages({
  read: {
    en: (d: { items: number; events: number; readers: number; fresh: number }) =>
      `${d.items} items, ${d.events} events of ${d.readers} readers; ${d.fresh} items that nobody liked yet`,
    zh: (d) => `${d.items} 个条目，${d.readers} 位读者的 ${d.events} 个事件；${d.fresh} 个条目尚无人喜欢`,
  },
  empty: {
    en: (d: { count: number }) => `left out: ${d.count} items without a text`,
    zh: (d) => `${d.count} 个没有文本的条目不计入`,
  },
  unknown: {
    en: (d: { count: number }) => `left out: ${d.count} events on items that are not there`,
    zh: (d) => `${d.count} 个事件的条目不存在，不计入`,
  },
  live: {
    en: (d: { method: string; percent: string; eta: string }) => `${d.method} ${d.percent}% eta ${d.eta}`,
    zh: (d) => `${d.method} ${d.percent}% 剩余 ${d.eta}`,
  },
});

/** The value of an option that this verb cannot do without. */
export function needed(command: string, option: string, value: string | undefined): string {
  if (value === undefined) throw fail('cli/missing-value', { command, option });
  return value;
}

/** Items and events as they are named, with what was left out told. */
export async function readBoth(context: Context) {
  const { args, options, terminal, signal } = context;
  const command = `recommend ${args[0]}`;
  const { items, empty } = await readItems(needed(command, '--items', options.items), options, { signal });
  // Items alone can be recommended by their texts.
  const isNeeded = args[0] === 'measure';
  const path = isNeeded ? needed(command, '--events', options.events) : options.events;
  const events = path === undefined ? [] : await readEvents(path, options, { signal });
  const scale = ratingScale(events, options.neutral);
  const { log, unknown } = logOf(items, events, scale);
  const { readers, newItems } = describeEvents(items, log);
  const counts = { items: items.length, events: events.length - unknown, readers, fresh: newItems };
  terminal.json({ type: 'read', ...counts, emptyItems: empty, unknownEvents: unknown, scale });
  terminal.print(say('read', counts));
  tellEmpty(terminal, empty);
  if (unknown > 0) terminal.print(say('unknown', { count: unknown }));
  return { items, events, scale, log };
}

export function tellEmpty(terminal: Terminal, count: number): void {
  if (count > 0) terminal.print(say('empty', { count }));
}

/** A live line with the time that is left. */
export function watch(terminal: Terminal): (method: string, share: number) => void {
  let start = performance.now();
  let current = '';
  return (method, share) => {
    if (method !== current) [current, start] = [method, performance.now()];
    terminal.json({ type: 'progress', method, share });
    terminal.live(say('live', { method, percent: (100 * share).toFixed(0), eta: etaSince(start, share) }));
  };
}
