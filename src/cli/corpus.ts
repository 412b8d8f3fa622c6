/** From a source to clean documents on two sides: what is read, what is removed and why, what is held out. */

import { createHash } from 'node:crypto';
import {
  type CleaningReport,
  type CleaningRule,
  type CorpusName,
  cleanDocuments,
  codeRules,
  corpora,
  describeCleaning,
  generalRules,
  openCorpus,
  splitByHash,
  splitTail,
} from '../data/index.ts';
import { type DownloadProgress, openSource, type Skipped, type Source } from '../io/index.ts';
import { defineMessages } from '../language.ts';
import type { TextDocument } from '../types.ts';
import type { CorpusPreparation } from './corpus-options.ts';
import { type DeduplicationCounts, deduplicate } from './deduplication.ts';
import { fail } from './errors.ts';
import { filterRules, type OverlapCounts, removeOverlap } from './filters.ts';
import type { KeptReading } from './kept-reading.ts';
import { formatBytes, type Terminal } from './terminal.ts';

export { readTextFile } from './text-file.ts';

const say = defineMessages({
  fetching: { en: (d: { name: string }) => `fetching ${d.name}`, zh: (d) => `下载 ${d.name}` },
  passedOver: {
    en: (d: { count: number; example: string }) =>
      `passed over ${d.count} files that are no text, such as ${d.example}`,
    zh: (d) => `略过 ${d.count} 个非文本文件，如 ${d.example}`,
  },
  record: {
    en: (d: Count) => `passed over ${d.count} records of archives that hold no page`,
    zh: (d) => `略过 ${d.count} 条不含网页的存档记录`,
  },
  status: {
    en: (d: Count) => `passed over ${d.count} pages that the server did not give (status other than 200)`,
    zh: (d) => `略过 ${d.count} 个服务器未正常给出的网页（状态码不是 200）`,
  },
  media: {
    en: (d: Count) => `passed over ${d.count} answers that are neither HTML nor plain text`,
    zh: (d) => `略过 ${d.count} 个既非 HTML 又非纯文本的响应`,
  },
  long: {
    en: (d: Count) => `passed over ${d.count} pages that are too long`,
    zh: (d) => `略过 ${d.count} 个过长的页面`,
  },
  unreadable: {
    en: (d: Count) => `passed over ${d.count} pages that are damaged or in no known encoding`,
    zh: (d) => `略过 ${d.count} 个损坏或编码不明的网页`,
  },
  redirect: {
    en: (d: Count) => `passed over ${d.count} pages of a wiki that lead to another`,
    zh: (d) => `略过 ${d.count} 个重定向页面`,
  },
  namespace: {
    en: (d: Count) => `passed over ${d.count} pages of a wiki that are no articles`,
    zh: (d) => `略过 ${d.count} 个非条目页面`,
  },
  tune: {
    en: (d: Count) => `passed over ${d.count} tunes without a key or notes, or that are too long`,
    zh: (d) => `略过 ${d.count} 首没有调号或音符、或过长的曲子`,
  },
  encoding: {
    en: (d: { count: number; encoding: string; example: string }) =>
      `read ${d.count} files as ${d.encoding}, such as ${d.example}`,
    zh: (d) => `${d.count} 个文件按 ${d.encoding} 编码读取，如 ${d.example}`,
  },
  split: {
    en: (d: { train: number; heldOut: number }) =>
      `${d.train} documents to learn from, ${d.heldOut} held out, chosen by the hash of the text: no text is on both sides`,
    zh: (d) => `${d.train} 篇用于学习，${d.heldOut} 篇留出；按文本哈希划分，没有一篇同在两边`,
  },
  splitTail: {
    en: (d: { share: number }) => `few documents: the last ${100 * d.share} % of the text is held out`,
    zh: (d) => `文档很少：留出文本最后的 ${100 * d.share} %`,
  },
});

interface Count {
  readonly count: number;
}

export interface LoadOptions {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly offline?: boolean;
  /** How it is read and what is taken out, beyond the usual. */
  readonly prepare?: CorpusPreparation;
  /** Where what was read the same way is taken from. */
  readonly kept?: KeptReading | undefined;
}

/** Documents that were read, cleaned and freed of duplicates, with the lines that tell what happened. */
export interface LoadedCorpus {
  /** What to call it: `chinese-poetry@2.0.1`, a path. */
  readonly name: string;
  readonly known: CorpusName | undefined;
  readonly documents: readonly TextDocument[];
  readonly cleaning: CleaningReport;
  readonly deduplication: DeduplicationCounts;
  /** What stood in evaluation texts, if they were named. */
  readonly overlap?: OverlapCounts;
  /** What of its files was passed over, by reason. */
  readonly skipped: Skipped;
  readonly report: readonly string[];
}

/** The known corpus that a spec names, if any: `npm:chinese-poetry` is our default corpus. */
function knownCorpus(spec: string): CorpusName | undefined {
  const bare = (text: string): string => text.replace(/@[\d.]+$/, '');
  return (Object.keys(corpora) as CorpusName[]).find(
    (name) => spec === name || bare(corpora[name].spec) === bare(spec),
  );
}

/**
 * Reads, cleans and de-duplicates a source: a path, `npm:NAME`, or the name of a known corpus. A known corpus has its
 * own rules of cleaning; `rules` are for any other source.
 */
export async function loadDocuments(
  spec: string,
  options: LoadOptions,
  rules?: readonly CleaningRule[],
): Promise<LoadedCorpus> {
  const { kept, offline, prepare } = options;
  if (!kept) return readDocuments(spec, options, rules);
  const key = JSON.stringify([spec, offline, prepare, rules?.map(({ name }) => name)]);
  return kept.once(key, () => readDocuments(spec, options, rules));
}

async function readDocuments(
  spec: string,
  { terminal, signal, offline, prepare = {} }: LoadOptions,
  rules: readonly CleaningRule[] | undefined,
): Promise<LoadedCorpus> {
  const known = knownCorpus(spec);
  let bar: ReturnType<Terminal['bar']> | undefined;
  const onProgress = ({ receivedBytes, fraction }: DownloadProgress): void => {
    bar ??= terminal.bar(say('fetching', { name: spec }), 1, formatBytes);
    bar.update(receivedBytes, fraction ? receivedBytes / fraction : undefined);
  };
  const { textColumn, titleColumn, code, privateAddresses } = prepare;
  const options = { signal, offline, onProgress, textColumn, titleColumn, code, privateAddresses };
  const opening = known ? openCorpus(known, options) : openSource(spec, options);
  const source = await opening.finally(() => bar?.stop());
  const read = known ? corpora[known].read(source, { signal }) : source.documents({ signal });
  const cleaned = await cleanDocuments(read, {
    rules: [
      ...(known ? corpora[known].rules : code ? codeRules() : (rules ?? generalRules())),
      ...(await filterRules(prepare)),
    ],
    signal,
  });
  const unique = await deduplicate(cleaned.documents, prepare, signal);
  const own = await removeOverlap(unique.documents, prepare, { signal, offline });
  if (own.documents.every(({ text }) => text.trim() === '')) throw fail('cli/empty-corpus', { source: spec });
  const { passedOver, otherEncodings, skipped } = source;
  return {
    name: source.name,
    known,
    documents: own.documents,
    cleaning: cleaned.report,
    deduplication: unique.counts,
    ...(own.counts && { overlap: own.counts }),
    skipped,
    report: [
      ...describeCleaning(cleaned.report),
      ...unique.report,
      ...own.report,
      ...describeEncodings(otherEncodings),
      ...(Object.entries(skipped) as [keyof Skipped, number][]).map(([kind, count]) => say(kind, { count })),
      ...(passedOver.length ? [say('passedOver', { count: passedOver.length, example: passedOver[0] })] : []),
    ],
  };
}

/** A line for each encoding but UTF-8. */
function describeEncodings(found: Source['otherEncodings']): string[] {
  const byEncoding = new Map<string, { count: number; readonly example: string }>();
  for (const { path, encoding } of found) {
    const known = byEncoding.get(encoding);
    if (known) known.count++;
    else byEncoding.set(encoding, { count: 1, example: path });
  }
  return Array.from(byEncoding, ([encoding, files]) => say('encoding', { encoding, ...files }));
}

/** How a recipe's text is cleaned: nanoGPT's, in windows, takes it as it is; else as is usual for the source. */
export const rulesFor = ({ rows }: { readonly rows: string }): readonly CleaningRule[] | undefined =>
  rows === 'windows' ? [] : undefined;

/** Below this many documents the tail of the text is held out instead of whole documents. */
export const FEW_DOCUMENTS = 50;
const TAIL_SHARE = 0.1;
/** Enough to measure by; more would only take away from learning. */
const MAX_HELD_OUT = 2000;

export interface SplitCorpus {
  readonly train: readonly TextDocument[];
  readonly heldOut: readonly TextDocument[];
  readonly report: string;
}

/** By the hash of the text, none cut: a tenth is held out, of many less. */
export const splitWhole = <D extends TextDocument>(documents: readonly D[]): { train: D[]; heldOut: D[] } =>
  splitByHash(documents, { heldOut: Math.max(0.02, Math.min(0.1, FEW_DOCUMENTS / documents.length)) });

/**
 * Train and held-out: by hash of each document, or by the tail when there are only a few. The same for every run, whatever its
 * seed: what one run holds out no other has learnt from, and whoever looks at a run later finds its held-out side again.
 */
export function splitCorpus(documents: readonly TextDocument[]): SplitCorpus {
  if (documents.length < FEW_DOCUMENTS) {
    const parts = documents.map((document) => splitTail(document.text, TAIL_SHARE));
    return {
      train: parts.map(([text]) => ({ text })),
      heldOut: parts.map(([, text]) => ({ text })),
      report: say('splitTail', { share: TAIL_SHARE }),
    };
  }
  const { train, heldOut } = splitWhole(documents);
  return { train, heldOut, report: say('split', { train: train.length, heldOut: heldOut.length }) };
}

/** The held-out documents that are measured: all, or the first of many. */
export function measuredPart(heldOut: readonly TextDocument[]): readonly TextDocument[] {
  return heldOut.slice(0, MAX_HELD_OUT);
}

/** One hash over all texts, so that a resumed run learns from the same. */
export function hashTexts(documents: readonly TextDocument[]): string {
  const hash = createHash('sha256');
  for (const { text } of documents) hash.update(text).update('\0');
  return hash.digest('hex');
}
