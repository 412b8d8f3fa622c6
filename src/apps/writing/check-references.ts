/** The references of a draft, each looked for in a library and, where there is one, at a bibliographic service; and the marks of its text against its list. */

import { setImmediate } from 'node:timers/promises';
import { fail } from '../papers/errors.ts';
import { pageOf } from '../papers/flow.ts';
import type { Paper } from '../papers/read-paper.ts';
import type { Reference } from '../papers/reference-list.ts';
import {
  type Difference,
  differencesOf,
  doiIn,
  isSameTitle,
  isSameWork,
  SAME_TITLE,
  titleKey,
  titleLikeness,
  type Work,
} from '../papers/work.ts';
import { workFinder } from '../papers/work-finder.ts';

/** A place that knows works: asked by identifier, and by the words of a reference. */
export interface Bibliography {
  /** What it is called in reports. */
  readonly name: string;
  /** The work of a DOI; undefined where it knows none of that name. */
  byDoi(doi: string, signal?: AbortSignal): Promise<KnownWork | undefined>;
  /** Works that may be meant, the likeliest first. */
  search(reference: Work & { readonly raw: string }, signal?: AbortSignal): Promise<readonly KnownWork[]>;
}

export interface KnownWork extends Work {
  readonly isRetracted?: boolean;
}

/**
 * `verified`: there is such a work and it says the same; `differs`: there is, and it says something otherwise; `not-found`: no
 * such work where it was looked for, which may yet be elsewhere; `unreadable`: no title could be read; `unchecked`: there was
 * nowhere to look, or the service did not answer.
 */
export type ReferenceVerdict = 'verified' | 'differs' | 'not-found' | 'unreadable' | 'unchecked';
/** `other-work`: it leads to another work; `unknown`: nobody asked knows it; `unchecked`: nobody could be asked. */
export type DoiVerdict = 'ok' | 'malformed' | 'unknown' | 'other-work' | 'unchecked';

export interface CheckedReference {
  /** As the list has it, from 1. */
  readonly place: number;
  readonly line: number;
  readonly reference: Reference;
  readonly verdict: ReferenceVerdict;
  /** Where it was found. */
  readonly source: string | null;
  readonly found: KnownWork | null;
  readonly differences: readonly Difference[];
  readonly doi: DoiVerdict | null;
  /** A nearer work under a title that is not the same: what may have been meant. */
  readonly nearest: KnownWork | null;
  /** How often the text cites it. */
  readonly times: number;
}

export interface ReferenceReport {
  readonly references: readonly CheckedReference[];
  /** Places in the list that name one work. */
  readonly duplicates: readonly (readonly number[])[];
  /** Marks of the text that name nothing in the list. */
  readonly citedNotListed: readonly {
    readonly text: string;
    readonly line: number;
    readonly page: number | null;
  }[];
  /** Places in the list that the text never names. */
  readonly listedNotCited: readonly number[];
  /** Whether the text has marks at all: a list alone has none. */
  readonly hasText: boolean;
}

export interface CheckReferencesOptions {
  /** Records that are known here. */
  readonly library?: readonly Work[] | undefined;
  readonly service?: Bibliography | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const MOST_REFERENCES = 2000;
/** Failures in a row after which a service is asked no more. */
const MOST_FAILURES = 3;

/** A file of references as a draft that cites nothing. */
export const listAsDraft = (
  references: readonly Reference[],
): Pick<Paper, 'name' | 'references' | 'citedPlaces' | 'pageStarts'> => ({
  ...{ name: '', references, citedPlaces: [] },
});

/**
 * Checks every entry of the list. Without a library and a service each is only read, its DOI looked at, and compared with the
 * text.
 *
 * @throws `papers/no-references`, `papers/too-many`; what the service throws, if it never answers
 */
export async function checkReferences(
  draft: Pick<Paper, 'name' | 'references' | 'citedPlaces' | 'pageStarts'>,
  { library = [], service, onProgress, signal }: CheckReferencesOptions = {},
): Promise<ReferenceReport> {
  const { name, references, citedPlaces, pageStarts } = draft;
  if (references.length === 0) throw fail('papers/no-references', { name });
  if (references.length > MOST_REFERENCES)
    throw fail('papers/too-many', { name, what: 'entries', most: MOST_REFERENCES });
  const shelf = library.length === 0 ? undefined : libraryOf(library);
  const times = new Map<number, number>();
  for (const { reference } of citedPlaces)
    if (reference !== null) times.set(reference, (times.get(reference) ?? 0) + 1);
  const checked: CheckedReference[] = [];
  const failures: unknown[] = [];
  let [answers, inARow] = [0, 0];
  for (const [i, reference] of references.entries()) {
    await setImmediate();
    signal?.throwIfAborted();
    // One that fails again and again is left in peace.
    const asked = inARow < MOST_FAILURES ? service : undefined;
    let outcome: Outcome | undefined;
    try {
      outcome = await checkOne(reference, { shelf, service: asked, signal });
      if (asked) [answers, inARow] = [answers + 1, 0];
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(error);
      inARow++;
      outcome = await checkOne(reference, { shelf, service: undefined, signal });
    }
    // Nobody said that there is no such work.
    const isOpen =
      service !== undefined && (inARow > 0 || asked === undefined) && outcome.verdict === 'not-found';
    checked.push({
      ...{ place: i + 1, line: reference.line, reference },
      ...(isOpen ? { ...outcome, verdict: 'unchecked' } : outcome),
      times: times.get(i) ?? 0,
    });
    onProgress?.(i + 1, references.length);
  }
  // It never answered: what is wrong is the service.
  if (answers === 0 && failures.length > 0) throw failures[0];
  const hasText = citedPlaces.length > 0;
  const unlisted = new Map<string, { text: string; line: number; page: number | null }>();
  for (const { reference, cited, line, start } of citedPlaces) {
    if (reference !== null) continue;
    const text =
      cited.by === 'number'
        ? `[${cited.number}]`
        : cited.by === 'key'
          ? `@${cited.key}`
          : `${cited.author} ${cited.year}`;
    if (!unlisted.has(text)) unlisted.set(text, { text, line, page: pageOf(pageStarts, start) });
  }
  return {
    references: checked,
    duplicates: duplicatesOf(references),
    citedNotListed: [...unlisted.values()],
    listedNotCited: hasText ? checked.filter((one) => one.times === 0).map(({ place }) => place) : [],
    hasText,
  };
}

interface Asked {
  readonly shelf: ReturnType<typeof libraryOf> | undefined;
  readonly service: Bibliography | undefined;
  readonly signal: AbortSignal | undefined;
}

type Outcome = Pick<CheckedReference, 'verdict' | 'source' | 'found' | 'differences' | 'doi' | 'nearest'>;

async function checkOne(reference: Reference, { shelf, service, signal }: Asked): Promise<Outcome> {
  const doiText = /\bdoi\b|10\.\d/i.test(reference.raw);
  let doi: DoiVerdict | null =
    reference.doi === undefined
      ? doiText && /doi\s*[:.]?\s*\S|10\.\d{0,3}[/\s]/i.test(reference.raw)
        ? 'malformed'
        : null
      : 'unchecked';
  let byDoi: KnownWork | undefined;
  if (reference.doi !== undefined) {
    byDoi = shelf?.byDoi(reference.doi);
    if (byDoi === undefined && service) {
      byDoi = await service.byDoi(reference.doi, signal);
      if (byDoi === undefined) doi = 'unknown';
    }
    if (byDoi !== undefined)
      doi = reference.title === '' || isSameTitle(reference.title, byDoi.title) ? 'ok' : 'other-work';
  }
  const end = (
    verdict: ReferenceVerdict,
    source: string | null,
    found: KnownWork | undefined,
    nearest: KnownWork | undefined = undefined,
  ): Outcome => ({
    ...{ verdict, source, doi, found: found ?? null, nearest: nearest ?? null },
    differences: found ? differencesOf(reference, found) : [],
  });
  const told = (source: string, found: KnownWork): Outcome => {
    const differences = differencesOf(reference, found);
    return end(differences.length === 0 ? 'verified' : 'differs', source, found);
  };
  const where = (work: KnownWork): string => (shelf?.has(work) ? 'library' : (service?.name ?? 'library'));
  if (byDoi !== undefined && doi === 'ok') return told(where(byDoi), byDoi);
  if (reference.title === '') return byDoi ? told(where(byDoi), byDoi) : end('unreadable', null, undefined);
  const own = shelf?.find(reference);
  if (own?.match) {
    const outcome = told('library', own.match);
    // The library may hold what is wrong; a service that has it as it is cited is right.
    if (outcome.verdict === 'verified' || !service) return outcome;
  }
  if (service) {
    const found = await service.search(reference, signal);
    const match = bestOf(reference, found);
    if (match) return told(service.name, match);
    if (own?.match) return told('library', own.match);
    if (byDoi) return told(where(byDoi), byDoi);
    return end('not-found', null, undefined, nearestOf(reference, found) ?? own?.nearest);
  }
  if (byDoi) return told(where(byDoi), byDoi);
  if (!shelf) return end('unchecked', null, undefined);
  return end('not-found', null, undefined, own?.nearest);
}

/** Of works under the same title that with the fewest differences. */
function bestOf(reference: Work, works: readonly KnownWork[]): KnownWork | undefined {
  return works
    .filter((work) => isSameTitle(reference.title, work.title))
    .map((work) => ({
      work,
      differences: differencesOf(reference, work).length,
      likeness: titleLikeness(reference.title, work.title),
    }))
    .sort((a, b) => a.differences - b.differences || b.likeness - a.likeness)
    .at(0)?.work;
}

/** Something of the title must be the same. */
const NEAR_TITLE = 0.5;

function nearestOf(reference: Work, works: readonly KnownWork[]): KnownWork | undefined {
  const ranked = works
    .map((work) => ({ work, likeness: titleLikeness(reference.title, work.title) }))
    .filter(({ likeness }) => likeness >= NEAR_TITLE && likeness < SAME_TITLE)
    .sort((a, b) => b.likeness - a.likeness);
  return ranked[0]?.work;
}

/** Records by identifier, by title, and by the words of the title. */
function libraryOf(works: readonly Work[]) {
  const finder = workFinder(works);
  const all = new Set(works);
  return {
    has: (work: Work): boolean => all.has(work),
    byDoi: finder.byDoi,
    find(reference: Work): { match: Work | undefined; nearest: Work | undefined } {
      const near = finder.candidates(reference);
      return { match: bestOf(reference, near), nearest: nearestOf(reference, near) };
    },
  };
}

function duplicatesOf(references: readonly Reference[]): number[][] {
  const groups = new Map<string, Set<number>>();
  for (const [i, { doi, arxiv, title }] of references.entries()) {
    for (const key of [
      doi && `doi ${doi}`,
      arxiv && `arxiv ${arxiv}`,
      titleKey(title).length >= 8 && `title ${titleKey(title)}`,
    ]) {
      if (key) groups.set(key, (groups.get(key) ?? new Set()).add(i));
    }
  }
  const found = new Map<number, Set<number>>();
  for (const group of groups.values()) {
    const [first, ...rest] = group;
    if (rest.some((other) => isSameWork(references[first], references[other]) || group.size > 1)) {
      const own = found.get(first) ?? new Set([first]);
      for (const one of group) own.add(one);
      found.set(first, own);
    }
  }
  return [...found.values()].map((group) => [...group].map((i) => i + 1));
}

/** The list as it should be: what was found for each entry, else the entry itself. */
export const correctedWorks = ({ references }: Pick<ReferenceReport, 'references'>): Work[] =>
  references.map(({ reference, found }) =>
    found ? { ...reference, ...found, ...(doiIn(found.doi ?? '') && { doi: found.doi }) } : reference,
  );
