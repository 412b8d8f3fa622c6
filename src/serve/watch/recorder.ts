/** Writes what happened into the state behind the answers' backs: nobody waits for it, and closing waits for all of it. */

import type { AuditEntry, NewReview, State } from '../../store/index.ts';

export interface Recorder {
  audit(entry: AuditEntry): void;
  review(tenant: string, review: NewReview): void;
  /** Tokens that a key of the state has used. */
  use(key: string, day: string, tokens: number): void;
  /** Returns when everything is written, or has failed. */
  flush(): Promise<void>;
}

/** How long rows wait for company, in ms. */
const WAIT_MS = 200;
/** How often what is too old is taken out of the log. */
const PURGE_MS = 3_600_000;
/** Rows that wait at most while the database does not answer; those beyond are lost, and `onFault` hears of it. */
const MOST = 10_000;

/** `onFault` hears of what could not be written. */
export function createRecorder(state: State, onFault: (error: unknown) => void): Recorder {
  let entries: AuditEntry[] = [];
  let works: (() => Promise<unknown>)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  let purged = Number.NEGATIVE_INFINITY;

  const write = async (): Promise<void> => {
    const [rows, rest] = [entries, works];
    entries = [];
    works = [];
    const all = [() => state.audit.add(rows), ...rest];
    if (performance.now() - purged > PURGE_MS) {
      purged = performance.now();
      all.push(() => state.audit.purge());
    }
    for (const work of all) await work().catch(onFault);
  };
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      writing = writing.then(write);
    }, WAIT_MS);
    timer.unref();
  };
  const add = (work: () => Promise<unknown>): void => {
    if (works.length < MOST) works.push(work);
    else onFault(new Error('state: too many rows are waiting to be written'));
    soon();
  };

  return {
    audit(entry) {
      if (entries.length < MOST) entries.push(entry);
      else onFault(new Error('audit log: too many rows are waiting to be written'));
      soon();
    },
    review: (tenant, review) => add(() => state.reviews.add(tenant, review)),
    use: (key, day, tokens) => add(() => state.keys.use(key, day, tokens)),
    async flush() {
      clearTimeout(timer);
      timer = undefined;
      if (entries.length + works.length > 0) writing = writing.then(write);
      await writing;
    },
  };
}
