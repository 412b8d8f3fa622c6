/** `inkstone train --architecture encoder-decoder`: a model that translates, into a run folder that can be resumed. */

import { splitByHash } from '../../data/index.ts';
import { defineMessages } from '../../language.ts';
import { encoderDecoderConfig, encoderDecoderSpec } from '../../models/index.ts';
import { countParameters } from '../../nn/index.ts';
import { isRun } from '../../train/index.ts';
import { corpusOptions } from '../corpus-options.ts';
import { ENCODER_DECODER, ofPlainText } from '../model-options.ts';
import { refuseGiven } from '../options.ts';
import { preparePairTraining } from '../pair-training.ts';
import { readPairs, type TextPair } from '../pairs.ts';
import type { PairShape } from '../recipe.ts';
import { readInitialWeights, readPairRun, startFolder } from '../runs.ts';
import { pairSettings, type Settings } from '../settings.ts';
import { quoteWord } from '../shell-words.ts';
import { compactNumber } from '../terminal.ts';
import { chooseSettings, chooseTokenizer, runTraining, type TrainContext, timesOf } from '../train-parts.ts';
import { watchTranslations } from '../training-translations.ts';

const say = defineMessages({
  pairs: {
    en: (d: { train: number; heldOut: number }) =>
      `${d.train} pairs to learn from, ${d.heldOut} held out, chosen by the hash of the source: no source is on both sides`,
    zh: (d) => `${d.train} 对用于学习，${d.heldOut} 对留出；按源文本哈希划分，没有一个源文本同在两边`,
  },
  passedOver: {
    en: (d: { count: number; context: number }) =>
      `passed over ${d.count} pairs of which a side is longer than ${d.context} tokens`,
    zh: (d) => `略过 ${d.count} 对：其中一边超过 ${d.context} 个词元`,
  },
  model: {
    en: (d: {
      encoderLayers: number;
      layers: number;
      heads: number;
      width: number;
      context: number;
      parameters: string;
    }) =>
      `model: an encoder of ${d.encoderLayers} layers and a decoder of ${d.layers}, ${d.heads} heads, width ${d.width}, context ${d.context}: ${d.parameters} parameters`,
    zh: (d) =>
      `模型：编码器 ${d.encoderLayers} 层，解码器 ${d.layers} 层，${d.heads} 头，宽 ${d.width}，上下文 ${d.context}：${d.parameters} 参数`,
  },
  done: {
    en: (d: { folder: string; loss: string; perplexity: string }) =>
      `done: held-out loss ${d.loss} nats/token (perplexity ${d.perplexity}); the run is in ${d.folder}`,
    zh: (d) => `完成：留出损失 ${d.loss} 奈特/词元（困惑度 ${d.perplexity}）；训练记录在 ${d.folder}`,
  },
  next: {
    en: (d: { command: string }) => `let it translate: ${d.command}`,
    zh: (d) => `让它翻译：${d.command}`,
  },
});

const HELD_OUT = 0.02;

/** Options of texts that are no pairs, and of other models, which would have no effect. */
const UNFIT = [...Object.keys(corpusOptions), ...ofPlainText, 'objective'];

export async function trainPairs(context: TrainContext, data: string, folder: string): Promise<number> {
  const { options, given, terminal, signal } = context;
  refuseGiven(given, UNFIT, {
    command: 'train',
    beside: `--architecture ${ENCODER_DECODER}`,
    reason: 'it is not for pairs of texts',
    zhReason: '它不用于成对的文本',
  });
  const earlier = (await isRun(folder)) ? await readPairRun(folder) : undefined;
  const from = startFolder(options.init, earlier);
  const start = from === undefined ? undefined : await readStart(from);
  const settings: Settings<PairShape> = chooseSettings(context, { earlier, start }, pairSettings);
  const split = splitByHash(await readPairs(data, options, { signal }), { heldOut: HELD_OUT });
  terminal.print(say('pairs', { train: split.train.length, heldOut: split.heldOut.length }));
  const tokenizer = await chooseTokenizer(context, settings, bothSides(split), { earlier, start });
  const { model, recipe, seed, length, tokenizer: tokenizerMade } = settings;
  const config = encoderDecoderConfig({
    ...model,
    vocabSize: tokenizer.vocabSize,
    startId: tokenizer.eosId ?? 0,
  });
  const parameters = countParameters(encoderDecoderSpec(config));
  const { contextLength, layers, encoderLayers, heads, width } = config;
  const shape = { encoderLayers, layers, heads, width, context: contextLength };
  terminal.print(say('model', { ...shape, parameters: compactNumber(parameters) }));
  if (options.dryRun) {
    terminal.json({ type: 'dry-run', config, recipe, length, parameters });
    return 0;
  }
  const training = await preparePairTraining({
    folder,
    corpus: split,
    source: data,
    tokenizer,
    tokenizerMade,
    model,
    recipe,
    seed,
    init: start?.init ?? settings.init,
    ...timesOf(options, length),
    signal,
  });
  try {
    const { passedOver } = training;
    if (passedOver) terminal.print(say('passedOver', { count: passedOver, context: contextLength }));
    const watch = watchTranslations(training, tokenizer, split.heldOut, terminal);
    const { finish, status } = await runTraining(context, training, watch);
    if (status !== 0) return status;
    const { heldOutLoss } = finish;
    const perplexity = Math.exp(heldOutLoss!).toFixed(1);
    terminal.print(say('done', { folder, loss: heldOutLoss!.toFixed(4), perplexity }));
    terminal.print(say('next', { command: `npx inkstone translate ${quoteWord(folder)} --text …` }));
    return 0;
  } finally {
    await training.run.close();
  }
}

/** Sources and targets as texts of one kind, for a tokenizer that serves both. */
function bothSides(split: { readonly train: readonly TextPair[]; readonly heldOut: readonly TextPair[] }) {
  const texts = (pairs: readonly TextPair[]) =>
    pairs.flatMap(({ text, target }) => [{ text }, { text: target }]);
  return { train: texts(split.train), heldOut: texts(split.heldOut) };
}

async function readStart(folder: string) {
  const earlier = await readPairRun(folder);
  return { ...earlier, init: await readInitialWeights(earlier) };
}
