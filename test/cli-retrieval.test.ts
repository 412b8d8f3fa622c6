/** `inkstone index` and `search` from end to end: what is found and where, what a second run does, what is refused. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openIndex, partsOf } from '../src/cli/retrieval.ts';
import { serveDocuments } from '../src/cli/served-documents.ts';
import { library } from '../src/retrieve/index.ts';
import { HAN, inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });
const write = (path: string, text: string) => writeFileSync(join(cwd, path), text);

/** The keys of the documents that a search of the index by words finds, for each question. */
async function found(...queries: string[]): Promise<string[][]> {
  const database = openIndex(join(cwd, 'index'));
  try {
    const own = library(database);
    const settings = (await own.settings('default'))!;
    const collection = await own.open('default', await partsOf(settings));
    const keys: string[][] = [];
    for (const query of queries) {
      keys.push([...new Set((await collection.search(query)).map(({ key }) => key))]);
    }
    return keys;
  } finally {
    await database.close();
  }
}

const whale = `# Animals
## Whales
Whales breathe air. They sleep with half of the brain awake, and they sing.

## Foxes
Foxes live in earths. They hunt at night, mostly mice.
`;
const chinese =
  '第一回 渡口\n船家说今夜无风，天亮再走。\n\n第二回 过江\n江水很宽，对岸有一株\u001b[31m老柳树。\n';

beforeAll(async () => {
  mkdirSync(join(cwd, 'notes/deep'), { recursive: true });
  write('notes/animals.md', whale);
  write('notes/deep/江.txt', chinese);
  write('rows.jsonl', '{"title":"Ship","text":"The captain waits."}\n{"text":"A storm comes at night."}\n');
});

// Each command opens an embedded database, which takes seconds of a busy machine.
describe('index and search', { timeout: 240_000 }, () => {
  test('passages are found in both languages, with file, place and heading', async () => {
    const made = await run(
      'index',
      'notes',
      'rows.jsonl',
      '--chunk-tokens',
      '24',
      '--overlap',
      '4',
      '--json',
    );
    expect(made).toMatchObject({ status: 0, err: '' });
    expect(made.json.at(-1)).toMatchObject({ type: 'index', added: 4, changed: 0, same: 0, removed: 0 });
    const { json } = await run('search', 'index', '--query', 'what do whales sing?', '--top', '2', '--json');
    const [{ key, start, end, text, headings }] = json as unknown as Found[];
    expect({ key, headings }).toEqual({ key: 'notes/animals.md', headings: ['Animals', 'Whales'] });
    expect(readFileSync(join(cwd, key), 'utf8').slice(start, end)).toBe(text);
    const zh = await run('search', 'index', '--query', '对岸的柳树', '--top', '1');
    expect(zh.out).toMatch(/^1\. \d+\.\d{4} {2}notes\/deep\/江\.txt:\d+–\d+ · 第二回 过江\n {3}.*老柳树/s);
    // What would steer the terminal is not shown.
    expect(zh.out).not.toContain('\u001b');
    expect(await found('hunting foxes', 'storm', 'zebra')).toEqual([
      ['notes/animals.md'],
      ['rows.jsonl#1'],
      [],
    ]);
  });

  test('a second run takes what changed, leaves other sources alone, and removes what is gone', async () => {
    write('notes/animals.md', whale.replace('sing', 'dance'));
    write('notes/new.txt', 'Owls turn their heads.');
    rmSync(join(cwd, 'notes/deep/江.txt'));
    const again = await run('index', './notes/', '--json');
    expect(again.json.at(-1)).toMatchObject({ added: 1, changed: 1, same: 0, removed: 1 });
    expect(again.json[0]).toMatchObject({ chunkTokens: 24, overlap: 4 });
    expect(await found('whales dance', 'sing', '柳树', 'captain', 'owl')).toEqual([
      ['notes/animals.md'],
      [],
      [],
      ['rows.jsonl'],
      ['notes/new.txt'],
    ]);
  });

  test('by meaning and by both, with an encoder trained here', async () => {
    writeTexts(cwd);
    const masked = ['--objective', 'masked', '--batch-size', '8', '--steps', '2'];
    await run('train', '--data', 'en.txt', ...tiny, ...masked, '--out', 'encoder');
    const more = ['--embedder', 'encoder', '--collection', 'both'];
    const made = await run('index', 'notes', ...more, '--json');
    expect(made).toMatchObject({ status: 0, err: '' });
    // The encoder reads 16 tokens, two of them its own.
    expect(made.json[0]).toMatchObject({
      chunkTokens: 14,
      overlap: 7,
      tokenizer: 'encoder',
      embedder: join(cwd, 'encoder'),
    });
    const search = (...argv: string[]) =>
      run('search', 'index', '--collection', 'both', '--query', 'owls', '--json', ...argv);
    const [{ key, scores }] = (await search('--top', '3')).json as unknown as Found[];
    expect({ key, searched: Object.keys(scores) }).toEqual({
      key: 'notes/new.txt',
      searched: ['bm25', 'vector'],
    });
    const [byWords] = (await search('--vector-weight', '0')).json;
    expect(byWords).toMatchObject({ key: 'notes/new.txt', score: 1 });
  });

  test.each([
    [['index'], /<source…> is missing/],
    [['index', 'nowhere'], /nowhere/],
    [
      ['index', 'notes', '--chunk-tokens', '30', '--overlap', '20', '--collection', 'x'],
      /half of the budget \(15\)/,
    ],
    [['index', 'notes', '--chunk-tokens', '30'], /made with chunkTokens 24, got 30/],
    [['search'], /<index> is missing/],
    [['search', 'index'], /--query needs a value/],
    [['search', 'nowhere', '--query', 'a'], /no index in nowhere; make one with inkstone index/],
    [['search', 'index', '--query', 'a', '--mode', 'vector'], /"default" has no vectors/],
    [['search', 'index', '--query', 'a', '--b', '1.5'], /--b must be from 0 to 1/],
  ])('%j is one clear error', async (argv, message) => {
    const { status, err } = await run(...argv);
    expect({ status, err }).toMatchObject({ status: 2, err: expect.stringMatching(message) });
    expect(err.trim()).not.toContain('\n');
  });

  test('documents can be served from a collection that is not there yet, where one may be made', async () => {
    const place = join(cwd, 'index');
    await expect(serveDocuments(place, 'mine')).rejects.toThrow(/"mine" is not in this index/);
    const documents = await serveDocuments(place, 'mine', { isMade: true });
    expect((await documents.readable('')).length).toBe(1);
    await documents.close();
  });

  test('errors are told in Chinese, too', async () => {
    const zh = (...argv: string[]) => inkstone(argv, { cwd, lang: 'zh' });
    expect((await zh('search', 'nowhere', '--query', 'a')).err).toMatch(/没有索引/);
    expect((await zh('search', 'index')).err).toMatch(HAN);
  });
});

interface Found {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly headings: readonly string[];
  readonly scores: { readonly bm25?: number; readonly vector?: number };
}
