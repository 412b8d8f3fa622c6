/** `inkstone train`: a tokenizer and a model from the user's text, into a run folder that can be resumed. */

import { defineMessages } from '../../language.ts';
import {
  createLanguageModel,
  type DecoderConfig,
  decoderConfig,
  estimateMemory,
  flopsPerToken,
  parameterCount,
} from '../../models/index.ts';
import { fromFirst } from '../../parallel/index.ts';
import { infillTokens } from '../../text/index.ts';
import { findTeacher } from '../distilling.ts';
import { energyRates } from '../energy.ts';
import { fail } from '../errors.ts';
import { languagesOf, refuseLanguages } from '../languages.ts';
import { ENCODER_DECODER, isRecurrent, pairOptions } from '../model-options.ts';
import { refuseGiven } from '../options.ts';
import { privacyOf } from '../privacy.ts';
import type { TrainingWatch } from '../progress.ts';
import { withRanks } from '../ranks.ts';
import {
  defaultFolder,
  type EarlierRun,
  findEarlierRun,
  type InitialWeights,
  isMaskedRun,
  isPairRun,
  isRecurrentRun,
  readEarlierRun,
  readInitialWeights,
  startFolder,
} from '../runs.ts';
import { presetSettings, type Settings } from '../settings.ts';
import { quoteWord } from '../shell-words.ts';
import { openingsFor } from '../showcase.ts';
import { compactNumber, formatBytes } from '../terminal.ts';
import { chooseSettings, readTrainingText, runTraining, type TrainContext } from '../train-parts.ts';
import { prepareTraining, type Training } from '../training.ts';
import { onDevice, refuseDevice } from '../training-device.ts';
import { watchExperts } from '../training-experts.ts';
import { watchSamples } from '../training-samples.ts';
import { trainMasked } from './train-masked.ts';
import { trainPairs } from './train-pairs.ts';
import { trainRecurrent } from './train-recurrent.ts';

const say = defineMessages({
  model: {
    en: (d: { layers: number; heads: number; width: number; context: number; parameters: string }) =>
      `model: ${d.layers} layers, ${d.heads} heads, width ${d.width}, context ${d.context}: ${d.parameters} parameters`,
    zh: (d) =>
      `模型：${d.layers} 层，${d.heads} 头，宽 ${d.width}，上下文 ${d.context}：${d.parameters} 参数`,
  },
  teacher: {
    en: (d: { path: string; parameters: string; ways: string }) =>
      `teacher: ${d.path}, ${d.parameters} parameters; learned of it: ${d.ways}`,
    zh: (d) => `教师：${d.path}，${d.parameters} 参数；学它的：${d.ways}`,
  },
  cost: {
    en: (d: { memory: string; flops: string }) =>
      `needs about ${d.memory} of memory and ${d.flops} operations a token`,
    zh: (d) => `约需内存 ${d.memory}，每词元 ${d.flops} 次运算`,
  },
  infill: {
    en: (d: { loss: string }) => `filling in held-out text: ${d.loss} nats/token of the middle`,
    zh: (d) => `填充留出文本：中间部分每词元 ${d.loss} 奈特`,
  },
  done: {
    en: (d: { folder: string; loss: string; bits: string }) =>
      `done: held-out loss ${d.loss} nats/token, ${d.bits} bits/char; the run is in ${d.folder}`,
    zh: (d) => `完成：留出损失 ${d.loss} 奈特/词元，${d.bits} 比特/字；训练记录在 ${d.folder}`,
  },
  next: { en: (d: { command: string }) => `let it write: ${d.command}`, zh: (d) => `让它写作：${d.command}` },
});

export const run = (context: TrainContext): Promise<number> => withRanks(context, trainAny);

async function trainAny(context: TrainContext): Promise<number> {
  const { options } = context;
  if (!options.data) throw fail('cli/missing-value', { command: 'train', option: '--data' });
  // Checked before anything is read.
  energyRates('train', options);
  const named = await languagesOf(options.data, undefined);
  const folder = options.out ?? defaultFolder(named?.map(({ name }) => name).join('-') ?? options.data);
  const kind = await kindOf(options, folder);
  if (kind === 'pairs') {
    refuseMasking(context);
    await refuseLanguages(context, `--architecture ${ENCODER_DECODER}`);
    refuseDevice(context, `--architecture ${ENCODER_DECODER}`);
    refuseRanks(context);
    return trainPairs(context, options.data, folder);
  }
  refusePairs(context);
  if (kind === 'encoder') {
    await refuseLanguages(context, '--objective masked');
    refuseDevice(context, '--objective masked');
    return trainMasked(context, options.data, folder);
  }
  refuseMasking(context);
  if (kind === 'recurrent') {
    if (options.objective === 'prefix') refusePrefix(context);
    refuseDevice(context, 'a recurrent model');
    return trainRecurrent(context, options.data, folder);
  }
  return onDevice(context, () => trainDecoder(context, options.data!, folder));
}

async function trainDecoder(context: TrainContext, data: string, folder: string): Promise<number> {
  const { options, terminal } = context;
  const earlier = await findEarlierRun(folder);
  const start = await findStart(options.init, earlier);
  const teacher = await findTeacher(context, earlier);
  if (teacher) refuseBeside(context);
  const privacy = privacyOf(context, earlier?.config.training.privacy);
  const settings: Settings = await fromFirst(
    context.ranks?.communicator,
    chooseSettings(context, { earlier, start, teacher, privacy }, presetSettings),
  );
  const { model, recipe, length } = settings;
  const special = recipe.fim === undefined ? [] : infillTokens;
  const beginning = { earlier, start: start ?? teacher, special };
  const text = await readTrainingText(context, data, settings, beginning);
  const config = decoderConfig({ ...model, vocabSize: text.tokenizer.vocabSize });
  const estimate = tellModel(context, config, recipe.batchSize);
  if (teacher) tellTeacher(context, teacher);
  if (options.dryRun) {
    terminal.json({ type: 'dry-run', config, recipe, length, ...estimate });
    return 0;
  }
  const init = start?.init ?? settings.init;
  const training = await prepareTraining({ folder, init, teacher: teacher?.opened, ...text.training });
  try {
    const [opening] = openingsFor(text.known, text.split.heldOut);
    const writer = createLanguageModel(training.params, training.config);
    const samples = watchSamples(training, writer, text.tokenizer, opening, terminal);
    const experts = watchExperts(training, writer, text.tokenizer, text.split.heldOut, terminal);
    return await learn(context, training, {
      async onEvaluation(event) {
        await samples.onEvaluation?.(event);
        await experts.onEvaluation?.(event);
      },
    });
  } finally {
    await training.run.close();
  }
}

async function findStart(
  given: string | undefined,
  earlier: EarlierRun | undefined,
): Promise<(EarlierRun & { readonly init: InitialWeights }) | undefined> {
  const folder = startFolder(given, earlier);
  if (folder === undefined) return undefined;
  const from = await readEarlierRun(folder);
  return { ...from, init: await readInitialWeights(from) };
}

type FoundTeacher = NonNullable<Awaited<ReturnType<typeof findTeacher>>>;

function tellModel({ terminal }: TrainContext, config: DecoderConfig, batch: number) {
  const parameters = parameterCount(config);
  const memory = estimateMemory(config, { purpose: 'train', batch });
  const flops = flopsPerToken(config).training;
  terminal.print(
    say('model', { ...config, context: config.contextLength, parameters: compactNumber(parameters) }),
  );
  terminal.print(say('cost', { memory: formatBytes(memory.total), flops: compactNumber(flops) }));
  return { parameters, memory, flopsPerToken: flops };
}

function tellTeacher({ terminal }: TrainContext, { config, distillation }: FoundTeacher): void {
  const parameters = compactNumber(parameterCount(config));
  const { teacher, ways } = distillation;
  terminal.print(say('teacher', { path: teacher.run, parameters, ways: ways.join(', ') }));
}

async function learn(context: TrainContext, training: Training, watch: TrainingWatch): Promise<number> {
  const { terminal } = context;
  const { folder } = training.run;
  const { finish, status } = await runTraining(context, training, watch);
  if (status !== 0) return status;
  const { heldOutLoss, bitsPerCharacter, infillLoss } = finish;
  if (infillLoss !== undefined) terminal.print(say('infill', { loss: infillLoss.toFixed(4) }));
  terminal.print(say('done', { folder, loss: heldOutLoss!.toFixed(4), bits: bitsPerCharacter!.toFixed(3) }));
  terminal.print(say('next', { command: `npx inkstone generate ${quoteWord(folder)}` }));
  return 0;
}

/** What is to be trained: as asked for, or of the kind of the run that is there, or that it begins with. */
async function kindOf(
  { objective, architecture, init }: TrainContext['options'],
  folder: string,
): Promise<'encoder' | 'recurrent' | 'pairs' | 'decoder'> {
  const isThere = async (is: (run: string) => Promise<boolean>): Promise<boolean> =>
    (await is(folder)) || (init !== undefined && (await is(init)));
  if (objective === 'masked' || (objective === undefined && (await isThere(isMaskedRun)))) {
    if (!isRecurrent(architecture) && architecture !== ENCODER_DECODER) return 'encoder';
    const reason = { reason: 'an encoder sees both sides of a token', zhReason: '编码器要看词元的前后两侧' };
    const options = ['--objective masked', `--architecture ${architecture}`];
    throw fail('cli/conflict', { command: 'train', options, ...reason });
  }
  if (architecture === ENCODER_DECODER) return 'pairs';
  if (architecture !== undefined) return isRecurrent(architecture) ? 'recurrent' : 'decoder';
  if (await isThere(isPairRun)) return 'pairs';
  return (await isThere(isRecurrentRun)) ? 'recurrent' : 'decoder';
}

function refuseRanks({ ranks }: TrainContext): void {
  if (!ranks) return;
  const reason = { reason: 'pairs are trained by one process', zhReason: '成对文本只由一个进程训练' };
  const options = ['mpirun', `--architecture ${ENCODER_DECODER}`];
  throw fail('cli/conflict', { command: 'train', options, ...reason });
}

/** What only pairs of texts have is refused elsewhere. */
const refusePairs = ({ given, options: { architecture = 'transformer' } }: TrainContext): void =>
  refuseGiven(given, Object.keys(pairOptions), {
    command: 'train',
    beside: `--architecture ${architecture}`,
    reason: 'it is for pairs of texts',
    zhReason: '它只用于成对的文本',
  });

/** Options that have no place beside a teacher. */
function refuseBeside({ given }: TrainContext): void {
  const beside = { command: 'train', beside: '--teacher' };
  refuseGiven(given, ['cure'], {
    ...beside,
    reason: 'a cure has a loss of its own',
    zhReason: '疗法有自己的损失',
  });
  refuseGiven(given, ['tokenizer', 'vocabSize'], {
    ...beside,
    reason: "the teacher's tokenizer is taken",
    zhReason: '分词器沿用教师的',
  });
}

const refusePrefix = ({ given }: TrainContext): void =>
  refuseGiven(given, ['objective'], {
    command: 'train',
    beside: 'a recurrent model',
    reason: 'it reads in one direction',
    zhReason: '循环模型只朝一个方向阅读',
  });

const OF_MASKING = ['masking', 'maskRate', 'wholeWords'] as const;

/** An option that would have no effect is refused. */
const refuseMasking = ({ given }: TrainContext): void =>
  refuseGiven(given, OF_MASKING, {
    command: 'train',
    beside: '--objective next-token',
    reason: 'no token is hidden then',
    zhReason: '此时不遮盖词元',
  });
