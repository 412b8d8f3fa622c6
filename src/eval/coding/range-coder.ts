/**
 * Arithmetic coding with integers: Witten, Neal and Cleary, "Arithmetic coding for data compression", 1987, in the form of a range
 * coder that gives out whole bytes (Martin, "Range encoding", 1979), with carries.
 */

/** Shares of the range are whole numbers out of this many: fine enough for rare tokens of large vocabularies. */
export const TOTAL_FREQUENCY = 2 ** 28;

/** The state is 48 bits wide, and never narrower than 40: a share costs at most log2(1 + 2⁻¹²) bits more than its own. */
const BYTES = 6;
const WHOLE = 2 ** (8 * BYTES);
const NARROWEST = WHOLE / 256;

export interface RangeEncoder {
  /** Codes a symbol that owns `frequency` parts from `start` on, of `TOTAL_FREQUENCY`; at least 1. */
  encode(start: number, frequency: number): void;
  /** The code so far, ended. Nothing may be coded after it. */
  finish(): Uint8Array;
}

/** Narrows [low, low + range) symbol by symbol and gives out the leading bytes that can no longer change. */
export function rangeEncoder(): RangeEncoder {
  let low = 0;
  let range = WHOLE;
  /** The last byte that a carry may still change, then how many 0xff follow it. */
  let held = -1;
  let full = 0;
  let bytes = new Uint8Array(1024);
  let length = 0;

  const give = (byte: number): void => {
    if (length === bytes.length) {
      const grown = new Uint8Array(2 * length);
      grown.set(bytes);
      bytes = grown;
    }
    bytes[length++] = byte;
  };
  const shift = (): void => {
    const carry = low >= WHOLE ? 1 : 0;
    const lead = Math.floor((low % WHOLE) / NARROWEST);
    low = (low % NARROWEST) * 256;
    if (lead === 0xff && carry === 0) {
      full++;
      return;
    }
    if (held >= 0) give(held + carry);
    for (; full > 0; full--) give((0xff + carry) & 0xff);
    held = lead;
  };

  return {
    encode(start, frequency) {
      const part = Math.floor(range / TOTAL_FREQUENCY);
      low += part * start;
      range = part * frequency;
      for (; range < NARROWEST; range *= 256) shift();
    },
    finish() {
      // Of the numbers in the range, one with as many zero bytes at its end as it can have: those need not be written.
      for (let step = WHOLE; step >= 1; step /= 256) {
        const rounded = Math.ceil(low / step) * step;
        if (rounded >= low + range) continue;
        low = rounded;
        break;
      }
      // A carry out of the first byte cannot be: the whole code stands for a number below 1.
      for (let i = 0; i <= BYTES; i++) shift();
      if (held >= 0) give(held);
      for (; full > 0; full--) give(0xff);
      while (length > 0 && bytes[length - 1] === 0) length--;
      return bytes.slice(0, length);
    },
  };
}

export interface RangeDecoder {
  /** The part of `TOTAL_FREQUENCY` in which the next symbol lies. */
  target(): number;
  /** Takes the symbol out: the same numbers as when it was coded. */
  remove(start: number, frequency: number): void;
}

/** Reads what `rangeEncoder` wrote. Behind the end of the code stand zeros: what is read of a wrong code is noise, no error. */
export function rangeDecoder(code: Uint8Array): RangeDecoder {
  let at = 0;
  let range = WHOLE;
  /** The number that the code stands for, less the low end of the range. */
  let value = 0;
  const next = (): number => (at < code.length ? code[at++] : 0);
  for (let i = 0; i < BYTES; i++) value = value * 256 + next();
  return {
    target: () => Math.min(TOTAL_FREQUENCY - 1, Math.floor(value / Math.floor(range / TOTAL_FREQUENCY))),
    remove(start, frequency) {
      const part = Math.floor(range / TOTAL_FREQUENCY);
      value -= part * start;
      range = part * frequency;
      for (; range < NARROWEST; range *= 256) value = value * 256 + next();
    },
  };
}
