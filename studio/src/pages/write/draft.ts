/** One text as it is written: its pieces, what the guard did, and how the writing went. */

/** A token with its probability and what else it could have been. */
export interface Piece {
  readonly text: string;
  readonly id?: number;
  readonly logprob: number;
  readonly top: readonly Alternative[];
  /** A person put it here. */
  readonly isChosen?: true;
}

export interface Alternative {
  readonly text: string;
  readonly id?: number;
  readonly logprob: number;
}

/** The guard took back what would have said a phrase again. */
export interface Repair {
  /** The first piece that was written anew. */
  readonly at: number;
  /** The phrase: pieces from here on, so many. */
  readonly onset: number;
  readonly period: number;
  /** What was tried, the last with success. */
  readonly actions: readonly string[];
}

export interface Draft {
  readonly status: 'idle' | 'writing' | 'done' | 'failed';
  readonly prompt: string;
  readonly promptIds?: readonly number[];
  readonly pieces: readonly Piece[];
  readonly repairs: readonly Repair[];
  /** How it was asked for; nothing was, while it is idle. */
  readonly order?: WriteOrder;
  /** Why it ended, in the server's word. */
  readonly ending?: string;
  readonly error?: unknown;
  /** In ms, from the request on. */
  readonly firstTokenMs?: number;
  /** Tokens that came after the first, and how long they took in ms. */
  readonly paced: { readonly tokens: number; readonly ms: number };
}

export const emptyDraft: Draft = {
  status: 'idle',
  prompt: '',
  pieces: [],
  repairs: [],
  paced: { tokens: 0, ms: 0 },
};

/** How a text is asked for. */
export interface WriteOrder {
  readonly model: string;
  readonly strategy: string;
  readonly guard: boolean;
  readonly seed: number;
  readonly tokens: number;
  /** Behind another endpoint, which knows no strategies and no ids. */
  readonly isRemote: boolean;
}

/** Where the first copy begins, in tokens of what was asked for. */
export interface RepairNews {
  readonly onset: number;
  readonly period: number;
  readonly action: string;
}

/** What of a chunk of `/v1/completions` is read here. */
export interface CompletionChunk {
  readonly error?: { readonly message: string };
  readonly choices?: readonly {
    readonly text: string;
    readonly finish_reason?: string | null;
    readonly prompt_token_ids?: readonly number[];
    readonly loop_repaired?: RepairNews;
    readonly logprobs?: {
      readonly tokens: readonly string[];
      readonly token_logprobs: readonly (number | null)[];
      readonly top_logprobs: readonly (Readonly<Record<string, number>> | null)[];
      readonly token_ids?: readonly number[];
      readonly top_tokens?: readonly (readonly Alternative[] | null)[];
    } | null;
  }[];
}

/**
 * The pieces that a chunk brings. Tokens that are bytes of one character come together: the last of them shows it, the
 * others show nothing.
 */
export function piecesOf({ choices }: CompletionChunk): Piece[] {
  const [choice] = choices ?? [];
  const logprobs = choice?.logprobs;
  if (!logprobs) return choice?.text ? [{ text: choice.text, logprob: 0, top: [] }] : [];
  const isWhole = logprobs.tokens.join('') === choice.text;
  const last = logprobs.tokens.length - 1;
  return logprobs.tokens.map((text, i) => ({
    text: isWhole ? text : i === last ? choice.text : '',
    id: logprobs.token_ids?.[i],
    logprob: logprobs.token_logprobs[i] ?? 0,
    top:
      logprobs.top_tokens?.[i] ??
      Object.entries(logprobs.top_logprobs[i] ?? {}).map(([other, logprob]) => ({ text: other, logprob })),
  }));
}

/**
 * The repairs with one more. `asked` pieces were there when the text was asked for, `shown` are there now: the change comes
 * behind the first copy, and never in what was shown. Another try at the same place is no other repair.
 */
export function addRepair(
  repairs: readonly Repair[],
  { onset, period, action }: RepairNews,
  { asked, shown }: { readonly asked: number; readonly shown: number },
): readonly Repair[] {
  const at = Math.max(asked + onset + period, shown);
  const last = repairs.at(-1);
  if (last && last.at >= at)
    return [...repairs.slice(0, -1), { ...last, at, actions: [...last.actions, action] }];
  return [...repairs, { at, onset: asked + onset, period, actions: [action] }];
}

/** What the repair kept from being said again. */
export const repairedPhrase = (pieces: readonly Piece[], { onset, period }: Repair): string =>
  pieces
    .slice(onset, onset + period)
    .map(({ text }) => text)
    .join('');

/** From which place on: the ids, where all are known; else the text. */
export function promptOf(draft: Pick<Draft, 'prompt' | 'promptIds' | 'pieces'>): string | readonly number[] {
  const ids = draft.pieces.map(({ id }) => id);
  if (draft.promptIds && ids.every((id) => id !== undefined))
    return [...draft.promptIds, ...(ids as number[])];
  return draft.prompt + draft.pieces.map(({ text }) => text).join('');
}

export const textOf = ({ pieces }: Pick<Draft, 'pieces'>): string => pieces.map(({ text }) => text).join('');

export const probability = ({ logprob }: { readonly logprob: number }): number => Math.exp(logprob);

/** In bits. */
export const surprise = ({ logprob }: { readonly logprob: number }): number => -logprob / Math.LN2;
