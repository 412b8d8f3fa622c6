/** Parsers of foreign formats, one row each. They run in a process of their own (`parser-main.ts`), which can be killed. */

import type { ColumnOptions } from './columns.ts';

/** What a parser passed over, by reason. */
export interface Skipped {
  /** Records of an archive that hold no page, and pages that were not answered with 200. */
  readonly record?: number;
  readonly status?: number;
  /** Answers that are neither HTML nor plain text. */
  readonly media?: number;
  /** Pages and records that are too long. */
  readonly long?: number;
  /** Pages in no known encoding, or that are no answer of HTTP. */
  readonly unreadable?: number;
  /** Pages of a wiki that lead elsewhere, or are no articles. */
  readonly redirect?: number;
  readonly namespace?: number;
  /** Tunes of a tunebook without a key or notes, and those that are too long. */
  readonly tune?: number;
}

/** What a parser finds, in order; `beat` only says that it is alive. */
export type Found =
  | {
      readonly kind: 'document';
      readonly text: string;
      readonly title?: string;
      readonly pages?: readonly number[];
    }
  /** The size it has in the file, and its pixels as `imageSize` asks, in base64. */
  | {
      readonly kind: 'image';
      readonly width: number;
      readonly height: number;
      readonly pixels: string;
    }
  | { readonly kind: 'encoding'; readonly encoding: string }
  | { readonly kind: 'skipped'; readonly skipped: Skipped }
  | { readonly kind: 'beat' };

/** What a parser is told beside the path. */
export interface ParserOptions extends ColumnOptions {
  /** Pixels of each side of the square that a picture becomes. */
  readonly imageSize?: number;
}

/** Reads a file. Whatever it throws that is not an error of this room is told as a damaged file. */
export type Parser = (path: string, options: ParserOptions) => AsyncIterable<Found>;

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
  image: {
    name: 'PNG/JPEG',
    limit: undefined,
    load: async () => (await import('./parse-image.ts')).parseImage,
  },
  parquet: {
    name: 'Parquet',
    limit: undefined,
    load: async () => (await import('./parse-parquet.ts')).parseParquet,
  },
  warc: {
    name: 'WARC',
    limit: undefined,
    load: async () => (await import('./parse-warc.ts')).parseWarc,
  },
  wikipedia: {
    name: 'MediaWiki XML',
    limit: undefined,
    load: async () => (await import('./parse-wikipedia.ts')).parseWikipedia,
  },
} as const satisfies {
  readonly [format: string]: {
    readonly name: string;
    readonly limit: 'htmlBytes' | 'bookBytes' | undefined;
    readonly load: () => Promise<Parser>;
  };
};

export type ForeignFormat = keyof typeof parsers;
