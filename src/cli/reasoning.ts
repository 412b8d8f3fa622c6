/** What `inkstone reason` works with: a model that writes chains, who judges them, and questions with their answers. */

import { askHead, type LabelAnswer } from '../adapt/index.ts';
import {
  type ChainModel,
  createEngine,
  createTextModel,
  equations,
  likelihood,
  type Verifier,
  withVocabulary,
} from '../decode/index.ts';
import type { AnsweredQuestion, ChainTemplate, ReasoningMethodOptions } from '../eval/index.ts';
import { type FileRecord, readRecords } from '../io/index.ts';
import { createRemoteModel } from '../remote/index.ts';
import type { CommandContext } from './command.ts';
import { fail } from './errors.ts';
import { readHeadModel } from './head-run.ts';
import { failMeasure } from './measure-errors.ts';
import { loadModel } from './models.ts';
import { tellSkipped } from './outcome.ts';
import type { reasonOptions } from './reason-options.ts';
import { readRemote } from './remotes.ts';

type Context = CommandContext<typeof reasonOptions>;

export interface Reasoner {
  readonly model: ChainModel;
  close(): void;
}

/** A day: nobody else waits for this engine, so that no text waits too long. */
const LONGEST_WAIT_MS = 86_400_000;

/** A run, a model file, or `NAME=URL#MODEL`. What is asked of it at once shares its steps. */
export async function openReasoner(path: string, { terminal }: Pick<Context, 'terminal'>): Promise<Reasoner> {
  if (path.includes('://')) {
    const { id: _, ...endpoint } = readRemote(path);
    return { model: createRemoteModel(endpoint), close: () => undefined };
  }
  const opened = await loadModel(path);
  tellSkipped(terminal, opened);
  const { tokenizer, prefixIds } = opened;
  const engine = createEngine(withVocabulary(opened.model, tokenizer.vocabSize), {
    maxTexts: 64,
    maxWaiting: Number.MAX_SAFE_INTEGER,
    maxWaitMs: LONGEST_WAIT_MS,
  });
  return { model: createTextModel(engine, tokenizer, { prefixIds }), close: () => engine.close() };
}

/** The labels of samples: whether a chain comes to the right answer. */
export const SAMPLE_LABELS = { right: 'right', wrong: 'wrong' } as const;

const VERIFIERS: Readonly<Record<string, Verifier>> = { likelihood, equations };

/** One by its name, or the head of a run: how sure it is that a chain, behind its question, is right. */
export async function verifierOf(name: string): Promise<Verifier> {
  if (Object.hasOwn(VERIFIERS, name)) return VERIFIERS[name];
  const head = await readHeadModel(name);
  const { task, labels } = head.config;
  if (task !== 'classify' || !labels?.includes(SAMPLE_LABELS.right)) {
    throw failMeasure('cli/verifier-head', { path: name, label: SAMPLE_LABELS.right });
  }
  return async (prompt, chains, signal) => {
    const examples = chains.map(({ text }) => ({ text: prompt + text }));
    const answers = (await askHead(head, examples, { signal })) as LabelAnswer[];
    return answers.map(
      ({ probabilities }) =>
        probabilities.find(({ label }) => label === SAMPLE_LABELS.right)?.probability ?? 0,
    );
  };
}

/** Line ends as they are typed on a command line. */
export const withLineEnds = (text: string): string => text.replaceAll('\\n', '\n');

/** The two sides of a template: what stands before a question, and how a chain begins behind it. */
export function templateOf(option: string, template: string): ChainTemplate {
  const [before, opening, ...more] = withLineEnds(template).split('{question}');
  if (opening !== undefined && more.length === 0) return { before, opening };
  const rule = { rule: 'a text with {question} in it once', zhRule: '为恰含一个 {question} 的文本' };
  throw fail('cli/value', { command: 'reason', option, ...rule, got: template });
}

/** The pattern behind `--answer-pattern`. */
function patternOf(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    const rule = { rule: 'a regular expression', zhRule: '为正则表达式' };
    throw fail('cli/value', { command: 'reason', option: '--answer-pattern', ...rule, got: source });
  }
}

/** What every chain is written with. */
export function chainOptionsOf({ options, signal }: Context): ReasoningMethodOptions {
  const { n, maxTokens, temperature, seed } = options;
  const template = templateOf('--template', options.template);
  return {
    template,
    answerPattern: patternOf(options.answerPattern),
    n,
    maxTokens,
    temperature,
    seed,
    signal,
  };
}

/** Questions with their answers, from a file. `answerIn` finds the answer where steps stand before it. */
export async function readQuestions(
  { options, signal }: Context,
  answerIn: (text: string) => string | undefined,
): Promise<AnsweredQuestion[]> {
  const { file, limit = Number.POSITIVE_INFINITY } = options;
  if (file === undefined) throw fail('cli/missing-value', { command: 'reason', option: '--file' });
  const questions: AnsweredQuestion[] = [];
  for await (const record of readRecords(file, { signal })) {
    if (questions.length >= limit) break;
    const answer = fieldOf(record, 'answer');
    questions.push({ question: fieldOf(record, 'question'), answer: answerIn(answer) ?? answer });
  }
  if (questions.length === 0) throw failMeasure('cli/no-questions', { file });
  return questions;
}

function fieldOf({ where, fields }: FileRecord, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw fail('cli/head-field', { where, wanted: name, fields: Object.keys(fields).join(', ') });
}
