/** `inkstone reason VERB`: answers by chains of thought, what each way to reason gets right at what cost, and sums to learn it from. */

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { answerReader } from '../../decode/index.ts';
import {
  measureReasoning,
  type ReasoningMethod,
  type ReasoningMethodOptions,
  type ReasoningRow,
  reasoningMethods,
  sampleChains,
  sumTasks,
  sumTexts,
} from '../../eval/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages, type Language } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { flagOf, listOf, refuseGiven } from '../options.ts';
import { methodOptions, methods, type reasonOptions } from '../reason-options.ts';
import {
  chainOptionsOf,
  openReasoner,
  readQuestions,
  SAMPLE_LABELS,
  templateOf,
  verifierOf,
  withLineEnds,
} from '../reasoning.ts';
import { etaSince, formatTable } from '../terminal.ts';
import { actionOf } from '../verbs.ts';

type Context = CommandContext<typeof reasonOptions>;

const say = defineMessages({
  answer: {
    en: (d: { answer: string | undefined; tokens: number; calls: number }) =>
      `answer: ${d.answer ?? 'none was found'} (${d.tokens} tokens in ${d.calls} calls)`,
    zh: (d) => `答案：${d.answer ?? '未找到'}（${d.calls} 次调用，${d.tokens} 个词元）`,
  },
  votes: {
    en: (d: { votes: string }) => `votes: ${d.votes}`,
    zh: (d) => `票数：${d.votes}`,
  },
  live: {
    en: (d: { method: string; done: number; total: number; eta: string }) =>
      `${d.method} ${d.done}/${d.total} eta ${d.eta}`,
    zh: (d) => `${d.method} ${d.done}/${d.total} 剩余 ${d.eta}`,
  },
  head: {
    en: () => 'method|right|accuracy|± error|tokens/question|calls/question|p, to greedy',
    zh: () => '方法|答对|正确率|± 标准误|词元/题|调用/题|与 greedy 的 p 值',
  },
  samples: {
    en: (d: { out: string; count: number; right: number }) =>
      `${d.out}: ${d.count} different chains, ${d.right} of them right; a verifier learns from them by inkstone tune head RUN --task classify --data ${d.out}`,
    zh: (d) =>
      `${d.out}：${d.count} 条不同的思维链，其中 ${d.right} 条正确；用 inkstone tune head RUN --task classify --data ${d.out} 训练验证器`,
  },
  tasks: {
    en: (d: { out: string; texts: number; practice: number; questions: number }) =>
      `${d.out}: train.jsonl (${d.texts} texts to learn from), practice.jsonl (${d.practice} questions for a verifier), test.jsonl (${d.questions} questions)`,
    zh: (d) =>
      `${d.out}：train.jsonl（${d.texts} 篇供学习）、practice.jsonl（${d.practice} 道供验证器）、test.jsonl（${d.questions} 道检验题）`,
  },
});

export async function run(context: Context): Promise<void> {
  const { args } = context;
  const action = actionOf('reason', { ask, measure, samples, tasks }, args);
  if (action === tasks && args.length > 1) {
    throw fail('cli/too-many-arguments', { command: 'reason tasks', got: args[1], takesData: false });
  }
  if (action !== tasks && args.length < 2) {
    const example = `inkstone reason ${args[0]} runs/sums`;
    throw fail('cli/missing-argument', { command: 'reason', argument: '<run>', example });
  }
  await action(context);
}

/** One question by one method. */
async function ask(context: Context): Promise<void> {
  const { args, options, terminal } = context;
  const { question } = options;
  if (question === undefined) throw fail('cli/missing-value', { command: 'reason', option: '--question' });
  const [method, ...more] = methodsOf(context, 'vote');
  if (more.length > 0) {
    const rule = { rule: `one of ${methods.join(', ')}`, zhRule: `为 ${methods.join('、')} 之一` };
    throw fail('cli/value', { command: 'reason ask', option: '--method', ...rule, got: options.method! });
  }
  const how = await methodOptionsOf(context, [method]);
  const { model, close } = await openReasoner(args[1], context);
  const found = await reasoningMethods[method](model, question, how).finally(close);
  const { text, answer, cost, chains, votes } = found;
  terminal.json({
    type: 'answer',
    method,
    answer: answer ?? null,
    text,
    cost,
    chains,
    ...(votes && { votes }),
  });
  terminal.print(text.trim());
  if (votes && votes.length > 0) {
    terminal.print(say('votes', { votes: votes.map((one) => `${one.answer} × ${one.count}`).join(', ') }));
  }
  terminal.print(say('answer', { answer, ...cost }));
}

/** Many questions by several methods. */
async function measure(context: Context): Promise<void> {
  const { args, terminal } = context;
  const chosen = methodsOf(context, methods.join());
  const how = await methodOptionsOf(context, chosen);
  const questions = await readQuestions(context, answerReader(how.answerPattern));
  const { model, close } = await openReasoner(args[1], context);
  const asked = { ...how, methods: chosen, onProgress: progressIn(context) };
  const rows = await measureReasoning(model, questions, asked).finally(close);
  terminal.endLive({ keep: false });
  for (const row of rows) terminal.json({ type: 'row', ...row });
  for (const line of formatTable([say('head', {}).split('|'), ...rows.map(cellsOf)])) terminal.print(line);
}

function progressIn({ terminal }: Context, name?: string) {
  const start = performance.now();
  return (done: number, total: number, method: string): void =>
    terminal.live(say('live', { method: name ?? method, done, total, eta: etaSince(start, done / total) }));
}

function cellsOf(row: ReasoningRow): string[] {
  const { method, right, questions, accuracy, standardError, pValue } = row;
  return [
    ...[method, `${right}/${questions}`, accuracy.toFixed(3), standardError.toFixed(3)],
    ...[row.tokensPerQuestion.toFixed(1), row.callsPerQuestion.toFixed(1)],
    pValue === undefined ? '' : pValue.toFixed(4),
  ];
}

/** Chains with whether they are right, for a verifier to learn from. */
async function samples(context: Context): Promise<void> {
  const { args, options, terminal } = context;
  const { out } = options;
  if (out === undefined) throw fail('cli/missing-value', { command: 'reason samples', option: '--out' });
  const how = chainOptionsOf(context);
  const questions = await readQuestions(context, answerReader(how.answerPattern));
  const { model, close } = await openReasoner(args[1], context);
  const asked = { ...how, onProgress: progressIn(context, 'samples') };
  const chains = await sampleChains(model, questions, asked).finally(close);
  terminal.endLive({ keep: false });
  const records = chains.map(({ text, isRight }) => ({
    text,
    label: SAMPLE_LABELS[isRight ? 'right' : 'wrong'],
  }));
  await writeRecords(out, records);
  const right = chains.filter(({ isRight }) => isRight).length;
  terminal.json({ type: 'samples', out, count: chains.length, right });
  terminal.print(say('samples', { out, count: chains.length, right }));
}

async function writeRecords(path: string, records: readonly object[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}

/** Sums to learn from, for a verifier to learn from, and to test on: no question stands in two of them. */
async function tasks({ options, terminal }: Context): Promise<void> {
  const { texts, practice, questions, seed, out = 'sums' } = options;
  const lang = options.lang === 'both' ? undefined : (options.lang as Language);
  const all = sumTasks(texts + practice + questions, { lang, seed });
  const asked = all.slice(texts).map(({ question, answer }) => ({ question, answer }));
  const learnt = sumTexts(all.slice(0, texts), { seed }).map((text) => ({ text }));
  const files = { train: learnt, practice: asked.slice(0, practice), test: asked.slice(practice) };
  for (const [name, records] of Object.entries(files)) {
    await writeRecords(join(out, `${name}.jsonl`), records);
  }
  terminal.json({ type: 'tasks', out, texts: learnt.length, practice, questions });
  terminal.print(say('tasks', { out, texts: learnt.length, practice, questions }));
}

/** The methods asked for. An option that none of them reads is refused. */
function methodsOf({ options, given }: Context, usual: string): ReasoningMethod[] {
  const names = listOf(options.method ?? usual);
  const chosen = names.map((name) => {
    if (Object.hasOwn(methodOptions, name)) return name as ReasoningMethod;
    const rule = { rule: `of ${methods.join(', ')}`, zhRule: `取自 ${methods.join('、')}` };
    throw fail('cli/value', { command: 'reason', option: '--method', ...rule, got: name });
  });
  const read = new Set(chosen.flatMap((name) => methodOptions[name]));
  refuseGiven(
    given,
    Object.values(methodOptions)
      .flat()
      .filter((name) => !read.has(name)),
    {
      command: 'reason',
      beside: `${flagOf('method')} ${chosen.join()}`,
      reason: 'such a method does not read it',
      zhReason: '这种方法不读它',
    },
  );
  return chosen;
}

/** The options of these methods, with who judges where one of them asks. */
async function methodOptionsOf(
  context: Context,
  chosen: readonly ReasoningMethod[],
): Promise<ReasoningMethodOptions> {
  const { options } = context;
  const { width, branches } = options;
  const isJudged = chosen.some((name) => methodOptions[name].includes('verifier'));
  return {
    ...chainOptionsOf(context),
    ...{ width, branches, delimiter: withLineEnds(options.delimiter) },
    directTemplate: templateOf('--direct-template', options.directTemplate),
    ...(isJudged && { verifier: await verifierOf(options.verifier) }),
  };
}
