/** `inkstone data` on web archives, dumps of Wikipedia and data sets of a hub: what was read, and what was passed over, is told. */

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder, tiny } from './cli-harness.ts';

const cwd = scratchFolder();
const golden = (name: string) =>
  JSON.parse(readFileSync(new URL(`./golden/${name}`, import.meta.url), 'utf8'));
const stats = (...argv: string[]) => inkstone(['data', 'stats', ...argv], { cwd });

beforeAll(() => {
  for (const [name, base64] of Object.entries({
    ...golden('web-archive.json').files,
    ...golden('wiki-dump.json'),
  })) {
    writeFileSync(join(cwd, name), Buffer.from(base64 as string, 'base64'));
  }
});

describe('sources of text', () => {
  test('a web archive', async () => {
    const { out, status } = await stats('crawl.warc.gz', '--language', 'zh');
    expect(status).toBe(0);
    expect(out).toContain('4 documents in, 1 out');
    expect(out).toMatch(/^passed over 2 records of archives that hold no page$/m);
    expect(out).toMatch(/^passed over 1 pages that the server did not give/m);
    expect(out).toMatch(/^passed over 1 answers that are neither HTML nor plain text$/m);
    const zh = await inkstone(['data', 'stats', 'crawl.warc.gz'], { cwd, lang: 'zh' });
    for (const line of zh.out.trim().split('\n')) expect(line).toMatch(HAN);
  });

  test('a dump of Wikipedia; training takes it', async () => {
    const { json } = await stats('w-pages-articles.xml.bz2', '--json');
    expect(json[0]).toMatchObject({ skipped: { redirect: 1, namespace: 1 } });
    expect(json[1]).toMatchObject({ documents: 2 });
    const preview = await inkstone(['data', 'preview', 'w-pages-articles.xml'], { cwd });
    expect(preview.out).toContain('[河流 · w-pages-articles.xml]\n河流是陆地上流动的水');
    const argv = [
      'train',
      '--data',
      'w-pages-articles.xml.bz2',
      ...tiny,
      '--steps',
      '2',
      '--context-length',
      '8',
    ];
    const { status, err } = await inkstone([...argv, '--out', 'run'], { cwd });
    expect({ status, err: status ? err : '' }).toEqual({ status: 0, err: '' });
  });

  test('a data set of a hub, named by the environment', async () => {
    const sha = 'a'.repeat(40);
    const text = '{"text":"春眠不觉晓，处处闻啼鸟。"}\n';
    const server = createServer(({ url = '' }, response) => {
      if (url.includes('/revision/')) response.end(JSON.stringify({ sha }));
      else if (url.includes('/tree/'))
        response.end(JSON.stringify([{ type: 'file', path: 'a.jsonl', size: Buffer.byteLength(text) }]));
      else response.end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const env = {
        HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        HF_TOKEN: 'hf_canary',
        INKSTONE_CACHE: join(cwd, 'cache'),
        XDG_CACHE_HOME: join(cwd, 'cache'),
      };
      const argv = ['data', 'preview', 'hf:ink/poems'];
      const { err, status } = await inkstone(argv, { cwd, env });
      expect(status).toBe(2);
      expect(err).toMatch(/http: is not https:/);
      const preview = await inkstone([...argv, '--private-addresses'], { cwd, env });
      expect(preview.out).toContain('春眠不觉晓');
      expect(preview.out + preview.err).not.toContain('hf_canary');
    } finally {
      server.close();
    }
  });

  test.each([
    ['x.warc.gz', Buffer.from('no gzip'), /x\.warc\.gz: cannot be read as gzip/],
    ['x.xml.bz2', Buffer.from('no bzip2'), /x\.xml\.bz2: cannot be read as bzip2/],
    ['x.xml', Buffer.from('<project/>'), /x\.xml: cannot be read as MediaWiki XML: its root is <project>/],
  ])('%s of something else is one clear error', async (name, bytes, message) => {
    writeFileSync(join(cwd, name), bytes);
    const { status, err } = await stats(name);
    expect(status).toBe(2);
    expect(err).toMatch(message);
    expect(err.trim()).not.toContain('\n');
  });
});
