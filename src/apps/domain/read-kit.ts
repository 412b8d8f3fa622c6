/** A kit at work on texts: which of its terms stand in them, whether they are of its field, and a question in its other words. */

import { type FoundName, nameFinder } from './find-terms.ts';
import type { DomainKit, KitTerm } from './kit.ts';

export interface FoundTerm extends Omit<FoundName<KitTerm>, 'value'> {
  readonly term: KitTerm;
}

export interface KitReader {
  readonly kit: DomainKit;
  /** The terms of a text in order; they do not overlap. */
  terms(text: string): FoundTerm[];
  /**
   * Whether a text is of the field: a question where it has a term that is no word of plain speech, a word by which the field is
   * known, or two different ones of the plain terms and hints; a longer text where it has two different ones of the first kind.
   */
  isInside(text: string): boolean;
  /**
   * The question with a term in its other names; and its terms alone in the other language, in which the rest of it cannot
   * stand. None where it names no term.
   */
  expand(question: string): Expanded[];
}

export interface Expanded {
  readonly name: string;
  readonly question: string;
}

/** Characters of a text up to which plain words are no chance. */
const SHORT = 300;

/** Questions in other words, at most. */
const MOST_EXPANSIONS = 8;

const HAN = /\p{Script=Han}/u;

type Known = { readonly term: KitTerm } | { readonly cue: string } | { readonly hint: string };

/** Takes a kit into use. */
export function readKit(kit: DomainKit): KitReader {
  const terms = kit.glossary.flatMap((term) =>
    [...term.en, ...term.zh].map((name) => ({ name, value: { term } as Known })),
  );
  const cues = [...kit.cues.en, ...kit.cues.zh].map((name) => ({ name, value: { cue: name } as Known }));
  const hints = [...kit.hints.en, ...kit.hints.zh].map((name) => ({ name, value: { hint: name } as Known }));
  const findTerms = nameFinder(terms);
  const findAll = nameFinder([...terms, ...cues, ...hints]);
  const termsOf = (text: string): FoundTerm[] =>
    findTerms(text).map(({ value, ...place }) => ({ ...place, term: (value as { term: KitTerm }).term }));
  return {
    kit,
    terms: termsOf,
    isInside(text) {
      const isShort = text.length <= SHORT;
      const [strong, plain] = [new Set<KitTerm | string>(), new Set<KitTerm | string>()];
      for (const { value } of findAll(text)) {
        if ('hint' in value) plain.add(value.hint);
        else if ('cue' in value) strong.add(value.cue);
        else (value.term.everyday ? plain : strong).add(value.term);
        if (isShort ? strong.size > 0 || plain.size > 1 : strong.size > 1) return true;
      }
      return false;
    },
    expand(question) {
      const found = termsOf(question);
      if (found.length === 0) return [];
      const from = HAN.test(found[0].name) ? 'zh' : 'en';
      const to = from === 'zh' ? 'en' : 'zh';
      const own = found.flatMap(({ start, end, name, term }) =>
        term[from]
          .filter((other) => other.toLowerCase() !== name.toLowerCase())
          .map((other) => ({
            name: other,
            question: `${question.slice(0, start)} ${other} ${question.slice(end)}`,
          })),
      );
      const most = Math.max(...found.map(({ term }) => term[to].length));
      const others = Array.from({ length: most }, (_, i) => {
        const names = new Set(found.map(({ term }) => term[to][Math.min(i, term[to].length - 1)]));
        const words = [...names].join(' ');
        return { name: words, question: words };
      });
      // The other language first: nothing else finds it.
      return [...others, ...own].slice(0, MOST_EXPANSIONS);
    },
  };
}
