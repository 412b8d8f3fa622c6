/** Whether a text says what its source says, and no more: content words of the one that stand in the other, and numbers. */

import { emptyWords, wordSegmenter } from '../../text/index.ts';

/** How many there are, and how many of them stand in the other text. */
export interface HeldCount {
  readonly all: number;
  readonly held: number;
}

export interface FaithfulnessCounts {
  /** Content words of the text, each once, and those in the source: what is left is new. */
  readonly grounded: HeldCount;
  /** Content words of the source, each once, and those in the text. */
  readonly covered: HeldCount;
  /** Numbers of the text, each once, and those in the source. */
  readonly numbers: HeldCount;
}

const HAN = /^\p{Script=Han}+$/u;
const NUMBER = /(?:(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?/g;
/** A comma of Chinese behind a digit ends the number: 1931，200人. */
const CHINESE_COMMA = /(?<=\d)，/g;

interface ReadText {
  readonly plain: string;
  readonly words: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
}

/**
 * A comparison of texts with their sources, English and Chinese. Words that say nothing of a subject are left out; a Chinese word is held
 * inside a longer one, too, since where words end is a guess. Width, case and the commas of 1,000 do not count.
 * NOTE Words are compared as they are written: who did what to whom, and whether at all, it does not tell.
 *
 * @example faithfulnessCounter()('the ship sank in 1912', 'In 1912 the ship sank.').grounded; // { all: 2, held: 2 }
 */
export function faithfulnessCounter(): (text: string, source: string) => FaithfulnessCounts {
  const cut = wordSegmenter();
  const empty = new Set(emptyWords.split(/\s+/));
  // 他的 and 就是 are cut as one word.
  const isEmpty = (word: string) =>
    empty.has(word) || (HAN.test(word) && [...word].every((character) => empty.has(character)));
  const read = (text: string): ReadText => {
    const plain = text.replace(CHINESE_COMMA, '， ').normalize('NFKC').toLowerCase().replaceAll('’', "'");
    const words = cut(plain)
      .map(({ text: word }) => word.replace(/'s$/, ''))
      .filter((word) => !isEmpty(word) && !/^[\d.,]+$/.test(word));
    const numbers = plain.match(NUMBER) ?? [];
    return { plain, words: new Set(words), numbers: new Set(numbers.map(numberOf)) };
  };
  return (text, source) => {
    const [own, other] = [read(text), read(source)];
    return {
      grounded: countHeld(own.words, (word) => holds(other, word)),
      covered: countHeld(other.words, (word) => holds(own, word)),
      numbers: countHeld(own.numbers, (number) => other.numbers.has(number)),
    };
  };
}

const holds = ({ words, plain }: ReadText, word: string): boolean =>
  words.has(word) || (HAN.test(word) && plain.includes(word));

/** 1,200.50 is 1200.5. */
const numberOf = (written: string): string => {
  const digits = written.replaceAll(',', '').replace(/^0+(?=\d)/, '');
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
};

function countHeld(pieces: ReadonlySet<string>, isHeld: (piece: string) => boolean): HeldCount {
  let held = 0;
  for (const piece of pieces) if (isHeld(piece)) held++;
  return { all: pieces.size, held };
}
