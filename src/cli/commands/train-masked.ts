/** `inkstone train --objective masked`: an encoder that guesses hidden tokens, into a run folder that can be resumed. */

import { defineMessages } from '../../language.ts';
import { encoderConfig, encoderParameterCount } from '../../models/index.ts';
import { fromFirst } from '../../parallel/index.ts';
import { isRun } from '../../train/index.ts';
import { readEncoderStart } from '../encoders.ts';
import { prepareMaskedTraining } from '../masked-training.ts';
import { ofPlainText } from '../model-options.ts';
import { refuseGiven } from '../options.ts';
import type { EncoderShape } from '../recipe.ts';
import { readEncoderRun, startFolder } from '../runs.ts';
import { encoderSettings, type Settings } from '../settings.ts';
import { quoteWord } from '../shell-words.ts';
import { compactNumber } from '../terminal.ts';
import { chooseSettings, readTrainingText, runTraining, type TrainContext } from '../train-parts.ts';
import { watchGuesses } from '../training-guesses.ts';

type Earlier = Awaited<ReturnType<typeof readEncoderRun>>;

const say = defineMessages({
  model: {
    en: (d: { layers: number; heads: number; width: number; context: number; parameters: string }) =>
      `encoder: ${d.layers} layers, ${d.heads} heads, width ${d.width}, context ${d.context}: ${d.parameters} parameters`,
    zh: (d) =>
      `编码器：${d.layers} 层，${d.heads} 头，宽 ${d.width}，上下文 ${d.context}：${d.parameters} 参数`,
  },
  done: {
    en: (d: { folder: string; loss: string; perplexity: string }) =>
      `done: held-out loss ${d.loss} nats for a hidden token (perplexity ${d.perplexity}); the run is in ${d.folder}`,
    zh: (d) =>
      `完成：留出损失为每个被遮盖的词元 ${d.loss} 奈特（困惑度 ${d.perplexity}）；训练记录在 ${d.folder}`,
  },
  next: {
    en: (d: { command: string }) => `let it guess: ${d.command}`,
    zh: (d) => `让它来猜：${d.command}`,
  },
});

/** What stands for a hidden token in a vocabulary made here. */
const MASK = '[MASK]';

export async function trainMasked(context: TrainContext, data: string, folder: string): Promise<number> {
  const { options, given, terminal } = context;
  refuseGiven(given, ofPlainText, {
    command: 'train',
    beside: '--objective masked',
    reason: 'it is for models that write',
    zhReason: '它只用于会写作的模型',
  });
  const earlier = await findEarlier(folder);
  const from = startFolder(options.init, earlier);
  const start = from === undefined ? undefined : await readEncoderStart(from);
  const settings: Settings<EncoderShape> = await fromFirst(
    context.ranks?.communicator,
    chooseSettings(context, { earlier, start }, encoderSettings),
  );
  const { model, recipe, length } = settings;
  const text = await readTrainingText(context, data, settings, { earlier, start, special: [MASK] });
  const { tokenizer, split } = text;
  const config = encoderConfig({ ...model, vocabSize: tokenizer.vocabSize });
  const parameters = encoderParameterCount(config);
  terminal.print(
    say('model', { ...config, context: config.contextLength, parameters: compactNumber(parameters) }),
  );
  if (options.dryRun) {
    terminal.json({ type: 'dry-run', config, recipe, length, parameters });
    return 0;
  }
  const init = start?.init ?? settings.init;
  const training = await prepareMaskedTraining({ folder, init, ...text.training });
  try {
    const guesses = watchGuesses(training, tokenizer, split.heldOut[0]?.text ?? '', terminal);
    const { finish, status } = await runTraining(context, training, guesses);
    if (status !== 0) return status;
    const { heldOutLoss, maskedPerplexity } = finish;
    const [loss, perplexity] = [heldOutLoss!.toFixed(4), maskedPerplexity!.toFixed(1)];
    terminal.print(say('done', { folder, loss, perplexity }));
    terminal.print(say('next', { command: `npx inkstone fill-mask ${quoteWord(folder)} --text …` }));
    return 0;
  } finally {
    await training.run.close();
  }
}

async function findEarlier(folder: string): Promise<Earlier | undefined> {
  return (await isRun(folder)) ? readEncoderRun(folder) : undefined;
}
