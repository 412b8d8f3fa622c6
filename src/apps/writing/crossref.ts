/** A bibliographic service that answers as Crossref's REST interface does: `/works/DOI` and `/works?query.bibliographic=…`. */

import { setTimeout } from 'node:timers/promises';
import { fromCsl } from '../papers/bibtex.ts';
import { fail } from '../papers/errors.ts';
import type { Bibliography, KnownWork } from './check-references.ts';

/** Asks for JSON: how that is done, and to whom it may go, is the caller's. */
export type GetJson = (
  url: string,
  options: { readonly signal?: AbortSignal },
) => Promise<{ readonly status: number; readonly body: unknown }>;

export interface CrossrefOptions {
  /** `https://api.crossref.org`, or a mirror: nothing else is asked. */
  readonly baseUrl: string;
  readonly getJson: GetJson;
  /** An address of e-mail, by which such services know whom to write to. */
  readonly mailto?: string | undefined;
  /** Pause before what was refused as too much is asked again, doubled each time. For tests. */
  readonly retryMs?: number;
  /** How long one answer may take. Default 60,000. */
  readonly timeoutMs?: number;
}

const ROWS = 5;
const TRIES = 3;
/** Characters of a reference that are sent. */
const LONGEST_QUERY = 500;
/** Answers that are remembered, the latest ones. */
const MOST_KNOWN = 500;

/** What was answered is not asked again soon; who gives up takes nobody else's answer away. @throws `papers/service` */
export function crossref({
  baseUrl,
  getJson,
  mailto,
  retryMs = 1000,
  timeoutMs = 60_000,
}: CrossrefOptions): Bibliography {
  const base = baseUrl.replace(/\/+$/, '');
  const host = URL.canParse(base) ? new URL(base).host : base;
  const known = new Map<string, unknown>();
  async function answer(url: string, signal: AbortSignal | undefined): ReturnType<GetJson> {
    const time = AbortSignal.timeout(timeoutMs);
    try {
      return await getJson(url, { signal: signal ? AbortSignal.any([signal, time]) : time });
    } catch (error) {
      if (!time.aborted || signal?.aborted) throw error;
      throw fail('papers/service', { host, reason: `no whole answer within ${timeoutMs} ms` }, error);
    }
  }
  /** The message of an answer; undefined where there is nothing of that name. */
  async function ask(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const url = `${base}${path}?${new URLSearchParams({ ...query, ...(mailto && { mailto }) })}`.replace(
      /\?$/,
      '',
    );
    for (let round = 0; ; round++) {
      const { status, body } = await answer(url, signal);
      if (status === 404) return undefined;
      if (status === 200) {
        const { message } = Object(body) as { message?: unknown };
        if (typeof message !== 'object' || message === null)
          throw fail('papers/service', { host, reason: 'its answer has no message' });
        return message;
      }
      const isBusy = status === 429 || status >= 500;
      if (!isBusy || round >= TRIES - 1)
        throw fail('papers/service', { host, reason: `it answers ${status}` });
      await setTimeout(retryMs * 2 ** round, undefined, { signal });
    }
  }
  async function once<Answer>(key: string, work: () => Promise<Answer>): Promise<Answer> {
    if (known.has(key)) return known.get(key) as Answer;
    const found = await work();
    // One that nobody knows today may be known tomorrow.
    if (found !== undefined) known.set(key, found);
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
    return found;
  }
  return {
    name: host,
    byDoi: (doi, signal) =>
      once(`doi ${doi}`, async () => {
        const message = await ask(`/works/${encodeURIComponent(doi)}`, {}, signal);
        return message === undefined ? undefined : workOf(message);
      }),
    search({ raw, title, authors, year }, signal) {
      const said = title === '' ? raw : [authors[0]?.family, title, year].filter(Boolean).join(' ');
      const words = said.slice(0, LONGEST_QUERY);
      return once(`words ${words}`, async () => {
        const message = await ask('/works', { 'query.bibliographic': words, rows: String(ROWS) }, signal);
        const { items } = Object(message) as { items?: unknown };
        return (Array.isArray(items) ? items.slice(0, ROWS) : []).flatMap((item) => workOf(item) ?? []);
      });
    },
  };
}

function workOf(item: unknown): KnownWork | undefined {
  const work = fromCsl(item);
  if (!work || work.title === '') return undefined;
  const { key: _key, abstract: _abstract, ...own } = work;
  const updates = (Object(item) as { 'updated-by'?: unknown })['updated-by'];
  const isRetracted =
    Array.isArray(updates) &&
    updates.some((one) => (Object(one) as { type?: unknown }).type === 'retraction');
  return { ...own, ...(isRetracted && { isRetracted }) };
}
