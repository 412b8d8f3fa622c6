/** Formats that are zip archives: Word (docx) by `mammoth`, and EPUB. What is unpacked is bounded before it is unpacked. */

import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Unzipped } from 'fflate';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { type DomNode, textOf } from './parse-html.ts';
import type { Found } from './parsers.ts';

/** The wanted entries of an archive, by name. Never writes a file, so that names can do no harm. */
async function unzip(path: string, format: string, isWanted: (name: string) => boolean): Promise<Unzipped> {
  const { unzipSync } = await import('fflate');
  let entries = 0;
  let size = 0;
  return unzipSync(await readFile(path), {
    filter: ({ name, originalSize }) => {
      if (++entries > limits.zipEntries) {
        const limit = limits.zipEntries;
        throw fail('io/format-limit', { path, format, what: 'archive entries', limit, got: entries });
      }
      if (!isWanted(name)) return false;
      // NOTE The unpacked entry is given exactly this much room, whatever its data would grow to.
      size += originalSize;
      if (size > limits.zipUnpackedBytes) {
        const limit = limits.zipUnpackedBytes;
        throw fail('io/format-limit', { path, format, what: 'bytes after decompression', limit, got: size });
      }
      return true;
    },
  });
}

async function parseXml(bytes: Uint8Array | undefined): Promise<XmlDocument> {
  const { DOMParser } = await import('linkedom');
  const text = new TextDecoder('utf-8').decode(bytes ?? new Uint8Array());
  return new DOMParser().parseFromString(text, 'text/xml') as unknown as XmlDocument;
}

interface XmlElement extends DomNode {
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
}

interface XmlDocument {
  readonly documentElement: DomNode | null;
  getElementsByTagName(name: string): Iterable<XmlElement>;
}

/** Elements of a name, with or without a prefix. */
const elements = (document: XmlDocument, name: string, prefix: string): XmlElement[] => [
  ...document.getElementsByTagName(name),
  ...document.getElementsByTagName(`${prefix}:${name}`),
];

/** One document: the text of a Word file, paragraphs apart; its title if it has one. Images and links are not followed. */
export async function* parseDocx(path: string): AsyncGenerator<Found> {
  const isWanted = (name: string) => /\.(xml|rels)$/.test(name);
  const entries = await unzip(path, 'Word', isWanted);
  if (!entries['word/document.xml']) {
    throw fail('io/format', { path, format: 'Word', reason: 'it holds no word/document.xml' });
  }
  const { default: mammoth } = await import('mammoth');
  const { zipSync } = await import('fflate');
  // Packed again without compression: mammoth unpacks without a limit of its own.
  const buffer = Buffer.from(zipSync(entries, { level: 0 }));
  const { value } = await mammoth.extractRawText({ buffer });
  const about = await parseXml(entries['docProps/core.xml']);
  const title = elements(about, 'title', 'dc')[0]?.textContent?.trim();
  yield { kind: 'document', text: value.trim(), ...(title && { title }) };
}

/** One document for each chapter with text, in reading order (EPUB 2 and 3: container.xml → package → spine). */
export async function* parseEpub(path: string): AsyncGenerator<Found> {
  const refuse = (reason: string) => fail('io/format', { path, format: 'EPUB', reason });
  const isWanted = (name: string) => /\.(xml|opf|x?html?)$/i.test(name);
  const entries = new Map(Object.entries(await unzip(path, 'EPUB', isWanted)));
  const container = await parseXml(entries.get('META-INF/container.xml'));
  const root = elements(container, 'rootfile', 'ns')[0]?.getAttribute('full-path');
  if (!root || !entries.has(root)) throw refuse('its container names no package file');
  const book = await parseXml(entries.get(root));
  const bookTitle = elements(book, 'title', 'dc')[0]?.textContent?.trim();
  const hrefs = new Map(
    elements(book, 'item', 'opf').map((item) => [item.getAttribute('id'), item.getAttribute('href')]),
  );
  // A chapter stands once in the order: one that is named again and again would be a text without end.
  const named = elements(book, 'itemref', 'opf').map((item) => hrefs.get(item.getAttribute('idref')));
  const spine = [...new Set(named)];
  if (spine.length === 0) throw refuse('its package has no reading order');
  for (const href of spine) {
    if (!href) continue;
    const name = posix.join(posix.dirname(root), decodeURIComponent(href.split('#')[0]));
    const bytes = entries.get(name);
    if (!bytes) throw refuse(`its reading order names ${JSON.stringify(name)}, which is not there`);
    const chapter = await parseXml(bytes);
    const body = elements(chapter, 'body', 'html')[0] ?? chapter.documentElement;
    const text = body ? textOf(body) : '';
    if (text === '') {
      yield { kind: 'beat' };
      continue;
    }
    const own = elements(chapter, 'title', 'html')[0]?.textContent?.trim();
    const title = own || bookTitle;
    yield { kind: 'document', text, ...(title && { title }) };
  }
}
