/**
 * The lab: one model, every way of decoding, with and without the guard, beside the texts of people; why it repeats itself,
 * and which cure fits. Plain data comes out; `labPage` and the command line show it.
 */

import { guarded, parseStrategy, strategies } from '../decode/index.ts';
import type { Label } from '../plots/index.ts';
import { guessUnit, type TokenUnit } from '../repeat/index.ts';
import type { LanguageModel, Tokenizer } from '../types.ts';
import { similarityMatrix } from './anisotropy.ts';
import {
  type BeamWidth,
  type Causes,
  measureAnisotropy,
  measureInduction,
  measureLearning,
  measureRecall,
  measureReinforcement,
} from './causes.ts';
import { corpusRepeats } from './corpus-repeats.ts';
import { type Cure, chooseCure, nameOf } from './cure.ts';
import { decodePrompts } from './decode-prompts.ts';
import { entropyAlong, entropyCollapse } from './entropy.ts';
import { checkInteger, fail } from './errors.ts';
import { type Finding, findCauses, repeatsItself } from './findings.ts';
import { type BeamTree, beamTree } from './inspect/inspect-beams.ts';
import { type LabPrompt, labPrompts } from './lab-prompts.ts';
import { comparePaired, type LabRow, measureRow } from './lab-rows.ts';
import { type ReadText, readTexts } from './read-texts.ts';
import { holm } from './significance.ts';

export interface LabOptions {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  /** Texts by people that the model has not learnt from: their beginnings are the prompts. At least 2. */
  readonly heldOut: readonly string[];
  /** Some of what it has learnt from, for the repeats of the corpus. Default: `heldOut`. */
  readonly training?: readonly string[];
  /** Specifications as `parseStrategy` reads them. Default `defaultStrategies()`. */
  readonly strategies?: readonly string[];
  /** Each strategy also with the guard. Default true. */
  readonly guard?: boolean;
  /** How many prompts. Default 32. */
  readonly prompts?: number;
  /** Tokens of each prompt. Default 8. */
  readonly promptTokens?: number;
  /** The most tokens of each continuation. Default 100, or what the context holds. */
  readonly tokens?: number;
  /** Read before each text. Default: the end-of-text token, which stands between texts in training. */
  readonly prefixIds?: readonly number[];
  /** What repetition is counted in. Default `auto`: characters for Chinese, else words. */
  readonly unit?: TokenUnit | 'auto';
  /** Default 1, 2, 4, 8; none where beams do not exist. */
  readonly beamWidths?: readonly number[];
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export interface LabReport {
  readonly settings: {
    readonly prompts: number;
    readonly promptTokens: number;
    readonly tokens: number;
    readonly unit: TokenUnit;
    readonly seed: number;
  };
  /** The beginnings of the texts, in order. */
  readonly prompts: readonly string[];
  readonly people: LabRow;
  readonly rows: readonly LabRow[];
  readonly causes: Causes;
  /** Cosines of the places of one text: a greedy one that loops, if there is one. */
  readonly similarity?: { readonly text: string; readonly rows: readonly (readonly number[])[] };
  /** What a narrow beam search kept and dropped after the first prompt; none where beams do not exist. */
  readonly tree?: BeamTree;
  readonly repeats: boolean;
  readonly findings: readonly Finding[];
  readonly cure: Cure;
}

/** What the lab streams: where it is, and at the end what it found. */
export type LabEvent =
  | {
      readonly type: 'progress';
      /** What comes next. */
      readonly stage: Label;
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: 'row'; readonly row: LabRow }
  | { readonly type: 'report'; readonly report: LabReport };

/** The likeliest of them as a baseline, and samplers as papers compare them; those that have a name here. */
export function defaultStrategies(): string[] {
  const usual = [
    'greedy',
    'greedy,repetition-penalty=1.2',
    'greedy,no-repeat-ngram=3',
    'beam:4',
    'diverse:4:2',
    'contrastive:5:0.6',
    'top-k:40',
    'top-p:0.9',
    'min-p:0.1',
    'typical:0.95',
    'temperature:0.7',
    'sample',
  ];
  return usual.filter((spec) => Object.hasOwn(strategies, spec.split(/[:,]/)[0]));
}

/** Steps of the tree that is shown. */
const TREE_STEPS = 8;

/** Strategies whose text shows what the model believes, from the most usual on. */
const SAMPLERS = ['top-p', 'sample', 'top-k', 'temperature', 'min-p', 'typical'];

/**
 * Decodes held-out prompts with each strategy, measures the texts and the causes. Ends after about a minute on a small
 * model with the default options. An abort is thrown.
 *
 * @example
 * for await (const event of runLab({ model, tokenizer, heldOut })) {
 *   if (event.type === 'report') console.log(event.report.cure.decoding);
 * }
 */
export async function* runLab(options: LabOptions): AsyncGenerator<LabEvent, void> {
  const { model, tokenizer, guard = true, seed = 0, signal, beamWidths = [1, 2, 4, 8] } = options;
  const prefixIds = options.prefixIds ?? (tokenizer.eosId === undefined ? [] : [tokenizer.eosId]);
  const { prompts: count = 32, promptTokens = 8 } = options;
  checkInteger('runLab', 'prompts', count, 2);
  checkInteger('runLab', 'promptTokens', promptTokens, 1);
  const room = model.contextLength - prefixIds.length - promptTokens;
  const { tokens = Math.min(100, room) } = options;
  checkInteger('runLab', 'tokens', tokens, 1);
  if (tokens > room || room < 2) {
    const needed = prefixIds.length + promptTokens + Math.max(tokens, 2);
    throw fail('eval/no-room', { where: 'runLab', needed, contextLength: model.contextLength });
  }
  const specs = [...new Set(['greedy', ...(options.strategies ?? defaultStrategies())])];
  const parsed = specs.map((name) => ({ name, strategy: parseStrategy(name) }));
  const beams = Object.hasOwn(strategies, 'beam') ? beamWidths : [];
  const plan = parsed.flatMap(({ name, strategy }) => [
    { name, guard: false, strategy },
    ...(guard ? [{ name, guard: true, strategy: guarded(strategy) }] : []),
  ]);
  const extraBeams = beams.filter((width) => width > 1 && !specs.includes(`beam:${width}`));
  const total = plan.length + extraBeams.length + 2;
  let done = 0;
  const progress = (stage: Label): LabEvent => ({ type: 'progress', stage, done: done++, total });

  yield progress({ en: 'texts by people', zh: '人写的文本' });
  const prompts = labPrompts(options.heldOut, tokenizer, { count, promptTokens, tokens, prefixIds });
  const unit =
    options.unit === undefined || options.unit === 'auto' ? guessUnit(options.heldOut) : options.unit;
  const starts = prompts.map(({ ids }) => ids.length);
  const eosIds = tokenizer.eosId === undefined ? [] : [tokenizer.eosId];

  const rowOf = async (
    name: string,
    isGuarded: boolean,
    texts: readonly Written[],
    seconds?: number,
  ): Promise<Measured> => {
    const whole = texts.map(({ ids }, i) => [...prompts[i].ids, ...ids]);
    const read = await readTexts(model, whole, { signal });
    const row = measureRow({
      name,
      guard: isGuarded,
      unit,
      seed,
      seconds,
      read,
      starts,
      decode: (ids) => tokenizer.decode(ids),
      texts,
    });
    return { row, read, ids: texts.map(({ ids }) => ids) };
  };
  const decode = async (name: string, strategy: ReturnType<typeof parseStrategy>, isGuarded: boolean) => {
    const promptIds = prompts.map(({ ids }) => ids);
    const begin = performance.now();
    const texts = await decodePrompts(model, promptIds, {
      strategy,
      maxTokens: tokens,
      eosIds,
      seed,
      signal,
      parallel: promptIds.length,
    });
    return rowOf(name, isGuarded, texts, (performance.now() - begin) / 1000);
  };

  const people = await rowOf(
    'people',
    false,
    prompts.map(({ continuation }) => ({ ids: continuation, reason: 'stop', repairs: 0 })),
  );
  const measured: Measured[] = [];
  for (const { name, strategy, guard: isGuarded } of plan) {
    yield progress(nameOf({ name, guard: isGuarded }));
    const one = await decode(name, strategy, isGuarded);
    measured.push(one);
    yield { type: 'row', row: one.row };
  }
  const plain = (name: string) => measured.find(({ row }) => row.name === name && !row.guard);
  const greedy = plain('greedy')!;
  const sampled = SAMPLERS.flatMap((name) => measured.find(({ row }) => isCalled(row, name)) ?? [])[0];
  const beamRows: BeamWidth[] = [];
  for (const width of beams) {
    const name = `beam:${width}`;
    if (extraBeams.includes(width)) yield progress(name);
    const { row } = width === 1 ? greedy : (plain(name) ?? (await decode(name, parseStrategy(name), false)));
    const { seqRep4, stuck, logprob } = row;
    beamRows.push({ width, seqRep4: seqRep4.value, stuck: stuck.value, logprob: logprob.value });
  }

  yield progress({ en: 'causes', zh: '原因' });
  const training = (options.training ?? options.heldOut).map((text) => tokenizer.encode(text));
  const asked = { model, tokenizer, heldOut: options.heldOut, prefixIds, seed, signal };
  const causes: Causes = {
    learning: measureLearning(people.read, starts, training, model.vocabSize),
    reinforcement: await measureReinforcement(
      asked,
      greedy.row.texts.map(({ text }) => text),
    ),
    entropy: {
      people: entropyAlong(people.read, starts),
      greedy: entropyAlong(greedy.read, starts),
      sampled: sampled ? entropyAlong(sampled.read, starts) : [],
      ...collapseOf(greedy, starts),
    },
    ...(await measureInduction(asked, training)),
    corpus: corpusRepeats(training, greedy.ids),
    recall: await measureRecall(asked, options.training ?? options.heldOut),
    beams: beamRows,
    ...(await measureAnisotropy(
      model,
      people.read.map(({ ids }) => ids),
      signal,
    )),
  };
  const rows = withPValues(
    measured.map(({ row }) => row),
    people.row,
    seed,
  );
  const evidence = { causes, people: people.row, greedy: rows[0], sampled: sampled?.row };
  const findings = findCauses(evidence);
  const report: LabReport = {
    settings: { prompts: prompts.length, promptTokens, tokens, unit, seed },
    prompts: prompts.map(({ text }) => text),
    people: people.row,
    rows,
    causes,
    ...similarityOf(model, prompts, greedy, causes),
    ...(beams.length > 0 && {
      tree: await beamTree(model, tokenizer, prompts[0].ids, {
        steps: Math.min(TREE_STEPS, tokens),
        ...(signal && { signal }),
      }),
    }),
    repeats: repeatsItself(evidence),
    findings,
    cure: chooseCure(rows, people.row, findings),
  };
  yield { type: 'report', report };
}

interface Written {
  readonly ids: readonly number[];
  readonly reason: LabRow['texts'][number]['reason'];
  readonly repairs: number;
}

/** A row with what was read to make it. */
interface Measured {
  readonly row: LabRow;
  readonly read: readonly ReadText[];
  readonly ids: readonly (readonly number[])[];
}

const isCalled = ({ name, guard }: LabRow, strategy: string): boolean =>
  !guard && name.split(/[:,]/)[0] === strategy;

/** Loops are found in ids here, because entropy is known token by token. */
function collapseOf(greedy: Measured, starts: readonly number[]): Pick<Causes['entropy'], 'collapse'> {
  const collapse = entropyCollapse(greedy.read, starts, greedy.ids);
  return collapse ? { collapse } : {};
}

const MOST_SIMILARITY_TOKENS = 64;

function similarityOf(
  model: LanguageModel,
  prompts: readonly LabPrompt[],
  greedy: Measured,
  causes: Causes,
): Pick<LabReport, 'similarity'> {
  if (!causes.anisotropy) return {};
  const stuck = greedy.row.texts.findIndex(({ isStuck }) => isStuck);
  const at = Math.max(stuck, 0);
  const ids = [...prompts[at].ids, ...greedy.ids[at]].slice(0, MOST_SIMILARITY_TOKENS);
  const text = prompts[at].text + greedy.row.texts[at].text;
  return { similarity: { text, rows: similarityMatrix(model, ids) } };
}

function withPValues(rows: readonly LabRow[], people: LabRow, seed: number): LabRow[] {
  const adjusted = holm(comparePaired(rows, people, seed));
  return rows.map((row, i) => ({ ...row, pValue: adjusted[i] }));
}
