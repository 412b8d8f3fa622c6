/** How much one look inside a model may ask for; every inspector refuses more and says so. */

export const inspectLimits = {
  /** Tokens of a text, besides what the context holds. */
  tokens: 8192,
  /** Alternatives of a token. */
  top: 50,
  /** Places of one attention map; longer texts are seen window by window. */
  window: 512,
  /** Cells of a small map, each way. */
  cells: 32,
  /** Places of a logit lens. */
  lensPlaces: 64,
  /** Tokens of a logit lens at each place and layer. */
  lensTop: 10,
  /** Tokens left out one by one. */
  leftOut: 256,
  /** Dots of an embedding map. */
  dots: 1000,
  neighbours: 50,
  /** Places of a similarity matrix. */
  similar: 160,
} as const;
