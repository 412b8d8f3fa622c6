/** What `inkstone length` reads, and the ways it reads it in. */

import { createLanguageModel, type DecoderParams, type ExtensionKind, extended } from '../models/index.ts';
import type { CommandContext } from './command.ts';
import type { lengthOptions } from './length-options.ts';
import type { StoredDecoder } from './models.ts';
import { textsOfRun } from './run-texts.ts';

type Context = CommandContext<typeof lengthOptions>;

/** A model for texts of any length, by each way; named with its run where there are several. */
export async function readersOf(
  stored: StoredDecoder,
  { runs, times }: { readonly runs: readonly StoredDecoder[]; readonly times: readonly number[] },
) {
  const params = await stored.params();
  const own = runs.length > 1 ? `${stored.path} ` : '';
  return waysOf(stored, Math.max(...times)).map((way) => ({
    name: own + way.name,
    modelFor: (length: number) => modelFor(params, stored, way, length),
  }));
}

export interface Way {
  readonly name: string;
  readonly kind: ExtensionKind;
  /** The same for every length; without, as far as each needs. */
  readonly factor?: number;
}

/** What can be done with a model's positions. */
function waysOf({ config: { positions } }: StoredDecoder, most: number): Way[] {
  const asTheyAre: Way = { name: positions.kind === 'rotary' ? 'none' : positions.kind, kind: 'none' };
  if (positions.kind !== 'rotary' || positions.scaling) return [asTheyAre];
  return [
    asTheyAre,
    ...(['linear', 'ntk', 'yarn'] as const).map((kind) => ({ name: kind, kind })),
    ...(['ntk', 'yarn'] as const).map((kind) => ({ name: `${kind}:${most}`, kind, factor: most })),
  ];
}

export function modelFor(
  params: DecoderParams,
  { config }: StoredDecoder,
  { kind, factor }: Way,
  length: number,
) {
  const needed = Math.max(1, length / config.contextLength);
  return createLanguageModel(params, extended(config, { kind, factor: Math.max(needed, factor ?? needed) }));
}

/** A token is hardly longer: so many characters of a text are looked at for each token wanted. */
const MOST_CHARACTERS = 12;

/** The held-out texts one behind the other, cut where there are tokens enough, by each run's own tokenizer. */
export async function textOf(first: StoredDecoder, { options, terminal, signal }: Context) {
  const { data, offline } = options;
  const { name, heldOut } = await textsOfRun(first, { terminal, signal, offline, data });
  const textFor = ({ tokenizer, prefixIds }: StoredDecoder, tokens: number) => {
    const ids: number[] = [];
    for (const text of heldOut) {
      if (ids.length >= tokens) break;
      const left = tokens - ids.length;
      for (const id of prefixIds) ids.push(id);
      for (const id of tokenizer.encode(text.slice(0, MOST_CHARACTERS * left))) ids.push(id);
    }
    ids.length = Math.min(ids.length, tokens);
    return { ids, characters: [...tokenizer.decode(ids.slice(1))].length };
  };
  return { name, textFor };
}
