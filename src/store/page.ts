/** Long lists are read page by page. */

export interface PageOptions {
  /** Rows of the page. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly before?: string;
}

export interface Page<Row> {
  readonly data: readonly Row[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}
