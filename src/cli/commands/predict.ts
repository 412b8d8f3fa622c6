/** `inkstone predict RUN`: what a model with a task head says of texts; scores, where a file says what is right. */

import {
  askHead,
  type HeadAnswer,
  type HeadExample,
  type HeadTask,
  type LabelAnswer,
  type NumberAnswer,
  placedWords,
  type SpanAnswer,
  type WordsAnswer,
  type WordsExample,
} from '../../adapt/index.ts';
import { areEntityLabels, entitiesOf } from '../../eval/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { findForeignHead } from '../head-base.ts';
import { readHeadExamples } from '../head-data.ts';
import type { predictOptions } from '../head-options.ts';
import { readHeadModel } from '../head-run.ts';
import { printScores, scoreAnswers } from '../head-scores.ts';
import { refuseGiven } from '../options.ts';
import { truncate } from '../terminal.ts';

type Context = CommandContext<typeof predictOptions>;

export async function run(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  const foreign = await findForeignHead(args[0]);
  const saved = foreign ? undefined : await readHeadModel(args[0]);
  const model = foreign ?? saved!;
  const { config } = model;
  const secondColumn = options.secondColumn ?? saved?.setup.secondColumn;
  if ((options.text === undefined) === (options.data === undefined)) {
    if (options.text === undefined)
      throw fail('cli/missing-value', { command: 'predict', option: '--text | --data' });
    const reason = { reason: 'each says what is asked about', zhReason: '两者都指定了要回答的内容' };
    throw fail('cli/conflict', { command: 'predict', options: ['--text', '--data'], ...reason });
  }
  const examples =
    options.data === undefined
      ? [exampleOf(config.task, context, secondColumn !== undefined)]
      : await readHeadExamples(config.task, options.data, {
          ...options,
          secondColumn,
          isLabelled: options.labelColumn !== undefined,
          signal,
        });
  const answers = await askHead(model, examples, { signal });
  answers.forEach((answer, i) => {
    terminal.json({
      type: 'prediction',
      ...subjectOf(examples[i]),
      ...answer,
      ...entities(answer, examples[i]),
    });
    for (const line of linesOf(answer, examples[i], examples.length > 1)) terminal.print(line);
  });
  if (!examples.every(isAnswered)) return;
  const scores = scoreAnswers(config, examples, answers);
  terminal.json({ type: 'scores', count: examples.length, ...scores });
  printScores(terminal, [{ name: args[0], scores }]);
}

/** What is asked on the command line. */
function exampleOf(task: HeadTask, { options, given }: Context, isPair: boolean): HeadExample {
  const { text = '', question, second } = options;
  const takes = task === 'span' ? 'question' : task === 'pair' || isPair ? 'second' : undefined;
  refuseGiven(
    given,
    ['question', 'second'].filter((name) => name !== takes),
    {
      command: 'predict',
      beside: `--task ${task}`,
      reason: 'such a head does not read it',
      zhReason: '这种任务头不读它',
    },
  );
  const need = (option: string) => fail('cli/missing-value', { command: 'predict', option });
  if (task === 'label') return { words: placedWords(text).map((word) => word.text) };
  if (task === 'span') {
    if (question === undefined) throw need('--question');
    return { question, context: text, words: placedWords(text) };
  }
  if ((task === 'pair' || isPair) && second === undefined) throw need('--second');
  return { text, ...(second !== undefined && { second }) };
}

const isAnswered = (example: HeadExample): boolean =>
  'context' in example
    ? example.answers !== undefined
    : 'words' in example
      ? (example as WordsExample).labels !== undefined
      : 'label' in example || 'value' in example;

/** What an answer is about, for machines. */
const subjectOf = (example: HeadExample): object => {
  if ('context' in example) return { question: example.question };
  if ('words' in example) return { words: (example as WordsExample).words };
  const { text, second } = example;
  return { asked: text, ...(second !== undefined && { second }) };
};

function entities(answer: HeadAnswer, example: HeadExample): object {
  if (!('labels' in answer) || !areEntityLabels(answer.labels)) return {};
  const { words } = example as WordsExample;
  return {
    entities: entitiesOf(answer.labels).map((entity) => ({
      ...entity,
      words: words.slice(entity.from, entity.to),
    })),
  };
}

const SNIPPET_WIDTH = 60;
const snippet = (text: string): string => truncate(text.replaceAll(/\s+/g, ' '), SNIPPET_WIDTH);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`.padStart(7);

function linesOf(answer: HeadAnswer, example: HeadExample, isMany: boolean): string[] {
  if ('context' in example) {
    const { text, probability } = answer as SpanAnswer;
    return [[percent(probability), text || '–', ...(isMany ? [snippet(example.question)] : [])].join('  ')];
  }
  if ('words' in example) {
    const { labels } = answer as WordsAnswer;
    const { words } = example as WordsExample;
    return [...words.map((word, i) => `${word}\t${labels[i]}`), ...(isMany ? [''] : [])];
  }
  const ends = isMany ? [snippet(example.text)] : [];
  if ('value' in answer) return [[(answer as NumberAnswer).value.toFixed(3), ...ends].join('\t')];
  const { probabilities } = answer as LabelAnswer;
  const shown = isMany ? probabilities.slice(0, 1) : probabilities;
  return shown.map(({ label, probability }) => [percent(probability), label, ...ends].join('  '));
}
