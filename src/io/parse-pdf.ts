/** Text of PDF files (pdf.js in `unpdf`). Scripts in the file are not run, links are not followed. */

import { readFile } from 'node:fs/promises';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import type { Found } from './parsers.ts';

/**
 * One document: the text of all pages, a line for each line, an empty line between pages. A scan holds pictures and no text: an error.
 */
export async function* parsePdf(path: string): AsyncGenerator<Found> {
  const { getDocumentProxy } = await import('unpdf');
  const file = new Uint8Array(await readFile(path));
  const warnings = catchWarnings();
  const pdf = await getDocumentProxy(file, { isEvalSupported: false, verbosity: 1 });
  if (pdf.numPages > limits.pdfPages) {
    const limit = limits.pdfPages;
    throw fail('io/format-limit', { path, format: 'PDF', what: 'pages', limit, got: pdf.numPages });
  }
  const pages: string[] = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    pages.push(items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join(''));
    page.cleanup();
    if (warnings.some((warning) => warning.includes('cMapUrl'))) {
      throw fail('io/no-text', { path, why: 'fonts', page: number });
    }
    yield { kind: 'beat' };
  }
  const whole = pages.join('\n\n');
  const text = whole.trim();
  if (text === '') {
    throw fail('io/no-text', { path, why: 'pictures', page: pdf.numPages });
  }
  const about = await pdf.getMetadata().catch(() => undefined);
  const title = (about?.info as { Title?: unknown } | undefined)?.Title;
  yield {
    ...{
      kind: 'document',
      text,
      pages: pageStarts(pages, whole.length - whole.trimStart().length, text.length),
    },
    ...(typeof title === 'string' && title.trim() && { title: title.trim() }),
  };
}

/** Where each page begins in the trimmed text; pages that are empty at its edges lie at its ends. */
function pageStarts(pages: readonly string[], trimmed: number, length: number): number[] {
  let at = -trimmed;
  return pages.map((page) => {
    const start = Math.min(Math.max(0, at), length);
    at += page.length + 2;
    return start;
  });
}

/** pdf.js prints what it could not read, and goes on. NOTE This process has no other use for these words (`parser-main.ts`). */
function catchWarnings(): string[] {
  const warnings: string[] = [];
  console.log = console.warn = (...words: unknown[]) => {
    if (warnings.length < MOST_WARNINGS) warnings.push(words.join(' '));
  };
  return warnings;
}

const MOST_WARNINGS = 1_000;
