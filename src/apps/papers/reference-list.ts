/** The reference list of a paper: where it stands, its entries, their fields. */

import { flow, lineFinder } from './flow.ts';
import { labelOf, readReference } from './read-reference.ts';
import type { Section } from './sections.ts';
import type { Work } from './work.ts';

/** An entry of a reference list, or of a file of references. */
export interface Reference extends Work {
  /** What the text cites it by: a number, or a key. */
  readonly number?: number;
  readonly key?: string;
  /** As it stands there, on one line. */
  readonly raw: string;
  /** Where it begins. */
  readonly line: number;
}

/** Entries that are read at most. */
const MOST_ENTRIES = 2000;
/** Lines of one entry. */
const MOST_LINES = 12;

/** The entries of the last section that is a list of references; none where there is no such section. */
export function referencesOf(text: string, sections: readonly Section[]): Reference[] {
  const section = sections.findLast(({ kind }) => kind === 'references');
  if (!section) return [];
  const body = text.slice(section.bodyStart, section.end);
  const lineOf = lineFinder(text);
  return entriesOf(body)
    .slice(0, MOST_ENTRIES)
    .map(({ start, text: own }) => {
      const [, key] =
        /^\s*\\bibitem(?:\[[^\]]*\])?\{([^}]+)\}/.exec(own) ?? /^\s*\[[@^]([^\]\s]+)\]:?/.exec(own) ?? [];
      const raw = flow(own.replace(/^\s*\\bibitem(?:\[[^\]]*\])?\{[^}]*\}/, '').replace(/\\newblock/g, ' '));
      const number = key === undefined ? labelOf(raw) : undefined;
      return {
        ...readReference(raw),
        ...(number !== undefined && { number }),
        ...(key !== undefined && { key }),
        raw,
        line: lineOf(section.bodyStart + start),
      };
    })
    .filter(({ raw }) => /\p{L}{3}|\p{Script=Han}{2}/u.test(raw));
}

interface Entry {
  readonly start: number;
  readonly text: string;
}

/** By labels that count up from 1, else by items, else by blank lines, else by how a line begins. */
export function entriesOf(body: string): Entry[] {
  const keyed = cutAt(body, /^[ \t]*(?:\\bibitem|\[[@^][^\]\s]+\]:?[ \t])/gm);
  if (keyed.length > 0) return keyed;
  const numbered = cutAtNumbers(body);
  if (numbered.length > 0) return numbered;
  const items = cutAt(body, /^[ \t]*[-*•][ \t]+/gm);
  if (items.length > 1) return items;
  const paragraphs = cutAt(body, /(?:^|(?<=\n[^\S\n]*\n))[^\S\n]*\S/g);
  const lines = body.split('\n').filter((line) => line.trim() !== '').length;
  if (paragraphs.length > 1 && lines <= paragraphs.length * MOST_LINES) return paragraphs;
  return cutByLook(body);
}

function cutAt(body: string, pattern: RegExp): Entry[] {
  const starts = Array.from(body.matchAll(pattern), ({ index }) => index);
  return starts.map((start, i) => ({ start, text: body.slice(start, starts[i + 1] ?? body.length) }));
}

/** Labels may be in any of the usual forms, but all in one, and in order. */
function cutAtNumbers(body: string): Entry[] {
  for (const pattern of [
    /^[ \t]*[[［【]\s*(\d{1,3})\s*[\]］】]/gmu,
    /^[ \t]*(\d{1,3})[.)．](?=\s|\p{L})/gmu,
    /^[ \t]*\((\d{1,3})\)/gm,
  ]) {
    const starts: number[] = [];
    let next = 1;
    for (const { index, 1: digits } of body.matchAll(pattern)) {
      if (Number(digits) !== next) continue;
      starts.push(index);
      next++;
    }
    if (starts.length > 0) {
      return starts.map((start, i) => ({ start, text: body.slice(start, starts[i + 1] ?? body.length) }));
    }
  }
  return [];
}

/** A new entry begins with a name, behind a line that ends one. */
function cutByLook(body: string): Entry[] {
  const starts: number[] = [];
  let at = 0;
  let before = '';
  for (const line of body.split('\n')) {
    const begins = /^\s*(?:\p{Lu}[\p{L}'’-]+,?\s+\p{Lu}|\p{Lu}\.\s|\p{Script=Han}{2,4}[,，.．、])/u.test(
      line,
    );
    const isBehindEnd = before === '' || /[.。]\s*$|\d\s*$|https?:\S+$/u.test(before);
    if (line.trim() !== '' && begins && isBehindEnd) starts.push(at);
    if (line.trim() !== '') before = line;
    at += line.length + 1;
  }
  return starts.map((start, i) => ({ start, text: body.slice(start, starts[i + 1] ?? body.length) }));
}
