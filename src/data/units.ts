/** The words and characters of a text as they are compared, as hashes: nothing is kept of the text itself. */

const UNIT =
  /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])|[^\P{L}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+|\p{N}+/gu;

/** The units of a text in order. */
export interface Units {
  readonly count: number;
  /** Two hashes of 32 bits for each unit; the arrays may be longer than `count`. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** UTF-16 units of each. */
  readonly sizes: Int32Array;
  /** At least half of the units are single characters: the text is Chinese or Japanese. */
  readonly isCharacters: boolean;
}

/**
 * The units of a text, at most `most` of them: a word, a number, or one Han character or kana. Case, width and punctuation do not count
 * (Unicode NFKC, lower case).
 */
export function unitsOf(text: string, most: number = Number.POSITIVE_INFINITY): Units {
  const list = createUnitList();
  const plain = text.normalize('NFKC').toLowerCase();
  UNIT.lastIndex = 0;
  for (let match = UNIT.exec(plain); match && list.count < most; match = UNIT.exec(plain)) {
    list.add(match[0], match[1] !== undefined);
  }
  return list.units();
}

/** Units with their places in the text as it is. */
export interface PlacedUnits extends Units {
  /** First UTF-16 unit of each, and the one behind its last. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** As `unitsOf`, with places. NOTE Each unit is normalized alone, so what only NFKC joins or parts is another unit here. */
export function placedUnits(text: string): PlacedUnits {
  const list = createUnitList();
  const starts: number[] = [];
  const ends: number[] = [];
  for (const match of text.matchAll(UNIT)) {
    list.add(match[0].normalize('NFKC').toLowerCase(), match[1] !== undefined);
    starts.push(match.index);
    ends.push(match.index + match[0].length);
  }
  return { ...list.units(), starts, ends };
}

function createUnitList() {
  let [first, second, sizes] = [0, 0, 0].map(() => new Int32Array(256));
  let count = 0;
  let characters = 0;
  return {
    get count() {
      return count;
    },
    add(unit: string, isCharacter: boolean): void {
      let a = 0x811c9dc5;
      let b = 0x9747b28c;
      for (let i = 0; i < unit.length; i++) {
        const code = unit.charCodeAt(i);
        a = Math.imul(a ^ code, 0x01000193);
        b = Math.imul(b ^ code, 0x5bd1e995);
        b ^= b >>> 15;
      }
      if (count === first.length) [first, second, sizes] = [first, second, sizes].map(doubled);
      first[count] = mix(a);
      second[count] = mix(b);
      sizes[count++] = unit.length;
      if (isCharacter) characters++;
    },
    units: (): Units => ({ count, first, second, sizes, isCharacters: 2 * characters >= count }),
  };
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

/** Spreads 32 bits over 32 bits, one to one (the finalizer of MurmurHash3). */
export function mix(bits: number): number {
  let x = bits ^ (bits >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** The `length` units from `from` on as one hash of 53 bits. */
export function hashRun({ first, second }: Units, from: number, length: number): number {
  // The length is part of the hash: runs of different length never meet.
  let a = length;
  let b = ~length;
  for (let i = from; i < from + length; i++) {
    a = mix(Math.imul(a, 0x01000193) ^ first[i]);
    b = mix(Math.imul(b, 0x5bd1e995) ^ second[i]);
  }
  return (a >>> 11) * 2 ** 32 + (b >>> 0);
}
