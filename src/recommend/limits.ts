/** How much is taken in. */

export const limits = {
  items: 200_000,
  events: 20_000_000,
  /** Characters of an id or the name of a reader. */
  idCharacters: 200,
  /** Characters of a text that are read for its terms and vectors; the rest is passed over. */
  textCharacters: 100_000,
  /** What a reader read last, so many; older reading does not speak. */
  history: 500,
  /** Ids that one answer holds at most. */
  top: 1000,
} as const;
