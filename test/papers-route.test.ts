/** `/v1/papers` and `/v1/manuscripts`: without a model, by one served here and by one behind an endpoint, under rules, refused. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionModel } from '../src/decode/index.ts';
import { createApp, createLocalModel, type LocalModel, remoteServed } from '../src/serve/index.ts';
import { limits } from '../src/serve/limits.ts';
import type { Rule, State } from '../src/store/index.ts';
import { trainCharacters } from '../src/text/index.ts';

const folder = join(import.meta.dirname, '../examples');
const sent = (name: string) => ({ name, text: readFileSync(join(folder, 'papers', name), 'utf8') });
const papers = ['lindqvist2021.md', 'okafor2022.tex', '陈2023.md', 'library.bib'].map(sent);
const draft = readFileSync(join(folder, 'writing/draft.md'), 'utf8');

const SAID = 'Only four models were tested [1].';
/** Says that of whatever it is asked, from the cue of a task on. */
const tokenizer = trainCharacters(
  [SAID, ...papers.map(({ text }) => text), 'Answer:Text:回答：正文：[]<>|'],
  { specialTokens: ['<|endoftext|>'] },
);
const said = [...tokenizer.encode(SAID), tokenizer.eosId!];
let model: LocalModel;
const asked: string[] = [];

beforeAll(() => {
  model = createLocalModel({
    id: 'small',
    tokenizer,
    model: functionModel({
      vocabSize: tokenizer.vocabSize,
      contextLength: 3000,
      logits(ids) {
        const tail = [...ids]
          .slice(-said.length)
          .map((id) => tokenizer.decode([id]))
          .join('');
        let at = 0;
        for (let n = 1; n < said.length; n++) if (tail.endsWith(SAID.slice(0, n))) at = n;
        return Float32Array.from({ length: tokenizer.vocabSize }, (_, id) => Number(id === said[at]));
      },
    }),
  });
});
afterAll(() => model.close());

const remote = remoteServed('far', {
  url: 'http://endpoint.test/v1',
  model: 'far',
  fetch: async (_, init) => {
    asked.push(String(init?.body));
    const choices = [{ index: 0, delta: { content: SAID }, finish_reason: 'stop' }];
    return new Response(`data: ${JSON.stringify({ choices })}\n\ndata: [DONE]\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    });
  },
} as Parameters<typeof remoteServed>[1]);

const send = async (
  path: string,
  body: object,
  options: Partial<Parameters<typeof createApp>[0]> = {},
  lang = 'en',
) => {
  const app = createApp({ models: [model], remotes: [remote], ...options });
  const response = await app.request(`http://localhost${path}`, {
    method: 'POST',
    headers: {
      host: 'localhost',
      'content-type': 'application/json',
      'accept-language': lang,
      authorization: 'Bearer a',
    },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
  return { status: response.status, json: (await response.json()) as any };
};

test('read, compared, linked and reviewed without a model', async () => {
  const read = await send('/v1/papers', { task: 'read', papers });
  expect(read.json).toMatchObject({
    object: 'papers',
    task: 'read',
    model: null,
    papers: [{ id: 'lindqvist2021' }, { id: 'okafor2022' }, { id: '陈思远2023' }],
  });
  expect(read.json.papers[0]).not.toHaveProperty('text');
  const { json } = await send('/v1/papers', { task: 'compare', papers, columns: ['limits'] });
  expect(
    json.rows.map(({ cells }: { cells: { by: string; place: object }[] }) => [
      cells[0].by,
      Object.keys(cells[0].place),
    ]),
  ).toEqual(Array(3).fill(['quote', ['paper', 'start', 'end', 'page', 'section', 'excerpt']]));
  expect((await send('/v1/papers', { task: 'graph', papers })).json).toMatchObject({
    links: [{ from: 'okafor2022', to: 'lindqvist2021' }, {}, {}],
    mermaid: expect.stringMatching(/^flowchart/),
  });
  expect((await send('/v1/papers', { task: 'review', papers, about: 'loops' })).json).toMatchObject({
    language: 'en',
    text: expect.stringContaining('[1]'),
    references: expect.stringContaining('(2021)'),
  });
});

test.each(['small', 'far'])(
  'by a model: %s; what it says stays where the passage bears it out',
  async (id) => {
    const { json } = await send('/v1/papers', {
      task: 'compare',
      papers,
      columns: ['limits'],
      model: id,
      max_tokens: 60,
    });
    const [first, second] = json.rows.map(({ cells }: { cells: object[] }) => cells[0]);
    expect(first).toMatchObject({
      by: 'model',
      text: 'Only four models were tested.',
      place: { section: '4 Limitations' },
    });
    expect(second).toMatchObject({ by: 'quote', refused: 'Only four models were tested.' });
    const drafted = await send('/v1/manuscripts', {
      task: 'draft',
      text: '# Loops\n\n## Limits\n\n- models that were tested',
      library: papers,
      model: id,
      max_tokens: 60,
    });
    expect(drafted.json.text).toMatch(
      /## Limits\n\nOnly four models were tested \[1\]\.\n\n## References\n\n\[1\] Lindqvist/,
    );
  },
);

test('a draft is advised on in the reader’s language, and its references are checked', async () => {
  const advice = await send('/v1/manuscripts', { task: 'advise', text: draft }, {}, 'zh');
  expect(advice.json.remarks).toContainEqual(
    expect.objectContaining({ rule: 'double-word', line: 10, message: '“The”在此重复' }),
  );
  const { json } = await send('/v1/manuscripts', {
    task: 'references',
    text: draft,
    library: papers,
    style: 'apa',
  });
  expect(json.references.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
    'differs',
    'verified',
    'verified',
    'not-found',
  ]);
  expect(json).toMatchObject({
    listedNotCited: [4],
    citedNotListed: [{ text: '[5]', line: 21 }],
    corrected: expect.stringContaining('(2021)'),
  });
  const bibliography = { name: 'there', byDoi: async () => undefined, search: async () => [] };
  const looked = await send(
    '/v1/manuscripts',
    { task: 'references', text: draft, look_up: true },
    { bibliography },
  );
  expect(looked.json.references[0]).toMatchObject({ verdict: 'not-found' });
});

test('rules hold for what is sent and for what is told', async () => {
  const rule = (name: string, more: Partial<Rule> & Pick<Rule, 'pattern' | 'action'>) =>
    ({ id: name, name, kind: 'literal', stage: 'both', replacement: '', isOn: true, ...more }) as Rule;
  const state = {
    isNew: async () => false,
    keys: {
      any: async () => true,
      find: async () => ({
        id: 'a',
        tenant: 'a',
        isAdmin: false,
        requestsPerMinute: null,
        tokensPerDay: null,
        concurrent: 1,
      }),
      use: async () => 0,
    },
    rules: {
      list: async () => [
        rule('name', { pattern: 'Okafor', action: 'rewrite', replacement: 'Somebody' }),
        rule('after', { pattern: 'Tanaka', action: 'rewrite', replacement: 'Nobody', stage: 'after' }),
        rule('hush', { pattern: 'unlikelihood', action: 'block' }),
      ],
    },
  } as unknown as State;
  const recorder = { use() {}, flush: async () => {}, audit() {}, review() {} };
  const { status, json } = await send('/v1/papers', { task: 'read', papers: papers.slice(1, 2) }, {
    state,
    recorder,
  } as never);
  expect(status).toBe(200);
  expect(JSON.stringify(json)).not.toMatch(/Okafor|Tanaka/);
  expect(json.papers[0].authors[0]).toMatchObject({ family: 'Somebody' });
  expect(
    (await send('/v1/papers', { task: 'read', papers: papers.slice(0, 1) }, { state, recorder } as never))
      .json.error.code,
  ).toBe('serve/blocked');
  const plain = { name: 'a.md', text: '# A\n\n## Abstract\n\nWe study bees in the wind.' };
  for (const more of [
    { papers: [{ ...plain, name: 'unlikelihood.md' }] },
    { papers: [{ ...plain, title: 'On unlikelihood' }] },
    { papers: [plain], columns: ['unlikelihood'] },
  ])
    expect(
      (await send('/v1/papers', { task: 'compare', ...more }, { state, recorder } as never)).json.error?.code,
    ).toBe('serve/blocked');
});

test('what cannot be is told: nothing is guessed, nothing outside is asked', async () => {
  const codeOf = async (path: string, body: object) => (await send(path, body)).json.error?.code;
  expect(await codeOf('/v1/papers', { task: 'compare', papers: papers.slice(3) })).toBe('serve/no-papers');
  expect(await codeOf('/v1/papers', { task: 'read', papers: [{ name: 'x.bib', text: '@article{a' }] })).toBe(
    'papers/bibtex',
  );
  expect(
    await codeOf('/v1/papers', { task: 'read', papers: Array(limits.papers + 1).fill(papers[0]) }),
  ).toMatch(/^serve\//);
  expect(await codeOf('/v1/papers', { task: 'compare', papers, model: 'nobody' })).toBe('serve/model');
  expect(await codeOf('/v1/manuscripts', { task: 'references', text: 'No list.' })).toBe(
    'papers/no-references',
  );
  expect(await codeOf('/v1/manuscripts', { task: 'references', text: draft, look_up: true })).toBe(
    'serve/no-bibliography',
  );
  expect(await codeOf('/v1/manuscripts', { task: 'draft', text: 'no headings', library: papers })).toBe(
    'papers/outline',
  );
});
