/** Texts to measure, from the text of a file. Pure: reading the file is another room's work. */

import { fail } from './errors.ts';

/** Texts that a model wrote, with what belongs to them when the file has it. */
export interface Generations {
  /** One list of texts per run (the published files hold up to three); at least one run, each with at least one text. */
  readonly runs: readonly (readonly string[])[];
  /** The prompts, when every record has one. */
  readonly prefixes?: readonly string[];
  /** What a person wrote in the same places, when every record has it. */
  readonly references?: readonly string[];
}

type Format = 'text' | 'json' | 'jsonl';

/**
 * Reads texts from the content of a file: one text a line (`.txt` or anything else), one JSON value a line
 * (`.jsonl`, `.ndjson`), or a JSON array (`.json`). A record is a string, `{ "text": "…" }`, or the published shape
 * `{ "prefix_text", "reference_text", "generated_result": { "0": "…" } }`. `name` picks the format and stands in errors;
 * without an ending that tells, content that begins with `[` and parses is JSON, one that begins with `{` is JSON lines.
 */
export function parseGenerations(content: string, name = 'texts'): Generations {
  const text = content.startsWith('\ufeff') ? content.slice(1) : content;
  const format = formatOf(text, name);
  if (format === 'text') return fromLines(text, name);
  const records = format === 'json' ? parseArray(text, name) : parseLines(text, name);
  if (records.length === 0) throw fail('repeat/no-texts', { where: name });
  const rows = records.map(({ value, line }, i) => toRow(value, name, line, i + 1));
  const count = rows[0].texts.length;
  rows.forEach((row, i) => {
    if (row.texts.length !== count) {
      throw fail('repeat/runs', { name, record: i + 1, expected: count, actual: row.texts.length });
    }
  });
  const prefixes = allOf(rows.map((row) => row.prefix));
  const references = allOf(rows.map((row) => row.reference));
  return {
    runs: Array.from({ length: count }, (_, run) => rows.map((row) => row.texts[run])),
    ...(prefixes && { prefixes }),
    ...(references && { references }),
  };
}

function formatOf(text: string, name: string): Format {
  if (/\.json$/i.test(name)) return 'json';
  if (/\.(jsonl|ndjson)$/i.test(name)) return 'jsonl';
  if (/\.[^./\\]+$/.test(name)) return 'text';
  const start = text.trimStart();
  if (start.startsWith('{')) return 'jsonl';
  return start.startsWith('[') && isJson(text) ? 'json' : 'text';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function fromLines(text: string, name: string): Generations {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) throw fail('repeat/no-texts', { where: name });
  return { runs: [lines] };
}

interface Parsed {
  readonly value: unknown;
  readonly line: number | undefined;
}

function parseArray(text: string, name: string): Parsed[] {
  const value = parseJson(text, name, undefined);
  return (Array.isArray(value) ? value : [value]).map((item) => ({ value: item, line: undefined }));
}

function parseLines(text: string, name: string): Parsed[] {
  return text
    .split(/\r?\n/)
    .map((content, i) => ({ content, line: i + 1 }))
    .filter(({ content }) => content.trim() !== '')
    .map(({ content, line }) => ({ value: parseJson(content, name, line), line }));
}

function parseJson(text: string, name: string, line: number | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail('repeat/json', { name, line, reason: (cause as Error).message }, cause);
  }
}

interface Row {
  readonly texts: readonly string[];
  readonly prefix: string | undefined;
  readonly reference: string | undefined;
}

function toRow(value: unknown, name: string, line: number | undefined, record: number): Row {
  if (typeof value === 'string') return { texts: [value], prefix: undefined, reference: undefined };
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const runs = fields.generated_result;
  const texts = typeof runs === 'object' && runs !== null ? Object.values(runs) : [fields.text];
  if (texts.length === 0 || !texts.every((text) => typeof text === 'string')) {
    throw fail('repeat/record', { name, line, record });
  }
  return { texts, prefix: stringOr(fields.prefix_text), reference: stringOr(fields.reference_text) };
}

function stringOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function allOf(values: readonly (string | undefined)[]): readonly string[] | undefined {
  return values.every((value) => value !== undefined) ? values : undefined;
}
