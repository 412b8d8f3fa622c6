/** How good the answers of a task head are, and what needs no training to beat. */

import type {
  HeadAnswer,
  HeadConfig,
  HeadExample,
  HeadTask,
  LabelAnswer,
  NumberAnswer,
  QuestionExample,
  SpanAnswer,
  TextExample,
  WordsAnswer,
  WordsExample,
} from '../adapt/index.ts';
import { placedWords } from '../adapt/index.ts';
import { compareMethods, type LabelledText } from '../classify/index.ts';
import {
  answerScore,
  areEntityLabels,
  classificationScores,
  entityScores,
  mostFrequent,
  regressionScores,
} from '../eval/index.ts';
import { defineMessages } from '../language.ts';
import { splitSentences } from '../text/index.ts';
import { formatTable, type Terminal } from './terminal.ts';

/** Scores by name, the one that counts first; shares in [0, 1], but for `rmse`. */
export type HeadScores = Readonly<Record<string, number>>;

const say = defineMessages({
  majority: { en: () => 'majority label', zh: () => '多数标签' },
  mean: { en: () => 'always the mean', zh: () => '总答平均值' },
  overlap: { en: () => 'words in common', zh: () => '共有词' },
  frequent: { en: () => "each word's most frequent label", zh: () => '每个词最常见的标签' },
  sentence: { en: () => 'sentence most like the question', zh: () => '与问题最像的句子' },
});

/** The score of a task by which models are compared. */
export const mainScore: { readonly [T in HeadTask]: (labels: readonly string[]) => string } = {
  classify: () => 'accuracy',
  regress: () => 'spearman',
  pair: () => 'spearman',
  label: (labels) => (areEntityLabels(labels) ? 'f1' : 'accuracy'),
  span: () => 'f1',
};

/** Scores answers against what the examples say. */
export function scoreAnswers(
  { task, labels = [] }: HeadConfig,
  examples: readonly HeadExample[],
  answers: readonly HeadAnswer[],
): HeadScores {
  if (task === 'classify') {
    const said = (answers as LabelAnswer[]).map(({ label }) => label);
    const { accuracy, macro } = classificationScores(
      said,
      (examples as TextExample[]).map(({ label }) => label!),
    );
    return { accuracy, macroF1: macro.f1 };
  }
  if (task === 'label') {
    const said = (answers as WordsAnswer[]).map((answer) => answer.labels);
    const { types: _, ...scores } = entityScores(
      said,
      (examples as WordsExample[]).map((example) => example.labels!),
    );
    return areEntityLabels(labels) ? { ...scores } : { accuracy: scores.accuracy };
  }
  if (task === 'span') return spanScores(examples as QuestionExample[], answers as SpanAnswer[]);
  const said = (answers as NumberAnswer[]).map(({ value }) => value);
  const { spearman, pearson, rmse } = regressionScores(
    said,
    (examples as TextExample[]).map(({ value }) => value!),
  );
  return { spearman, pearson, rmse };
}

function spanScores(examples: readonly QuestionExample[], answers: readonly SpanAnswer[]): HeadScores {
  const scores = answers.map(({ text }, i) => {
    const { context, answers: right } = examples[i];
    const texts = right!.length > 0 ? right!.map((each) => each.text) : [''];
    return answerScore(text, texts, { rules: isChinese(context) ? 'cmrc' : 'squad' });
  });
  const mean = (name: 'exact' | 'f1') => scores.reduce((sum, score) => sum + score[name], 0) / scores.length;
  return { f1: mean('f1'), exact: mean('exact') };
}

const HAN = /\p{Script=Han}/gu;
const isChinese = (text: string): boolean => (text.match(HAN)?.length ?? 0) > text.length / 4;

export interface HeadBaseline {
  readonly name: string;
  readonly scores: HeadScores;
}

interface Sides<Example> {
  readonly train: readonly Example[];
  readonly test: readonly Example[];
}

/** What simpler means reach with the same examples. */
export async function headBaselines(
  config: HeadConfig,
  sides: Sides<HeadExample>,
  options: { readonly seed: number; readonly signal: AbortSignal },
): Promise<HeadBaseline[]> {
  if (config.task === 'classify') return textBaselines(sides as Sides<TextExample>, options);
  const { name, answers } = simpleAnswers(config, sides);
  return [{ name, scores: scoreAnswers(config, sides.test, answers) }];
}

function simpleAnswers(
  { task, scale }: HeadConfig,
  sides: Sides<HeadExample>,
): { readonly name: string; readonly answers: HeadAnswer[] } {
  const { test } = sides;
  if (task === 'label')
    return { name: say('frequent', {}), answers: frequentLabels(sides as Sides<WordsExample>) };
  if (task === 'span')
    return { name: say('sentence', {}), answers: (test as QuestionExample[]).map(likestSentence) };
  const { mean, deviation } = scale!;
  if (task === 'regress') return { name: say('mean', {}), answers: test.map(() => ({ value: mean })) };
  const shares = (test as TextExample[]).map(({ text, second }) => overlap(text, second!));
  return {
    name: say('overlap', {}),
    answers: shares.map((share) => ({ value: mean + deviation * (share - 0.5) })),
  };
}

async function textBaselines(
  { train, test }: Sides<TextExample>,
  options: { readonly seed: number; readonly signal: AbortSignal },
): Promise<HeadBaseline[]> {
  const asOne = ({ text, second, label }: TextExample): LabelledText => ({
    text: second === undefined ? text : `${text}\n${second}`,
    label: label!,
  });
  const methods = ['naive-bayes', 'svm'] as const;
  const rows = await compareMethods(
    { train: train.map(asOne), test: test.map(asOne) },
    { methods, ngrams: [1, 2], ...options },
  );
  return rows.map(({ method, accuracy, macroF1 }) => ({
    name: method === 'majority' ? say('majority', {}) : method,
    scores: { accuracy, macroF1 },
  }));
}

const wordsOf = (text: string): Set<string> =>
  new Set(placedWords(text.toLowerCase()).map((word) => word.text));

/** Jaccard's measure: words in common over words of either. */
function overlap(a: string, b: string): number {
  const [first, second] = [wordsOf(a), wordsOf(b)];
  const common = [...first].filter((word) => second.has(word)).length;
  return common / Math.max(1, first.size + second.size - common);
}

function frequentLabels({ train, test }: Sides<WordsExample>): HeadAnswer[] {
  const seen = new Map<string, string[]>();
  for (const { words, labels } of train) {
    words.forEach((word, i) => {
      const own = seen.get(word);
      if (own) own.push(labels![i]);
      else seen.set(word, [labels![i]]);
    });
  }
  const labelOf = new Map([...seen].map(([word, own]) => [word, mostFrequent(own)!]));
  const unseen = mostFrequent(train.flatMap(({ labels }) => labels!))!;
  return test.map(({ words }) => ({ labels: words.map((word) => labelOf.get(word) ?? unseen) }));
}

function likestSentence({ question, context }: QuestionExample): SpanAnswer {
  const asked = wordsOf(question);
  const shared = (text: string): number => [...wordsOf(text)].filter((word) => asked.has(word)).length;
  const sentences = splitSentences(context);
  if (sentences.length === 0) return { text: '', start: 0, probability: 0 };
  const { text, start } = sentences.reduce((a, b) => (shared(b.text) > shared(a.text) ? b : a));
  return { text, start, probability: 0 };
}

/** A score as it is read: shares in percent. */
export const shownScore = (name: string, value: number): string => {
  if (Number.isNaN(value)) return '–';
  return name === 'rmse' || name === 'pearson' || name === 'spearman'
    ? value.toFixed(3)
    : `${(100 * value).toFixed(1)} %`;
};

/** Scores as a table, a row for each name. */
export function printScores(
  terminal: Terminal,
  rows: readonly { readonly name: string; readonly scores: HeadScores }[],
): void {
  const names = Object.keys(rows[0].scores);
  const cells = rows.map(({ name, scores }) => [
    name,
    ...names.map((each) => shownScore(each, scores[each])),
  ]);
  terminal.print();
  for (const line of formatTable([['', ...names], ...cells])) terminal.print(`  ${line}`);
  terminal.print();
}
