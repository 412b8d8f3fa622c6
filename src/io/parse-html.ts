/** Text of HTML pages: the article of a page (Readability), else all of its text. Nothing is fetched, no script runs. */

import { readFile } from 'node:fs/promises';
import { decodeText } from './encodings.ts';
import type { Found } from './parsers.ts';

/** What is used of a node of `linkedom`'s tree. */
export interface DomNode {
  readonly nodeType: number;
  readonly localName?: string;
  readonly nodeValue?: string | null;
  readonly firstChild: DomNode | null;
  readonly nextSibling: DomNode | null;
  readonly parentNode: DomNode | null;
}

/** One document: the text and the title of the page. */
export async function* parseHtmlFile(path: string): AsyncGenerator<Found> {
  const { text, title, encoding } = await htmlDocument(await readFile(path), path);
  yield { kind: 'encoding', encoding };
  yield { kind: 'document', text, ...(title && { title }) };
}

/** The text and title of a page, whose encoding the server may have told; plain text has no title. */
export async function htmlDocument(
  bytes: Uint8Array,
  path: string,
  { charset, isPlain }: { readonly charset?: string; readonly isPlain?: boolean } = {},
): Promise<{ text: string; title: string | undefined; encoding: string }> {
  const { html, encoding } = decodeHtml(bytes, path, charset);
  return { ...(isPlain ? { text: html, title: undefined } : await htmlText(html)), encoding };
}

/** A page's own word about its encoding, or that of its server, counts where it is not UTF-8. */
function decodeHtml(bytes: Uint8Array, path: string, charset?: string): { html: string; encoding: string } {
  const head = Buffer.from(bytes.subarray(0, 2048)).toString('latin1');
  const label = charset ?? /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,20})/i.exec(head)?.[1];
  try {
    const { text, encoding } = decodeText(bytes, path);
    if (encoding !== 'gb18030' || !label) return { html: text, encoding };
  } catch (error) {
    if (!label) throw error;
  }
  try {
    const decoder = new TextDecoder(label, { fatal: true });
    return { html: decoder.decode(bytes), encoding: decoder.encoding };
  } catch {
    const { text, encoding } = decodeText(bytes, path);
    return { html: text, encoding };
  }
}

/** An article shorter than this is taken for a mistake, and the whole page is read. */
const LEAST_ARTICLE = 200;
const MOST_ELEMENTS = 300_000;
/** Readability climbs from elements to the root again and again. */
const MOST_DEPTH = 1_000;

async function htmlText(html: string): Promise<{ text: string; title: string | undefined }> {
  const { parseHTML } = await import('linkedom');
  const { Readability } = await import('@mozilla/readability');
  // A fragment without a root has no body.
  const page = /<html[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`;
  const { document } = parseHTML(page);
  const root = document.documentElement as unknown as DomNode;
  const whole = textOf(root);
  const title = document.querySelector('title')?.textContent?.replace(/\s+/g, ' ').trim() || undefined;
  let article = '';
  if (depthOf(root) > MOST_DEPTH) return { text: whole, title };
  try {
    const options = {
      maxElemsToParse: MOST_ELEMENTS,
      charThreshold: LEAST_ARTICLE,
      serializer: (node: unknown) => textOf(node as DomNode),
    };
    article = new Readability(document as never, options).parse()?.content ?? '';
  } catch {
    // More elements than it takes, or a page that is none: all of the text.
  }
  return { text: article.length >= LEAST_ARTICLE ? article : whole, title };
}

const UNSEEN = new Set([
  'script', 'style', 'noscript', 'template', 'head', 'title', 'svg', 'iframe', 'object', 'select', 'textarea', 'button',
]); // biome-ignore format: one table
const BLOCKS = new Set([
  'address', 'article', 'aside', 'blockquote', 'caption', 'dd', 'div', 'dl', 'dt', 'fieldset', 'figcaption', 'figure',
  'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'li', 'main', 'nav', 'ol', 'p', 'pre', 'section', 'table', 'tr', 'ul',
]); // biome-ignore format: one table
const APART = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre', 'ul', 'ol', 'table']);

/** Visits a tree without recursion, however deep it is: `enter` says whether to go into a node, `leave` comes after its children. */
function walk(root: DomNode, enter: (node: DomNode) => boolean, leave: (node: DomNode) => void): void {
  let node: DomNode | null = root;
  while (node) {
    const child: DomNode | null = enter(node) ? node.firstChild : null;
    if (child) {
      node = child;
      continue;
    }
    leave(node);
    while (node && node !== root && !node.nextSibling) {
      node = node.parentNode;
      if (node) leave(node);
    }
    node = node && node !== root ? node.nextSibling : null;
  }
}

function depthOf(root: DomNode): number {
  let [depth, most] = [0, 0];
  walk(
    root,
    () => {
      most = Math.max(most, ++depth);
      return true;
    },
    () => depth--,
  );
  return most;
}

// Breaks that are not in text, where white space is single: of a line, of a block, of a paragraph.
const [LINE, BLOCK, PARAGRAPH] = ['\r', '\v', '\f'];

/** The text that a reader sees: blocks on lines of their own, paragraphs apart, cells of a row on one line. */
export function textOf(root: DomNode): string {
  const parts: string[] = [];
  const edge = ({ localName }: DomNode): void => {
    const name = localName?.toLowerCase() ?? '';
    if (name === 'br') parts.push(LINE);
    else if (name === 'td' || name === 'th') parts.push(' ');
    else if (APART.has(name)) parts.push(PARAGRAPH);
    else if (BLOCKS.has(name)) parts.push(BLOCK);
  };
  walk(
    root,
    (node) => {
      if (node.nodeType === TEXT) parts.push((node.nodeValue ?? '').replace(/\s+/g, ' '));
      if (node.localName?.toLowerCase() !== 'br') edge(node);
      return !UNSEEN.has(node.localName?.toLowerCase() ?? '');
    },
    edge,
  );
  return parts
    .join('')
    .replace(/ {2,}/g, ' ')
    .replace(/ ?[\r\v\f][ \r\v\f]*/g, (breaks) =>
      breaks.includes(PARAGRAPH) || breaks.indexOf(LINE) !== breaks.lastIndexOf(LINE) ? '\n\n' : '\n',
    )
    .trim();
}

const TEXT = 3;
