/** The command that looks at the same from a terminal. */

import { shellWord } from '../../parts/shell-word.ts';
import type { Subject } from './page.tsx';
import type { InsideSearch, View } from './search.ts';
import { pairAt } from './why-pair.ts';

type Words = (subject: Subject, search: InsideSearch) => readonly string[];

const look =
  (what: string): Words =>
  (_, { text = '' }) => ['--what', what, '--text', text];

/** What stands behind `inspect RUN`, by view; a view that only the studio has is not here. */
const words: { readonly [Name in View]?: Words } = {
  tokens: look('tokens'),
  attention: (subject, search) => [
    ...look('attention')(subject, search),
    ...['--layer', String(search.layer ?? 0), '--head', String(search.head ?? 0)],
  ],
  layers: look('lens'),
  // There it is asked of what comes next: the text ends before the chosen place.
  why(subject, search) {
    const { a, b } = pairAt(subject, search);
    const before = subject.reading.tokens.slice(0, subject.at).filter(({ isSpecial }) => !isSpecial);
    const text = before.map((token) => token.text).join('');
    return ['--what', 'why', '--text', text, ...(a && b ? ['--this', a.text, '--that', b.text] : [])];
  },
  map: look('map'),
};

/** Undefined where the command line has no such look. */
export const commandOf = (subject: Subject, search: InsideSearch): string | undefined => {
  const more = words[search.view ?? 'tokens']?.(subject, search);
  return more && ['npx', 'inkstone', 'inspect', `runs/${subject.model}`, ...more].map(shellWord).join(' ');
};
