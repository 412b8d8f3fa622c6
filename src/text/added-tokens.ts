/** Tokens beside the vocabulary that are found in text as whole words: special ones only where the caller allows it. */

import { fail } from './errors.ts';

/** A token that is matched as it is spelled, before anything else. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Special tokens are no text: they are recognised only with `allowSpecial` and decode to nothing. Default true. */
  readonly special?: boolean;
  /** Takes the white space on its left, on its right with it. Default false. */
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
  /** Looked for after normalization instead of before. Default false. */
  readonly normalized?: boolean;
}

/** Calls one of the two for each part of `text`, in order; ordinary parts are never empty. */
export type FindAddedTokens = (
  text: string,
  onText: (text: string) => void,
  onToken: (token: AddedToken) => void,
) => void;

const isSpace = /\p{White_Space}/u;

/** A search for `tokens`: the leftmost, and of those the longest. `undefined` when there are none. */
export function createAddedTokenFinder(tokens: readonly AddedToken[]): FindAddedTokens | undefined {
  if (tokens.length === 0) return undefined;
  const byFirstUnit = new Map<number, AddedToken[]>();
  for (const token of [...tokens].sort((a, b) => b.content.length - a.content.length)) {
    const unit = token.content.charCodeAt(0);
    const bucket = byFirstUnit.get(unit);
    if (bucket) bucket.push(token);
    else byFirstUnit.set(unit, [token]);
  }
  return (text, onText, onToken) => {
    let done = 0;
    for (let at = 0; at < text.length; at++) {
      const token = byFirstUnit.get(text.charCodeAt(at))?.find(({ content }) => text.startsWith(content, at));
      if (!token) continue;
      let start = at;
      let end = at + token.content.length;
      if (token.lstrip) while (start > done && isSpace.test(text[start - 1])) start--;
      if (token.rstrip) while (end < text.length && isSpace.test(text[end])) end++;
      if (start > done) onText(text.slice(done, start));
      onToken(token);
      done = end;
      at = end - 1;
    }
    if (done < text.length) onText(text.slice(done));
  };
}

/** Calls one of the two for each section of `text`; `first` where nothing of the text stands before. */
export type FindSections = (
  text: string,
  allowSpecial: boolean,
  onText: (text: string, first: boolean) => void,
  onToken: (token: AddedToken) => void,
) => void;

/**
 * Cuts text at added tokens, normalizes what lies between and cuts that at the tokens looked for after normalization,
 * as they are when normalized. Special tokens are looked for only where they are allowed.
 */
export function createSections(
  added: readonly AddedToken[],
  normalize: ((text: string) => string) | undefined,
): FindSections {
  const finders = [false, true].map((allowSpecial) => {
    const wanted = added.filter((token) => allowSpecial || token.special === false);
    const later = normalize ? wanted.filter((token) => token.normalized) : [];
    return {
      before: createAddedTokenFinder(wanted.filter((token) => !later.includes(token))),
      after: createAddedTokenFinder(
        later
          .map((token) => ({ ...token, content: normalize!(token.content) }))
          .filter(({ content }) => content !== ''),
      ),
    };
  });
  return (text, allowSpecial, onText, onToken) => {
    const { before, after } = finders[allowSpecial ? 1 : 0];
    let first = true;
    const token = (found: AddedToken): void => {
      first = false;
      onToken(found);
    };
    const ordinary = (part: string): void => {
      if (part !== '') onText(part, first);
      first = false;
    };
    const raw = (part: string): void => {
      const normal = normalize ? normalize(part) : part;
      if (after) after(normal, ordinary, token);
      else ordinary(normal);
    };
    if (before) before(text, raw, token);
    else raw(text);
  };
}

/** The special tokens by name, and the id of the one that ends documents. Errors: `text/option`. */
export function specialTokensOf(
  added: readonly AddedToken[],
  eosToken: string | undefined,
  where: string,
): { readonly specialTokens: Map<string, number>; readonly eosId: number | undefined } {
  const specialTokens = new Map<string, number>();
  for (const token of added) if (token.special !== false) specialTokens.set(token.content, token.id);
  const end = eosToken ?? usualEnd(specialTokens.keys());
  const eosId = end === undefined ? undefined : specialTokens.get(end);
  if (end !== undefined && eosId === undefined) {
    throw fail('text/option', {
      where,
      rule: '`eosToken` must be one of the special tokens',
      ruleZh: '`eosToken` 必须是特殊词元之一',
      got: end,
    });
  }
  return { specialTokens, eosId };
}

/** The token that ends documents in well-known vocabularies, in order of preference. */
const endNames = [
  '<|endoftext|>',
  '<|end_of_text|>',
  '</s>',
  '<eos>',
  '<|eos|>',
  '[EOS]',
  '<｜end▁of▁sentence｜>',
];

/** The name among `names` that by its spelling ends documents, if there is one. */
export function usualEnd(names: Iterable<string>): string | undefined {
  const given = new Set(names);
  return endNames.find((name) => given.has(name));
}
