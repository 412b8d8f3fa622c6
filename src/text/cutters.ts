/** The pre-tokenizers of `tokenizer.json` for vocabularies whose tokens are text: one row for each type. */

import { bound, type Component, componentsOf, patternOf, rowOf, unsupported } from './components.ts';
import { fail } from './errors.ts';
import { text, truth } from './json-fields.ts';
import { type PatternSearch, patternSearch } from './pattern.ts';
import { type EmitPiece, patternName } from './pre-tokenizer.ts';
import { splitters } from './split.ts';
import { widthAt } from './unicode.ts';

/** Cuts a text into pieces; `first` where it stands at the very start of what is encoded. */
export type Cutter = (text: string, first: boolean, emit: EmitPiece) => void;

/** What becomes of the matches of a split. */
const behaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const;
type Behavior = (typeof behaviors)[number];

/** Calls `section` for matches and for what lies between them, in order. */
function eachSection(
  given: string,
  search: PatternSearch,
  section: (start: number, end: number, isMatch: boolean) => void,
): void {
  let at = 0;
  while (at < given.length) {
    const found = search(given, at);
    if (!found) break;
    if (found.start > at) section(at, found.start, false);
    section(found.start, found.end, true);
    at = found.end;
  }
  if (at < given.length) section(at, given.length, false);
}

/** Splits at the matches of `search`; inverted, at what lies between them. */
function split(search: PatternSearch, behavior: Behavior, invert = false): Cutter {
  return (given, _, emit) => {
    // The piece that still grows: [start, end), and whether its last section was a match.
    let start = 0;
    let end = 0;
    let after = false;
    const flush = (): void => {
      if (end > start) emit(given, start, end);
      start = end;
    };
    eachSection(given, search, (from, to, matched) => {
      const isMatch = matched !== invert;
      if (behavior === 'Removed') {
        if (!isMatch) emit(given, from, to);
        return;
      }
      const grows =
        end > start &&
        ((behavior === 'MergedWithPrevious' && isMatch && !after) ||
          (behavior === 'MergedWithNext' && !isMatch && after) ||
          (behavior === 'Contiguous' && isMatch === after));
      if (!grows) flush();
      if (!grows) start = from;
      end = to;
      after = isMatch;
    });
    flush();
  };
}

/** Searches with JavaScript's own engine, for fixed patterns that cannot explode. */
function fixedSearch(source: string): PatternSearch {
  const pattern = new RegExp(source, 'gu');
  return (given, from) => {
    pattern.lastIndex = from;
    const found = pattern.exec(given);
    return found ? { start: found.index, end: pattern.lastIndex } : undefined;
  };
}

const literalSearch =
  (literal: string): PatternSearch =>
  (given, from) => {
    const start = given.indexOf(literal, from);
    return start < 0 ? undefined : { start, end: start + literal.length };
  };

/** A known pattern covers the text without gaps, so its splitter finds every match. */
function knownSearch(source: string): PatternSearch {
  const name = patternName(source);
  if (!name) return patternSearch(source);
  const next = splitters[name];
  return (given, start) => ({ start, end: next(given, start) });
}

/** ASCII punctuation and symbols, and the punctuation of Unicode: what BERT cuts out of words. */
const punctuation = String.raw`[!-\/:-@\[-\x60\{-~\p{P}]`;
const spaces = String.raw`\p{White_Space}+`;
const number = String.raw`\p{N}`;
/** `\w` of Rust's regular expressions. */
const word = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;
const isolated: Behavior = 'Isolated';

/** Kinds of characters to BERT; 0 = not asked yet. */
const SPACE = 1;
const PUNCTUATION = 2;
const WORD = 3;
const kinds = new Uint8Array(0x10000);
const isSpace = /\p{White_Space}/u;
const isPunctuation = new RegExp(punctuation, 'u');

function kindAt(given: string, at: number): number {
  const unit = given.charCodeAt(at);
  const known = kinds[unit];
  if (known !== 0) return known;
  const character = String.fromCodePoint(given.codePointAt(at)!);
  const kind = isSpace.test(character) ? SPACE : isPunctuation.test(character) ? PUNCTUATION : WORD;
  // A surrogate says nothing by itself.
  if (unit < 0xd800 || unit > 0xdfff) kinds[unit] = kind;
  return kind;
}

/** BERT's words: what stands between white space, each punctuation mark apart. */
const cutWords: Cutter = (given, _, emit) => {
  let start = 0;
  for (let at = 0; at < given.length; ) {
    const kind = kindAt(given, at);
    const end = at + widthAt(given, at);
    if (kind !== WORD) {
      if (at > start) emit(given, start, at);
      if (kind === PUNCTUATION) emit(given, at, end);
      start = end;
    }
    at = end;
  }
  if (start < given.length) emit(given, start, given.length);
};

const readers: Readonly<Record<string, (part: Component, path: string) => Cutter>> = {
  Metaspace: readMetaspace,
  BertPreTokenizer: () => cutWords,
  Whitespace: () => split(fixedSearch(String.raw`[${word}]+|[^${word}\p{White_Space}]+`), 'Removed', true),
  WhitespaceSplit: () => split(fixedSearch(spaces), 'Removed'),
  Punctuation: (part, path) => split(fixedSearch(punctuation), behaviorOf(part, path, isolated)),
  Digits: (part, path) =>
    split(fixedSearch(truth(part, 'individual_digits', false, path) ? number : `${number}+`), isolated),
  Split(part, path) {
    const { literal, source } = patternOf(part, path);
    if (literal === '') throw fail('text/field', { where: `${path}pattern`, must: 'not empty', got: '' });
    const search = literal === undefined ? knownSearch(source) : literalSearch(literal);
    return split(search, behaviorOf(part, path), truth(part, 'invert', false, path));
  },
};

function behaviorOf(part: Component, path: string, absent?: Behavior): Behavior {
  const name = part.behavior == null && absent ? absent : text(part, 'behavior', path);
  const found = behaviors.find((each) => each === name);
  if (!found) throw unsupported('pre_tokenizer behavior', name, behaviors.join(', '));
  return found;
}

function readMetaspace(part: Component, path: string): Cutter {
  const replacement = text(part, 'replacement', path);
  bound(path, 'length', replacement.length, 2);
  if (replacement === '')
    throw fail('text/field', { where: `${path}replacement`, must: 'one character', got: '' });
  // Files from before `prepend_scheme` say `add_prefix_space`.
  const older = truth(part, 'add_prefix_space', true, path) ? 'always' : 'never';
  const scheme = part.prepend_scheme == null ? older : text(part, 'prepend_scheme', path);
  if (!['always', 'never', 'first'].includes(scheme)) {
    throw unsupported('pre_tokenizer prepend_scheme', scheme, 'always, never, first');
  }
  const cut = truth(part, 'split', true, path)
    ? split(literalSearch(replacement), 'MergedWithNext')
    : undefined;
  return (given, first, emit) => {
    const spelled = given.replaceAll(' ', replacement);
    const prefixed =
      spelled !== '' &&
      (scheme === 'always' || (scheme === 'first' && first)) &&
      !spelled.startsWith(replacement);
    const whole = prefixed ? replacement + spelled : spelled;
    if (cut) cut(whole, first, emit);
    else if (whole !== '') emit(whole, 0, whole.length);
  };
}

/** Every piece of one cutter goes through the next. */
function inTurn(cutters: readonly Cutter[]): Cutter {
  return cutters.reduceRight<Cutter>(
    (rest, cut) => (given, first, emit) => {
      cut(given, first, (piece, start, end) => {
        rest(piece.slice(start, end), first && start === 0, emit);
      });
    },
    (given, _, emit) => emit(given, 0, given.length),
  );
}

/** The cutter of a `pre_tokenizer`; null keeps the text whole. Errors: `text/field`, `text/limit`, `text/unsupported`, `text/pattern`. */
export function readCutter(part: unknown): Cutter {
  const cutters = componentsOf(part, 'pre_tokenizer', 'pretokenizers').map((component, i) =>
    rowOf(readers, 'pre_tokenizer', component.type)(component, `pre_tokenizer.${i}.`),
  );
  if (cutters.length === 1) return cutters[0];
  return inTurn(cutters);
}
