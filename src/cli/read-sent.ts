/** What the server reads that a page sends: files of every known format, and what a classifier says of texts. */

import { loadClassifier } from '../classify/index.ts';
import { openSource } from '../io/index.ts';
import type { ReadFile, Suggest } from '../serve/index.ts';

export const readSentFile: ReadFile = async (path, { signal, textColumn }) =>
  (await openSource(path, { signal, textColumn, offline: true })).documents({ signal });

/** The best label of each text, by a classifier that `inkstone classify train` saved. */
export async function suggestBy(folder: string): Promise<Suggest> {
  const classifier = await loadClassifier(folder);
  return (texts) => classifier.classify(texts).map(({ scores: [best] }) => best);
}
