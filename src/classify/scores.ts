/** How well predicted classes fit the true ones. */

export interface ClassScores {
  /** Share of the texts whose class is right. */
  readonly accuracy: number;
  /** The mean over the classes of F1 = 2·right / (predicted + true); 0 for a class that is never predicted nor true. */
  readonly macroF1: number;
}

/** Accuracy and macro F1 over all of `classes`, as scikit-learn counts them with these labels. */
export function classScores(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): ClassScores {
  const right = new Float64Array(classes);
  const sides = new Float64Array(classes);
  let hits = 0;
  for (let i = 0; i < truth.length; i++) {
    sides[truth[i]]++;
    sides[predicted[i]]++;
    if (truth[i] !== predicted[i]) continue;
    hits++;
    right[truth[i]]++;
  }
  const f1 = right.map((count, c) => (sides[c] === 0 ? 0 : (2 * count) / sides[c]));
  return { accuracy: hits / truth.length, macroF1: f1.reduce((a, b) => a + b, 0) / classes };
}
