/** `inkstone papers` and `inkstone paper` from end to end: files of every kind, a scripted endpoint, a bibliographic service; in both languages. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder } from './cli-harness.ts';
import { serve } from './local-server.ts';

const cwd = scratchFolder();
const examples = join(import.meta.dirname, '../examples');
const papers = join(examples, 'papers');
const run = (...argv: string[]) => inkstone(argv, { cwd });

/** A PDF of pages of lines, in a font that every reader has. */
function pdfOf(pages: readonly (readonly string[])[]): string {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pages.map((_, i) => `${4 + 2 * i} 0 R`).join(' ')}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((lines, i) => {
      const words = lines.map((line) => `(${line.replace(/[()\\]/g, '\\$&')}) Tj T*`).join('\n');
      const stream = `BT /F1 11 Tf 14 TL 50 780 Td\n${words}\nET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + 2 * i} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
        `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
      ];
    }),
  ];
  let text = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  return `${text}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF`;
}

test('papers of a folder are read: PDF with its pages, Markdown, LaTeX, Chinese, records; a broken one is told', async () => {
  const folder = join(cwd, 'mixed');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'bees.pdf'),
    pdfOf([
      [
        'How Bees Find Flowers',
        'Maria Silva, Tom Brook',
        'University of Example',
        'Abstract',
        'We study how bees find flowers in wind.',
        '1 Introduction',
        'Bees fly far (Adams et al., 2011).',
      ],
      [
        '2 Results',
        'We found that 83 % of the bees came back.',
        'References',
        'Adams, P., Lee, K., & Wu, S. (2011). How far bees fly. Insects, 2(1), 1-9.',
      ],
    ]),
  );
  writeFileSync(join(folder, 'broken.pdf'), 'no pdf');
  writeFileSync(join(folder, 'picture.png'), '');
  const { status, json } = await run('papers', 'read', 'mixed', papers, '--json', '--out', 'all.json');
  expect(status).toBe(0);
  const read = json.filter(({ type }) => type === 'paper');
  expect(read.map(({ title }) => title)).toEqual([
    'How Bees Find Flowers',
    'Counting Loops: How Often Small Language Models Repeat Themselves',
    'Rewinding Loops: A Guard for Text Generation',
    '中文小模型的复读现象研究',
  ]);
  expect(read[0]).toMatchObject({
    pageCount: 2,
    authors: [{ family: 'Silva' }, { family: 'Brook' }],
    references: [{ title: 'How far bees fly', year: 2011 }],
    unresolved: 0,
  });
  expect(json.find(({ type }) => type === 'unreadable')).toMatchObject({ name: 'broken.pdf' });
  expect(JSON.parse(readFileSync(join(cwd, 'all.json'), 'utf8')).records).toHaveLength(4);
  const table = (await run('papers', 'compare', 'mixed/bees.pdf', '--columns', 'result', '--json')).json.at(
    -1,
  );
  expect(table).toMatchObject({
    rows: [
      {
        cells: [
          { text: 'We found that 83 % of the bees came back.', place: { page: 2, section: 'Results' } },
        ],
      },
    ],
  });
  expect((await run('papers', 'read', 'mixed/broken.pdf')).status).toBe(2);
});

test('compared, linked and reviewed without a model; files whole, words in both languages', async () => {
  const compared = await run('papers', 'compare', papers, '--about', 'loops', '--out', 'out/table.md');
  expect(compared).toMatchObject({ status: 0, err: '' });
  expect(compared.out).toMatch(/ {2}result: “.+” \[lindqvist2021 § 3 Results\]/);
  expect(readFileSync(join(cwd, 'out/table.md'), 'utf8').split('\n')[0]).toBe(
    '| paper | task | data | method | result | limits |',
  );
  const graph = await run('papers', 'graph', papers, '--out', 'out/graph.svg');
  expect(graph.out).toContain('okafor2022 → lindqvist2021 (2 places)');
  expect(readFileSync(join(cwd, 'out/graph.svg'), 'utf8')).toMatch(/^<svg .*marker-end.*<\/svg>\n$/s);
  const review = await inkstone(['papers', 'review', papers, '--about', '中文复读', '--out', 'out/综述.md'], {
    cwd,
    lang: 'zh',
  });
  expect(review.out).toMatch(/陈思远和林小雨（2023）指出/);
  expect(readFileSync(join(cwd, 'out/综述.md'), 'utf8')).toMatch(/## 参考文献\n\n\[1\] /);
  for (const { out } of [compared, graph])
    expect(out.replace(/陈思远|中文[^\n]*|[“”][^\n]*/g, '')).not.toMatch(HAN);
});

test('a draft is advised on and its references verified, by the library and by a service', async () => {
  const draft = join(examples, 'writing/draft.md');
  const advice = await run('paper', 'advise', draft, '--out', 'advice.json');
  expect(advice.status).toBe(0);
  expect(advice.out).toContain(`${draft}:10: "The" stands here twice`);
  expect(JSON.parse(readFileSync(join(cwd, 'advice.json'), 'utf8')).remarks.length).toBeGreaterThan(5);
  const zh = await inkstone(['paper', 'advise', draft], { cwd, lang: 'zh' });
  expect(zh.out).toContain(`${draft}:10: “The”在此重复`);

  const own = await run('paper', 'references', draft, '--library', papers, '--out', 'fixed.bib');
  expect(own.out).toMatch(
    /\[1\] Counting loops.* — differs \(library\)\n {4}year: cited "2020", found "2021"/,
  );
  expect(own.out).toMatch(/\[4\] A general theory.* — not found/);
  expect(own.out).toContain(
    'line 21: [5] is cited and not listed\nlisted and never cited: [4]\n4 references: 2 verified, 1 differ, 1 not found',
  );
  expect(readFileSync(join(cwd, 'fixed.bib'), 'utf8')).toContain('year = {2021}');

  const { url, seen } = await serve((request, response) => {
    const isGhost = /general/.test(request.url!);
    const items = isGhost
      ? []
      : [
          {
            title: ['Neural Text Generation with Unlikelihood Training'],
            author: [
              { family: 'Welleck' },
              ...['Kulikov', 'Roller', 'Dinan', 'Cho', 'Weston'].map((family) => ({ family })),
            ],
            issued: { 'date-parts': [[2020]] },
          },
        ];
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ status: 'ok', message: { items } }));
  });
  const { json } = await run('paper', 'references', draft, '--service', url, '--json');
  expect(json.filter(({ type }) => type === 'reference').map(({ verdict }) => verdict)).toEqual([
    'not-found',
    'not-found',
    'verified',
    'not-found',
  ]);
  const hidden = await serve((_, response) => response.end('{}'));
  const turned = await serve((_, response) => response.writeHead(302, { location: hidden.url }).end());
  expect((await run('paper', 'references', draft, '--service', turned.url)).err).toMatch(/redirect/);
  expect(hidden.seen).toEqual([]);
  expect(
    seen.every(
      (request) => request.method === 'GET' && request.url!.startsWith('/works?query.bibliographic='),
    ),
  ).toBe(true);
});

test('keys of a .bib are a list, too; a list alone is checked', async () => {
  writeFileSync(
    join(cwd, 'keys.tex'),
    '\\begin{document}\\section{A}\nSee \\cite{welleck2020,nobody}.\n\\bibliography{library}\\end{document}',
  );
  const { json } = await run(
    'paper',
    'references',
    'keys.tex',
    '--library',
    join(papers, 'library.bib'),
    '--json',
  );
  expect(json[0]).toMatchObject({
    type: 'reference',
    verdict: 'verified',
    reference: { key: 'welleck2020' },
  });
  expect(json.at(-1)).toMatchObject({ type: 'report', citedNotListed: [{ text: '@nobody', line: 2 }] });
  const list = await run('paper', 'references', join(papers, 'library.bib'), '--style', 'gbt7714');
  expect(list.out).toContain('[4] WELLECK S, KULIKOV I, ROLLER S, et al. Neural Text Generation');
});

/** An endpoint that writes a section of each heading, and fails at the call `failsAt`. */
async function endpoint(failsAt = Number.POSITIVE_INFINITY) {
  const prompts: string[] = [];
  const { url } = await serve(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    prompts.push(JSON.parse(body).messages[1].content);
    if (prompts.length === failsAt) {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'broken off' } }));
      return;
    }
    const [, heading = 'nothing'] = prompts.at(-1)!.match(/Section to write: (.+)/) ?? [];
    const said = `The section on ${heading} is short. The guard removes 97% of the loops on 5,000 continuations [1].`;
    const choices = [{ index: 0, delta: { content: said }, finish_reason: 'stop' }];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: ${JSON.stringify({ choices })}\n\ndata: [DONE]\n\n`);
  });
  return { model: `${url}/v1#scripted`, prompts };
}

test('a draft by an endpoint goes on where it broke off; another is told apart; without a model it is material', async () => {
  const { model, prompts } = await endpoint(3);
  const asked = [
    'paper',
    'draft',
    join(examples, 'writing/outline.md'),
    '--library',
    papers,
    '--model',
    model,
    '--out',
    'own.md',
  ];
  expect((await run(...asked)).status).toBe(2);
  const work = join(cwd, 'own.md.work.json');
  expect(JSON.parse(readFileSync(work, 'utf8')).texts).toHaveLength(2);
  expect(existsSync(join(cwd, 'own.md'))).toBe(false);
  expect(await run(...asked, '--sentences', '3')).toMatchObject({
    status: 2,
    err: expect.stringContaining('another draft (sentences: 8 → 3)'),
  });
  const { status, out } = await run(...asked);
  expect(status).toBe(0);
  expect(out).toMatch(/^going on with own\.md\.work\.json: 2 sections are written/);
  expect(prompts).toHaveLength(4);
  const text = readFileSync(join(cwd, 'own.md'), 'utf8');
  expect(text.match(/^## .+$/gm)).toEqual([
    '## Introduction',
    '## Related work',
    '## Limits',
    '## References',
  ]);
  expect(existsSync(work)).toBe(false);
  writeFileSync(work, '{"version":1,"work":{},"texts":["{}"]}');
  expect((await run(...asked)).status).toBe(2);

  const outline = join(cwd, 'draft.md');
  const notes = readFileSync(join(examples, 'writing/outline.md'), 'utf8');
  writeFileSync(outline, notes);
  expect(await run('paper', 'draft', 'draft.md', '--library', papers)).toMatchObject({
    status: 2,
    err: expect.stringContaining('is the outline'),
  });
  expect(readFileSync(outline, 'utf8')).toBe(notes);

  const chinese = await inkstone(
    ['paper', 'draft', join(examples, 'writing/提纲.md'), '--library', papers, '--out', '草稿.md'],
    { cwd, lang: 'zh' },
  );
  expect(chinese.out).toMatch(/> 贪心解码下古诗续写.+\[1\]/);
  expect(readFileSync(join(cwd, '草稿.md'), 'utf8')).toMatch(
    /## 参考文献\n\n\[1\] 陈思远, 林小雨\. 中文小模型的复读现象研究\[J\]/,
  );
});

test.each([
  [['papers', 'read'], /papers: <source…> is missing/],
  [['papers', 'praise', papers], /praise/],
  [['papers', 'compare', papers, '--columns', 'a,a'], /each of another name, got 2/],
  [['papers', 'compare', papers, '--max-tokens', '9'], /--max-tokens.*--model/],
  [['papers', 'read', papers, '--about', 'x'], /--about/],
  [['papers', 'graph', papers, '--out', 'g.png'], /\.svg, \.mmd, \.json/],
  [['papers', 'compare', join(papers, 'library.bib')], /at least one paper with text/],
  [['papers', 'read', 'nowhere.md'], /nowhere\.md/],
  [['paper', 'draft', join(examples, 'writing/outline.md')], /--library/],
  [
    ['paper', 'draft', join(examples, 'writing/outline.md'), '--library', papers, '--style', 'csl'],
    /gbt7714, apa or ieee/,
  ],
  [['paper', 'references', join(examples, 'writing/draft.md'), '--service', 'ftp://x'], /https:\/\//],
  [['paper', 'references', join(examples, 'writing/draft.md'), '--mailto', 'a@b.c'], /--mailto.*--service/],
  [['paper', 'references', join(examples, 'writing/outline.md')], /list of references/],
])('refused: %s', async (argv, rule) => {
  expect(await run(...argv)).toMatchObject({ status: 2, err: expect.stringMatching(rule) });
});
