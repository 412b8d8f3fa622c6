/** Dumps of MediaWiki's pages (`*-pages-articles.xml`, also bz2), read as a stream: one document for each article. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { boundedBytes } from './byte-reader.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import type { Found, Skipped } from './parsers.ts';
import { invalidOffset } from './utf8.ts';
import { wikitextToText } from './wikitext.ts';

const FORMAT = 'MediaWiki XML';

/** Articles (namespace 0) in order; redirects, pages of other namespaces and pages that are too long are counted, not read. */
export async function* parseWikipedia(path: string): AsyncGenerator<Found> {
  const reader = await pageReader(path);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let position = 0;
  for await (const bytes of boundedBytes(bytesOf(path), path, FORMAT)) {
    let text: string;
    try {
      text = decoder.decode(bytes, { stream: true });
    } catch (error) {
      const at = invalidOffset(bytes);
      throw fail('io/utf8', { path, offset: position + Math.max(0, at), byte: bytes[at] ?? 0 }, error);
    }
    position += bytes.length;
    yield* reader.write(text);
    yield { kind: 'beat' };
  }
  yield* reader.end();
}

/** The dump's bytes after decompression. */
async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (!path.toLowerCase().endsWith('.bz2')) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  // NOTE It takes an empty file, or one that ends behind a whole block, for a whole one: the end of the XML tells.
  if ((await stat(path)).size === 0)
    throw fail('io/format', { path, format: 'bzip2', reason: 'it is empty' });
  const { default: unbzip2 } = await import('unbzip2-stream');
  const unpack = unbzip2() as NodeJS.ReadWriteStream;
  const stream = new PassThrough({ highWaterMark: 1024 * 1024 });
  file.on('error', (error) => stream.destroy(error));
  unpack.on('error', (error) => {
    const reason = 'a block is damaged or cut off';
    stream.destroy(fail('io/format', { path, format: 'bzip2', reason }, error));
  });
  file.pipe(unpack).pipe(stream);
  try {
    yield* stream as AsyncIterable<Buffer>;
  } finally {
    file.destroy();
    stream.destroy();
  }
}

interface Page {
  title: string;
  namespace: string;
  isRedirect: boolean;
  text: string[];
  length: number;
}

/** What of a page is read, and nothing else. */
const FIELDS = new Set(['title', 'ns', 'text']);

async function pageReader(path: string) {
  const { Parser } = await import('htmlparser2');
  const bad = (reason: string) => fail('io/format', { path, format: FORMAT, reason });
  const found: Found[] = [];
  const open: string[] = [];
  const skipped: { -readonly [Kind in keyof Skipped]?: number } = {};
  const skip = (kind: keyof Skipped): void => void (skipped[kind] = (skipped[kind] ?? 0) + 1);
  let page: Page | undefined;
  let field: string | undefined;
  let isOver = false;
  // The parser closes by itself what has no end, as well as `<a/>`: nothing comes between the two ends of that.
  let isFresh = false;
  let isEnding = false;

  const parser = new Parser(
    {
      onprocessinginstruction(name) {
        // NOTE Entities of its own would have to be declared in one; the parser knows none, and here is no dump that has any.
        if (/^!doctype/i.test(name)) throw bad('it declares a document type');
      },
      onopentag(name) {
        if (open.length === 0 && name !== 'mediawiki')
          throw bad(`its root is <${name.slice(0, 40)}>, not <mediawiki>`);
        if (isOver) throw bad('something follows its end');
        isFresh = true;
        open.push(name);
        if (open.length > limits.xmlDepth) {
          throw fail('io/format-limit', {
            path,
            format: FORMAT,
            what: 'levels',
            limit: limits.xmlDepth,
            got: open.length,
          });
        }
        if (name === 'page') page = { title: '', namespace: '', isRedirect: false, text: [], length: 0 };
        else if (page && name === 'redirect') page.isRedirect = true;
        // Of several revisions the last counts: a dump has them in order of time.
        else if (page && name === 'text') Object.assign(page, { text: [], length: 0 });
        field = page && FIELDS.has(name) ? name : undefined;
      },
      ontext(text) {
        isFresh = false;
        if (!page || field === undefined) return;
        if (field === 'ns') page.namespace += text;
        else if (field === 'title') page.title += text;
        else {
          page.length += text.length;
          if (page.length <= limits.wikiPageCharacters) page.text.push(text);
        }
        if (page.title.length + page.namespace.length > limits.wikiTitleCharacters)
          throw bad('a title is too long');
      },
      onclosetag(name, isImplied) {
        if (isImplied && (!isFresh || isEnding)) throw bad('it is cut off, or an element is not closed');
        isFresh = false;
        open.pop();
        field = undefined;
        if (open.length === 0) isOver = true;
        if (name !== 'page' || !page) return;
        const { title, namespace, isRedirect, text, length } = page;
        page = undefined;
        if (namespace.trim() !== '0') skip('namespace');
        else if (isRedirect) skip('redirect');
        else if (length > limits.wikiPageCharacters) skip('long');
        else found.push({ kind: 'document', text: wikitextToText(text.join('')), title: title.trim() });
      },
    },
    { xmlMode: true, decodeEntities: true, recognizeSelfClosing: true },
  );

  return {
    *write(text: string): Generator<Found> {
      parser.write(text);
      yield* found.splice(0);
    },
    *end(): Generator<Found> {
      isEnding = true;
      parser.end();
      if (!isOver) throw bad('it is cut off, or empty');
      yield* found.splice(0);
      yield { kind: 'skipped', skipped };
    },
  };
}
