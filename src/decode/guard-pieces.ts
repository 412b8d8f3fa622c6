/** Cuts text that arrives in chunks into the pieces that a loop detector counts. The joined pieces are the text. */

/** A run of letters and digits is one piece, cut after so many characters; anything else stands alone. */
const MOST_CHARACTERS = 32;

const LETTER = /[\p{L}\p{M}\p{N}_']/u;
/** Scripts written without spaces: every character counts. */
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

export interface PieceSplitter {
  /** The pieces that are whole now; they do not depend on how the text was chunked. */
  push(chunk: string): string[];
  /** The last piece, if there is one, when no more text comes. */
  flush(): string[];
  /** Forgets what waits for more. */
  clear(): void;
}

export function createPieceSplitter(): PieceSplitter {
  /** The beginning of a word, or the first half of a surrogate pair. */
  let waiting = '';
  return {
    push(chunk) {
      const pieces: string[] = [];
      const text = waiting + chunk;
      const last = text.charCodeAt(text.length - 1);
      const end = last >= 0xd800 && last < 0xdc00 ? text.length - 1 : text.length;
      let word = '';
      let length = 0;
      for (const character of text.slice(0, end)) {
        const isLetter = LETTER.test(character) && !IDEOGRAPH.test(character);
        if (word !== '' && (!isLetter || length === MOST_CHARACTERS)) {
          pieces.push(word);
          word = '';
          length = 0;
        }
        if (isLetter) {
          word += character;
          length++;
        } else pieces.push(character);
      }
      waiting = word + text.slice(end);
      return pieces;
    },
    flush() {
      const rest = waiting;
      waiting = '';
      return rest === '' ? [] : [rest];
    },
    clear() {
      waiting = '';
    },
  };
}
