/** The command that looks at the same from a terminal. */

import { shellWord } from '../../parts/shell-word.ts';
import type { Subject } from './page.tsx';
import type { InsideSearch, View } from './search.ts';
import { pairAt } from './why-pair.ts';

type Words = (subject: Subject, search: InsideSearch) => readonly string[] | undefined;

const look = (what: string, { text = '' }: InsideSearch): readonly string[] => [
  '--what',
  what,
  '--text',
  text,
];

type Piece = Subject['reading']['tokens'][number];

/** The text of tokens; undefined where it ends in the middle of a character, which no command can spell. */
function textOf(pieces: readonly Piece[]): string | undefined {
  const bytes = pieces.flatMap((piece) => [...(piece.bytes ?? new TextEncoder().encode(piece.text))]);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
  } catch {
    return undefined;
  }
}

/** What stands behind `inspect RUN`, by view; a view that only the studio has is not here. */
const words: { readonly [Name in View]?: Words } = {
  tokens: (_, search) => look('tokens', search),
  attention: (_, search) => [
    ...look('attention', search),
    ...['--layer', String(search.layer ?? 0), '--head', String(search.head ?? 0)],
  ],
  layers: (_, search) => look('lens', search),
  // There it is asked of what comes next: the text ends before the chosen place.
  why(subject, search) {
    const { a, b } = pairAt(subject, search);
    const before = subject.reading.tokens.slice(0, subject.at).filter(({ isSpecial }) => !isSpecial);
    const text = textOf(before);
    if (text === undefined || a?.bytes || b?.bytes) return undefined;
    return ['--what', 'why', '--text', text, ...(a && b ? ['--this', a.text, '--that', b.text] : [])];
  },
  map: (_, search) => look('map', search),
};

/** Undefined where the command line has no such look. */
export const commandOf = (subject: Subject, search: InsideSearch): string | undefined => {
  const more = words[search.view ?? 'tokens']?.(subject, search);
  return more && ['npx', 'inkstone', 'inspect', `runs/${subject.model}`, ...more].map(shellWord).join(' ');
};
