/** Addresses: what does not fit is left out, and named, so that the router does not take it from the raw address. */

import { expect, test } from 'vitest';
import { appsSearch } from '../pages/apps/search.ts';
import { chatSearch } from '../pages/chat/search.ts';
import { documentsSearch } from '../pages/documents/search.ts';
import { insideSearch } from '../pages/inside/search.ts';
import { labelSearch } from '../pages/label/search.ts';
import { musicSearch } from '../pages/music/search.ts';
import { repetitionSearch } from '../pages/repetition/search.ts';
import { reviewSearch } from '../pages/review/search.ts';
import { compareSearch, runSearch } from '../pages/runs/search.ts';
import { tasksSearch } from '../pages/tasks/search.ts';
import { writeSearch } from '../pages/write/search.ts';
import type { RawSearch } from './search.ts';

const searches: { readonly [name: string]: (raw: RawSearch) => object } = {
  ...{ appsSearch, chatSearch, documentsSearch, insideSearch, labelSearch, musicSearch, repetitionSearch },
  ...{ reviewSearch, compareSearch, runSearch, tasksSearch, writeSearch },
};

test.each(Object.entries(searches))('%s names every key that it reads', (_name, search) => {
  const read = new Set<string>();
  const get = (_: object, key: string | symbol): object => {
    read.add(String(key));
    return {};
  };
  const found = search(new Proxy({}, { get }));
  expect(Object.keys(found).sort()).toEqual([...read].sort());
  expect(Object.values(found).filter((value) => value !== undefined)).toEqual([]);
});
