/** How a mixture of experts sends the tokens of texts: how many go to each expert of each layer, and which. */

import type { Ids } from '../../repeat/index.ts';
import type { LanguageModel, Tokenizer } from '../../types.ts';
import { fail } from '../errors.ts';
import { type Piece, pieceOf } from './inspect-pieces.ts';
import { checkText, readAlong } from './inspect-read.ts';

export interface ExpertUse {
  readonly layer: number;
  readonly expert: number;
  /** Of all choices of the layer; evenly used experts have 1/experts each. */
  readonly share: number;
  /** What took most of it, first of all the first. */
  readonly tokens: readonly Piece[];
}

/** Tokens shown of each expert. */
const SHOWN = 5;

/** What one expert did. */
interface Record {
  choices: number;
  /** How much of it each token took, added up. */
  readonly taken: Map<number, number>;
}

/** Every expert of every layer, in order. @throws of a model without experts. */
export async function expertUses(
  model: LanguageModel,
  tokenizer: Tokenizer,
  texts: readonly Ids[],
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ExpertUse[]> {
  const layers: Record[][] = [];
  for (const ids of texts) {
    checkText('experts', model, ids);
    await readAlong(model, ids, { wants: { experts: true }, signal }, (at, { experts }, row) => {
      if (!experts) throw fail('eval/no-inside', { where: 'experts', what: 'experts' });
      experts[row].forEach((shares, layer) => {
        layers[layer] ??= Array.from(shares, () => ({ choices: 0, taken: new Map() }));
        shares.forEach((share, expert) => {
          if (share > 0) count(layers[layer][expert], ids[at], share);
        });
      });
    });
  }
  return layers.flatMap((records, layer) => {
    const all = records.reduce((sum, { choices }) => sum + choices, 0);
    return records.map(({ choices, taken }, expert) => ({
      layer,
      expert,
      share: choices / all,
      tokens: mostOf(taken).map((id) => pieceOf(tokenizer, id)),
    }));
  });
}

function count(record: Record, id: number, share: number): void {
  record.choices++;
  record.taken.set(id, (record.taken.get(id) ?? 0) + share);
}

const mostOf = (taken: ReadonlyMap<number, number>): number[] =>
  [...taken]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, SHOWN)
    .map(([id]) => id);

/** The experts of each layer by themselves. */
export function usesByLayer(uses: readonly ExpertUse[]): ExpertUse[][] {
  const layers: ExpertUse[][] = [];
  for (const use of uses) {
    layers[use.layer] ??= [];
    layers[use.layer].push(use);
  }
  return layers;
}
