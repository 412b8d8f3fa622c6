/** Beginnings that were read before are not read again: sequences that are closed stay behind and lend their memory. */

import type { LanguageModel, Sequence, StepRequest } from '../types.ts';
import { commonLength } from './common-length.ts';
import { fail } from './errors.ts';
import { checkInteger } from './options.ts';

export interface PrefixCacheOptions {
  /** Most tokens that closed sequences may hold together. Default 8,192. */
  readonly maxTokens?: number;
}

export interface PrefixCache {
  /**
   * The model as one tenant sees it: what another tenant read is never found. Several tenants may step together through
   * any of their views.
   */
  modelFor(tenant: string): CachedModel;
  /** Tokens that were asked for and did not have to be read. */
  readonly savedTokens: number;
  /** Tokens held for later. */
  readonly heldTokens: number;
  /** Closes all that is held for later; nothing is held from now on. */
  close(): void;
}

export interface CachedModel extends LanguageModel {
  /**
   * What is left to read of a request: a new sequence takes over what it can of all its tokens. For whoever reads a long
   * prompt in parts, where the first part alone would find no more than itself.
   */
  takeOver(request: StepRequest): StepRequest;
}

/** A sequence as its user sees it. */
interface View {
  readonly tenant: string;
  readonly ids: number[];
  /** The model's sequence; none until something is read. */
  real: Sequence | undefined;
}

interface Held {
  readonly tenant: string;
  readonly ids: readonly number[];
  readonly sequence: Sequence;
}

/** A shorter beginning is not worth a fork. */
const LEAST_TOKENS = 8;

/**
 * Wraps a model. A new sequence that begins like one its tenant has closed takes over the longest common beginning, found by
 * comparing the tokens themselves. What was used longest ago goes first when there are too many tokens. A step that wants
 * the logits of every place reads everything.
 */
export function createPrefixCache(
  source: LanguageModel,
  { maxTokens = 8192 }: PrefixCacheOptions = {},
): PrefixCache {
  checkInteger('maxTokens', maxTokens, 0);
  const views = new Map<Sequence, View>();
  /** The longest unused first. */
  let held: Held[] = [];
  let savedTokens = 0;
  let isClosed = false;

  const heldTokens = (): number => held.reduce((sum, { ids }) => sum + ids.length, 0);
  const viewOf = (sequence: Sequence): View => {
    const view = views.get(sequence);
    if (!view) throw fail('decode/closed', undefined);
    return view;
  };

  const realOf = (sequence: Sequence): Sequence => (viewOf(sequence).real ??= source.open());

  const hold = (entry: Held): void => {
    // What a longer one begins with needs no place of its own.
    const covered = held.filter((other) => other.tenant === entry.tenant && startsWith(entry.ids, other.ids));
    for (const { sequence } of covered) sequence.close();
    held = [...held.filter((other) => !covered.includes(other)), entry];
    while (heldTokens() > maxTokens) held.shift()!.sequence.close();
  };

  const openView = (view: View): Sequence => {
    const sequence: Sequence = {
      get length() {
        return viewOf(sequence).ids.length;
      },
      rewind(length) {
        const { ids, real } = viewOf(sequence);
        if (!(Number.isInteger(length) && length >= 0 && length <= ids.length)) {
          throw fail('decode/rewind', { least: 0, length: ids.length, to: length });
        }
        real?.rewind(length);
        ids.length = length;
      },
      fork() {
        const { tenant, ids, real } = viewOf(sequence);
        return openView({ tenant, ids: [...ids], real: real?.fork() });
      },
      close() {
        const closed = views.get(sequence);
        views.delete(sequence);
        if (!closed?.real) return;
        const { tenant, ids, real } = closed;
        const isWorth = !isClosed && ids.length >= LEAST_TOKENS && ids.length <= maxTokens;
        if (isWorth) hold({ tenant, ids, sequence: real });
        else real.close();
      },
    };
    views.set(sequence, view);
    return sequence;
  };

  /** A real sequence that has read as much as possible of what comes, all but the last token. */
  const begin = (tenant: string, ids: ArrayLike<number>): Sequence => {
    let best: Held | undefined;
    let known = LEAST_TOKENS - 1;
    for (const entry of held) {
      if (entry.tenant !== tenant) continue;
      const common = Math.min(commonLength(entry.ids, ids), ids.length - 1);
      if (common > known) [best, known] = [entry, common];
    }
    if (!best) return source.open();
    held = [...held.filter((entry) => entry !== best), best];
    const sequence = best.sequence.fork();
    sequence.rewind(known);
    savedTokens += known;
    return sequence;
  };

  const takeOver = ({ sequence, ids }: StepRequest): StepRequest => {
    const view = viewOf(sequence);
    if (view.real) return { sequence, ids };
    view.real = begin(view.tenant, ids);
    const rest = Array.from(ids);
    view.ids.push(...rest.splice(0, view.real.length));
    return { sequence, ids: rest };
  };

  return {
    modelFor: (tenant) => ({
      vocabSize: source.vocabSize,
      contextLength: source.contextLength,
      open: () => openView({ tenant, ids: [], real: undefined }),
      takeOver,
      step(batch, wants) {
        const requests = wants?.logits === 'all' ? batch : batch.map(takeOver);
        const results = source.step(
          requests.map(({ sequence, ids }) => ({ sequence: realOf(sequence), ids })),
          wants,
        );
        for (const { sequence, ids } of requests) {
          const view = viewOf(sequence);
          for (let i = 0; i < ids.length; i++) view.ids.push(ids[i]);
        }
        return results;
      },
    }),
    get savedTokens() {
      return savedTokens;
    },
    get heldTokens() {
      return heldTokens();
    },
    close() {
      isClosed = true;
      for (const { sequence } of held) sequence.close();
      held = [];
    },
  };
}

const startsWith = (ids: readonly number[], start: readonly number[]): boolean =>
  start.length <= ids.length && commonLength(ids, start) === start.length;
