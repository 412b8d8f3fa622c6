import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Handler, serve } from '../../test/local-server.ts';
import type { InkstoneError } from '../errors.ts';
import { isPublicAddress, publicLookup } from './public-address.ts';
import { type OpenSourceOptions, openSource } from './sources.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 web-'));
afterAll(() => rmSync(folder, { recursive: true }));
const newFolder = () => mkdtempSync(join(folder, 'c-'));

async function read(url: string, cacheFolder: string, options: OpenSourceOptions = {}): Promise<string[]> {
  const source = await openSource(url, { cacheFolder, privateAddresses: true, ...options });
  const texts: string[] = [];
  for await (const { text } of source.documents()) texts.push(text);
  return texts;
}

const errorOf = (work: Promise<unknown>): Promise<InkstoneError> =>
  work.then(
    () => expect.fail('it was read'),
    (error) => error as InkstoneError,
  );

/** Does something when so many bytes have come. */
const at =
  (bytes: number, act: () => void): OpenSourceOptions['onProgress'] =>
  ({ receivedBytes }) => {
    if (receivedBytes >= bytes) act();
  };

/** Where the cache keeps what a URL leads to. */
const placeOf = (cacheFolder: string, url: string) =>
  join(cacheFolder, 'web', createHash('sha256').update(new URL(url).href).digest('hex').slice(0, 32));

describe('URLs', () => {
  test('a file is fetched once; then it comes from the cache, offline too', async () => {
    const cache = newFolder();
    const { url, seen } = await serve((_, response) => response.end('{"text":"春眠"}\n{"text":"spring"}\n'));
    expect(await read(`${url}/a.jsonl?v=1#top`, cache)).toEqual(['春眠', 'spring']);
    expect(await read(`${url}/a.jsonl?v=1`, cache, { offline: true })).toEqual(['春眠', 'spring']);
    expect(seen.length).toBe(1);
    expect(seen[0].headers['accept-encoding']).toBe('identity');
    await read(`${url}/a.jsonl?v=1`, cache, { refresh: true });
    expect(seen.length).toBe(2);
    expect((await errorOf(read(`${url}/b.txt`, cache, { offline: true }))).code).toBe('source/offline');
  });

  test('the kind comes from the path, else from the content type; else it is refused', async () => {
    const { url } = await serve((request, response) => {
      const type = request.url === '/page' ? 'text/html; charset=utf-8' : 'image/png';
      response.writeHead(200, { 'Content-Type': type });
      response.end('<p>春眠<p>spring');
    });
    expect(await read(`${url}/page`, newFolder())).toEqual(['春眠\n\nspring']);
    const error = await errorOf(read(`${url}/picture`, newFolder()));
    expect(error.code).toBe('source/kind');
    expect(error.message).toMatch(/cannot read image\/png as text/);
  });

  test('a download that breaks off goes on where it stopped, if the file is the same', async () => {
    const whole = '春眠不觉晓\n'.repeat(5_000);
    const bytes = Buffer.from(whole);
    for (const isChanged of [false, true]) {
      const cache = newFolder();
      let etag = '"one"';
      let isFirst = true;
      const statuses: number[] = [];
      let breakOff = () => {};
      const { url, seen } = await serve((request, response) => {
        const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
        const from = range && request.headers['if-range'] === etag ? Number(range[1]) : 0;
        response.writeHead(from ? 206 : 200, {
          ETag: etag,
          'Content-Length': bytes.length - from,
          ...(from && { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
        });
        statuses.push(response.statusCode);
        if (!isFirst) return void response.end(bytes.subarray(from));
        isFirst = false;
        response.write(bytes.subarray(0, 40_000));
        breakOff = () => response.destroy();
      });
      const onProgress = at(40_000, () => breakOff());
      const broken = await errorOf(read(`${url}/long.txt`, cache, { onProgress }));
      expect(broken.code).toBe('source/web');
      expect(broken.message).toMatch(/the same command goes on from there/);
      const place = placeOf(cache, `${url}/long.txt`);
      expect(readdirSync(place).sort()).toEqual(['part', 'part.json']);
      if (isChanged) etag = '"two"';
      expect(await read(`${url}/long.txt`, cache)).toEqual([whole]);
      expect(seen[1].headers.range).toBe('bytes=40000-');
      expect(seen[1].headers['if-range']).toBe('"one"');
      expect(statuses).toEqual([200, isChanged ? 200 : 206]);
      expect(readdirSync(place).sort()).toEqual(['file.txt', 'source.json']);
    }
  });

  test('a server that falsely sends another part is refused', async () => {
    const cache = newFolder();
    let isFirst = true;
    let breakOff = () => {};
    const { url } = await serve((_, response) => {
      response.writeHead(isFirst ? 200 : 206, {
        ETag: '"x"',
        ...(isFirst ? { 'Content-Length': 100 } : { 'Content-Range': 'bytes 0-99/100' }),
      });
      if (isFirst) response.write('x'.repeat(50));
      breakOff = () => response.destroy();
      if (!isFirst) response.end('y'.repeat(100));
      isFirst = false;
    });
    await errorOf(read(`${url}/a.txt`, cache, { onProgress: at(50, () => breakOff()) }));
    expect((await errorOf(read(`${url}/a.txt`, cache))).message).toMatch(/another part than asked/);
    expect(existsSync(join(placeOf(cache, `${url}/a.txt`), 'file.txt'))).toBe(false);
  });

  test.each<[string, Handler, RegExp]>([
    ['an error page', (_, response) => response.writeHead(404).end('no'), /the server answers 404/],
    [
      'redirects without end',
      (_, response) => response.writeHead(302, { Location: '/again.txt' }).end(),
      /more than 5 redirects/,
    ],
    [
      'a redirect to a file',
      (_, response) => response.writeHead(302, { Location: 'file:///etc/passwd' }).end(),
      /file: is not https:/,
    ],
    [
      'a redirect with a password',
      (_, response) => response.writeHead(302, { Location: 'http://a:b@127.0.0.1/' }).end(),
      /a URL with a password/,
    ],
    [
      'compression that was not asked for',
      (_, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('x'),
      /sends gzip, unasked/,
    ],
    [
      'a file too large',
      (_, response) => response.writeHead(200, { 'Content-Length': '9999999999999' }).end(),
      /larger than \d+ bytes/,
    ],
    ['silence', () => {}, /no answer for 300 ms/],
    [
      'silence in the middle',
      (_, response) => void response.writeHead(200).write('x'),
      /no answer for 300 ms|aborted/,
    ],
  ])('%s is one clear error, and no file', async (_, handler, message) => {
    const cache = newFolder();
    const { url } = await serve(handler);
    const error = await errorOf(read(`${url}/a.txt`, cache, { idleTimeoutMs: 300 }));
    expect(error.message).toMatch(message);
    expect(error.text('zh')).toMatch(/[\u4e00-\u9fff]/);
    expect(existsSync(join(placeOf(cache, `${url}/a.txt`), 'file.txt'))).toBe(false);
  });

  test('redirects are followed; the name is that of the last', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/start') response.writeHead(307, { Location: '/data/table.csv' }).end();
      else response.end('text\n春眠\n');
    });
    expect(await read(`${url}/start`, newFolder())).toEqual(['春眠']);
  });

  test('stops when told', async () => {
    const controller = new AbortController();
    const { url } = await serve((_, response) => {
      response.writeHead(200).write('x');
    });
    await expect(
      read(`${url}/a.txt`, newFolder(), {
        signal: controller.signal,
        onProgress: at(1, () => controller.abort()),
      }),
    ).rejects.toThrow(/abort/);
  });
});

describe('private addresses', () => {
  test.each([
    '127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '255.255.255.255',
    '::1', '::', 'fe80::1', 'fe80::1%eth0', 'fd00::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:7f00:1', '64:ff9b::7f00:1',
    '::127.0.0.1', '2002:7f00:1::', 'ff02::1', 'localhost', '', '1',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  }); // biome-ignore format: one table

  test.each(['1.1.1.1', '172.32.0.1', '192.167.1.1', '2606:4700::1111', '::ffff:1.1.1.1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  test('nothing is asked of them, by address, by name or through a redirect', async () => {
    const { url, seen } = await serve((_, response) => response.end('secret'));
    const port = new URL(url).port;
    for (const target of [
      `https://127.0.0.1:${port}/a.txt`,
      `https://[::1]:${port}/a.txt`,
      `https://[::ffff:127.0.0.1]:${port}/a.txt`,
      `https://2130706433:${port}/a.txt`,
      `https://0x7f.1:${port}/a.txt`,
      `https://localhost:${port}/a.txt`,
    ]) {
      const error = await errorOf(read(target, newFolder(), { privateAddresses: false }));
      expect(error.code, target).toBe('source/address');
      expect(error.message).toMatch(/--private-addresses/);
    }
    expect((await errorOf(read(`${url}/a.txt`, newFolder(), { privateAddresses: false }))).message).toMatch(
      /http: is not https:/,
    );
    expect(seen).toEqual([]);
  });

  test('a name is refused if one of its addresses is inside; the address checked is the one used', async () => {
    const look = publicLookup((address) => new Error(`inside ${address}`));
    const found = await new Promise<unknown>((resolve) =>
      look('localhost', { all: true }, (error, addresses) => resolve(error ?? addresses)),
    );
    expect((found as Error).message).toMatch(/^inside (127\.0\.0\.1|::1)$/);
  });
});
