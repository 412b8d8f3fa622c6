/** Terms of a text, each once with its places; and whether a translation says them in the kit's words. */

import type { KitTerm } from './kit.ts';
import type { FoundTerm, KitReader } from './read-kit.ts';

export interface UsedTerm {
  readonly term: KitTerm;
  /** The names that stand in the text. */
  readonly names: readonly string[];
  readonly places: readonly (readonly [start: number, end: number])[];
}

/** The most frequent first, and of equals the one that comes first. */
export function usedTerms(found: readonly FoundTerm[]): UsedTerm[] {
  const used = new Map<KitTerm, { names: Set<string>; places: [number, number][] }>();
  for (const { term, name, start, end } of found) {
    const row = used.get(term) ?? { names: new Set(), places: [] };
    used.set(term, row);
    row.names.add(name);
    row.places.push([start, end]);
  }
  return [...used]
    .map(([term, { names, places }]) => ({ term, names: [...names], places }))
    .sort((a, b) => b.places.length - a.places.length);
}

export interface TermAgreement {
  /** Occurrences of terms in the lines of the source, each term once a line. */
  readonly terms: number;
  /** Those whose translation has one of the kit's names for it. */
  readonly kept: number;
  readonly missing: readonly {
    readonly line: number;
    readonly name: string;
    readonly wanted: readonly string[];
  }[];
}

/**
 * Compares a text with its translation, line for line; lines from 1. A term is kept where the same term stands in the translated
 * line by any of its names in the other language.
 */
export function termAgreement(
  kit: KitReader,
  source: readonly string[],
  translation: readonly string[],
  to: 'en' | 'zh',
): TermAgreement {
  let [terms, kept] = [0, 0];
  const missing: { line: number; name: string; wanted: readonly string[] }[] = [];
  for (const [i, line] of source.entries()) {
    const there = new Set(
      kit
        .terms(translation[i] ?? '')
        .filter(({ name }) => isNameIn(name, to))
        .map(({ term }) => term),
    );
    for (const { term, names } of usedTerms(kit.terms(line))) {
      terms++;
      if (there.has(term)) kept++;
      else missing.push({ line: i + 1, name: names[0], wanted: term[to] });
    }
  }
  return { terms, kept, missing };
}

const HAN = /\p{Script=Han}/u;

const isNameIn = (name: string, language: 'en' | 'zh'): boolean => HAN.test(name) === (language === 'zh');
