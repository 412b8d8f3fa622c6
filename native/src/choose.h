// How the next token of one row of logits is chosen.
#pragma once

namespace inkstone {

/** As JavaScript gives it: one number after another. */
struct Choice {
  /** What logits are divided by; 0: the likeliest is taken, and the rest does not matter. */
  double temperature;
  /** Keeps so many of the likeliest; 0: all. */
  double topK;
  /** Keeps the fewest that have this probability together; 1: all. */
  double topP;
  /** Keeps what is at most this far below the likeliest: the logarithm of a share; −∞: all. */
  double minP;
  /** In [0, 1): the first id is taken whose cumulative probability exceeds it. */
  double draw;
  /** Ids that there are; what the row has beyond them is not looked at. */
  double size;
};

}  // namespace inkstone
