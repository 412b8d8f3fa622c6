/** `inkstone train --architecture rnn|gru|lstm|rwkv`: a recurrent model that writes, into a run folder that can be resumed. */

import { defineMessages } from '../../language.ts';
import {
  createRecurrentModel,
  parameterCount,
  type RecurrentConfig,
  recurrentConfig,
} from '../../models/index.ts';
import { fromFirst } from '../../parallel/index.ts';
import { isRun } from '../../train/index.ts';
import { ofWriters } from '../model-options.ts';
import { refuseGiven } from '../options.ts';
import { privacyOf } from '../privacy.ts';
import type { RecurrentShape } from '../recipe.ts';
import { prepareRecurrentTraining } from '../recurrent-training.ts';
import { type EarlierRun, readInitialWeights, readRecurrentRun, startFolder } from '../runs.ts';
import { recurrentSettings, type Settings } from '../settings.ts';
import { quoteWord } from '../shell-words.ts';
import { openingsFor } from '../showcase.ts';
import { compactNumber } from '../terminal.ts';
import { chooseSettings, readTrainingText, runTraining, type TrainContext } from '../train-parts.ts';
import { watchSamples } from '../training-samples.ts';

const say = defineMessages({
  model: {
    en: (d: RecurrentConfig & { parameters: string }) =>
      `model: ${d.layers} layers of ${d.cell.toUpperCase()}, width ${d.width}, windows of ${d.contextLength}: ${d.parameters} parameters`,
    zh: (d) =>
      `模型：${d.layers} 层 ${d.cell.toUpperCase()}，宽 ${d.width}，训练窗口 ${d.contextLength}：${d.parameters} 参数`,
  },
  done: {
    en: (d: { folder: string; loss: string; bits: string }) =>
      `done: held-out loss ${d.loss} nats/token, ${d.bits} bits/char; the run is in ${d.folder}`,
    zh: (d) => `完成：留出损失 ${d.loss} 奈特/词元，${d.bits} 比特/字；训练记录在 ${d.folder}`,
  },
  write: {
    en: (d: { command: string }) => `let it write: ${d.command}`,
    zh: (d) => `让它写作：${d.command}`,
  },
  reach: {
    en: (d: { command: string }) => `how far its gradients reach: ${d.command}`,
    zh: (d) => `看它的梯度能传多远：${d.command}`,
  },
});

/** Options of a Transformer's inside, which would have no effect, and those that stand on one. */
const OF_TRANSFORMERS = [
  'heads', 'positions', 'block', 'activation', 'norm', ...ofWriters,
] as const; // biome-ignore format: a list

export async function trainRecurrent(context: TrainContext, data: string, folder: string): Promise<number> {
  const { options, given, terminal } = context;
  refuseGiven(given, OF_TRANSFORMERS, {
    command: 'train',
    beside: '--architecture rnn|gru|lstm|rwkv',
    reason: 'it is for Transformers only',
    zhReason: '它只用于 Transformer',
  });
  const earlier = (await isRun(folder)) ? await readRecurrentRun(folder) : undefined;
  const from = startFolder(options.init, earlier);
  const start = from === undefined ? undefined : await readStart(from);
  const privacy = privacyOf(context, earlier?.config.training.privacy);
  const settings: Settings<RecurrentShape> = await fromFirst(
    context.ranks?.communicator,
    chooseSettings(context, { earlier, start, privacy }, recurrentSettings),
  );
  const text = await readTrainingText(context, data, settings, { earlier, start });
  const { tokenizer, split } = text;
  const config = recurrentConfig({ ...settings.model, vocabSize: tokenizer.vocabSize });
  const parameters = parameterCount(config);
  terminal.print(say('model', { ...config, parameters: compactNumber(parameters) }));
  if (options.dryRun) {
    const { recipe, length } = settings;
    terminal.json({ type: 'dry-run', config, recipe, length, parameters });
    return 0;
  }
  const training = await prepareRecurrentTraining({
    folder,
    init: start?.init ?? settings.init,
    ...text.training,
  });
  try {
    const [opening] = openingsFor(text.known, split.heldOut);
    const model = createRecurrentModel(training.params, training.config);
    const samples = watchSamples(training, model, tokenizer, opening, terminal);
    const { finish, status } = await runTraining(context, training, samples);
    if (status !== 0) return status;
    const [loss, bits] = [finish.heldOutLoss!.toFixed(4), finish.bitsPerCharacter!.toFixed(3)];
    terminal.print(say('done', { folder, loss, bits }));
    const run = quoteWord(folder);
    terminal.print(say('write', { command: `npx inkstone generate ${run}` }));
    if (config.cell !== 'rwkv') terminal.print(say('reach', { command: `npx inkstone gradients ${run}` }));
    return 0;
  } finally {
    await training.run.close();
  }
}

async function readStart(folder: string) {
  const earlier: EarlierRun<RecurrentConfig> = await readRecurrentRun(folder);
  return { ...earlier, init: await readInitialWeights(earlier) };
}
