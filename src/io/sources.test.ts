import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { TextDocument } from '../types.ts';
import { userCacheFolder } from './cache-folder.ts';
import { readNpmConfig } from './npm-config.ts';
import { type OpenSourceOptions, openSource, type Source } from './sources.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 sources-'));
afterAll(() => rmSync(folder, { recursive: true }));
const newFolder = () => mkdtempSync(join(folder, 'f-'));

async function documentsOf(source: Source): Promise<TextDocument[]> {
  const found: TextDocument[] = [];
  for await (const document of source.documents()) found.push(document);
  return found;
}

describe('files and folders', () => {
  test('a folder gives its text files in order, and says what it passed over', async () => {
    const root = newFolder();
    mkdirSync(join(root, '詩'));
    writeFileSync(join(root, '詩', '春曉.txt'), '\ufeff春眠不覺曉，處處聞啼鳥。\n');
    writeFileSync(join(root, 'a.md'), '# Title\ntext');
    writeFileSync(join(root, 'b.json'), '["one",{"title":"二","paragraphs":["甲，","乙。"]}]');
    writeFileSync(join(root, 'c.JSONL'), '{"text":"x"}\n\n{"content":"y"}\n');
    writeFileSync(join(root, 'picture.png'), 'x');
    writeFileSync(join(root, '.hidden.txt'), 'x');
    symlinkSync('/', join(root, 'link.txt'));
    const source = await openSource(root);
    expect(await documentsOf(source)).toEqual([
      { text: '# Title\ntext', source: 'a.md' },
      { text: 'one', source: 'b.json' },
      { text: '甲，\n乙。', source: 'b.json', title: '二' },
      { text: 'x', source: 'c.JSONL' },
      { text: 'y', source: 'c.JSONL' },
      { text: '春眠不覺曉，處處聞啼鳥。\n', source: '詩/春曉.txt' },
    ]);
    expect(source.passedOver).toEqual(['link.txt', 'picture.png']);
    expect((await openSource(root, { filter: (p) => p.endsWith('.md') })).files.length).toBe(1);
  });

  test('one file can be given as path or URL', async () => {
    const path = join(newFolder(), 'two words 詩.txt');
    writeFileSync(path, 'text');
    for (const spec of [path, `file:${path}`, `file://${encodeURI(path)}`]) {
      expect(await documentsOf(await openSource(spec))).toEqual([
        { text: 'text', source: 'two words 詩.txt' },
      ]);
    }
  });

  test.each([
    ['a missing file', 'none.txt', undefined, 'io/missing'],
    ['an unknown kind', 'model.bin', 'x', 'source/kind'],
    ['a pickle', 'model.pkl', 'x', 'source/kind'],
    ['broken JSON', 'x.json', '[1,', 'io/json'],
    ['a record without text', 'x.json', '[{"line":"x"}]', 'source/record'],
    ['a number', 'x.jsonl', '3\n', 'source/record'],
    ['bytes that are not UTF-8', 'x.txt', Buffer.from([0xe6, 0x98, 0xa5, 0x41, 0xe6, 0x98, 0x41]), 'io/utf8'],
  ])('%s is a clear error that names the file', async (_, name, content, code) => {
    const path = join(newFolder(), name as string);
    if (content !== undefined) writeFileSync(path, content as string);
    const error = await openSource(path)
      .then(documentsOf)
      .catch((e) => e);
    expect(error.code).toBe(code);
    expect(error.message).toContain(path);
    expect(error.text('zh')).toMatch(/[\u4e00-\u9fff]/);
    if (code === 'io/utf8') expect(error.message).toContain('byte 4 (0xe6)');
  });

  test('a file of 500,000,001 bytes is refused before it is read', async () => {
    const path = join(newFolder(), 'large.txt');
    writeFileSync(path, '');
    truncateSync(path, 500_000_001);
    await expect(openSource(path).then(documentsOf)).rejects.toMatchObject({ code: 'io/too-large' });
  });

  test('an empty folder, and one without text, say what was found', async () => {
    const root = newFolder();
    await expect(openSource(root)).rejects.toThrow('it is empty');
    writeFileSync(join(root, 'a.png'), '');
    await expect(openSource(root)).rejects.toThrow('found a.png');
  });

  test('other kinds of source are refused', async () => {
    for (const spec of [
      'hf:x',
      'file:',
      'npm:',
      'npm:../x',
      'npm:git+ssh://x/y',
      'npm:x@file:y',
      'npm:a b',
    ]) {
      await expect(openSource(spec, { offline: true })).rejects.toMatchObject({ code: 'source/spec' });
    }
  });
});

/** A tar entry with exactly these fields (POSIX ustar), honest or not. */
function tarEntry(
  path: string,
  content: string | Buffer,
  fields: { type?: string; link?: string; size?: string } = {},
): Buffer {
  const data = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(fields.size ?? `${data.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(' '.repeat(8), 148);
  header.write(fields.type ?? '0', 156);
  header.write(fields.link ?? '', 157, 100);
  header.write('ustar\x0000', 257);
  header.write(
    `${header
      .reduce((a, b) => a + b, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}
const archive = (...entries: Buffer[]) => gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
const honest = archive(
  tarEntry('package/package.json', '{"name":"poems","version":"1.0.0"}'),
  tarEntry('package/README.md', '# poems'),
  tarEntry('package/data/a.txt', '春眠不覺曉'),
  tarEntry('package/data/b.json', '["two"]'),
  tarEntry('package/index.js', 'process.exit(1)'),
);

interface Registry {
  readonly url: string;
  readonly requests: { path: string; authorization: string | undefined }[];
  close(): Promise<void>;
}
const open: Registry[] = [];
afterEach(async () => {
  for (const registry of open.splice(0)) await registry.close();
});

type Send = (response: ServerResponse, request: IncomingMessage) => void;

/** A registry with one package `poems`; `send` answers the request for its archive. */
async function startRegistry(content: Buffer, send?: Send, dist: object = {}): Promise<Registry> {
  const requests: Registry['requests'] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', authorization: request.headers.authorization });
    if (request.url?.endsWith('.tgz')) {
      if (send) return send(response, request);
      response.setHeader('content-length', content.length);
      return void response.end(content);
    }
    if (request.url !== '/poems') return void response.writeHead(404).end('{}');
    const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
    const tarball = `http://${request.headers.host}/poems/-/poems-1.0.0.tgz`;
    const version = {
      name: 'poems',
      version: '1.0.0',
      dist: { tarball, integrity, unpackedSize: 60, ...dist },
    };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ name: 'poems', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } }),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const registry: Registry = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  open.push(registry);
  return registry;
}
const fast = {
  fetchRetries: 1,
  fetchRetryMintimeout: 10,
  fetchRetryMaxtimeout: 20,
} as unknown as OpenSourceOptions['npm'];
const optionsFor = (
  registry: Registry,
  cacheFolder: string,
  more: OpenSourceOptions = {},
): OpenSourceOptions => ({
  cacheFolder,
  npm: { ...fast, registry: registry.url },
  ...more,
});
/** Nothing but finished packages lies in the cache. */
const finished = (cacheFolder: string) =>
  existsSync(join(cacheFolder, 'npm')) ? readdirSync(join(cacheFolder, 'npm')) : [];

describe('packages', () => {
  test('a package is fetched once; the second start needs no network', async () => {
    const cacheFolder = join(newFolder(), 'cache 緩存');
    const registry = await startRegistry(honest);
    const progress: (number | undefined)[] = [];
    const options = optionsFor(registry, cacheFolder, { onProgress: (p) => progress.push(p.fraction) });
    const first = await openSource('npm:poems', options);
    expect(first.name).toBe('poems@1.0.0');
    const documents = [
      { text: '春眠不覺曉', source: 'data/a.txt' },
      { text: 'two', source: 'data/b.json' },
    ];
    expect(await documentsOf(first)).toEqual(documents);
    expect(progress.at(-1)).toBe(1);
    const asked = registry.requests.length;
    await registry.close();
    expect(await documentsOf(await openSource('npm:poems', options))).toEqual(documents);
    expect(registry.requests.length).toBe(asked);
  });

  test('another selection of files comes from the cache, too; a damaged one is unpacked again', async () => {
    const cacheFolder = newFolder();
    const registry = await startRegistry(honest);
    const only = (name: string) => optionsFor(registry, cacheFolder, { filter: (p) => p.endsWith(name) });
    const source = await openSource('npm:poems', only('a.txt'));
    expect(readdirSync(join(cacheFolder, 'npm/poems@latest/files/data'))).toEqual(['a.txt']);
    await registry.close();
    const other = await openSource('npm:poems', { ...only('b.json'), offline: true });
    expect((await documentsOf(other)).map((d) => d.text)).toEqual(['two']);
    truncateSync(join(cacheFolder, 'npm/poems@latest/files/data/b.json'), 2);
    const again = await openSource('npm:poems', { ...only('b.json'), offline: true });
    expect((await documentsOf(again)).map((d) => d.text)).toEqual(['two']);
    expect(source.files.length).toBe(1);
  });

  test('a connection that breaks leaves nothing; the next start is clean', async () => {
    for (const cut of [0, 1, 100, honest.length - 1]) {
      const cacheFolder = newFolder();
      let broken = true;
      const registry = await startRegistry(honest, (response) => {
        response.setHeader('content-length', honest.length);
        if (!broken) return void response.end(honest);
        response.write(honest.subarray(0, cut));
        setTimeout(() => response.destroy(), 10);
      });
      const error = await openSource('npm:poems', optionsFor(registry, cacheFolder)).catch((e) => e);
      expect(error.code).toMatch(/^source\/(unreachable|integrity)$/);
      expect(finished(cacheFolder)).toEqual([]);
      broken = false;
      expect(
        (await documentsOf(await openSource('npm:poems', optionsFor(registry, cacheFolder)))).length,
      ).toBe(2);
      expect(finished(cacheFolder)).toEqual(['poems@latest']);
    }
  });

  const other = archive(tarEntry('package/data/a.txt', 'forged'));
  test.each([
    ['another archive than the hash says', (r: ServerResponse) => void r.end(other)],
    [
      'a length that is too small',
      (r: ServerResponse) => void r.setHeader('content-length', 50).end(honest.subarray(0, 50)),
    ],
    ['bytes after the archive', (r: ServerResponse) => void r.end(Buffer.concat([honest, honest]))],
    ['one changed byte', (r: ServerResponse) => void r.end(Buffer.from(honest).fill(7, 60, 61))],
    ['no archive at all', (r: ServerResponse) => void r.end('<html>')],
  ])('%s is refused, and nothing is kept', async (_, send) => {
    const cacheFolder = newFolder();
    const registry = await startRegistry(honest, send);
    const error = await openSource('npm:poems', optionsFor(registry, cacheFolder)).catch((e) => e);
    expect(error.code).toMatch(/^source\/integrity$/);
    expect(error.text('zh')).toContain('没有保留任何内容');
    expect(finished(cacheFolder)).toEqual([]);
  });

  test('a registry that states no hash is refused', async () => {
    const registry = await startRegistry(honest, undefined, { integrity: undefined });
    await expect(openSource('npm:poems', optionsFor(registry, newFolder()))).rejects.toThrow('no hash');
  });

  test.each([
    ['a path upwards', tarEntry('package/../../../evil.txt', 'x')],
    ['an absolute path', tarEntry('/tmp/evil.txt', 'x')],
    ['a backslash path', tarEntry('package\\..\\..\\evil.txt', 'x')],
    ['a drive letter', tarEntry('C:/evil.txt', 'x')],
    ['a symbolic link', tarEntry('package/link.txt', '', { type: '2', link: '/etc/passwd' })],
    ['a hard link', tarEntry('package/link.txt', '', { type: '1', link: 'package/package.json' })],
    ['a device', tarEntry('package/null.txt', '', { type: '3' })],
    [
      'a name that comes twice',
      Buffer.concat([tarEntry('package/a.txt', '1'), tarEntry('package/a.txt', '2')]),
    ],
    [
      'a file below a file',
      Buffer.concat([tarEntry('package/a.txt', '1'), tarEntry('package/a.txt/b.txt', '2')]),
    ],
  ])('an archive with %s is refused and writes nothing outside', async (_, entry) => {
    const root = newFolder();
    const cacheFolder = join(root, 'a/b/c/cache');
    const registry = await startRegistry(archive(tarEntry('package/ok.txt', 'ok'), entry));
    const error = await openSource('npm:poems', optionsFor(registry, cacheFolder)).catch((e) => e);
    expect(error.code).toMatch(/^(source\/archive|io\/device|io\/missing)$/);
    expect(finished(cacheFolder)).toEqual([]);
    expect(readdirSync(root)).toEqual(['a']);
    expect(existsSync('/tmp/evil.txt')).toBe(false);
  });

  test('sizes that lie are refused: negative, or more than there is', async () => {
    const negative = Buffer.alloc(12, 0xff).toString('latin1');
    for (const bad of [
      tarEntry('package/a.txt', 'x', { size: '77777777777\0' }),
      (() => {
        const entry = tarEntry('package/a.txt', 'x');
        entry.write(negative, 124, 'latin1');
        return entry;
      })(),
    ]) {
      const cacheFolder = newFolder();
      const registry = await startRegistry(archive(bad));
      const error = await openSource('npm:poems', optionsFor(registry, cacheFolder)).catch((e) => e);
      expect(error.code).toMatch(/^source\//);
      expect(finished(cacheFolder)).toEqual([]);
    }
  });

  test('a server that falls silent is given up; a caller may stop the download', async () => {
    const silent: Send = (response) => {
      response.setHeader('content-length', honest.length);
      response.write(honest.subarray(0, 50));
    };
    const registry = await startRegistry(honest, silent);
    const cacheFolder = newFolder();
    const started = Date.now();
    const error = await openSource(
      'npm:poems',
      optionsFor(registry, cacheFolder, { idleTimeoutMs: 200 }),
    ).catch((e) => e);
    expect(error.code).toBe('source/unreachable');
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('stopped by the user')), 100);
    await expect(
      openSource('npm:poems', optionsFor(registry, cacheFolder, { signal: stop.signal })),
    ).rejects.toThrow('stopped by the user');
    expect(Date.now() - started).toBeLessThan(8_000);
    expect(finished(cacheFolder)).toEqual([]);
  });

  test('credentials go to their own registry only', async () => {
    const foreign = await startRegistry(honest);
    const registry = await startRegistry(honest, (response) => {
      const location = `${foreign.url.replace('127.0.0.1', 'localhost')}poems/-/poems-1.0.0.tgz`;
      response.writeHead(302, { location }).end();
    });
    const host = registry.url.replace('http:', '');
    const npm = { ...fast, registry: registry.url, [`${host}:_authToken`]: 'secret' };
    expect((await openSource('npm:poems', { cacheFolder: newFolder(), npm })).files.length).toBe(2);
    expect(registry.requests.every((r) => r.authorization === 'Bearer secret')).toBe(true);
    expect(foreign.requests.map((r) => r.authorization)).toEqual([undefined]);
  });

  test('nobody answers and nothing is cached: the cure is named', async () => {
    const registry = await startRegistry(honest);
    await registry.close();
    const error = await openSource('npm:poems', optionsFor(registry, newFolder())).catch((e) => e);
    expect(error.code).toBe('source/unreachable');
    expect(error.message).toContain('--data FILE');
    await expect(
      openSource('npm:poems', optionsFor(registry, newFolder(), { offline: true })),
    ).rejects.toMatchObject({ code: 'source/offline' });
  });

  test('an unknown package or version says so', async () => {
    const registry = await startRegistry(honest);
    for (const spec of ['npm:peoms', 'npm:poems@9.9.9', 'npm:@scope/poems']) {
      await expect(openSource(spec, optionsFor(registry, newFolder()))).rejects.toMatchObject({
        code: 'source/package',
      });
    }
  });
});

describe('settings', () => {
  test('npm settings: the environment wins over the project, the user and the machine', () => {
    const [home, cwd] = [newFolder(), newFolder()];
    const globalFile = join(newFolder(), 'npmrc');
    const cafile = join(home, 'ca.pem');
    const certificate = '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----';
    writeFileSync(cafile, `${certificate}\n${certificate}\n`);
    writeFileSync(globalFile, `registry=https://global/\ncafile=${cafile}\n`);
    writeFileSync(
      join(home, '.npmrc'),
      '; comment\nregistry = "https://user/"\n//user/:_authToken=$' +
        '{TOKEN}\n@s:registry=https://s/\nfund=false\n',
    );
    const read = (env: { [name: string]: string }) => readNpmConfig({ env, cwd, home, globalFile });
    expect(read({ TOKEN: 't' })).toEqual({
      registry: 'https://user/',
      ca: [certificate, certificate],
      '//user/:_authToken': 't',
      '@s:registry': 'https://s/',
    });
    writeFileSync(join(cwd, '.npmrc'), 'registry=https://project/\nstrict-ssl=false');
    expect(read({})).toMatchObject({ registry: 'https://project/', strictSSL: false });
    expect(read({ npm_config_registry: 'https://env/', NPM_CONFIG_HTTPS_PROXY: 'http://p' })).toMatchObject({
      registry: 'https://env/',
      httpsProxy: 'http://p',
    });
  });

  test('the cache lies where the system keeps caches', () => {
    expect(userCacheFolder({}, 'linux', '/h')).toBe('/h/.cache/inkstone');
    expect(userCacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux', '/h')).toBe('/x/inkstone');
    expect(userCacheFolder({}, 'darwin', '/h')).toBe('/h/Library/Caches/inkstone');
    expect(userCacheFolder({ LOCALAPPDATA: '/l' }, 'win32', '/h')).toBe('/l/inkstone/Cache');
    expect(userCacheFolder({ INKSTONE_CACHE: '/c' }, 'linux', '/h')).toBe('/c');
  });
});
