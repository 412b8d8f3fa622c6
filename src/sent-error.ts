/** Errors that cross from one process to another: their sentences go along, since the tables of a room stay where they are. */

import { InkstoneError } from './errors.ts';

export interface SentError {
  readonly code: string | undefined;
  readonly data: unknown;
  readonly en: string;
  readonly zh: string;
}

export function toSent(error: unknown): SentError {
  if (!(error instanceof InkstoneError)) {
    const text = error instanceof Error ? error.message : String(error);
    return { code: undefined, data: undefined, en: text, zh: text };
  }
  return { code: error.code, data: error.data, en: error.text('en'), zh: error.text('zh') };
}

export function fromSent({ code, data, en, zh }: SentError): Error {
  if (code === undefined) return new Error(en);
  return new InkstoneError(code, data, (lang) => (lang === 'zh' ? zh : en));
}
