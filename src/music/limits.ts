/** What a tune may claim before it is not looked at any further. */

export const limits = {
  /** Characters of a tune: several times the longest of 12,762 tunes of tunebooks. */
  tuneCharacters: 20_000,
  /** Voices that lie over others (`&`). */
  overlays: 256,
  /** Notes that sound, were every note trilled and every part repeated as often as the last ending says. */
  soundingNotes: 200_000,
  /** Whole notes that a note or a bar lasts: a longer one is a slip, and would make hours of sound. */
  noteLength: 64,
  /** Problems of a tune that are told. */
  problems: 100,
} as const;
