/** The texts that a run was trained on and those it never saw: what is measured of a trained model. */

import { type LoadOptions, loadDocuments, splitCorpus } from './corpus.ts';
import type { RunConfig } from './runs.ts';

export interface RunTexts {
  readonly name: string;
  readonly heldOut: readonly string[];
  /** What it learnt from; none of other data than the run's own. */
  readonly training?: readonly string[];
}

/** Documents of the training side that are looked at, and characters of each: a whole book is more than a sample. */
const TRAINING_SAMPLE = 500;
const MOST_CHARACTERS = 200_000;

/** The held-out side of the run's own data; with other `data`, all of that. */
export async function textsOfRun(
  config: RunConfig,
  { data, ...options }: LoadOptions & { readonly data?: string | undefined },
): Promise<RunTexts> {
  const { source, prepared } = config.data;
  const corpus = await (data === undefined
    ? loadDocuments(specOf(source), { ...options, prepare: prepared })
    : loadDocuments(data, options));
  const textsOf = (documents: typeof corpus.documents) => documents.map(({ text }) => text);
  if (data !== undefined) return { name: corpus.name, heldOut: textsOf(corpus.documents) };
  const { train, heldOut } = splitCorpus(corpus.documents, config.training.seed);
  return {
    name: corpus.name,
    heldOut: textsOf(heldOut),
    training: textsOf(train),
  };
}

/** Enough of what a run learnt from to look at how it repeats. */
export const sampleOfTexts = (training: readonly string[]): string[] =>
  training.slice(0, TRAINING_SAMPLE).map((text) => text.slice(0, MOST_CHARACTERS));

/** A run keeps what its source is called; a package without its `npm:`. */
export function specOf(name: string): string {
  return /^(@[\w.-]+\/)?[\w.-]+@\d[\w.-]*$/.test(name) ? `npm:${name}` : name;
}
