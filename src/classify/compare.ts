/** Methods side by side: each learns from the same texts and is asked about the same others. */

import {
  countLabels,
  type Interval,
  middleOf,
  mostFrequent,
  resamples,
  scoresOfCounts,
} from '../eval/index.ts';
import type { MethodName, TextClassifier } from './classifier.ts';
import { fail } from './errors.ts';
import { type LabelledText, numberLabels } from './labelled-texts.ts';
import type { MethodOptions } from './method.ts';
import { trainClassifier } from './methods.ts';
import type { UnitCutter } from './units.ts';

export interface ClassifierScores {
  /** Share of the texts whose label is right. */
  readonly accuracy: number;
  /** The mean of F1 over the labels that occur. */
  readonly macroF1: number;
}

/** A method's row. */
export interface ComparedMethod extends ClassifierScores {
  /** `majority`: always the label that most texts of the training have. */
  readonly method: MethodName | 'majority';
  /** 95 % intervals by resampling the texts. */
  readonly accuracyInterval: Interval;
  readonly macroF1Interval: Interval;
  readonly trainSeconds: number;
  /** Texts per second when classifying. */
  readonly textsPerSecond: number;
  readonly parameters: number;
}

export type CompareMethodsEvent =
  | { readonly type: 'progress'; readonly method: MethodName; readonly share: number }
  | { readonly type: 'row'; readonly row: ComparedMethod };

export interface CompareMethodsOptions extends Omit<MethodOptions, 'onProgress'> {
  readonly methods: readonly MethodName[];
  readonly cutter?: UnitCutter;
  readonly onEvent?: (event: CompareMethodsEvent) => void;
}

/** How a trained classifier does on texts it has not learnt from; a label it does not know is always a mistake. */
export function testClassifier(
  classifier: Pick<TextClassifier, 'labels' | 'classify'>,
  texts: readonly LabelledText[],
  { seed = 0 }: { readonly seed?: number } = {},
): Omit<ComparedMethod, 'method' | 'trainSeconds' | 'parameters'> {
  const start = performance.now();
  const scoresOf = askClassifier(classifier, texts);
  const textsPerSecond = (1000 * texts.length) / (performance.now() - start);
  const drawn = Array.from(resamples(texts.length, { seed }), (items) => scoresOf(items));
  return {
    ...scoresOf(),
    accuracyInterval: middleOf(drawn.map(({ accuracy }) => accuracy)),
    macroF1Interval: middleOf(drawn.map(({ macroF1 }) => macroF1)),
    textsPerSecond,
  };
}

/** The scores alone, without intervals. */
export const scoreClassifier = (
  classifier: Pick<TextClassifier, 'labels' | 'classify'>,
  texts: readonly LabelledText[],
): ClassifierScores => askClassifier(classifier, texts)();

/** Labels the texts; the scores of all of them, or of some. */
function askClassifier(
  classifier: Pick<TextClassifier, 'labels' | 'classify'>,
  texts: readonly LabelledText[],
): (items?: Int32Array) => ClassifierScores {
  if (texts.length === 0) throw fail('classify/no-test', {});
  const predictions = classifier.classify(texts.map(({ text }) => text));
  const labels = [...new Set([...classifier.labels, ...texts.map(({ label }) => label)])];
  const places = new Map(labels.map((label, i) => [label, i]));
  const expected = Int32Array.from(texts, ({ label }) => places.get(label)!);
  const predicted = Int32Array.from(predictions, ({ label }) => places.get(label)!);
  return (items) => {
    const { accuracy, macro } = scoresOfCounts(countLabels({ labels, predicted, expected }, items));
    return { accuracy, macroF1: macro.f1 };
  };
}

/** Trains and tests each method, and beside them the label that most texts have. */
export async function compareMethods(
  texts: { readonly train: readonly LabelledText[]; readonly test: readonly LabelledText[] },
  { methods, onEvent, ...options }: CompareMethodsOptions,
): Promise<ComparedMethod[]> {
  const { seed } = options;
  const rows: ComparedMethod[] = [];
  const add = (row: ComparedMethod): void => {
    rows.push(row);
    onEvent?.({ type: 'row', row });
  };
  add({
    method: 'majority',
    trainSeconds: 0,
    parameters: 0,
    ...testClassifier(majorityClassifier(texts.train), texts.test, { seed }),
  });
  for (const method of methods) {
    const onProgress = (share: number) => onEvent?.({ type: 'progress', method, share });
    onProgress(0);
    const start = performance.now();
    const classifier = await trainClassifier(method, texts.train, { ...options, onProgress });
    const trainSeconds = (performance.now() - start) / 1000;
    const { parameters } = classifier;
    add({ method, trainSeconds, parameters, ...testClassifier(classifier, texts.test, { seed }) });
  }
  return rows;
}

/** Always the label that most texts have: what any method must beat. */
function majorityClassifier(texts: readonly LabelledText[]): Pick<TextClassifier, 'labels' | 'classify'> {
  const { labels, classes } = numberLabels('majority', texts);
  const label = labels[mostFrequent(classes)!];
  const scores = labels.map((name) => ({ label: name, score: Number(name === label) }));
  scores.sort((a, b) => b.score - a.score);
  return { labels, classify: (asked) => asked.map(() => ({ label, scores })) };
}
