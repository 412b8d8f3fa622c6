/** What speech may cost. */

export const limits = {
  /** Seconds of sound that a listener gets at once; longer ones are cut where it is quiet. */
  pieceSeconds: 300,
  /** A cut is looked for in so many seconds before the end of a piece. */
  quietSeconds: 30,
  /** How long a program may take to begin, and for each second of what it hears. */
  listenMs: 60_000,
  listenMsPerSecond: 20_000,
  /** How long a program may take for one sentence, and bytes of its sound: twenty minutes. */
  speakMs: 30_000,
  speakBytes: 64 << 20,
  /** Bytes of what a listener writes. */
  transcriptBytes: 16 << 20,
  /** Seconds between two sentences. */
  pauseSeconds: 0.25,
  /** UTF-16 units of a text that is read aloud at once, and seconds of its sound. */
  textLength: 200_000,
  spokenSeconds: 4 * 3600,
  /** How fast a voice may be, as a multiple of its own speed. */
  speed: { least: 0.25, most: 4 },
} as const;
