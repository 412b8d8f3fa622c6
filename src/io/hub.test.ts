import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { serve } from '../../test/local-server.ts';
import type { InkstoneError } from '../errors.ts';
import { limits } from './limits.ts';
import { type OpenSourceOptions, openSource } from './sources.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 hub-'));
afterAll(() => rmSync(folder, { recursive: true }));
const newFolder = () => mkdtempSync(join(folder, 'c-'));
const TOKEN = 'hf_canary123';
const SHA = '0123456789abcdef0123456789abcdef01234567';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

interface Hub {
  /** Answers instead of the hub when it returns true. */
  readonly before?: (url: string, response: ServerResponse) => boolean;
  readonly entries?: readonly object[];
  readonly isPrivate?: boolean;
}

const files: Record<string, string> = {
  'README.md': 'about it',
  'data/train.jsonl': '{"text":"春眠不觉晓"}\n{"text":"spring"}\n',
  'data/test.csv': 'text\nheld out\n',
  'model.bin': 'x',
};
const listed = Object.entries(files).map(([path, text]) => ({
  type: 'file',
  oid: 'a'.repeat(40),
  size: Buffer.byteLength(text),
  path,
  ...(path.endsWith('.jsonl') && { lfs: { oid: sha256(text), size: text.length, pointerSize: 130 } }),
}));

/** A hub as the real one answers: commit, pages of files, and files that lie on another host. */
async function hub({ before, entries = listed, isPrivate }: Hub = {}) {
  const elsewhere = await serve((request, response) => {
    const text = Object.values(files).find((content) => request.url === `/blobs/${sha256(content)}?sig=x`);
    response.writeHead(text === undefined ? 404 : 200, {
      ETag: '"1"',
      'Content-Type': 'binary/octet-stream',
    });
    response.end(text);
  });
  const { url, seen } = await serve((request, response) => {
    const path = request.url!;
    if (before?.(path, response)) return;
    if (isPrivate && request.headers.authorization !== `Bearer ${TOKEN}`) {
      response.writeHead(401).end('{"error":"no"}');
    } else if (path === '/api/datasets/ink/poems/revision/main' || path.endsWith(`/revision/${SHA}`)) {
      response.end(JSON.stringify({ id: 'ink/poems', sha: SHA }));
    } else if (path.startsWith(`/api/datasets/ink/poems/tree/${SHA}?recursive=true`)) {
      const from = Number(new URL(path, url).searchParams.get('cursor') ?? 0);
      const next = `<${url}/api/datasets/ink/poems/tree/${SHA}?recursive=true&cursor=${from + 2}>; rel="next"`;
      response.writeHead(200, from + 2 < entries.length ? { Link: next } : {});
      response.end(
        JSON.stringify([{ type: 'directory', oid: 'b', path: 'data' }, ...entries.slice(from, from + 2)]),
      );
    } else if (path.startsWith(`/datasets/ink/poems/resolve/${SHA}/`)) {
      const file = path.slice(`/datasets/ink/poems/resolve/${SHA}/`.length);
      response
        .writeHead(302, {
          Location: `${elsewhere.url}/blobs/${sha256(files[decodeURIComponent(file)])}?sig=x`,
        })
        .end();
    } else response.writeHead(404).end('{}');
  });
  return { url, seen, elsewhere: elsewhere.seen };
}

async function read(spec: string, endpoint: string, options: OpenSourceOptions = {}) {
  const more = { cacheFolder: newFolder(), privateAddresses: true, hub: { endpoint }, ...options };
  const source = await openSource(spec, more);
  const texts: string[] = [];
  for await (const { text } of source.documents()) texts.push(text);
  return { source, texts };
}

const errorOf = (work: Promise<unknown>): Promise<InkstoneError> =>
  work.then(
    () => expect.fail('it was read'),
    (error) => error as InkstoneError,
  );

describe('data sets of a hub', () => {
  test('all readable files of all pages, in order; the rest is named; then nothing is asked any more', async () => {
    const { url, seen } = await hub();
    const cacheFolder = newFolder();
    const first = await read('hf:ink/poems', url, { cacheFolder });
    expect(first.texts).toEqual(['held out', '春眠不觉晓', 'spring']);
    expect(first.source.name).toBe(`hf:ink/poems@${SHA}`);
    expect(first.source.passedOver).toEqual(['README.md', 'model.bin']);
    const asked = seen.length;
    for (const spec of ['hf:ink/poems', first.source.name]) {
      expect((await read(spec, url, { cacheFolder, offline: true })).texts).toEqual(first.texts);
    }
    expect(seen.length).toBe(asked);
    await read('hf:ink/poems', url, { cacheFolder, refresh: true });
    // The list again, the files not: their commit is the same.
    expect(seen.slice(asked).map((request) => request.url!.split('/')[1])).toEqual(['api', 'api', 'api']);
  });

  test('a folder or a file of it', async () => {
    const { url } = await hub();
    expect((await read('hf:ink/poems/data/train.jsonl', url)).texts).toEqual(['春眠不觉晓', 'spring']);
    expect((await read('hf:ink/poems@main/data/', url)).texts).toHaveLength(3);
    expect((await errorOf(read('hf:ink/poems/dat', url))).message).toMatch(/it has no dat; check its name/);
    expect((await errorOf(read('hf:ink/poems/model.bin', url))).code).toBe('source/none');
  });

  test('the token goes to the hub only, and is neither kept nor told', async () => {
    const { url, seen, elsewhere } = await hub({ isPrivate: true });
    const cacheFolder = newFolder();
    const error = await errorOf(read('hf:ink/poems', url, { cacheFolder }));
    expect(error.message).toMatch(/the hub answers 401; put a token that may read it into HF_TOKEN/);
    const options = { cacheFolder, hub: { endpoint: url, token: TOKEN } };
    expect((await read('hf:ink/poems', url, options)).texts).toHaveLength(3);
    expect(seen.slice(1).every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
    expect(elsewhere.length).toBe(2);
    expect(elsewhere.every(({ headers }) => headers.authorization === undefined)).toBe(true);
    for (const file of readdirSync(cacheFolder, { recursive: true, withFileTypes: true })) {
      if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain(TOKEN);
    }
    const missing = await errorOf(read('hf:ink/none', url, options));
    expect(missing.message).toMatch(/the hub answers 404; check its name/);
    expect(JSON.stringify(missing)).not.toContain(TOKEN);
  });

  test('endpoint and token come from the environment', async () => {
    const { url } = await hub({ isPrivate: true });
    const before = { ...process.env };
    try {
      Object.assign(process.env, { HF_ENDPOINT: `${url}/`, HF_TOKEN: TOKEN });
      expect((await read('hf:ink/poems', url, { hub: undefined })).texts).toHaveLength(3);
    } finally {
      process.env = before;
    }
  });

  test('a download that breaks off goes on', async () => {
    const long = `${JSON.stringify({ text: 'x'.repeat(300_000) })}\n`;
    const ranges: (string | undefined)[] = [];
    const entry = { type: 'file', path: 'a.jsonl', size: long.length, lfs: { oid: sha256(long) } };
    const server = await serve((request, response) => {
      const path = request.url!;
      if (path.includes('/revision/')) return void response.end(JSON.stringify({ sha: SHA }));
      if (path.includes('/tree/')) return void response.end(JSON.stringify([entry]));
      ranges.push(request.headers.range);
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const headers = { ETag: '"1"', 'Content-Length': long.length - from };
      if (from)
        response.writeHead(206, {
          ...headers,
          'Content-Range': `bytes ${from}-${long.length - 1}/${long.length}`,
        });
      else response.writeHead(200, headers);
      if (from) response.end(long.slice(from));
      else response.write(long.slice(0, 200_000), () => setTimeout(() => response.destroy(), 50));
    });
    const cacheFolder = newFolder();
    expect((await errorOf(read('hf:a/b', server.url, { cacheFolder }))).code).toBe('source/web');
    expect((await read('hf:a/b', server.url, { cacheFolder })).texts[0]).toHaveLength(300_000);
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
  });

  test.each([
    ['another size', { size: 3 }, 'source/integrity', /bytes came, 3 were announced/],
    ['another hash', { lfs: { oid: 'f'.repeat(64) } }, 'source/integrity', /its hash is another/],
    ['a path that leads out', { path: '../train.jsonl' }, 'source/archive', /a part "\.\."/],
    ['a size beyond all', { size: limits.webBytes + 1 }, 'source/hub', /name a folder or a file/],
    ['a size that is none', { size: -1 }, 'source/hub', /no answer of a hub; check HF_ENDPOINT/],
  ])('%s is refused', async (_, change, code, message) => {
    const { url } = await hub({ entries: [{ ...listed[1], ...change }] });
    const cacheFolder = newFolder();
    const error = await errorOf(read('hf:ink/poems', url, { cacheFolder }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    const left = readdirSync(cacheFolder, { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => /file\.|part$/.test(name))).toEqual([]);
  });

  test('a list that leads elsewhere, does not end or is none is refused', async () => {
    const other = await serve((_, response) => void response.end('[]'));
    const leads = await hub({
      before: (path, response) => {
        if (!path.includes('/tree/')) return false;
        response.writeHead(200, { Link: `<${other.url}/more>; rel="next"` }).end('[]');
        return true;
      },
    });
    const options = { hub: { endpoint: leads.url, token: TOKEN } };
    expect((await errorOf(read('hf:ink/poems', leads.url, options))).message).toMatch(/leads elsewhere/);
    expect(other.seen).toEqual([]);
    const page = await hub({ before: (_, response) => Boolean(response.end('<html>')) });
    expect((await errorOf(read('hf:ink/poems', page.url))).message).toMatch(/no answer of a hub/);
  });

  test.each(['hf:', 'hf:squad', 'hf:a/../b', 'hf:a/b@x y'])('%j is no data set', async (spec) => {
    expect((await errorOf(read(spec, 'http://127.0.0.1:9'))).code).toBe('source/spec');
  });

  test('a hub on this machine needs leave', async () => {
    const { url, seen } = await hub();
    const error = await errorOf(read('hf:ink/poems', url, { privateAddresses: false }));
    expect(error.message).toMatch(/http: is not https:/);
    expect(seen).toEqual([]);
    expect((await errorOf(read('hf:ink/poems', url, { offline: true }))).code).toBe('source/offline');
  });
});
