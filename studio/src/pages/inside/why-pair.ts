/** Which two tokens are weighed against each other. */

import type { Subject } from './page.tsx';
import type { InsideSearch } from './search.ts';
import type { Piece } from './use-inspect.ts';

type Reading = Subject['reading'];
export type Candidate = Piece & { readonly probability?: number };

/** Those of the address; else the token that stands at the place, and the likeliest other one. */
export function pairAt(
  { reading, at }: Pick<Subject, 'reading' | 'at'>,
  search: Pick<InsideSearch, 'this' | 'that'>,
): {
  readonly candidates: readonly Candidate[];
  readonly a: Candidate | undefined;
  readonly b: Candidate | undefined;
} {
  const token = reading.tokens[at];
  const likely: readonly Candidate[] = (token ? token.expected : reading.next)?.top ?? [];
  const own = likely.find(({ id }) => id === token?.id) ?? withProbability(token);
  const candidates = own && !likely.includes(own) ? [...likely, own] : likely;
  const [first, second] = likely;
  const of = (id: number | undefined) => candidates.find((one) => one.id === id);
  const a = of(search.this) ?? own ?? first;
  return { candidates, a, b: of(search.that) ?? (a?.id === first?.id ? second : first) };
}

const withProbability = (token: Reading['tokens'][number] | undefined): Candidate | undefined =>
  token?.expected ? { ...token, probability: Math.exp(token.expected.logprob) } : token;
