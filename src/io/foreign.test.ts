import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import type { InkstoneError } from '../errors.ts';
import { createRng } from '../rng.ts';
import type { TextDocument } from '../types.ts';
import { createParserPool, foreignReader } from './foreign.ts';
import { limits } from './limits.ts';
import { openSource } from './sources.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 foreign-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Files of other programs (`test/golden/documents.py`), and what they say. */
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/documents.json', import.meta.url), 'utf8'),
) as {
  rows: { title: string; 正文: string | null; parts: string[] }[];
  parquet: Record<string, string>;
  pdf: { english: string; chinese: string };
};
const bytesOf = (base64: string) => Buffer.from(base64, 'base64');

async function read(
  name: string,
  content: string | Uint8Array | undefined,
  options: { textColumn?: string; titleColumn?: string } = {},
): Promise<TextDocument[]> {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  const found: TextDocument[] = [];
  for await (const document of (await openSource(path, options)).documents()) found.push(document);
  return found;
}

const errorOf = (work: Promise<unknown>): Promise<InkstoneError> =>
  work.then(
    () => expect.fail('it was read'),
    (error) => error as InkstoneError,
  );

const W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A Word file with these paragraphs; one of them may link to an image elsewhere. */
function docx(paragraphs: readonly string[], options: { body?: string } = {}): Uint8Array {
  const body = paragraphs
    .map((text) => `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`)
    .join('');
  return zipSync({
    '[Content_Types].xml': strToU8(
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    ),
    '_rels/.rels': strToU8(
      `<Relationships xmlns="${RELATIONS}"><Relationship Id="r1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>`,
    ),
    'word/_rels/document.xml.rels': strToU8(
      `<Relationships xmlns="${RELATIONS}"><Relationship Id="i1" Type="${OFFICE}/image" Target="file:///etc/passwd" TargetMode="External"/></Relationships>`,
    ),
    'word/document.xml': strToU8(
      `<w:document xmlns:w="${W}"><w:body>${options.body ?? ''}${body}</w:body></w:document>`,
    ),
    'docProps/core.xml': strToU8(
      '<cp:coreProperties xmlns:cp="x" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>两地书</dc:title></cp:coreProperties>',
    ),
  });
}

/** An EPUB with these chapters, in the order of the spine; `files` are put over its own. */
function epub(chapters: Record<string, string>, files: Record<string, string> = {}): Uint8Array {
  const names = Object.keys(chapters);
  const all: Record<string, string> = {
    mimetype: 'application/epub+zip',
    'META-INF/container.xml':
      '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
    'OEBPS/book.opf': `<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Book</dc:title></metadata><manifest>${names
      .map(
        (name, i) =>
          `<item id="c${i}" href="text/${encodeURIComponent(name)}" media-type="application/xhtml+xml"/>`,
      )
      .reverse()
      .join(
        '',
      )}</manifest><spine>${names.map((_, i) => `<itemref idref="c${i}"/>`).join('')}</spine></package>`,
    ...Object.fromEntries(names.map((name) => [`OEBPS/text/${name}`, chapters[name]])),
    ...files,
  };
  return zipSync(Object.fromEntries(Object.entries(all).map(([name, text]) => [name, strToU8(text)])));
}

describe('foreign formats', () => {
  test.each(Object.entries(golden.parquet))('Parquet: %s', async (name, base64) => {
    const documents = await read(`${name}.parquet`, bytesOf(base64));
    expect(documents).toEqual(
      golden.rows.map(({ title, 正文 }) => ({ text: 正文 ?? '', title, source: `${name}.parquet` })),
    );
    const lists = await read(`${name}.parquet`, undefined, { textColumn: 'n', titleColumn: 'title' });
    expect(lists.map(({ text }) => text)).toEqual(golden.rows.map((_, i) => String(i)));
  });

  test('PDF: pages and lines, the title; what would be lost is an error', async () => {
    expect(await read('two.pdf', bytesOf(golden.pdf.english))).toEqual([
      {
        text: [1, 2]
          .map((n) => `It was the best of times, ${n}\nit was the worst of times: ${n}`)
          .join('\n\n'),
        pages: [0, 58],
        title: 'Two Cities',
        source: 'two.pdf',
      },
    ]);
    const error = await errorOf(read('春.pdf', bytesOf(golden.pdf.chinese)));
    expect(error).toMatchObject({ code: 'io/no-text' });
    expect(error.message).toMatch(/春\.pdf: .*East Asian fonts that are not embedded/);
    expect(error.text('zh')).toMatch(/第 1 页的东亚字体没有嵌入/);
  });

  test('Word: paragraphs and the title; no image is followed', async () => {
    const image =
      '<w:p><w:r><w:drawing><a:blip xmlns:a="a" xmlns:r="r" r:link="i1"/></w:drawing></w:r></w:p>';
    const bytes = docx(['春眠不觉晓，', 'Spring &amp; sleep.'], { body: image });
    const [document] = await read('a.docx', bytes);
    expect(document).toEqual({
      text: '春眠不觉晓，\n\nSpring &amp; sleep.'.replace('&amp;', '&'),
      title: '两地书',
      source: 'a.docx',
    });
  });

  test('EPUB: chapters in reading order, whatever the order of the files', async () => {
    const page = (title: string, body: string) =>
      `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>${title}</title><style>p {}</style></head><body>${body}</body></html>`;
    const bytes = epub({
      '第一章.xhtml': page('第一章', '<h1>第一章</h1><p>春眠<b>不觉</b>晓。</p><script/><p>处处闻啼鸟。</p>'),
      'cover.xhtml': page('Cover', '<img src="cover.png"/>'),
      'a two.xhtml': page('', '<p>Chapter &#8220;two&#8221;.</p>'),
    });
    expect(await read('book.epub', bytes)).toEqual([
      { text: '第一章\n\n春眠不觉晓。\n\n处处闻啼鸟。', title: '第一章', source: 'book.epub' },
      { text: 'Chapter “two”.', title: 'The Book', source: 'book.epub' },
    ]);
    const lost = errorOf(
      read('lost.epub', epub({ 'a.xhtml': page('', 'x') }, { 'META-INF/container.xml': '<x/>' })),
    );
    expect((await lost).message).toMatch(/its container names no package file/);
  });

  test('HTML: the article without the page around it; a fragment whole; tables, entities, scripts', async () => {
    const paragraphs = Array.from(
      { length: 6 },
      (_, i) =>
        `<p>第${i}段：春眠不觉晓，处处闻啼鸟，夜来风雨声，花落知多少。&amp; It was a bright cold day in April, and the clocks were striking.</p>`,
    ).join('');
    const html = `<!doctype html><html><head><title> 春晓
      赏析 </title></head><body><nav><ul><li><a href="/">首页</a></li><li><a href="/b">关于我们</a></li></ul></nav><div class="content"><article>${paragraphs}<script>var x = "<p>code</p>";</script></article></div><footer>版权所有</footer></body></html>`;
    const [page] = await read('page.html', html);
    expect(page.title).toBe('春晓 赏析');
    expect(page.text.split('\n\n').length).toBe(6);
    expect(page.text).toMatch(/^第0段：春眠.*& It was/);
    expect(page.text).not.toMatch(/首页|版权所有|code/);
    const [piece] = await read(
      'piece.htm',
      '<p>one<p>two <b>bold</b><table><tr><th>a<th>b<tr><td>1<td>2</table>',
    );
    expect(piece).toEqual({ text: 'one\n\ntwo bold\n\na b\n1 2', source: 'piece.htm' });
  });

  test('HTML in GB18030 or Big5 is read and the encoding told', async () => {
    // 春眠不觉晓 in GBK; 春眠 in Big5.
    const gbk = Buffer.from('b4bac3dfb2bbbef5cffe', 'hex');
    const big5 = Buffer.from('ac4baf76', 'hex');
    const page = (charset: string, bytes: Buffer) =>
      Buffer.concat([
        Buffer.from(`<html><meta charset="${charset}"><body>`),
        bytes,
        Buffer.from('</body></html>'),
      ]);
    for (const [charset, bytes, text] of [
      ['gb2312', gbk, '春眠不觉晓'],
      ['big5', big5, '春眠'],
    ] as const) {
      const path = join(folder, `${charset}.html`);
      writeFileSync(path, page(charset, bytes));
      const source = await openSource(path);
      for await (const document of source.documents()) expect(document.text).toBe(text);
      expect(source.otherEncodings).toEqual([
        { path: `${charset}.html`, encoding: charset === 'big5' ? 'big5' : 'gbk' },
      ]);
    }
  });
});

describe('hostile files', () => {
  const samples: Record<string, Uint8Array> = {
    'x.parquet': bytesOf(golden.parquet.snappy),
    'x.pdf': bytesOf(golden.pdf.english),
    'x.docx': docx(['春眠不觉晓', 'text']),
    'x.epub': epub({ 'a.xhtml': '<html><body><p>text 文</p></body></html>' }),
  };
  const isClean = (error: InkstoneError) =>
    /^(io|source)\//.test(error.code ?? '') && !error.message.includes('\n');

  test.each(Object.entries(samples))(
    '%s cut or with flipped bits: text or one clear error',
    async (name, bytes) => {
      const rng = createRng(5);
      const spoilt = [
        ...[0, 1, 4, 8, 30, bytes.length >> 1, bytes.length - 20, bytes.length - 1].map((end) =>
          bytes.slice(0, end),
        ),
        ...Array.from({ length: 30 }, () => {
          const copy = bytes.slice();
          for (let k = 0; k < 3; k++) copy[rng.integer(copy.length)] ^= 1 << rng.integer(8);
          return copy;
        }),
      ];
      let errors = 0;
      for (const content of spoilt) {
        await read(name, content).catch((error) => {
          errors++;
          if (!isClean(error)) throw error;
        });
      }
      expect(errors).toBeGreaterThan(5);
    },
  );

  test('a zip bomb is refused by what it unpacks to; one that lies gives no more than it says', async () => {
    // Only the central directory says how large an entry is; it may say anything.
    const saying = (bytes: number) => {
      const zip = Buffer.from(zipSync({ 'word/document.xml': new Uint8Array(2_000_000) }, { level: 1 }));
      zip.writeUInt32LE(bytes, zip.lastIndexOf('PK\u0001\u0002') + 24);
      return zip;
    };
    expect(await errorOf(read('bomb.docx', saying(limits.zipUnpackedBytes + 1)))).toMatchObject({
      code: 'io/format-limit',
      data: { what: 'bytes after decompression', limit: limits.zipUnpackedBytes },
    });
    expect((await errorOf(read('liar.docx', saying(100)))).code).toBe('io/format');
  });

  test('a page nested 20,000 deep, and one that is too large', async () => {
    const deep = `${'<div>'.repeat(20_000)}深处 deep inside`;
    const [document] = await read('deep.html', deep);
    expect(document.text).toBe('深处 deep inside');
    writeFileSync(join(folder, 'large.html'), '');
    truncateSync(join(folder, 'large.html'), limits.htmlBytes + 1);
    expect(await errorOf(read('large.html', undefined))).toMatchObject({ code: 'io/format-limit' });
  });

  test.each([
    ['that hangs', 'for (;;) {}', /no answer for 0.5 s/],
    ['that dies', 'process.exit(3)', /its process ended/],
    [
      'that takes all memory',
      'const all = []; for (;;) all.push(new Array(1e6).fill(all.length + 0.5));',
      /its process ended/,
    ],
  ])('a parser %s costs its process only', async (name, program, reason) => {
    const main = join(folder, `${name}.mjs`);
    writeFileSync(main, `process.stdin.once('data', () => { ${program} });`);
    const pool = createParserPool({
      main,
      silenceMs: name === 'that hangs' ? 500 : 30_000,
      heapMegabytes: 40,
    });
    const file = { path: 'x.pdf', location: join(folder, 'x.pdf'), sizeBytes: 10 };
    const error = await errorOf(
      (async () => {
        for await (const _ of foreignReader('pdf', pool)(file, {}));
      })(),
    );
    expect(error.code).toBe('io/format-killed');
    expect(error.message).toMatch(reason);
    expect(error.text('zh')).toMatch(/被中止/);
  });

  test('stops when told; the next file is read by another process', async () => {
    const controller = new AbortController();
    const path = join(folder, 'stop.parquet');
    writeFileSync(path, bytesOf(golden.parquet.snappy));
    const source = await openSource(path);
    const documents = source.documents({ signal: controller.signal })[Symbol.asyncIterator]();
    await documents.next();
    controller.abort();
    await expect(
      (async () => {
        for (;;) if ((await documents.next()).done) return;
      })(),
    ).rejects.toThrow(/abort/);
    expect((await read('stop.parquet', undefined)).length).toBe(25);
  });
});
