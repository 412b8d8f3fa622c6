/**
 * Time to quality: held-out bits per character that a recipe reaches in given minutes (or steps) on poems. For choosing the
 * first run's model by experiment: npm run bench -- recipe --config '{"minutes":2,"model":{"layers":4},"recipe":{"lr":0.002}}'
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDocuments, splitCorpus } from '../src/cli/corpus.ts';
import { firstRunPreset } from '../src/cli/first-run.ts';
import type { ModelShape, Recipe } from '../src/cli/recipe.ts';
import { createTerminal } from '../src/cli/terminal.ts';
import { prepareTraining } from '../src/cli/training.ts';
import { parameterCount } from '../src/models/index.ts';
import { backend } from '../src/tensor/index.ts';
import { trainBpe, trainCharacters } from '../src/text/index.ts';
import type { Tokenizer } from '../src/types.ts';
import type { BenchOptions } from './main.ts';

export interface RecipeTrial {
  readonly corpus?: 'poems' | 'tang';
  /** Only poems of this many characters. */
  readonly characters?: readonly [number, number];
  readonly minutes?: number;
  readonly steps?: number;
  readonly seed?: number;
  readonly tokenizer?:
    | { readonly kind: 'characters'; readonly minFrequency: number }
    | { readonly kind: 'bpe'; readonly vocabSize: number };
  readonly model?: Partial<ModelShape>;
  readonly recipe?: Partial<Recipe>;
  readonly note?: string;
}

type Documents = Awaited<ReturnType<typeof loadDocuments>>['documents'];
const loaded = new Map<string, Promise<Documents>>();
const tokenizers = new Map<string, Promise<Tokenizer>>();

function documentsOf({ corpus = 'poems', characters }: RecipeTrial): Promise<Documents> {
  const key = JSON.stringify([corpus, characters]);
  if (!loaded.has(key)) {
    const options = { terminal: createTerminal({ json: true }), signal: new AbortController().signal };
    const [least, most] = characters ?? [1, Number.POSITIVE_INFINITY];
    loaded.set(
      key,
      loadDocuments(corpus, options).then(({ documents }) =>
        documents.filter(({ text }) => text.length >= least && text.length <= most),
      ),
    );
  }
  return loaded.get(key)!;
}

function tokenizerOf(trial: RecipeTrial, texts: readonly string[]): Promise<Tokenizer> {
  const wanted = trial.tokenizer ?? { kind: 'bpe', vocabSize: 6000 };
  const key = JSON.stringify([trial.corpus, trial.characters, wanted]);
  if (!tokenizers.has(key)) {
    const make = async (): Promise<Tokenizer> =>
      wanted.kind === 'bpe'
        ? trainBpe(texts.slice(0, 60_000), wanted)
        : trainCharacters(texts, { specialTokens: ['<|endoftext|>'], ...wanted });
    tokenizers.set(key, make());
  }
  return tokenizers.get(key)!;
}

/** Trains one trial in a scratch folder. */
export async function tryRecipe(trial: RecipeTrial) {
  const split = splitCorpus(await documentsOf(trial));
  const tokenizer = await tokenizerOf(
    trial,
    split.train.map(({ text }) => text),
  );
  const preset = firstRunPreset({ minutes: trial.minutes ?? 2, gflops: 150 });
  const folder = mkdtempSync(join(tmpdir(), 'inkstone-recipe-'));
  const training = await prepareTraining({
    folder,
    corpus: split,
    source: trial.corpus ?? 'poems',
    tokenizer,
    model: { ...preset.model, ...trial.model },
    recipe: { ...preset.recipe, ...trial.recipe },
    seed: trial.seed ?? 1337,
    steps: trial.steps,
    minutes: trial.minutes,
    signal: new AbortController().signal,
  });
  try {
    for await (const event of training.events()) {
      if (event.type !== 'finish') continue;
      return {
        ...trial,
        path: backend().path,
        parameters: parameterCount(training.config),
        steps: event.step,
        seconds: event.seconds,
        tokensPerSecond: event.tokens / event.seconds,
        heldOutLoss: event.heldOutLoss,
        bitsPerCharacter: training.figuresOf(event.heldOutLoss ?? Number.NaN, event.step).bitsPerCharacter,
        reason: event.reason,
      };
    }
    throw new Error('the training ended without a word');
  } finally {
    await training.run.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function run(options: BenchOptions): Promise<void> {
  const given = JSON.parse(options.config ?? '{"minutes":2}') as RecipeTrial | RecipeTrial[];
  for (const trial of Array.isArray(given) ? given : [given]) {
    process.stdout.write(`${JSON.stringify(await tryRecipe(trial))}\n`);
  }
}
