/** The texts that a run was trained on and those it never saw: what is measured of a trained model. */

import type { TextDocument } from '../types.ts';
import { type LoadOptions, loadDocuments, rulesFor, type SplitCorpus, splitCorpus } from './corpus.ts';
import { keptPreparation } from './corpus-options.ts';
import { fail } from './errors.ts';
import { readClientTexts } from './federated-texts.ts';
import type { StoredModel } from './models.ts';

export interface RunTexts {
  readonly name: string;
  readonly heldOut: readonly string[];
  /** What it learnt from; none of other data than the run's own. */
  readonly training?: readonly string[];
  /** All of the run's own data, as they were before they were split. */
  readonly whole?: readonly TextDocument[];
}

/** Documents of the training side that are looked at, and characters of each: a whole book is more than a sample. */
const TRAINING_SAMPLE = 500;
const MOST_CHARACTERS = 200_000;

/** The held-out side of the run's own data; with other `data`, all of that, which a model from elsewhere needs. */
export async function textsOfRun(
  { path, run }: Pick<StoredModel, 'path' | 'run'>,
  { data, ...options }: LoadOptions & { readonly data?: string | undefined },
): Promise<RunTexts> {
  const textsOf = (documents: readonly TextDocument[]) => documents.map(({ text }) => text);
  if (data !== undefined) {
    const { name, documents } = await loadDocuments(data, options);
    return { name, heldOut: textsOf(documents) };
  }
  // An oracle's texts are signs without meaning.
  if (!run || run.config.gan?.texts.oracle) throw fail('cli/model-data', { path });
  const { data: read, training, federated } = run.config;
  const prepare = keptPreparation(read.prepared);
  const sides: Pick<SplitCorpus, 'train' | 'heldOut'>[] = [];
  const whole: TextDocument[] = [];
  if (federated) {
    const loading = { ...options, prepare };
    const { clients } = await readClientTexts(specOf(read.source), loading, rulesFor(training), federated);
    sides.push(...clients);
    for (const { train, heldOut } of clients) whole.push(...train, ...heldOut);
  } else
    for (const { source } of read.languages ?? [read]) {
      const corpus = await loadDocuments(specOf(source), { ...options, prepare }, rulesFor(training));
      sides.push(splitCorpus(corpus.documents));
      for (const document of corpus.documents) whole.push(document);
    }
  return {
    name: read.source,
    heldOut: sides.flatMap(({ heldOut }) => textsOf(heldOut)),
    training: sides.flatMap(({ train }) => textsOf(train)),
    whole,
  };
}

/** Enough of what a run learnt from to look at how it repeats. */
export const sampleOfTexts = (training: readonly string[]): string[] =>
  training.slice(0, TRAINING_SAMPLE).map((text) => text.slice(0, MOST_CHARACTERS));

/** A run keeps what its source is called; a package without its `npm:`. */
export function specOf(name: string): string {
  return /^(@[\w.-]+\/)?[\w.-]+@\d[\w.-]*$/.test(name) ? `npm:${name}` : name;
}
