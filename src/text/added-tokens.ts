/** Tokens beside the vocabulary that are found in text as whole words: special ones only where the caller allows it. */

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
