/** Texts by hash: the same text gives the same number on every machine. */

import { hash } from 'node:crypto';

/** The text that counts when two texts are compared: composed characters, single spaces, no space at the ends. */
export function comparableText(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** A number in [0, 1) from a text and a seed: 48 bits of SHA-256. */
export function hashToUnit(text: string, seed: number): number {
  return Number.parseInt(hash('sha256', `${seed}\n${text}`, 'hex').slice(0, 12), 16) / 2 ** 48;
}

/** A set of texts by 128 bits of their hash: about 32 bytes for each, however long it is. */
export interface FingerprintSet {
  readonly size: number;
  /** Adds a text; false if it was there. */
  add(text: string): boolean;
}

export function createFingerprintSet(): FingerprintSet {
  // Open addressing with linear steps over rows of four words; at most half full. A row of zeros is free.
  let slots = 1024;
  let table = new Uint32Array(slots * 4);
  let size = 0;
  const insert = (a: number, b: number, c: number, d: number): boolean => {
    for (let slot = a & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const at = slot * 4;
      if ((table[at] | table[at + 1] | table[at + 2] | table[at + 3]) === 0) {
        table.set([a, b, c, d], at);
        return true;
      }
      if (table[at] === a && table[at + 1] === b && table[at + 2] === c && table[at + 3] === d) return false;
    }
  };
  const grow = () => {
    const old = table;
    slots *= 2;
    table = new Uint32Array(slots * 4);
    for (let at = 0; at < old.length; at += 4) {
      const [a, b, c, d] = old.subarray(at, at + 4);
      if ((a | b | c | d) !== 0) insert(a, b, c, d);
    }
  };
  return {
    get size() {
      return size;
    },
    add(text) {
      const digest = Buffer.from(hash('sha256', text, 'hex').slice(0, 32), 'hex');
      const word = (at: number) => digest.readUInt32LE(at);
      const added = insert(word(0), word(4), word(8), word(12) || 1);
      if (added && ++size * 2 > slots) grow();
      return added;
    },
  };
}
