/** Short trainings on the user's texts, so that what was told beforehand stands beside what was measured. */

import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compareMethods, type LabelledText } from '../classify/index.ts';
import { splitByHash, tokenizeDocuments } from '../data/index.ts';
import { type ModelTrial, ngramModel, type TrialFigures } from '../eval/index.ts';
import { defineMessages } from '../language.ts';
import type { TextDocument } from '../types.ts';
import { type CostGrounds, costOf } from './choose-costs.ts';
import type { chooseOptions } from './choose-options.ts';
import { ASKED } from './choose-probes.ts';
import { LEARNT_SHARE, OWN_PRESET, ownShape } from './choose-shapes.ts';
import type { CommandContext } from './command.ts';
import { openModelTrials } from './model-trials.ts';
import { etaSince } from './terminal.ts';
import { heldOutTokens } from './training.ts';

type Context = CommandContext<typeof chooseOptions>;

const say = defineMessages({
  live: {
    en: (d: { name: string; percent: string; eta: string }) => `trying ${d.name} ${d.percent}% eta ${d.eta}`,
    zh: (d) => `试验 ${d.name} ${d.percent}% 剩余 ${d.eta}`,
  },
});

/** What trials came to, and what there was no time for. */
export interface ChoiceTrials {
  /** Accuracy is better higher, bits a character lower. */
  readonly better: 'higher' | 'lower';
  readonly trials: readonly ModelTrial[];
  readonly leftOut: readonly LeftOut[];
  /** Updates of the small model that writes, and those of a whole training. */
  readonly steps?: { readonly done: number; readonly whole: number };
}

/** What is told to take longer than there is; without a time where some of the texts taught it nothing. */
interface LeftOut {
  readonly name: ModelTrial['name'];
  readonly seconds: number | undefined;
}

/** The tasks that can be tried. */
export const triedTasks = ['classify', 'write'] as const;
export type TriedTask = (typeof triedTasks)[number];

/** Tries the models of a task, one after another, as long as the time is told to suffice. */
export const tryModels: {
  readonly [Task in TriedTask]: (
    context: Context,
    grounds: CostGrounds,
    texts: readonly TextDocument[],
  ) => Promise<ChoiceTrials>;
} = { classify: tryClassifiers, write: tryWriters };

const classifiers = ['naive-bayes', 'svm', 'cnn'] as const;

async function tryClassifiers(
  { options, signal, terminal }: Context,
  grounds: CostGrounds,
  texts: readonly TextDocument[],
): Promise<ChoiceTrials> {
  const { seed, seconds } = options;
  const stratifyBy = ({ label }: LabelledText): string => label;
  const sides = splitByHash(texts as readonly LabelledText[], {
    heldOut: 1 - LEARNT_SHARE,
    seed,
    stratifyBy,
  });
  const trials: ModelTrial[] = [];
  const leftOut: LeftOut[] = [];
  const begin = performance.now();
  for (const name of classifiers) {
    const told = costOf(name, grounds);
    const left = seconds - (performance.now() - begin) / 1000;
    if (!(told.trainSeconds !== undefined && told.trainSeconds <= left)) {
      leftOut.push({ name, seconds: told.trainSeconds });
      continue;
    }
    const peak = memoryPeak(grounds.baseBytes);
    const tell = watch(terminal, name);
    const rows = await compareMethods(
      { train: sides.train, test: sides.heldOut },
      {
        methods: [name],
        seed,
        signal,
        onEvent: (event) => void (event.type === 'progress' && tell(event.share)),
      },
    );
    const { accuracy, accuracyInterval, trainSeconds, textsPerSecond } = rows.at(-1)!;
    trials.push({
      name,
      score: accuracy,
      interval: accuracyInterval,
      measured: { trainSeconds, trainBytes: peak(), latencyMs: 1000 / textsPerSecond },
      estimated: figuresOf(told),
    });
  }
  terminal.endLive({ keep: false });
  return { better: 'higher', trials, leftOut };
}

const figuresOf = ({ trainSeconds = 0, trainBytes, latencyMs }: ReturnType<typeof costOf>): TrialFigures => ({
  trainSeconds,
  trainBytes,
  latencyMs,
});

/** Share of the time that the small model gets; reading, counting and looking at held-out text take the rest. */
const TRAINING_SHARE = 0.7;
/** Tokens that a 5-gram looks back. */
const BEFORE = 4;

async function tryWriters(context: Context, grounds: CostGrounds): Promise<ChoiceTrials> {
  const { options, signal, terminal } = context;
  const { seed, seconds, data } = options;
  const whole = ownShape(grounds);
  const trainSeconds = Math.min(TRAINING_SHARE * seconds, costOf('decoder-here', grounds).trainSeconds!);
  const { layers, width, heads } = whole;
  // Held-out text is read once, at the end: on the way it would take longer than the steps.
  const trying = { ...context, options: { ...options, evalEvery: Number.MAX_SAFE_INTEGER } };
  const { text, measure } = await openModelTrials(trying, {
    data: data!,
    preset: OWN_PRESET,
    seed,
    length: { minutes: trainSeconds / 60 },
    settings: { layers, width, heads },
  });
  const heldOut = await heldOutTokens(text.heldOut, text.tokenizer, signal);
  const bitsOf = (nats: number): number => (nats * heldOut.targets) / heldOut.characters / Math.LN2;

  const counting = memoryPeak(grounds.baseBytes);
  const start = performance.now();
  const { tokens } = await tokenizeDocuments(text.train, text.tokenizer, { signal });
  const { vocabSize, eosId } = text.tokenizer;
  const ngrams = ngramModel(tokens, { vocabSize, eosId });
  const countSeconds = (performance.now() - start) / 1000;
  const countBytes = counting();
  const ids = heldOut.tokens;
  const first = eosId === undefined ? 1 : 0;
  let nats = 0;
  for (let i = first; i < ids.length; i++) {
    const before = ids.subarray(Math.max(0, i - BEFORE), i);
    nats -= ngrams.logProbability(i < BEFORE && eosId !== undefined ? [eosId, ...before] : before, ids[i]);
  }
  const asked = performance.now();
  for (let i = 0; i < ASKED; i++) ngrams.logProbabilities(ids.subarray(0, Math.min(i, ids.length)));
  const ngram: ModelTrial = {
    name: 'ngram',
    score: bitsOf(nats / (ids.length - first)),
    measured: { trainSeconds: countSeconds, trainBytes: countBytes, latencyMs: performance.now() - asked },
    estimated: figuresOf(costOf('ngram', grounds)),
  };

  const folder = await mkdtemp(join(tmpdir(), 'inkstone-choose-'));
  const peak = memoryPeak(grounds.baseBytes);
  let [steps, stepSeconds] = [0, 0];
  try {
    const tell = watch(terminal, 'decoder-here');
    const found = await measure({ layers, width, heads }, join(folder, 'run'), (share, { step, seconds }) => {
      [steps, stepSeconds] = [step, seconds];
      tell(share);
    });
    signal.throwIfAborted();
    const measured = { trainSeconds: stepSeconds, trainBytes: peak() };
    const { latencyMs: _, ...estimated } = figuresOf(costOf('decoder-here', { ...grounds, steps }));
    const trials: readonly ModelTrial[] =
      'failed' in found
        ? [ngram]
        : [ngram, { name: 'decoder-here', score: bitsOf(found.score), measured, estimated }];
    return { better: 'lower', trials, leftOut: [], steps: { done: steps, whole: whole.steps } };
  } finally {
    terminal.endLive({ keep: false });
    await rm(folder, { recursive: true, force: true });
  }
}

function watch(terminal: Context['terminal'], name: string): (share: number) => void {
  const start = performance.now();
  return (share) => {
    const percent = (100 * share).toFixed(0);
    terminal.json({ type: 'progress', name, share });
    terminal.live(say('live', { name, percent, eta: etaSince(start, share) }));
  };
}

/**
 * Begins to look at the highest memory of this process (Linux only, which keeps it and lets it be reset). The call back gives what was
 * added since, on top of what a new process holds: what is there from reading and probes is not what the trial takes.
 */
function memoryPeak(baseBytes: number): () => number | undefined {
  collectGarbage();
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    return () => undefined;
  }
  const before = statusBytes('VmRSS');
  return () => baseBytes + statusBytes('VmHWM') - before;
}

const statusBytes = (name: 'VmRSS' | 'VmHWM'): number =>
  1024 * Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

/** What earlier work left behind is not what the next takes. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
