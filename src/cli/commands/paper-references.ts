/** `inkstone paper references FILE`: each reference looked for, and the marks of the text against the list. */

import { extname } from 'node:path';
import {
  type CheckedReference,
  type CitationStyle,
  checkReferences,
  citationKeys,
  correctedWorks,
  isReferenceFile,
  type ListedWork,
  type Paper,
  type ReferenceReport,
  readLibrary,
  readPapers,
  usualStyle,
  type Work,
  withRecords,
  writeReferences,
} from '../../apps/index.ts';
import { defineMessages } from '../../language.ts';
import { openBibliography } from '../bibliography.ts';
import { fail } from '../errors.ts';
import { checkOut, openLibrary, type PaperContext, readDraft, writeOut } from '../papers-parts.ts';
import { inOneLine, withoutControls } from '../shown-text.ts';
import { readTextFile } from '../text-file.ts';

const verdicts = defineMessages({
  verified: { en: (d: { where: string }) => `verified (${d.where})`, zh: (d) => `属实（${d.where}）` },
  differs: { en: (d: { where: string }) => `differs (${d.where})`, zh: (d) => `有出入（${d.where}）` },
  'not-found': { en: () => 'not found', zh: () => '未找到' },
  unreadable: { en: () => 'no title could be read', zh: () => '读不出题名' },
  unchecked: { en: () => 'not checked', zh: () => '未核实' },
});
const say = defineMessages({
  difference: {
    en: (d: { field: string; cited: string; found: string }) =>
      `    ${d.field}: cited "${d.cited}", found "${d.found}"`,
    zh: (d) => `    ${FIELDS[d.field as 'title']}：引作“${d.cited}”，应为“${d.found}”`,
  },
  nearest: {
    en: (d: { title: string; year: string }) => `    meant perhaps: ${d.title}${d.year}`,
    zh: (d) => `    或许是：${d.title}${d.year}`,
  },
  malformed: { en: () => '    its DOI is no DOI', zh: () => '    DOI 格式不对' },
  unknown: {
    en: (d: { doi: string }) => `    nobody knows the DOI ${d.doi}`,
    zh: (d) => `    查无此 DOI：${d.doi}`,
  },
  'other-work': {
    en: (d: { doi: string }) => `    the DOI ${d.doi} is that of another work`,
    zh: (d) => `    DOI ${d.doi} 指向另一篇文献`,
  },
  retracted: { en: () => '    it was retracted', zh: () => '    该文已撤稿' },
  duplicates: {
    en: (d: { places: string }) => `listed twice: ${d.places}`,
    zh: (d) => `重复列出：${d.places}`,
  },
  citedNotListed: {
    en: (d: { line: number; text: string }) => `line ${d.line}: ${d.text} is cited and not listed`,
    zh: (d) => `第 ${d.line} 行：引用了 ${d.text}，文献表中没有`,
  },
  listedNotCited: {
    en: (d: { places: string }) => `listed and never cited: ${d.places}`,
    zh: (d) => `列出而未引用：${d.places}`,
  },
  sum: {
    en: (d: Sum) =>
      `${d.all} references: ${d.verified} verified, ${d.differs} differ, ${d.missing} not found${d.open > 0 ? `, ${d.open} not checked` : ''}`,
    zh: (d) =>
      `共 ${d.all} 条：${d.verified} 条属实，${d.differs} 条有出入，${d.missing} 条未找到${d.open > 0 ? `，${d.open} 条未核实` : ''}`,
  },
  nobody: {
    en: () => 'nothing was looked up: give --library or --service to verify them',
    zh: () => '未作查找：请给出 --library 或 --service 以核实',
  },
  library: { en: () => 'library', zh: () => '文献库' },
  working: {
    en: (d: { done: number; total: number }) => `reference ${d.done}/${d.total}`,
    zh: (d) => `第 ${d.done}/${d.total} 条`,
  },
});

interface Sum {
  readonly all: number;
  readonly verified: number;
  readonly differs: number;
  readonly missing: number;
  readonly open: number;
}

const FIELDS = { title: '题名', authors: '作者', year: '年份', doi: 'DOI', venue: '出处' } as const;

export async function references(context: PaperContext, file: string): Promise<void> {
  const { options, terminal, signal, given } = context;
  const { out, style, service, library: spec } = options;
  checkOut('paper references', out, ['.bib', '.json', '.md', '.txt']);
  if (given.has('mailto') && service === undefined)
    throw fail('cli/needs-option', { command: 'paper references', option: '--mailto', needed: '--service' });
  const library =
    spec === undefined
      ? undefined
      : await openLibrary([spec], { terminal, signal, offline: options.offline, needsPapers: false });
  const works: Work[] = library ? [...library.records, ...library.papers] : [];
  const draft = await openDraft(file, context, library?.records ?? []);
  const report = await checkReferences(draft, {
    library: works,
    ...(service !== undefined && { service: openBibliography(service, options.mailto) }),
    onProgress: (done, total) => terminal.live(say('working', { done, total })),
    signal,
  });
  terminal.endLive({ keep: false });
  tell(context, report);
  if (spec === undefined && service === undefined) terminal.print(say('nobody', {}));
  const list = (as: CitationStyle): string => {
    const corrected = correctedWorks(report);
    const keys = citationKeys(corrected);
    return writeReferences(
      corrected,
      as,
      report.references.map(({ reference }, i) => reference.key ?? keys[i]),
    );
  };
  if (style !== undefined && out === undefined) terminal.print(`\n${withoutControls(list(style)).trimEnd()}`);
  if (out === undefined) return;
  const byEnding: { readonly [extension: string]: CitationStyle } = { '.bib': 'bibtex', '.json': 'csl' };
  const isHan = /\p{Script=Han}/u.test(report.references[0]?.reference.title ?? '');
  await writeOut(
    terminal,
    out,
    list(byEnding[extname(out).toLowerCase()] ?? style ?? usualStyle(isHan ? 'zh' : 'en')),
  );
}

/** A paper; a file of references; or one that cites keys of the library, whose entries are then its list. */
async function openDraft(
  file: string,
  { signal, options: { offline } }: PaperContext,
  records: readonly ListedWork[],
): Promise<Pick<Paper, 'name' | 'references' | 'citedPlaces' | 'pageStarts'>> {
  if (isReferenceFile(file)) {
    const { records: own } = readLibrary([{ name: file, text: await readTextFile(file) }]);
    return { name: file, references: own, citedPlaces: [] };
  }
  const [paper] = readPapers([await readDraft(file, { signal, offline })]);
  return withRecords(paper, records);
}

const SHOWN = 120;

function tell({ terminal }: PaperContext, report: ReferenceReport): void {
  for (const one of report.references) {
    terminal.json({ type: 'reference', ...one });
    tellOne(one, (line) => terminal.print(line));
  }
  const { references: all, duplicates, citedNotListed, listedNotCited, hasText } = report;
  const count = (verdict: CheckedReference['verdict']): number =>
    all.filter((one) => one.verdict === verdict).length;
  terminal.json({
    type: 'report',
    duplicates,
    citedNotListed,
    listedNotCited,
    hasText,
    verified: count('verified'),
    differs: count('differs'),
    notFound: count('not-found'),
    unreadable: count('unreadable'),
    unchecked: count('unchecked'),
  });
  terminal.print();
  for (const group of duplicates)
    terminal.print(say('duplicates', { places: group.map((place) => `[${place}]`).join(' = ') }));
  for (const { text, line } of citedNotListed)
    terminal.print(say('citedNotListed', { line, text: inOneLine(text) }));
  if (listedNotCited.length > 0)
    terminal.print(say('listedNotCited', { places: listedNotCited.map((place) => `[${place}]`).join(' ') }));
  terminal.print(
    say('sum', {
      all: all.length,
      verified: count('verified'),
      differs: count('differs'),
      missing: count('not-found') + count('unreadable'),
      open: count('unchecked'),
    }),
  );
}

function tellOne(
  { place, reference, verdict, source, differences, nearest, found, doi }: CheckedReference,
  print: (line: string) => void,
): void {
  const shown = inOneLine(reference.title || reference.raw);
  const where = source === 'library' ? say('library', {}) : (source ?? '');
  print(
    `[${place}] ${shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown} — ${verdicts(verdict, { where })}`,
  );
  for (const { field, cited, found: other } of differences)
    print(say('difference', { field, cited: inOneLine(cited), found: inOneLine(other) }));
  if (nearest)
    print(
      say('nearest', {
        title: inOneLine(nearest.title),
        year: nearest.year === undefined ? '' : ` (${nearest.year})`,
      }),
    );
  if (doi === 'malformed') print(say('malformed', {}));
  if (doi === 'unknown' || doi === 'other-work') print(say(doi, { doi: inOneLine(reference.doi!) }));
  if (found?.isRetracted) print(say('retracted', {}));
}
