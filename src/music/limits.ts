/** What a tune may claim before it is not looked at any further. */

export const limits = {
  /** Characters of a tune: several times the longest of 12,762 tunes of tunebooks. */
  tuneCharacters: 20_000,
  /** Whole notes that a note or a bar lasts: a longer one is a slip, and would make hours of sound. */
  noteLength: 64,
  /** Problems of a tune that are told. */
  problems: 100,
} as const;
