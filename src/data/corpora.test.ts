import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openSource } from '../io/index.ts';
import { cleanDocuments } from './clean.ts';
import { type Corpus, corpora, defaultCorpus } from './corpora.ts';
import type { CorpusDocument } from './documents.ts';
import { readPoems } from './poems.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 corpora-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A source with these files, as if it were the unpacked package of a corpus. */
async function packageOf(corpus: Corpus, files: { [path: string]: string }) {
  const root = mkdtempSync(join(folder, 'p-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return openSource(root, { filter: corpus.filter });
}
async function collect(documents: AsyncIterable<CorpusDocument>): Promise<CorpusDocument[]> {
  const all: CorpusDocument[] = [];
  for await (const document of documents) all.push(document);
  return all;
}

describe('known corpora', () => {
  test('poems have text, title and author; only poem files are taken', async () => {
    const poem = {
      author: '太宗皇帝',
      title: '帝京篇十首 一',
      id: 'x',
      paragraphs: ['秦川雄帝宅，函谷壯皇居。', '綺殿千尋起，離宮百雉餘（一作「存」）。'],
    };
    const source = await packageOf(corpora.poems, {
      'dist/quantangshi/poet.tang.0.json': JSON.stringify([poem]),
      'dist/quantangshi/poet.song.1000.json': JSON.stringify([{ ...poem, paragraphs: [] }]),
      'dist/quantangshi/authors.tang.json': '[{}]',
      'dist/rank/poet.tang.rank.0.json': '[{}]',
    });
    const documents = await collect(corpora.poems.read(source));
    expect(documents.length).toBe(2);
    const { documents: clean } = await cleanDocuments(documents, { rules: corpora.poems.rules });
    expect(clean).toEqual([
      {
        text: '秦川雄帝宅，函谷壯皇居。\n綺殿千尋起，離宮百雉餘。',
        source: 'dist/quantangshi/poet.tang.0.json',
        title: '帝京篇十首 一',
        author: '太宗皇帝',
      },
    ]);
    const tang = source.files.filter((file) => corpora.tang.filter(file.path));
    expect(tang.map((file) => file.path)).toEqual(['dist/quantangshi/poet.tang.0.json']);
  });

  test.each([
    ['no JSON', '[', 'JSON'],
    ['no list', '{}', 'expected a list'],
    ['a poem without lines', '[{"title":"x"}]', 'no list `paragraphs`'],
    ['lines that are no text', '[{"paragraphs":[1]}]', 'no list `paragraphs`'],
    ['null', '[null]', 'no list `paragraphs`'],
  ])('a poem file with %s is an error that names it', async (_, content, message) => {
    const source = await packageOf(corpora.poems, { 'dist/quantangshi/poet.tang.0.json': content });
    const error = await collect(readPoems(source)).catch((e) => e);
    expect(error.code).toBe('data/poems');
    expect(error.message).toContain('poet.tang.0.json');
    expect(error.message).toContain(message);
  });

  test('English corpora take each text once, with a title', async () => {
    const addresses = await packageOf(corpora.addresses, {
      'data/1790_george_washington_n.txt': 'Fellow-Citizens',
      'data/1790_george_washington_n.json': '{"text":"Fellow-Citizens"}',
      'data/1850_millard_fillmore_w.txt': 'Being suddenly called',
    });
    const titles = (await collect(corpora.addresses.read(addresses))).map((d) => d.title);
    expect(titles).toEqual(['1790 george washington', '1850 millard fillmore']);
    const novel = await packageOf(corpora['moby-dick'], {
      'data/chapter_1.txt': 'Call me Ishmael.',
      'data/epilogue.txt': 'The drama’s done.',
      'data/data.txt': 'Call me Ishmael. The drama’s done.',
      'data/contents.txt': 'CHAPTER 1',
    });
    const chapters = (await collect(corpora['moby-dick'].read(novel))).map((d) => d.title);
    expect(chapters).toEqual(['chapter 1', 'epilogue']);
  });

  test('each language has its corpus, and each corpus says what it is in both', () => {
    expect(corpora[defaultCorpus.zh].language).toBe('zh');
    expect(corpora[defaultCorpus.en].language).toBe('en');
    for (const { description, rules } of Object.values(corpora)) {
      expect(description.zh()).toMatch(/\p{Script=Han}/u);
      expect(description.en()).not.toMatch(/\p{Script=Han}/u);
      expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
    }
  });
});
