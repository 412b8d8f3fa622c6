/** `inkstone compare RUN RUN…`: models side by side on the same held-out texts, as tables and a page with plots. */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tokenizeDocuments } from '../../data/index.ts';
import {
  type ComparedModel,
  type CompareReport,
  comparePage,
  compareVerdict,
  modelColumns,
  modelLines,
  ngramLanguageModel,
  ngramModel,
  writtenColumns,
  writtenLines,
} from '../../eval/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages, language } from '../../language.ts';
import { parameterCount } from '../../models/index.ts';
import { labelIn } from '../../plots/index.ts';
import { energyFigures } from '../../train/index.ts';
import type { Tokenizer } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import type { compareOptions } from '../compare-options.ts';
import { compareAsAsked } from '../comparing.ts';
import { loadDocuments } from '../corpus.ts';
import { energyLine, energyRates } from '../energy.ts';
import { fail } from '../errors.ts';
import { loadModel, type OpenedModel } from '../models.ts';
import { tellSkipped } from '../outcome.ts';
import { textsOfRun } from '../run-texts.ts';
import { formatTable } from '../terminal.ts';

type Context = CommandContext<typeof compareOptions>;

const say = defineMessages({
  begin: {
    en: (d: { models: number; data: string; texts: number }) =>
      `${d.models} models on ${d.texts} held-out documents of ${d.data}`,
    zh: (d) => `${d.models} 个模型，${d.data} 的 ${d.texts} 篇留出文档`,
  },
  counting: {
    en: (d: { texts: number }) => `counting n-grams of ${d.texts} texts`,
    zh: (d) => `统计 ${d.texts} 篇文本的 n 元组`,
  },
  counted: {
    en: (d: { name: string; counted: number; texts: number }) =>
      `${d.name}: counted on ${d.counted} of the ${d.texts} texts that the first run could learn from`,
    zh: (d) => `${d.name}：由第一个训练记录可学的 ${d.texts} 篇文本中的 ${d.counted} 篇统计而来`,
  },
  noBaseline: {
    en: () =>
      'no n-gram model beside them: none of these was trained here, so what it learnt from is not known',
    zh: () => '未加 n 元模型：这些模型都不是在此训练的，不知学自何种文本',
  },
  model: { en: () => 'model', zh: () => '模型' },
  strategy: { en: () => 'model · strategy', zh: () => '模型 · 策略' },
  trained: {
    en: (d: { name: string; line: string }) => `to train ${d.name} took: ${d.line}`,
    zh: (d) => `训练 ${d.name}：${d.line}`,
  },
  page: { en: (d: { path: string }) => `page with plots: ${d.path}`, zh: (d) => `带图的网页：${d.path}` },
});

export async function run(context: Context): Promise<void> {
  const { args: paths, options, terminal, again } = context;
  const example = 'inkstone compare runs/small runs/large';
  const tooFew = () => fail('cli/missing-argument', { command: 'compare', argument: '<run> <run>', example });
  if (paths.length + Number(options.baseline) < 2) throw tooFew();
  const opened: OpenedModel[] = [];
  for (const path of paths) opened.push(await loadModel(path));
  for (const one of opened) tellSkipped(terminal, one);
  const { name, heldOut, training } = await sharedTexts(opened, context);
  const models: ComparedModel[] = opened.map(({ path, model, tokenizer, prefixIds, config }) => ({
    name: path,
    model,
    tokenizer,
    prefixIds,
    parameters: parameterCount(config),
  }));
  if (options.baseline && !training) terminal.print(say('noBaseline', {}));
  if (options.baseline && training) models.push(await countBaseline(training, context));
  if (models.length < 2) throw tooFew();
  terminal.print(say('begin', { models: models.length, data: name, texts: heldOut.length }));
  const report = await compareAsAsked(models, heldOut, context);
  const page = comparePage(report, { data: name, lang: language(), command: again });
  await mkdir(dirname(options.out), { recursive: true });
  await writeFileAtomic(options.out, page);
  const trained = opened.flatMap(({ path, run }) => {
    const energy = run?.run.place?.energy;
    return energy ? [{ name: path, energy: energyFigures(energy, energyRates('compare')) }] : [];
  });
  terminal.json({ type: 'report', page: options.out, report, trained });
  for (const line of linesOf(report)) terminal.print(line);
  for (const { name, energy } of trained) terminal.print(say('trained', { name, line: energyLine(energy) }));
  terminal.print(say('page', { path: options.out }));
}

/** What the models are compared on. */
interface SharedTexts {
  readonly name: string;
  readonly heldOut: readonly string[];
  /** What the first run among them learnt from, and its tokenizer; none if no model was trained here. */
  readonly training?: { readonly texts: readonly string[]; readonly tokenizer: Tokenizer };
}

/** With `--data`, all of that; else the texts that every run holds out: what one learns from is no test of another. */
async function sharedTexts(
  models: readonly OpenedModel[],
  { options, terminal, signal }: Context,
): Promise<SharedTexts> {
  const loading = { terminal, signal, offline: options.offline };
  const { data, baseline } = options;
  const given = data === undefined ? undefined : await loadDocuments(data, loading);
  // Without `--data` a model from elsewhere is an error that asks for it.
  const first = given ? models.find(({ run }) => run && baseline) : models[0];
  const own = first && (await textsOfRun(first, loading));
  const training = own?.training && { texts: own.training, tokenizer: first!.tokenizer };
  if (given) {
    return {
      name: given.name,
      heldOut: given.documents.map(({ text }) => text),
      ...(training && { training }),
    };
  }
  const { name, heldOut } = own!;
  const textOf = ({ run }: OpenedModel) => run?.config.data.sha256;
  let shared = heldOut;
  for (const other of models.filter((model) => textOf(model) !== textOf(first!))) {
    const theirs = new Set((await textsOfRun(other, loading)).heldOut);
    shared = shared.filter((text) => theirs.has(text));
    if (shared.length === 0) throw fail('cli/no-shared-texts', { a: first!.path, b: other.path });
  }
  return { name, heldOut: shared, ...(training && { training }) };
}

/** Characters that the baseline is counted on at most: seconds, and a few hundred MB. */
const BASELINE_CHARACTERS = 3_000_000;

/** The model that only counts, with the tokens of the first run. */
async function countBaseline(
  { texts, tokenizer }: NonNullable<SharedTexts['training']>,
  { terminal, signal }: Context,
): Promise<ComparedModel> {
  let characters = 0;
  const end = texts.findIndex((text) => (characters += text.length) > BASELINE_CHARACTERS);
  const counted = end < 0 ? texts : texts.slice(0, Math.max(end, 1));
  terminal.live(say('counting', { texts: counted.length }));
  const documents = counted.map((text) => ({ text }));
  const { tokens } = await tokenizeDocuments(documents, tokenizer, { signal });
  const ngrams = ngramModel(tokens, { vocabSize: tokenizer.vocabSize, eosId: tokenizer.eosId });
  const name = `${ngrams.order}-gram`;
  terminal.endLive({ keep: false });
  terminal.print(say('counted', { name, counted: counted.length, texts: texts.length }));
  return { name, model: ngramLanguageModel(ngrams), tokenizer, parameters: ngrams.grams };
}

/** Both tables and what they say, for people. */
function linesOf(report: CompareReport): string[] {
  const lang = language();
  const table = (corner: string, columns: typeof modelColumns | typeof writtenColumns, rows: Lines) =>
    formatTable([
      [corner, ...columns.map(({ title }) => labelIn(title, lang))],
      ...rows.map(({ name, cells }) => [labelIn(name, lang), ...cells]),
    ]).map((line) => `  ${line}`);
  return [
    '',
    ...table(say('model', {}), modelColumns, modelLines(report)),
    '',
    ...table(say('strategy', {}), writtenColumns, writtenLines(report)),
    '',
    ...compareVerdict(report).map((sentence) => labelIn(sentence, lang)),
    '',
  ];
}

type Lines = ReturnType<typeof modelLines>;
