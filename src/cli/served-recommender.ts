/** `inkstone serve --recommender`: one recommender for all tenants; what the readers of each do is known to that tenant alone. */

import { type JsonLinesWriter, openJsonLines } from '../io/index.ts';
import {
  feedbackPlace,
  itemPlace,
  type ReaderEvent,
  type ReadingLog,
  readFeedback,
  readingLog,
  recommend,
} from '../recommend/index.ts';
import { createTurns, type RecommendPort } from '../serve/index.ts';
import { failRecommend } from './recommend-errors.ts';
import { openShelf } from './recommending.ts';

export interface ServedRecommender extends RecommendPort {
  close(): Promise<void>;
}

/** Requests of one tenant that wait for each other. */
const MOST_WAITING = 256;
/** Tenants whose events are in memory at once. */
const MOST_OPEN = 64;

interface Tenant {
  readonly events: ReaderEvent[];
  readonly writer: JsonLinesWriter<ReaderEvent>;
  /** Over the owner's log as it was at `version`. */
  log: ReadingLog;
  version: number;
}

/** @throws `recommend/no-recommender`, `recommend/damaged` */
export async function serveRecommender(folder: string, signal: AbortSignal): Promise<ServedRecommender> {
  const { log: shared, saved, lexicon, recommender } = await openShelf(folder, { signal });
  const { items, scale } = saved;
  const inTurn = createTurns(MOST_WAITING, () =>
    failRecommend('cli/recommend-waiting', { most: MOST_WAITING }),
  );
  const tenants = new Map<string, Tenant>();
  /** What is being told: writers are closed behind it. */
  const telling = new Set<Promise<unknown>>();

  const overlay = (events: readonly ReaderEvent[]): ReadingLog => {
    const log = readingLog(items, scale, shared);
    for (const event of events) log.add(event);
    return log;
  };
  // NOTE Only in the turn of its tenant.
  async function open(name: string): Promise<Tenant> {
    let tenant = tenants.get(name);
    if (tenant) tenants.delete(name);
    else {
      const events = await readFeedback(folder, name);
      const writer = await openJsonLines<ReaderEvent>(await feedbackPlace(folder, name));
      // The owner's feedback is in the shared log already.
      const log = name === '' ? shared : overlay(events);
      tenant = { events, writer, log, version: shared.version() };
    }
    // The one that was asked last stands last.
    tenants.set(name, tenant);
    if (tenants.size > MOST_OPEN) {
      const [[oldest]] = tenants;
      void inTurn(oldest, async () => {
        const left = tenants.get(oldest);
        if (tenants.size <= MOST_OPEN || !left) return;
        tenants.delete(oldest);
        await left.writer.close();
      }).catch(() => {}); // One that is asked so much stays.
    }
    if (name !== '' && tenant.version !== shared.version()) {
      tenant.log = overlay(tenant.events);
      tenant.version = shared.version();
    }
    return tenant;
  }
  return {
    scale,
    async recommend(name, wish, options) {
      const { log } = await inTurn(name, () => open(name));
      return recommend(wish, { lexicon, log, recommender }, options);
    },
    tell(name, told, most) {
      const work = inTurn(name, async () => {
        const { events, writer, log } = await open(name);
        for (const { item } of told) itemPlace(log, item);
        if (events.length + told.length > most) throw failRecommend('cli/recommend-full', { most });
        for (const event of told) {
          await writer.append(event);
          events.push(event);
          log.add(event);
        }
        await writer.sync();
        return { kept: events.length };
      });
      const settled: Promise<unknown> = work.then(
        () => telling.delete(settled),
        () => telling.delete(settled),
      );
      telling.add(settled);
      return work;
    },
    async close() {
      await Promise.all(telling);
      for (const { writer } of tenants.values()) await writer.close();
      tenants.clear();
    },
  };
}
