/** What `inkstone papers` and `inkstone paper` have in common: papers from files, a model, files that are written. */

import { mkdir, stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import {
  type AnswerWriter,
  isReferenceFile,
  type Paper,
  type PaperIndex,
  type PaperLibrary,
  type PaperSource,
  type PlaceInPaper,
  paperIndex,
  readLibrary,
} from '../apps/index.ts';
import { InkstoneError } from '../errors.ts';
import { openSource, writeFileAtomic } from '../io/index.ts';
import { defineMessages } from '../language.ts';
import { createAnalyzer } from '../retrieve/index.ts';
import { jiebaSegmenter } from '../text/index.ts';
import type { CommandContext } from './command.ts';
import { endpointOf } from './endpoints.ts';
import { fail } from './errors.ts';
import { flagOf, refuseGiven } from './options.ts';
import { failPapers } from './papers-errors.ts';
import type { paperOptions, papersOptions } from './papers-options.ts';
import { inOneLine } from './shown-text.ts';
import type { Terminal } from './terminal.ts';
import { readTextFile } from './text-file.ts';
import { openAnswerWriter } from './writers.ts';

export type PapersContext = CommandContext<typeof papersOptions>;
export type PaperContext = CommandContext<typeof paperOptions>;

const say = defineMessages({
  passedOver: {
    en: (d: { count: number; example: string }) =>
      `passed over ${d.count} files that are no papers, such as ${d.example}`,
    zh: (d) => `略过 ${d.count} 个非论文文件，如 ${d.example}`,
  },
  unreadable: { en: (d: { reason: string }) => `not read: ${d.reason}`, zh: (d) => `未能读取：${d.reason}` },
  reading: { en: (d: { name: string }) => `reading ${d.name}`, zh: (d) => `读取 ${d.name}` },
  written: { en: (d: { path: string }) => `written to ${d.path}`, zh: (d) => `已写入 ${d.path}` },
});

const PAPER = /\.(?:pdf|docx|md|txt|html?|xhtml|tex|bib|bibtex|csl\.json)$/i;
const PLAIN = ['.tex', '.bib', '.bibtex'];

/**
 * The papers and references of files and folders. A file of a folder that cannot be read is told and left out; one that was named
 * is an error.
 */
export async function readSources(
  specs: readonly string[],
  {
    terminal,
    signal,
    offline,
  }: { readonly terminal: Terminal; readonly signal: AbortSignal; readonly offline: boolean | undefined },
): Promise<PaperSource[]> {
  const sources: PaperSource[] = [];
  for (const spec of specs) {
    if (isReferenceFile(spec)) {
      sources.push({ name: spec, text: await readTextFile(spec) });
      continue;
    }
    const isFolder = await stat(spec).then(
      (status) => status.isDirectory(),
      () => false,
    );
    const source = await openSource(spec, {
      signal,
      offline,
      plainText: PLAIN,
      filter: (path) => PAPER.test(path),
    });
    const { passedOver } = source;
    if (passedOver.length > 0)
      terminal.print(say('passedOver', { count: passedOver.length, example: inOneLine(passedOver[0]) }));
    for (const file of source.files) {
      signal.throwIfAborted();
      const name = isFolder ? file.path : spec;
      terminal.live(say('reading', { name: inOneLine(name) }));
      try {
        if (isReferenceFile(file.path)) sources.push({ name, text: await file.text() });
        else
          for await (const { text, title, pages } of file.documents({ signal }))
            sources.push({ name, text, title, pages });
      } catch (error) {
        if (!isFolder || !(error instanceof InkstoneError)) throw error;
        terminal.json({ type: 'unreadable', name, reason: error.message });
        terminal.print(say('unreadable', { reason: inOneLine(error.message) }));
      }
    }
  }
  terminal.endLive({ keep: false });
  return sources;
}

/** The same as a library. @throws `cli/no-papers` where `needsPapers` and there is none */
export async function openLibrary(
  specs: readonly string[],
  how: Parameters<typeof readSources>[1] & { readonly needsPapers: boolean },
): Promise<PaperLibrary & { readonly index: () => Promise<PaperIndex> }> {
  const library = readLibrary(await readSources(specs, how));
  if (how.needsPapers && library.papers.length === 0)
    throw failPapers('cli/no-papers', { where: specs.join(', ') });
  return { ...library, index: async () => paperIndex(library.papers, await paperAnalyzer()) };
}

export async function paperAnalyzer() {
  const segmenter = await jiebaSegmenter();
  return createAnalyzer(segmenter && { segmenter });
}

/** A draft: one file, as a paper comes in. */
export async function readDraft(
  path: string,
  { signal, offline }: { readonly signal: AbortSignal; readonly offline: boolean | undefined },
): Promise<PaperSource> {
  const source = await openSource(path, { signal, offline, plainText: PLAIN });
  const texts: PaperSource[] = [];
  for await (const { text, title, pages } of source.documents({ signal }))
    texts.push({ name: path, text, title, pages });
  if (texts.length !== 1) throw failPapers('cli/paper-file', { path, got: texts.length });
  return texts[0];
}

/** Of use to a model only, and to one behind an endpoint only. */
const OF_MODELS = ['maxTokens', 'minSupport', 'contextTokens', 'tokenizer', 'work'];
const OF_ENDPOINTS = ['contextTokens', 'tokenizer'];

/** @throws where options would do nothing */
export function checkModelOptions(
  command: string,
  {
    options: { model },
    given,
  }: Pick<PapersContext, 'given'> & { readonly options: { readonly model: string | undefined } },
): void {
  if (model === undefined) {
    const idle = OF_MODELS.find((name) => given.has(name));
    if (idle !== undefined)
      throw fail('cli/needs-option', { command, option: flagOf(idle), needed: '--model' });
    return;
  }
  if (endpointOf(model)) return;
  const reason = { reason: 'a model here knows its own', zhReason: '本地模型自带这些信息' };
  refuseGiven(given, OF_ENDPOINTS, { command, beside: '--model', ...reason });
}

/** The model that writes, for as long as `work` goes on; without one `undefined`. */
export async function withWriter<Result>(
  options: {
    readonly model: string | undefined;
    readonly contextTokens: number;
    readonly tokenizer: string | undefined;
  },
  work: (writer: AnswerWriter | undefined) => Promise<Result>,
): Promise<Result> {
  if (options.model === undefined) return work(undefined);
  const { writer, close } = await openAnswerWriter(options.model, options);
  try {
    return await work(writer);
  } finally {
    close();
  }
}

/** @throws where the name of the file says no kind that this verb writes: before any work is done */
export function checkOut(command: string, out: string | undefined, known: readonly string[]): void {
  if (out !== undefined && !known.includes(extname(out).toLowerCase()))
    throw fail('cli/view-file', { command, path: out, known });
}

/** Writes a file whole or not at all, and says so. */
export async function writeOut(terminal: Terminal, path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, text);
  terminal.json({ type: 'written', out: path });
  terminal.print(say('written', { path }));
}

/** `vaswani2017 p. 3 § Results`, for people. */
export const shownPlace = ({ paper, page, section }: PlaceInPaper): string =>
  [paper, page === null ? undefined : `p. ${page}`, section === null ? undefined : `§ ${section}`]
    .filter(Boolean)
    .map((part) => inOneLine(part!))
    .join(' ');

/** A paper as JSON tells it: all but its text. */
export function describePaper(paper: Paper): object {
  const { text, sections, citedPlaces, pageStarts, type: workType, ...rest } = paper;
  return {
    workType,
    ...rest,
    characters: text.length,
    ...(pageStarts && { pageCount: pageStarts.length }),
    sections: sections.map(({ title, kind, depth, start, end }) => ({ title, kind, depth, start, end })),
    cited: citedPlaces.length,
    unresolved: citedPlaces.filter(({ reference }) => reference === null).length,
  };
}
