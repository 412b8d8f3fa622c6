/** `/v1/papers`: papers that are sent, read, compared, linked, or cited; `/v1/manuscripts`: a draft advised on, its references checked, or one written. */

import { z } from 'zod';
import {
  adviseOnDraft,
  type Bibliography,
  checkReferences,
  citationGraph,
  citationStyles,
  comparePapers,
  correctedWorks,
  draftPaper,
  isReferenceFile,
  listAsDraft,
  MOST_COLUMNS,
  MOST_QUESTION_CHARACTERS,
  numberedReferences,
  type Paper,
  type PaperIndex,
  type PaperSource,
  paperIndex,
  readLibrary,
  readOutline,
  readPapers,
  reviewPapers,
  sayRemark,
  toMermaid,
  usualStyle,
  withRecords,
  writeReferences,
} from '../../apps/index.ts';
import { createAnalyzer } from '../../retrieve/index.ts';
import { jiebaSegmenter } from '../../text/index.ts';
import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { followClient } from '../openai/stream.ts';
import type { RequestScope } from '../openai/to-request.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';
import { countedWriter } from './answer-writer.ts';

const text = z.string();
const name = text.min(1).max(limits.paperName);
/** A paper, or a file of references: its name says how it is written (`.md`, `.tex`, `.bib`, `.json`). */
const source = z.strictObject({
  name,
  text: text.min(1),
  title: text.max(limits.paperTitle).nullish(),
  /** Where each page begins, in UTF-16 units. */
  pages: z.array(z.int().min(0)).max(limits.paperPages).nullish(),
});
const ofModel = {
  /** Who writes; without, sentences are quoted. */
  model: text.nullish(),
  max_tokens: z.int().min(1).max(limits.answerTokens).nullish(),
  min_support: z.number().min(0).max(1).nullish(),
  /** Of a model behind another endpoint: what it reads and writes in all. */
  context_tokens: z.int().min(1).max(limits.answerContext).nullish(),
};

export const papersBody = z.strictObject({
  task: z.enum(['read', 'compare', 'graph', 'review']),
  papers: z.array(source).min(1).max(limits.papers),
  /** Of a table or a review: its subject. */
  about: text.min(1).max(MOST_QUESTION_CHARACTERS).nullish(),
  /** Of a table. */
  columns: z.array(text.min(1).max(60)).min(1).max(MOST_COLUMNS).nullish(),
  /** Of a review: sentences on each paper. */
  sentences: z.int().min(1).max(limits.sentences).nullish(),
  ...ofModel,
});

export const manuscriptBody = z.strictObject({
  task: z.enum(['advise', 'references', 'draft']),
  /** The draft, or the outline of one. */
  text: text.min(1),
  name: name.nullish(),
  /** What may be cited: papers, and files of references. */
  library: z.array(source).max(limits.papers).nullish(),
  /** Of references: also ask the bibliographic service of the server. */
  look_up: z.boolean().nullish(),
  style: z.enum(citationStyles).nullish(),
  sentences: z.int().min(1).max(limits.sentences).nullish(),
  ...ofModel,
});

type Scope = RequestScope & { readonly quotes: QuoteWatch };

const analyzer = async () => {
  const segmenter = await jiebaSegmenter();
  return createAnalyzer(segmenter && { segmenter });
};

/** What comes back of texts that were sent is what the rules let through, as is what is taken from them. */
async function underRules(quotes: QuoteWatch, work: () => Promise<object>): Promise<object> {
  const leave = quotes.begin();
  try {
    const shown: string[] = [];
    const told = tellAll(await work(), (one) => {
      const { text: own } = quotes.tell(one).whole;
      shown.push(own);
      return own;
    });
    quotes.end([...new Set(shown)].join('\n'));
    return told as object;
  } finally {
    leave();
  }
}

/** Every text in a value of JSON. */
function tellAll(value: unknown, tell: (text: string) => string): unknown {
  if (typeof value === 'string') return tell(value);
  if (Array.isArray(value)) return value.map((one) => tellAll(one, tell));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, tellAll(one, tell)]));
}

const askedSources = (sources: readonly z.infer<typeof source>[], quotes: QuoteWatch): PaperSource[] =>
  sources.map(({ name: own, text: body, title: given, pages }) => {
    const title = given == null ? undefined : quotes.ask(given);
    const shown = quotes.ask(own);
    const asked = quotes.ask(body);
    // What a rule changed has its pages elsewhere.
    return {
      name: shown,
      text: asked,
      ...(title !== undefined && { title }),
      ...(pages != null && asked === body && { pages }),
    };
  });

const headOf = (c: AppContext, prefix: string, model: ServedModel | RemoteServed | undefined) => ({
  id: c.get('requestId').replace('req_', prefix),
  created: Math.floor(Date.now() / 1000),
  model: model?.id ?? null,
});

const howOf = (body: Pick<z.infer<typeof papersBody>, 'max_tokens' | 'min_support' | 'sentences'>) => ({
  maxTokens: body.max_tokens ?? undefined,
  minSupport: body.min_support ?? undefined,
  sentences: body.sentences ?? undefined,
});

/** One task on papers. @throws `papers/…` for what cannot be read */
export async function answerPapers(
  c: AppContext,
  body: z.infer<typeof papersBody>,
  model: ServedModel | RemoteServed | undefined,
  scope: Scope,
): Promise<Response> {
  const { signal } = followClient(c);
  const writer =
    model && countedWriter(c, model, { ...scope, contextTokens: body.context_tokens ?? undefined });
  const { quotes } = scope;
  const told = await underRules(quotes, async () => {
    const about = body.about == null ? undefined : quotes.ask(body.about);
    const columns = body.columns?.map((column) => quotes.ask(column));
    const { papers, records } = readLibrary(askedSources(body.papers, quotes));
    if (body.task === 'read')
      return { papers: papers.map(onWire), records: records.map(({ raw: _, ...record }) => record) };
    if (papers.length === 0) throw fail('serve/no-papers', undefined);
    const index = paperIndex(papers, await analyzer());
    const how = { ...howOf(body), about, writer, signal };
    if (body.task === 'compare') return compared(index, { ...how, columns });
    const graph = citationGraph(index);
    if (body.task === 'graph') return { ...graph, mermaid: toMermaid(graph) };
    for await (const part of reviewPapers(index, graph, how)) {
      if (part.type !== 'review') continue;
      const { type: _, ...review } = part;
      return { ...review, references: listOf(review.cited, papers, review.language) };
    }
    throw new Error('a review has no end');
  });
  return c.json({ ...headOf(c, 'pap-', model), object: 'papers', task: body.task, ...told });
}

async function compared(index: PaperIndex, how: Parameters<typeof comparePapers>[1]): Promise<object> {
  for await (const part of comparePapers(index, how)) {
    if (part.type !== 'table') continue;
    const { columns, about, rows } = part;
    return {
      columns,
      about,
      rows: rows.map((row) => ({ ...row, title: index.papers.find(({ id }) => id === row.paper)!.title })),
    };
  }
  throw new Error('a table has no end');
}

const listOf = (cited: readonly string[], papers: readonly Paper[], language: 'en' | 'zh'): string => {
  const works = cited.map((id) => papers.find((paper) => paper.id === id)!);
  return numberedReferences(works, usualStyle(language)).join('\n');
};

/** Without its text, which the caller has. */
function onWire({ text: own, citedPlaces, pageStarts: _, ...paper }: Paper): object {
  return {
    ...paper,
    characters: own.length,
    cited_places: citedPlaces.map(({ start, end, line, reference }) => ({ start, end, line, reference })),
  };
}

/** One task on a manuscript. @throws `papers/…` for what cannot be read, `serve/no-bibliography` */
export async function answerManuscripts(
  c: AppContext,
  body: z.infer<typeof manuscriptBody>,
  model: ServedModel | RemoteServed | undefined,
  scope: Scope & { readonly bibliography: Bibliography | undefined },
): Promise<Response> {
  const { signal } = followClient(c);
  const { quotes, bibliography } = scope;
  if (body.look_up && !bibliography) throw fail('serve/no-bibliography', undefined);
  const writer =
    model && countedWriter(c, model, { ...scope, contextTokens: body.context_tokens ?? undefined });
  const own = body.name ?? 'draft.md';
  const told = await underRules(quotes, async () => {
    const draft = quotes.ask(body.text);
    if (body.task === 'advise') {
      const { remarks, ...advice } = await adviseOnDraft(draft, own, {
        writer,
        maxTokens: body.max_tokens ?? undefined,
        signal,
      });
      return {
        ...advice,
        remarks: remarks.map((remark) => ({ ...remark, message: sayRemark(remark, c.get('lang')) })),
      };
    }
    const library = readLibrary(askedSources(body.library ?? [], quotes));
    if (body.task === 'references') {
      const known = [...library.records, ...library.papers];
      const list = isReferenceFile(own)
        ? listAsDraft(readLibrary([{ name: own, text: draft }]).records)
        : withRecords(readPapers([{ name: own, text: draft }])[0], library.records);
      const report = await checkReferences(list, {
        library: known,
        signal,
        ...(body.look_up && { service: bibliography }),
      });
      const corrected = body.style == null ? undefined : writeReferences(correctedWorks(report), body.style);
      return { ...report, ...(corrected !== undefined && { corrected }) };
    }
    const outline = readOutline(draft, own);
    if (library.papers.length === 0) throw fail('serve/no-papers', undefined);
    const style = body.style === 'bibtex' || body.style === 'csl' ? undefined : (body.style ?? undefined);
    const index = paperIndex(library.papers, await analyzer());
    for await (const part of draftPaper(outline, index, { ...howOf(body), writer, style, signal })) {
      if (part.type !== 'draft') continue;
      const { type: _, ...written } = part;
      return written;
    }
    throw new Error('a draft has no end');
  });
  return c.json({ ...headOf(c, 'man-', model), object: 'manuscript', task: body.task, ...told });
}
