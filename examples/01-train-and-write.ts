/**
 * A model from nothing in one file: characters, a two-layer decoder, a minute of training at most, and what it writes.
 * Run: npx tsx examples/01-train-and-write.ts
 */

import { createRng } from 'inkstone';
import { createBatches, tokenizeDocuments } from 'inkstone/data';
import { collectTexts, createTextModel } from 'inkstone/decode';
import { createLanguageModel, decoderConfig, init, loss } from 'inkstone/models';
import { fromArray } from 'inkstone/tensor';
import { trainCharacters } from 'inkstone/text';
import { cosine, decayMatrices, train } from 'inkstone/train';

const verses = [
  '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。',
  '床前明月光，疑是地上霜。举头望明月，低头思故乡。',
  '春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。',
  '千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。',
];

const tokenizer = trainCharacters(verses, { specialTokens: ['<|endoftext|>'], byteFallback: false });
const tokens = await tokenizeDocuments(
  verses.map((text) => ({ text })),
  tokenizer,
);
const contextLength = 26;
const config = decoderConfig({
  vocabSize: tokenizer.vocabSize,
  contextLength,
  width: 64,
  layers: 2,
  heads: 4,
});
const params = init(config, createRng(1));
const batches = createBatches({
  tokens,
  contextLength,
  batchSize: 4,
  seed: 1,
  mode: 'documents',
  eosId: tokenizer.eosId!,
  whole: true,
});

for await (const event of train({
  params,
  loss: (p, batch: { ids: ReturnType<typeof fromArray>; targets: ReturnType<typeof fromArray> }) =>
    loss(p, config, batch),
  batch: (index) => {
    const { inputs, targets } = batches.at(index);
    const shape = [batches.batchSize, contextLength];
    return { ids: fromArray(inputs, shape, 'i32'), targets: fromArray(targets, shape, 'i32') };
  },
  tokensPerBatch: batches.tokensPerBatch,
  grouping: decayMatrices(),
  lr: 3e-3,
  schedule: cosine({ warmupSteps: 10 }),
  steps: 150,
})) {
  if (event.type === 'step' && event.step % 50 === 0)
    console.log(`step ${event.step} loss ${event.loss.toFixed(3)}`);
}

// Every verse of the training stood behind an end-of-text token; so does a new one.
const writer = createTextModel(createLanguageModel(params, config), tokenizer, {
  prefixIds: [tokenizer.eosId!],
});
for (const prompt of ['春', '千山']) {
  const [{ text }] = await collectTexts(writer.generate({ prompt, temperature: 0, maxTokens: 24 }));
  console.log(prompt + text);
}
