import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { setLanguage } from '../language.ts';
import { loadDocuments } from './corpus.ts';
import { type CorpusPreparation, preparationOf } from './corpus-options.ts';
import { createTerminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 corpus-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => setLanguage(undefined));

const terminal = createTerminal({ out: { write: () => {} }, progress: { write: () => {} } });
const load = (name: string, prepare?: CorpusPreparation) =>
  loadDocuments(join(folder, name), { terminal, signal: new AbortController().signal, prepare });
const lines = (name: string, records: readonly unknown[]) =>
  writeFileSync(join(folder, name), records.map((record) => `${JSON.stringify(record)}\n`).join(''));

describe('where text comes from', () => {
  test('a folder of several kinds; other encodings and what was passed over are told', async () => {
    setLanguage('en');
    mkdirSync(join(folder, 'mixed'));
    const at = (name: string) => join(folder, 'mixed', name);
    writeFileSync(at('a.csv'), 'review,score\n很好的酒店,5\n');
    writeFileSync(at('b.html'), '<title>Page</title><p>It was a bright cold day.');
    writeFileSync(at('c.txt'), Buffer.from('b4bac3dfb2bbbef5cffe', 'hex'));
    writeFileSync(at('d.png'), '');
    const corpus = await load('mixed', { textColumn: 'review' });
    expect(corpus.documents.map(({ text }) => text)).toEqual([
      '很好的酒店',
      'It was a bright cold day.',
      '春眠不觉晓',
    ]);
    expect(corpus.report.join('\n')).toContain('read 1 files as gb18030, such as c.txt');
    expect(corpus.report.join('\n')).toContain('passed over 1 files that are no text, such as d.png');
    await expect(load('mixed', { textColumn: 'reviews' })).rejects.toThrow(/did you mean "review"\?/);
  });
});

describe('repeats in a corpus', () => {
  const notice = '本页内容未经许可不得转载或摘编。';
  const story = (name: string) =>
    `从前有一个叫${name}的人，住在很远很远的山上，每天砍柴打水，日子过得清苦而安静。`;
  lines('pages.jsonl', [
    { text: `${story('甲')}\n${notice}`, title: '一' },
    { text: `昨夜大雪封门，炉火未熄，老者独坐窗前读一卷旧书。\n${notice}`, title: '二' },
    { text: `${story('乙')}\n${notice}`, title: '三' },
    { text: '复读。\n'.repeat(60), title: '四' },
    { text: notice, title: '五' },
  ]);

  test('nothing is taken out unless it is asked for', async () => {
    const corpus = await load('pages.jsonl');
    expect(corpus.documents.length).toBe(5);
    expect(corpus.deduplication).toEqual({ duplicates: 0 });
  });

  test('lines, repetitive documents and near duplicates go, and each is told with an example', async () => {
    setLanguage('en');
    const prepare = { repeatedLines: 1, nearDuplicates: 0.5, dropRepetitive: true };
    const corpus = await load('pages.jsonl', prepare);
    expect(corpus.documents.map(({ title }) => title)).toEqual(['一', '二']);
    expect(corpus.documents[0].text).toContain(notice);
    expect(corpus.documents[1].text).not.toContain(notice);
    expect(corpus.deduplication).toMatchObject({
      repeatedLines: { lines: 3, sections: 0, example: notice },
      nearDuplicates: { documentsIn: 3, documentsOut: 2, compared: 1 },
    });
    const report = corpus.report.join('\n');
    expect(report).toMatch(/dropped 1: too many of their lines are copies/);
    expect(report).toContain(`such as "${notice}"`);
    expect(report).toMatch(/dropped 1: nothing but such lines/);
    expect(report).toMatch(
      /similarity to an earlier document of at least 0.5\n {2}for example \(0\.\d\d\): kept "从前/,
    );
    setLanguage('zh');
    expect((await load('pages.jsonl', prepare)).report.join('\n')).toMatch(
      /去掉 1 篇：与前文相似度不低于 0\.5/,
    );
  });

  test('only what was asked for is kept with a run', () => {
    expect(preparationOf({})).toBeUndefined();
    const options = { nearDuplicates: 0.8, textColumn: undefined, seed: 3 };
    expect(preparationOf(options)).toEqual({ nearDuplicates: 0.8 });
  });
});
