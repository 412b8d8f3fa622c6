/** `inkstone train`: a tokenizer and a model from the user's text, into a run folder that can be resumed. */

import { basename } from 'node:path';
import { defineMessages } from '../../language.ts';
import { decoderConfig, estimateMemory, flopsPerToken, parameterCount } from '../../models/index.ts';
import { loadTokenizer, trainBpe, trainCharacters } from '../../text/index.ts';
import type { Tokenizer } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import { type LoadedCorpus, loadDocuments, readTextFile, splitCorpus } from '../corpus.ts';
import { fail } from '../errors.ts';
import { firstRunPreset } from '../first-run.ts';
import type { trainOptions } from '../option-tables.ts';
import { watchTraining } from '../progress.ts';
import { type ModelShape, type Recipe, type TrainingPreset, trainingPreset } from '../recipe.ts';
import { compactNumber, formatBytes } from '../terminal.ts';
import { prepareTraining } from '../training.ts';
import { inspectMachine } from './doctor.ts';

type Context = CommandContext<typeof trainOptions>;

const say = defineMessages({
  model: {
    en: (d: { layers: number; heads: number; width: number; context: number; parameters: string }) =>
      `model: ${d.layers} layers, ${d.heads} heads, width ${d.width}, context ${d.context}: ${d.parameters} parameters`,
    zh: (d) =>
      `模型：${d.layers} 层，${d.heads} 头，宽 ${d.width}，上下文 ${d.context}：${d.parameters} 参数`,
  },
  cost: {
    en: (d: { memory: string; flops: string }) =>
      `needs about ${d.memory} of memory and ${d.flops} operations a token`,
    zh: (d) => `约需内存 ${d.memory}，每词元 ${d.flops} 次运算`,
  },
  tokens: {
    en: (d: { vocab: number; tokens: string }) => `${d.tokens} tokens, vocabulary ${d.vocab}`,
    zh: (d) => `${d.tokens} 个词元，词表 ${d.vocab}`,
  },
  resumed: {
    en: (d: { folder: string; step: number; of: string }) =>
      `going on with ${d.folder}: step ${d.step} of ${d.of}; weights, optimizer and place in the data restored`,
    zh: (d) => `继续 ${d.folder}：第 ${d.step} 步，共 ${d.of}；权重、优化器状态与数据位置均已恢复`,
  },
  done: {
    en: (d: { folder: string; loss: string; bits: string }) =>
      `done: held-out loss ${d.loss} nats/token, ${d.bits} bits/char; the run is in ${d.folder}`,
    zh: (d) => `完成：留出损失 ${d.loss} 纳特/词元，${d.bits} 比特/字；训练记录在 ${d.folder}`,
  },
  stopped: {
    en: (d: { step: number; command: string }) =>
      `stopped and saved at step ${d.step}; to go on: ${d.command}`,
    zh: (d) => `已停止并保存在第 ${d.step} 步；继续请运行：${d.command}`,
  },
  diverged: {
    en: (d: { step: number; folder: string }) =>
      `train: the loss diverged at step ${d.step}; the last good checkpoint is kept in ${d.folder}; try a smaller --lr`,
    zh: (d) => `训练：损失在第 ${d.step} 步发散；最后一个完好的检查点保存在 ${d.folder}；请减小 --lr`,
  },
  next: { en: (d: { command: string }) => `let it write: ${d.command}`, zh: (d) => `让它写作：${d.command}` },
});

/** The preset, with every flag that was given put over it. */
function settingsOf({ options, given }: Context): TrainingPreset {
  const preset = options.preset
    ? trainingPreset(options.preset)
    : firstRunPreset({ minutes: options.minutes ?? 2, gflops: inspectMachine({ quick: true }).matmulGflops });
  const pick = <T extends object>(names: readonly (keyof Context['options'])[], base: T): T => ({
    ...base,
    ...Object.fromEntries(names.filter((name) => given.has(name)).map((name) => [name, options[name]])),
  });
  const model: ModelShape = pick(['layers', 'width', 'heads', 'contextLength'], preset.model);
  const recipe: Recipe = pick(['batchSize', 'lr', 'precision'], preset.recipe);
  const tokenizer = options.vocabSize ? { vocabSize: options.vocabSize } : preset.tokenizer;
  return { model, recipe, tokenizer, steps: preset.steps };
}

/** The tokenizer that was asked for: from a file, by characters, or trained on the corpus. */
async function makeTokenizer(
  { options, signal }: Context,
  settings: TrainingPreset,
  corpus: LoadedCorpus,
): Promise<Tokenizer> {
  const texts = corpus.documents.map((document) => document.text);
  const specialTokens = texts.length > 1 ? ['<|endoftext|>'] : [];
  if (options.tokenizer && options.tokenizer !== 'characters') {
    return loadTokenizer(await readTextFile(options.tokenizer));
  }
  if (options.tokenizer === 'characters' || settings.tokenizer === 'characters') {
    return trainCharacters(texts, { specialTokens, byteFallback: texts.length > 1 });
  }
  const { vocabSize } = settings.tokenizer;
  return trainBpe(texts, { vocabSize, specialTokens: ['<|endoftext|>'], signal });
}

/** `runs/` and a readable name of the data. */
function defaultFolder(source: string): string {
  const name = basename(source)
    .replace(/^npm:/, '')
    .replace(/@[\d.]+$/, '')
    .replace(/\.[a-z]+$/i, '');
  return `runs/${name || 'run'}`;
}

export async function run(context: Context): Promise<number> {
  const { options, terminal, signal } = context;
  if (!options.data) throw fail('cli/missing-value', { command: 'train', option: '--data' });
  const settings = settingsOf(context);
  const corpus = await loadDocuments(
    options.data,
    { terminal, signal, offline: options.offline },
    rulesFor(settings),
  );
  for (const line of corpus.report) terminal.print(line);
  const split = splitCorpus(corpus.documents, 0);
  terminal.print(split.report);
  const tokenizer = await makeTokenizer(context, settings, corpus);
  const config = decoderConfig({ ...settings.model, vocabSize: tokenizer.vocabSize });
  const parameters = parameterCount(config);
  terminal.print(
    say('model', { ...config, context: config.contextLength, parameters: compactNumber(parameters) }),
  );
  const memory = estimateMemory(config, { purpose: 'train', batch: settings.recipe.batchSize });
  const flops = flopsPerToken(config).training;
  terminal.print(say('cost', { memory: formatBytes(memory.total), flops: compactNumber(flops) }));
  if (options.dryRun) {
    terminal.json({ config, parameters, memory, flopsPerToken: flops, recipe: settings.recipe });
    return 0;
  }
  const folder = options.out ?? defaultFolder(options.data);
  const steps = options.steps ?? (options.minutes ? undefined : settings.steps);
  const training = await prepareTraining({
    folder,
    corpus: split,
    source: corpus.name,
    tokenizer,
    model: settings.model,
    recipe: settings.recipe,
    seed: options.seed,
    steps,
    minutes: options.minutes ?? 2,
    saveEvery: options.saveEvery ? { steps: options.saveEvery } : { seconds: 30 },
    evaluateEvery: options.evalEvery ? { steps: options.evalEvery } : { seconds: 20 },
    signal,
  });
  try {
    return await runTraining(context, training, folder, steps);
  } finally {
    await training.run.close();
  }
}

/** A single text that a preset wants as it is (nanoGPT's data) is not cleaned. */
function rulesFor(settings: TrainingPreset): readonly never[] | undefined {
  return settings.tokenizer === 'characters' ? [] : undefined;
}

async function runTraining(
  { terminal }: Context,
  training: Awaited<ReturnType<typeof prepareTraining>>,
  folder: string,
  steps: number | undefined,
): Promise<number> {
  const { place } = training.run;
  const { trainTokens, config } = training;
  terminal.print(say('tokens', { tokens: compactNumber(trainTokens.length), vocab: config.vocabSize }));
  if (place) terminal.print(say('resumed', { folder, step: place.step, of: String(steps ?? '–') }));
  const finish = await watchTraining(training, terminal);
  const { reason, step, seconds, heldOutLoss, bitsPerCharacter } = finish;
  terminal.json({ type: 'finish', reason, step, seconds, valLoss: heldOutLoss, bitsPerCharacter, folder });
  if (reason === 'diverged') {
    process.stderr.write(`${say('diverged', { step, folder })}\n`);
    return 1;
  }
  if (reason === 'aborted') {
    terminal.print(say('stopped', { step, command: resumeCommand() }));
    return 0;
  }
  terminal.print(say('done', { folder, loss: heldOutLoss!.toFixed(4), bits: bitsPerCharacter!.toFixed(3) }));
  terminal.print(say('next', { command: `npx inkstone generate ${folder}` }));
  return 0;
}

/** The command line that goes on: the same again. */
export function resumeCommand(): string {
  const words = process.argv
    .slice(2)
    .map((word) => (/^[\w./:@=-]+$/.test(word) ? word : JSON.stringify(word)));
  return `npx inkstone ${words.join(' ')}`;
}
