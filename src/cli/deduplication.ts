/** Takes repeats out of a corpus, each kind counted and shown by an example. */

import { setImmediate } from 'node:timers/promises';
import {
  dropExactDuplicates,
  dropNearDuplicates,
  type NearDuplicatePair,
  type NearDuplicateReport,
} from '../data/index.ts';
import { defineMessages } from '../language.ts';
import { type DeduplicationReport, deduplicateCorpus } from '../repeat/index.ts';
import type { TextDocument } from '../types.ts';
import type { CorpusPreparation } from './corpus-options.ts';
import { truncate } from './terminal.ts';

const say = defineMessages({
  duplicates: {
    en: (d: { count: number }) => `dropped ${d.count}: the same text as an earlier document`,
    zh: (d) => `去掉 ${d.count} 篇：与前面的文本相同`,
  },
  repeatedLines: {
    en: (d: DeduplicationReport & { copies: number; example: string }) =>
      `removed ${d.lines} lines and ${d.sections} paragraphs that had come before (${d.copies} of each stay), ${d.charactersBefore - d.charactersAfter} characters${d.example && `; such as "${d.example}"`}`,
    zh: (d) =>
      `删除 ${d.lines} 行、${d.sections} 段前文已有的文字（每条保留 ${d.copies} 次），共 ${d.charactersBefore - d.charactersAfter} 字${d.example && `；例如“${d.example}”`}`,
  },
  emptied: {
    en: (d: { count: number }) => `dropped ${d.count}: nothing but such lines, or an earlier text's words`,
    zh: (d) => `去掉 ${d.count} 篇：只有这样的行，或与前文用词相同`,
  },
  nearDuplicates: {
    en: (d: { count: number; threshold: number }) =>
      `dropped ${d.count}: similarity to an earlier document of at least ${d.threshold}`,
    zh: (d) => `去掉 ${d.count} 篇：与前文相似度不低于 ${d.threshold}`,
  },
  pair: {
    en: (d: NearDuplicatePair) =>
      `  for example (${d.similarity.toFixed(2)}): kept "${d.kept}", dropped "${d.dropped}"`,
    zh: (d) => `  例如（${d.similarity.toFixed(2)}）：保留“${d.kept}”，去掉“${d.dropped}”`,
  },
  cutShort: {
    en: (d: { count: number }) =>
      `  ${d.count} documents had more candidates than are compared: some copies of them may be left`,
    zh: (d) => `  ${d.count} 篇的候选超过比较上限，可能还留有副本`,
  },
});

/** What was taken out, for machines. */
export interface DeduplicationCounts {
  readonly duplicates: number;
  readonly repeatedLines?: DeduplicationReport & { readonly example: string };
  /** The examples only around the place where they differ. */
  readonly nearDuplicates?: NearDuplicateReport;
}

export interface Deduplicated {
  readonly documents: readonly TextDocument[];
  readonly counts: DeduplicationCounts;
  /** A line for each thing that happened. */
  readonly report: readonly string[];
}

/** Drops equal documents; lines and near duplicates as far as was asked. The first of all copies stays. */
export async function deduplicate(
  documents: readonly TextDocument[],
  { repeatedLines, nearDuplicates }: CorpusPreparation,
  signal: AbortSignal,
): Promise<Deduplicated> {
  const exact = await dropExactDuplicates(documents, { signal });
  const duplicates = exact.report.documentsIn - exact.report.documentsOut;
  let kept: readonly TextDocument[] = exact.documents;
  const report = duplicates ? [say('duplicates', { count: duplicates })] : [];
  const counts: { -readonly [Key in keyof DeduplicationCounts]: DeduplicationCounts[Key] } = { duplicates };
  if (repeatedLines !== undefined) {
    const before = kept.length;
    const lines = await removeRepeatedLines(kept, repeatedLines, signal);
    kept = lines.documents;
    counts.repeatedLines = lines.report;
    report.push(say('repeatedLines', { ...lines.report, copies: repeatedLines }));
    if (kept.length < before) report.push(say('emptied', { count: before - kept.length }));
  }
  if (nearDuplicates !== undefined) {
    const near = await dropNearDuplicates(kept, { threshold: nearDuplicates, signal });
    const count = kept.length - near.documents.length;
    kept = near.documents;
    const examples = near.report.examples.map(aroundDifference);
    counts.nearDuplicates = { ...near.report, examples };
    report.push(say('nearDuplicates', { count, threshold: nearDuplicates }));
    if (examples.length) report.push(say('pair', examples[0]));
    if (near.report.cutShort) report.push(say('cutShort', { count: near.report.cutShort }));
  }
  return { documents: kept, counts, report };
}

const EXAMPLE_LENGTH = 60;

/** Two texts from a little before the place where they part. */
function aroundDifference({ kept, dropped, similarity }: NearDuplicatePair): NearDuplicatePair {
  let at = 0;
  while (at < kept.length && kept[at] === dropped[at]) at++;
  const show = (text: string) => oneLine(text.slice(Math.max(0, at - EXAMPLE_LENGTH / 3)));
  return { similarity, kept: show(kept), dropped: show(dropped) };
}

/** A text on one line, cut. */
export const oneLine = (text: string): string => truncate(text.replace(/\s+/g, ' ').trim(), EXAMPLE_LENGTH);

const PAUSE_EVERY = 1_000;

async function removeRepeatedLines(
  documents: readonly TextDocument[],
  maxCopies: number,
  signal: AbortSignal,
): Promise<{ documents: TextDocument[]; report: NonNullable<DeduplicationCounts['repeatedLines']> }> {
  let reading = -1;
  const texts = function* () {
    for (reading = 0; reading < documents.length; reading++) yield documents[reading].text;
  };
  const kept: TextDocument[] = [];
  let example = '';
  const stream = deduplicateCorpus(texts(), { maxCopies, clean: false });
  for (;;) {
    const { done, value } = stream.next();
    if (done) return { documents: kept, report: { ...value, example } };
    // It reads a document only when it has given out what is left of the one before.
    const document = documents[reading];
    kept.push(value === document.text ? document : { ...document, text: value });
    if (!example && value !== document.text) example = oneLine(removedLine(document.text, value));
    if (kept.length % PAUSE_EVERY === 0) await setImmediate();
    signal.throwIfAborted();
  }
}

function removedLine(before: string, after: string): string {
  const left = new Set(after.split('\n').map((line) => line.trim()));
  return before.split('\n').find((line) => line.trim() !== '' && !left.has(line.trim())) ?? '';
}
