/** The filters that a command asks for, as rules of cleaning; and what stands in evaluation texts, taken out and told. */

import {
  type CleaningRule,
  excludeOverlap,
  indexOverlap,
  languageRule,
  type OverlapReport,
  parseWordList,
  personalRule,
  qualityRules,
  repetitionRules,
  wordListRule,
} from '../data/index.ts';
import { openSource } from '../io/index.ts';
import { defineMessages } from '../language.ts';
import type { TextDocument } from '../types.ts';
import type { CorpusPreparation } from './corpus-options.ts';
import { oneLine } from './deduplication.ts';
import { readTextFile } from './text-file.ts';

const say = defineMessages({
  overlap: {
    en: (d: OverlapCounts) =>
      `${d.overlapping} documents hold text of ${d.source} (${d.texts} texts, ${d.grams} n-grams): it was cut out, ${d.dropped} went entirely, ${d.charactersIn - d.charactersOut} characters`,
    zh: (d) =>
      `${d.overlapping} 篇与 ${d.source}（${d.texts} 篇，${d.grams} 个 n 元组）重合：已剪去，其中 ${d.dropped} 篇整篇去掉，共 ${d.charactersIn - d.charactersOut} 字`,
  },
  example: {
    en: (d: { example: string }) => `  for example "${d.example}"`,
    zh: (d) => `  例如“${d.example}”`,
  },
});

/** The rules beyond the usual cleaning, in the order in which they run: what drops before what only changes. */
export async function filterRules(prepare: CorpusPreparation): Promise<CleaningRule[]> {
  const { language, quality, dropRepetitive, blocklist, maskPersonal } = prepare;
  const codes = language?.split(',').map((code) => code.trim().toLowerCase());
  return [
    ...(codes ? [await languageRule(codes)] : []),
    ...(quality ? qualityRules(quality) : []),
    ...(dropRepetitive ? repetitionRules() : []),
    ...(blocklist ? [wordListRule(parseWordList(await readTextFile(blocklist), blocklist))] : []),
    ...(maskPersonal ? [personalRule()] : []),
  ];
}

/** What stood in the evaluation texts, for machines. */
export interface OverlapCounts extends OverlapReport {
  readonly source: string;
  readonly texts: number;
  readonly grams: number;
}

/** Cuts out what stands in the evaluation texts that were named, if any. */
export async function removeOverlap(
  documents: readonly TextDocument[],
  { excludeOverlap: spec, privateAddresses }: CorpusPreparation,
  options: { readonly signal: AbortSignal; readonly offline?: boolean },
): Promise<{
  documents: readonly TextDocument[];
  counts?: OverlapCounts;
  /** A line for each thing that happened. */
  report: readonly string[];
}> {
  if (spec === undefined) return { documents, report: [] };
  const { signal } = options;
  const source = await openSource(spec, { ...options, privateAddresses });
  const index = await indexOverlap(source.documents({ signal }), { signal });
  const own = await excludeOverlap(documents, index, { signal });
  const example = own.report.example && oneLine(own.report.example);
  const { texts, grams } = index;
  const counts = { ...own.report, example, source: source.name, texts, grams };
  const report = [say('overlap', counts), ...(example ? [say('example', { example })] : [])];
  return { documents: own.documents, counts, report };
}
