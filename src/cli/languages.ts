/** Text of several languages for one training: which sources are named, what each holds, how the tokenizer is made of them. */

import { readdir, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { mixTexts, sizeBytes, temperatureShares } from '../data/index.ts';
import { defineMessages } from '../language.ts';
import type { TextDocument } from '../types.ts';
import { type LoadOptions, loadDocuments, type SplitCorpus, splitCorpus } from './corpus.ts';
import { fail } from './errors.ts';
import { refuseGiven } from './options.ts';
import { formatBytes } from './terminal.ts';
import { MOST_TOKENIZER_CHARACTERS } from './tokenizers.ts';

const say = defineMessages({
  language: {
    en: (d: { name: string; source: string; train: number; heldOut: number; size: string }) =>
      `${d.name}: ${d.source}, ${d.train} documents to learn from (${d.size}), ${d.heldOut} held out`,
    zh: (d) => `${d.name}：${d.source}，${d.train} 篇用于学习（${d.size}），${d.heldOut} 篇留出`,
  },
});

/** A source and the name of its language, as they were given. */
export interface LanguageSource {
  readonly name: string;
  readonly source: string;
}

/** The text of one language, on both sides. */
export interface LanguageTexts extends LanguageSource, Pick<SplitCorpus, 'train' | 'heldOut'> {}

const LEAST_LANGUAGES = 2;
/** Of a mixture of rows. */
const MOST_LANGUAGES = 256;
const NAMED = /^([\p{L}\p{N}][\p{L}\p{N}_-]*)=(.+)$/u;
const NEXT = /,(?=[\p{L}\p{N}][\p{L}\p{N}_-]*=)/u;

const isThere = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined;

/**
 * The languages of `--data`: `en=a.txt,zh=b.txt`; or, where they are to be mixed, each file or folder of a folder under its own name.
 * Undefined for a single source. @throws where there are too few of them, or two have one name
 */
export async function languagesOf(
  data: string,
  mixTemperature: number | undefined,
): Promise<readonly LanguageSource[] | undefined> {
  const named = NAMED.test(data) && !(await isThere(data));
  if (!named && mixTemperature === undefined) return undefined;
  const languages = named ? data.split(NEXT).map(languageOf) : await languagesIn(data);
  const names = new Set(languages.map(({ name }) => name));
  if (languages.length < LEAST_LANGUAGES || languages.length > MOST_LANGUAGES) {
    throw fail('cli/languages', {
      data,
      least: LEAST_LANGUAGES,
      most: MOST_LANGUAGES,
      got: languages.length,
    });
  }
  if (names.size < languages.length) {
    const twice = languages.find(({ name }, i) => languages.findIndex((other) => other.name === name) < i)!;
    throw fail('cli/language-twice', { data, name: twice.name });
  }
  return languages;
}

function languageOf(named: string): LanguageSource {
  const [, name, source] = NAMED.exec(named)!;
  return { name, source };
}

async function languagesIn(folder: string): Promise<LanguageSource[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) => ({
      name: entry.isDirectory() ? entry.name : parse(entry.name).name,
      source: join(folder, entry.name),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Reads and splits each language by itself, telling what it holds. */
export async function readLanguages(
  sources: readonly LanguageSource[],
  loading: LoadOptions,
  rules?: Parameters<typeof loadDocuments>[2],
): Promise<LanguageTexts[]> {
  const { terminal } = loading;
  const languages: LanguageTexts[] = [];
  for (const { name, source: spec } of sources) {
    const corpus = await loadDocuments(spec, loading, rules);
    const { train, heldOut } = splitCorpus(corpus.documents);
    const about = { train: train.length, heldOut: heldOut.length, size: formatBytes(sizeBytes(train)) };
    for (const line of [...corpus.report, say('language', { name, source: corpus.name, ...about })]) {
      terminal.print(line);
    }
    languages.push({ name, source: corpus.known ?? corpus.name, train, heldOut });
  }
  return languages;
}

/** A training that learns otherwise takes one text. @throws where there are several */
export async function refuseLanguages(
  {
    options: { data },
    given,
  }: { readonly options: { readonly data?: string }; readonly given: ReadonlySet<string> },
  beside: string,
): Promise<void> {
  const reason = {
    reason: 'languages are mixed for models that write',
    zhReason: '只有会写作的模型才混合多种语言',
  };
  refuseGiven(given, ['mixTemperature'], { command: 'train', beside, ...reason });
  if (data === undefined || !(await languagesOf(data, undefined))) return;
  throw fail('cli/conflict', { command: 'train', options: [beside, `--data ${data}`], ...reason });
}

/** All languages as one corpus. */
export const joinLanguages = (languages: readonly LanguageTexts[]): SplitCorpus => ({
  train: languages.flatMap(({ train }) => train),
  heldOut: languages.flatMap(({ heldOut }) => heldOut),
  report: '',
});

/** The text that a tokenizer is trained on: of each language its share by bytes of UTF-8, which is what merges are counted in. */
export function tokenizerTexts(languages: readonly LanguageTexts[], temperature: number): TextDocument[] {
  const sizes = languages.map(({ train }) => sizeBytes(train));
  const shares = temperatureShares(sizes, temperature);
  const total = sizes.reduce((a, b) => a + b, 0);
  const sources = languages.map(({ train }, i) => ({ documents: train, share: shares[i] }));
  return mixTexts(sources, Math.min(total, MOST_TOKENIZER_CHARACTERS));
}
