/** Finds a work among many: by identifier and title at once, else among those whose titles share its words. */

import { bm25Index, createAnalyzer } from '../../retrieve/index.ts';
import { titleKey, type Work } from './work.ts';

export interface WorkFinder<Own extends Work> {
  byDoi(doi: string): Own | undefined;
  /** Those that may be the work, the likeliest first; none is left out that has its identifier or its very title. */
  candidates(work: Work): readonly Own[];
}

/** Works with words in common that are looked at. */
const NEAR = 8;

export function workFinder<Own extends Work>(works: readonly Own[]): WorkFinder<Own> {
  const analyze = createAnalyzer({ chinese: 'bigrams' });
  const index = bm25Index(works.map(({ title }) => analyze(title)));
  const byKey = new Map<string, Own[]>();
  for (const work of works) {
    for (const key of keysOf(work)) {
      const own = byKey.get(key);
      if (own) own.push(work);
      else byKey.set(key, [work]);
    }
  }
  return {
    byDoi: (doi) => byKey.get(`doi ${doi}`)?.[0],
    candidates(work) {
      const known = keysOf(work).flatMap((key) => byKey.get(key)?.slice(0, NEAR) ?? []);
      const near =
        work.title === '' ? [] : index.search(analyze(work.title), NEAR).map(({ index: at }) => works[at]);
      return [...new Set([...known, ...near])];
    },
  };
}

const keysOf = ({ doi, arxiv, title }: Work): string[] =>
  [doi && `doi ${doi}`, arxiv && `arxiv ${arxiv}`, titleKey(title) && `title ${titleKey(title)}`].filter(
    (key) => key !== undefined && key !== '',
  ) as string[];
