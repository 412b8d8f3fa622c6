/** Beginnings that were read before are not read again: sequences that are closed stay behind and lend their memory. */

import type { LanguageModel, ModelMemory, Sequence, StepRequest, StepResult, StepWants } from '../types.ts';
import { commonLength } from './common-length.ts';
import { checkInteger } from './options.ts';
import { type Track, trackSequences } from './tracked-sequences.ts';

export interface PrefixCacheOptions {
  /** Most tokens that closed sequences may hold together. Default 8,192. */
  readonly maxTokens?: number;
}

export interface PrefixCache {
  /**
   * The model as one request of a tenant sees it, with an adapter if one is named: what another tenant or adapter read is
   * never found. Requests may step together through any of their views.
   */
  modelFor(tenant: string, adapter?: string): CachedModel;
  /** Tokens that were asked for and did not have to be read. */
  readonly savedTokens: number;
  /** Tokens held for later. */
  readonly heldTokens: number;
  /** Gives back what was used longest ago of all that is held; false when nothing is. */
  forget(): boolean;
  /** Closes all that is held for later; nothing is held from now on. */
  close(): void;
}

export interface CachedModel extends LanguageModel {
  /**
   * What is left to read of a request: a new sequence takes over what it can of all its tokens; one whose memory was taken
   * away reads its own tokens again. For whoever reads a long prompt in parts, where the first part alone would find no
   * more than itself. The last `least` tokens (default 1) are always left.
   */
  takeOver(request: StepRequest, least?: number): StepRequest;
  /** Tokens in the memory of the sequences opened here; those that forks share count for each. */
  readonly heldTokens: number;
  /** Takes the memory of all sequences opened here away. They keep their ids and may go on after a `takeOver`. */
  release(): void;
}

/** A sequence as its user sees it, opened through one view of the model. */
interface View extends Track, Reader {}

/** What was read for one tenant with one adapter is nobody else's. */
interface Reader {
  readonly tenant: string;
  readonly adapter: string | undefined;
  /** How many of its tokens were read in both directions: they are what they are only together. */
  prefix: number;
}

const isSame = (one: Reader, other: Reader): boolean =>
  one.tenant === other.tenant && one.adapter === other.adapter && one.prefix === other.prefix;

interface Held extends Reader {
  readonly ids: readonly number[];
  readonly real: Sequence;
}

/** A shorter beginning is not worth a fork. */
const LEAST_TOKENS = 8;
/** A beginning counts as at least so many tokens: one that is remembered as a state of fixed size takes as much as a long one. */
const LEAST_SHARE = 64;

/**
 * Wraps a model. A new sequence that begins like one that its tenant reads or has closed takes over the longest common
 * beginning, found by comparing the tokens themselves. What was used longest ago goes first when there are too many
 * tokens. A step that wants the logits of every place reads everything.
 */
export function createPrefixCache(
  source: LanguageModel,
  { maxTokens: most = 8192 }: PrefixCacheOptions = {},
): PrefixCache {
  checkInteger('maxTokens', most, 0);
  // What slides out of a window cannot be gone back to.
  const maxTokens = source.contextLength === Number.POSITIVE_INFINITY ? 0 : most;
  const mostHeld = Math.max(1, maxTokens / LEAST_SHARE);
  /** The longest unused first. */
  let held: Held[] = [];
  let savedTokens = 0;
  let isClosed = false;

  const heldTokens = (): number => held.reduce((sum, { ids }) => sum + ids.length, 0);

  const views = trackSequences<View>(({ tenant, adapter, prefix, ids, real }) => {
    const isWorth = !isClosed && ids.length >= LEAST_TOKENS && ids.length <= maxTokens;
    if (isWorth) hold({ tenant, adapter, prefix, ids, real });
    else real.close();
  });

  const realOf = (sequence: Sequence): Sequence => {
    const view = views.of(sequence);
    return (view.real ??= source.open(view.adapter));
  };
  const toReal = (request: StepRequest): StepRequest => ({ ...request, sequence: realOf(request.sequence) });

  const hold = (entry: Held): void => {
    // What a longer one begins with needs no place of its own.
    const covered = held.filter((other) => isSame(other, entry) && startsWith(entry.ids, other.ids));
    for (const { real } of covered) real.close();
    held = [...held.filter((other) => !covered.includes(other)), entry];
    while (heldTokens() > maxTokens || held.length > mostHeld) forget();
  };

  const forget = (): boolean => {
    const oldest = held.shift();
    oldest?.real.close();
    return oldest !== undefined;
  };

  /** A real sequence that has read as much as possible of what comes, all but the last `least` tokens. */
  const begin = (reader: Reader, ids: ArrayLike<number>, least: number): Sequence => {
    let best: View | Held | undefined;
    let known = Math.max(LEAST_TOKENS, reader.prefix) - 1;
    for (const entry of maxTokens > 0 ? [...held, ...views.all()] : []) {
      if (!isSame(entry, reader) || !entry.real) continue;
      const common = Math.min(commonLength(entry.ids, ids), ids.length - least);
      if (common > known) [best, known] = [entry, common];
    }
    if (!best) return source.open(reader.adapter);
    const used = best;
    if (held.includes(used as Held)) held = [...held.filter((entry) => entry !== used), used as Held];
    const sequence = used.real!.fork();
    sequence.rewind(known);
    savedTokens += known;
    return sequence;
  };

  const takeOver = (request: StepRequest, least = 1): StepRequest => {
    const view = views.of(request.sequence);
    if (view.real) return request;
    const rest = [...view.ids, ...Array.from(request.ids)];
    if (view.ids.length === 0) view.prefix = (source.hasPrefix && request.prefix) || 0;
    view.ids.length = 0;
    view.real = begin(view, rest, least);
    const known = view.real.length;
    for (let i = 0; i < known; i++) view.ids.push(rest[i]);
    return {
      ...request,
      ids: rest.slice(known),
      prefix: known === 0 && view.prefix ? view.prefix : undefined,
    };
  };

  const { memory } = source;
  const memoryOfViews: ModelMemory | undefined = memory && {
    get totalTokens() {
      return memory.totalTokens;
    },
    get freeTokens() {
      return memory.freeTokens;
    },
    get usedTokens() {
      return memory.usedTokens;
    },
    tokensFor: (batch) =>
      memory.tokensFor(batch.map(({ sequence, ids }) => ({ sequence: realOf(sequence), ids }))),
  };

  return {
    modelFor(tenant, adapter) {
      const own = new Set<Track>();
      return {
        vocabSize: source.vocabSize,
        contextLength: source.contextLength,
        hasPrefix: source.hasPrefix,
        memory: memoryOfViews,
        open: () => views.open({ tenant, adapter, prefix: 0, group: own, ids: [], real: undefined }),
        takeOver,
        get heldTokens() {
          let sum = 0;
          for (const { real } of own) sum += real?.length ?? 0;
          return sum;
        },
        release() {
          for (const view of own) {
            view.real?.close();
            view.real = undefined;
          }
        },
        step(batch, wants) {
          const isAll = wants?.logits === 'all';
          const read = (requests: readonly StepRequest[], wanted: StepWants | undefined): StepResult[] => {
            const results = source.step(requests.map(toReal), wanted);
            for (const { sequence, ids } of requests) {
              const view = views.of(sequence);
              for (let i = 0; i < ids.length; i++) view.ids.push(ids[i]);
            }
            return results;
          };
          const requests = batch.map((request) => takeOver(request, isAll ? request.ids.length : 1));
          if (!isAll) return read(requests, wants);
          // What was taken away comes back first: its logits were given before.
          const again = requests
            .map((request, i) => ({
              ...request,
              ids: Array.from(request.ids).slice(0, -batch[i].ids.length),
            }))
            .filter(({ ids }) => ids.length > 0);
          if (again.length > 0) read(again, { logits: 'none' });
          return read(batch, wants);
        },
      };
    },
    get savedTokens() {
      return savedTokens;
    },
    get heldTokens() {
      return heldTokens();
    },
    forget,
    close() {
      isClosed = true;
      while (forget());
    },
  };
}

const startsWith = (ids: readonly number[], start: readonly number[]): boolean =>
  start.length <= ids.length && commonLength(ids, start) === start.length;
