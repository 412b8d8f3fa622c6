/** Parsers of foreign formats, one row each. They run in a process of their own (`parser-main.ts`), which can be killed. */

import type { ColumnOptions } from './columns.ts';

/** What a parser finds, in order; `beat` only says that it is alive. */
export type Found =
  | { readonly kind: 'document'; readonly text: string; readonly title?: string }
  | { readonly kind: 'encoding'; readonly encoding: string }
  | { readonly kind: 'beat' };

/** Reads a file. Whatever it throws that is not an error of this room is told as a damaged file. */
export type Parser = (path: string, options: ColumnOptions) => AsyncIterable<Found>;

/** How a format is called in errors, the largest file that is opened, and its parser, loaded when it is needed. */
export const parsers = {
  html: {
    name: 'HTML',
    limit: 'htmlBytes',
    load: async () => (await import('./parse-html.ts')).parseHtmlFile,
  },
  pdf: { name: 'PDF', limit: 'bookBytes', load: async () => (await import('./parse-pdf.ts')).parsePdf },
  docx: { name: 'Word', limit: 'bookBytes', load: async () => (await import('./parse-zip.ts')).parseDocx },
  epub: { name: 'EPUB', limit: 'bookBytes', load: async () => (await import('./parse-zip.ts')).parseEpub },
  parquet: {
    name: 'Parquet',
    limit: undefined,
    load: async () => (await import('./parse-parquet.ts')).parseParquet,
  },
} as const satisfies {
  readonly [format: string]: {
    readonly name: string;
    readonly limit: 'htmlBytes' | 'bookBytes' | undefined;
    readonly load: () => Promise<Parser>;
  };
};

export type ForeignFormat = keyof typeof parsers;
