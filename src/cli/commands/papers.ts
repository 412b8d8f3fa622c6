/** `inkstone papers read | compare | graph | review`: papers read, put beside each other, and cited. */

import { extname } from 'node:path';
import {
  type Cell,
  type CitationGraph,
  citationGraph,
  comparePapers,
  namesOf,
  numberedReferences,
  type Paper,
  type Review,
  reviewPapers,
  toMermaid,
  usualStyle,
  writeReferences,
} from '../../apps/index.ts';
import { defineMessages, language } from '../../language.ts';
import { renderGraph } from '../../plots/index.ts';
import { listOf } from '../options.ts';
import {
  checkModelOptions,
  checkOut,
  describePaper,
  openLibrary,
  type PapersContext,
  shownPlace,
  withWriter,
  writeOut,
} from '../papers-parts.ts';
import { inOneLine, withoutControls } from '../shown-text.ts';
import { actionOf } from '../verbs.ts';

const say = defineMessages({
  fields: {
    en: (d: { authors: string; year: string; ids: string }) =>
      `  ${d.authors || 'authors not found'} · ${d.year || 'year not found'}${d.ids}`,
    zh: (d) => `  ${d.authors || '未找到作者'} · ${d.year || '未找到年份'}${d.ids}`,
  },
  parts: {
    en: (d: { sections: string; references: number; places: number; unresolved: number }) =>
      `  sections: ${d.sections || 'none found'} · ${d.references} references, cited at ${d.places} places${d.unresolved > 0 ? ` (${d.unresolved} name none of them)` : ''}`,
    zh: (d) =>
      `  各节：${d.sections || '未找到'} · 参考文献 ${d.references} 条，文中引用 ${d.places} 处${d.unresolved > 0 ? `（其中 ${d.unresolved} 处对不上）` : ''}`,
  },
  records: {
    en: (d: { count: number }) => `${d.count} records of reference files`,
    zh: (d) => `参考文献文件中有 ${d.count} 条记录`,
  },
  notStated: { en: () => '—', zh: () => '—' },
  refused: {
    en: (d: { text: string }) => `[the model said, and no passage bears it out: ${d.text}]`,
    zh: (d) => `[模型写的这句没有段落支持，未采用：${d.text}]`,
  },
  paper: { en: () => 'paper', zh: () => '论文' },
  noLinks: { en: () => 'None of these papers cites another.', zh: () => '这些论文之间没有引用关系。' },
  cites: {
    en: (d: { from: string; to: string; places: number }) =>
      `${d.from} → ${d.to} (${d.places === 0 ? 'in its list only' : `${d.places} ${d.places === 1 ? 'place' : 'places'}`})`,
    zh: (d) => `${d.from} → ${d.to}（${d.places === 0 ? '只在文献表中' : `${d.places} 处`}）`,
  },
  shared: {
    en: (d: { papers: string; terms: string; likeness: string }) =>
      `${d.papers}: ${d.terms} (likeness ${d.likeness})`,
    zh: (d) => `${d.papers}：${d.terms}（相似度 ${d.likeness}）`,
  },
  sharedWork: {
    en: (d: { title: string; year: string; by: string }) =>
      `also cited together: ${d.title}${d.year} — by ${d.by}`,
    zh: (d) => `共同引用：${d.title}${d.year}，见 ${d.by}`,
  },
  graphTitle: { en: () => 'Who cites whom', zh: () => '引用关系' },
  references: { en: () => 'References', zh: () => '参考文献' },
  silent: {
    en: (d: { papers: string }) => `nothing said of: ${d.papers} (nothing in them bears on it)`,
    zh: (d) => `未提及：${d.papers}（其中没有与主题有关的内容）`,
  },
  nothing: { en: () => 'nothing to say: no paper bears on it', zh: () => '没有可写的：没有论文与主题有关' },
  working: {
    en: (d: { done: number; total: number }) => `paper ${d.done}/${d.total}`,
    zh: (d) => `第 ${d.done}/${d.total} 篇`,
  },
});

export async function run(context: PapersContext): Promise<void> {
  const action = actionOf('papers', { read, compare, graph, review }, context.args);
  const [verb, ...specs] = context.args;
  checkModelOptions(`papers ${verb}`, context);
  await action(context, specs);
}

const open = ({ terminal, signal, options: { offline } }: PapersContext, specs: readonly string[]) =>
  openLibrary(specs, { terminal, signal, offline, needsPapers: true });

async function read(context: PapersContext, specs: readonly string[]): Promise<void> {
  const { terminal, signal, options } = context;
  checkOut('papers read', options.out, ['.json', '.bib']);
  const { papers, records } = await openLibrary(specs, {
    terminal,
    signal,
    offline: options.offline,
    needsPapers: false,
  });
  for (const paper of papers) {
    terminal.json({ type: 'paper', ...describePaper(paper) });
    tellPaper(context, paper);
  }
  if (records.length > 0) {
    terminal.json({ type: 'records', records: records.map(({ raw: _, ...record }) => record) });
    terminal.print(say('records', { count: records.length }));
  }
  const { out } = options;
  if (out === undefined) return;
  const works = papers.length > 0 ? papers : records;
  const text =
    extname(out).toLowerCase() === '.bib'
      ? writeReferences(works, 'bibtex')
      : `${JSON.stringify({ papers: papers.map(describePaper), records }, null, 2)}\n`;
  await writeOut(terminal, out, text);
}

const SHOWN_SECTIONS = 12;

function tellPaper({ terminal }: PapersContext, paper: Paper): void {
  const { id, name, title, year, doi, arxiv, sections, references, citedPlaces } = paper;
  const ids = [doi && ` · doi:${doi}`, arxiv && ` · arXiv:${arxiv}`].filter(Boolean).join('');
  const titles = sections.slice(0, SHOWN_SECTIONS).map((one) => inOneLine(one.title));
  terminal.print(`${inOneLine(id)}  ${inOneLine(title) || inOneLine(name)}`);
  terminal.print(
    say('fields', {
      authors: inOneLine(namesOf(paper)),
      year: String(year ?? ''),
      ids: inOneLine(ids) && ` ${inOneLine(ids)}`,
    }),
  );
  const unresolved = citedPlaces.filter(({ reference }) => reference === null).length;
  const shown = titles.join(' / ') + (sections.length > SHOWN_SECTIONS ? ' …' : '');
  terminal.print(
    say('parts', { sections: shown, references: references.length, places: citedPlaces.length, unresolved }),
  );
}

async function compare(context: PapersContext, specs: readonly string[]): Promise<void> {
  const { terminal, signal, options } = context;
  const { about, maxTokens, minSupport, out } = options;
  checkOut('papers compare', out, ['.md', '.csv', '.json']);
  const index = await (await open(context, specs)).index();
  const columns = listOf(options.columns);
  await withWriter(options, async (writer) => {
    for await (const part of comparePapers(index, {
      about,
      columns,
      writer,
      maxTokens,
      minSupport,
      signal,
    })) {
      if (part.type === 'row') {
        terminal.json({ type: 'row', ...part.row });
        terminal.live(say('working', { done: part.done, total: part.total }));
        continue;
      }
      terminal.endLive({ keep: false });
      terminal.json(part);
      for (const { paper, cells } of part.rows) {
        const { title, name, year } = index.papers.find(({ id }) => id === paper)!;
        terminal.print(
          `${inOneLine(paper)}  ${inOneLine(title || name)}${year === undefined ? '' : ` (${year})`}`,
        );
        for (const [i, cell] of cells.entries()) tellCell(context, part.columns[i], cell);
        terminal.print();
      }
      if (out !== undefined) await writeOut(terminal, out, tableFile(extname(out).toLowerCase(), part));
    }
  });
}

function tellCell({ terminal }: PapersContext, column: string, cell: Cell): void {
  if (!cell) return void terminal.print(`  ${inOneLine(column)}: ${say('notStated', {})}`);
  const text = cell.by === 'quote' ? `“${inOneLine(cell.text)}”` : inOneLine(cell.text);
  terminal.print(`  ${inOneLine(column)}: ${text} [${shownPlace(cell.place)}]`);
  if (cell.refused !== undefined) terminal.print(`    ${say('refused', { text: inOneLine(cell.refused) })}`);
}

type Table = Extract<
  Awaited<ReturnType<ReturnType<typeof comparePapers>['next']>>['value'],
  { readonly type: 'table' }
>;

function tableFile(extension: string, { columns, rows, about }: Table): string {
  if (extension === '.json') return `${JSON.stringify({ about, columns, rows }, null, 2)}\n`;
  const shown = (cell: Cell): string =>
    cell
      ? `${cell.by === 'quote' ? `“${cell.text}”` : cell.text} [${shownPlace(cell.place)}]`
      : say('notStated', {});
  const lines = [
    [say('paper', {}), ...columns],
    ...rows.map(({ paper, cells }) => [paper, ...cells.map(shown)]),
  ];
  if (extension === '.csv') {
    // A cell that begins so would be a formula where tables are calculated.
    const safe = (cell: string): string => (/^[=+\-@\t]/.test(cell) ? `'${cell}` : cell);
    return lines
      .map((line) => `${line.map((cell) => `"${inOneLine(safe(cell)).replaceAll('"', '""')}"`).join(',')}\n`)
      .join('');
  }
  const row = (line: readonly string[]): string =>
    `| ${line.map((cell) => inOneLine(cell).replace(/[\\|<]/g, (mark) => `\\${mark}`)).join(' | ')} |\n`;
  return row(lines[0]) + row(lines[0].map(() => '---')) + lines.slice(1).map(row).join('');
}

async function graph(context: PapersContext, specs: readonly string[]): Promise<void> {
  const { terminal, options } = context;
  const { out } = options;
  checkOut('papers graph', out, ['.svg', '.mmd', '.json']);
  const own = citationGraph(await (await open(context, specs)).index());
  terminal.json({ type: 'graph', ...own });
  for (const { from, to, places } of own.links) {
    terminal.print(say('cites', { from, to, places: places.length }));
    for (const place of places.slice(0, 3))
      terminal.print(`  “${inOneLine(place.excerpt)}” [${shownPlace(place)}]`);
  }
  if (own.links.length === 0) terminal.print(say('noLinks', {}));
  terminal.print();
  for (const { papers, terms, likeness } of own.sharedTerms.slice(0, 20)) {
    terminal.print(
      say('shared', {
        papers: papers.join(' – '),
        terms: inOneLine(terms.join(', ')),
        likeness: likeness.toFixed(2),
      }),
    );
  }
  for (const { title, year, citedBy } of own.sharedWorks.slice(0, 10)) {
    terminal.print(
      say('sharedWork', {
        title: inOneLine(title),
        year: year === null ? '' : ` (${year})`,
        by: citedBy.join(', '),
      }),
    );
  }
  if (out !== undefined) await writeOut(terminal, out, graphFile(extname(out).toLowerCase(), own));
}

function graphFile(extension: string, own: CitationGraph): string {
  if (extension === '.json') return `${JSON.stringify(own, null, 2)}\n`;
  if (extension === '.mmd') return toMermaid(own);
  const { nodes, links } = own;
  const drawn = {
    title: say('graphTitle', {}),
    nodes: nodes.map(({ id, title, year, citedBy }) => ({
      id,
      lines: [year === null ? id : `${id} (${year})`, title],
      layer: year,
      weight: citedBy,
    })),
    links: links.map(({ from, to, places }) => ({
      from,
      to,
      ...(places.length > 1 && { label: String(places.length) }),
    })),
  };
  return `${renderGraph(drawn, { lang: language() })}\n`;
}

async function review(context: PapersContext, specs: readonly string[]): Promise<void> {
  const { terminal, signal, options } = context;
  const { about, maxTokens, minSupport, sentences, out } = options;
  checkOut('papers review', out, ['.md', '.json']);
  const index = await (await open(context, specs)).index();
  await withWriter(options, async (writer) => {
    const parts = reviewPapers(index, citationGraph(index), {
      about,
      writer,
      sentences,
      maxTokens,
      minSupport,
      signal,
    });
    for await (const part of parts) {
      if (part.type === 'progress') {
        terminal.live(say('working', { done: part.done + 1, total: part.total }));
        continue;
      }
      terminal.endLive({ keep: false });
      await tellReview(context, part, index.papers);
      if (out !== undefined && extname(out).toLowerCase() === '.json')
        await writeOut(terminal, out, `${JSON.stringify(part, null, 2)}\n`);
      else if (out !== undefined) await writeOut(terminal, out, reviewFile(context, part, index.papers));
    }
  });
}

function listFor({ options: { style } }: PapersContext, own: Review, papers: readonly Paper[]): string[] {
  const works = own.cited.map((id) => papers.find((paper) => paper.id === id)!);
  return numberedReferences(works, style ?? usualStyle(own.language));
}

async function tellReview(context: PapersContext, own: Review, papers: readonly Paper[]): Promise<void> {
  const { terminal } = context;
  terminal.json(own);
  if (own.paragraphs.length === 0) {
    terminal.print(say('nothing', {}));
    return;
  }
  terminal.print(withoutControls(own.text));
  terminal.print();
  for (const line of listFor(context, own, papers)) terminal.print(withoutControls(line));
  for (const { text } of own.refused) terminal.print(say('refused', { text: inOneLine(text) }));
  if (own.silent.length > 0) terminal.print(say('silent', { papers: own.silent.join(', ') }));
}

const reviewFile = (context: PapersContext, own: Review, papers: readonly Paper[]): string =>
  `${own.text}\n\n## ${say('references', {})}\n\n${listFor(context, own, papers).join('\n\n')}\n`;
