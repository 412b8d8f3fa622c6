/**
 * A small adapter beside a model that stays as it is: one verse is learned by LoRA, and forgotten again without it.
 * Run: npx tsx examples/07-adapter.ts
 */

import { createRng } from 'inkstone';
import { lora, mergeAdapter, withAdapter } from 'inkstone/adapt';
import { collectTexts, createTextModel } from 'inkstone/decode';
import { createLanguageModel, type DecoderParams, decoderConfig, init, loss } from 'inkstone/models';
import { fromArray, scope, type Tensor } from 'inkstone/tensor';
import { trainCharacters } from 'inkstone/text';
import { decayMatrices, train } from 'inkstone/train';

const known = '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。';
const wanted = '白日放歌须纵酒，青春作伴好还乡。';
const tokenizer = trainCharacters([known, wanted], { byteFallback: false });
const { vocabSize } = tokenizer;
const config = decoderConfig({ vocabSize, contextLength: 24, width: 64, layers: 2, heads: 4 });

/** The verse as one row: each character and the one behind it. */
function rowOf(text: string) {
  const ids = Int32Array.from(tokenizer.encode(text));
  const shape = [1, ids.length - 1];
  return { ids: fromArray(ids.slice(0, -1), shape, 'i32'), targets: fromArray(ids.slice(1), shape, 'i32') };
}

async function learn<Params extends object>(
  params: Params,
  text: string,
  whole: (p: Params) => DecoderParams,
) {
  const row = rowOf(text);
  const lossOf = (p: Params) => loss(whole(p), config, row);
  const options = { batch: () => row, tokensPerBatch: 24, grouping: decayMatrices(), lr: 5e-3, steps: 400 };
  for await (const event of train({ params, loss: lossOf, ...options })) if (event.type === 'finish') return;
}

const write = async (params: DecoderParams) => {
  const writer = createTextModel(createLanguageModel(params, config), tokenizer);
  const [{ text }] = await collectTexts(writer.generate({ prompt: '白日', temperature: 0, maxTokens: 5 }));
  return `白日${text}`;
};

const base = init(config, createRng(1));
await learn(base, known, (params) => params);
console.log(`the base: ${await write(base)}`);

const adapter = lora(base, { rank: 4, targets: ['all'] }, createRng(2));
await learn(adapter.params, wanted, (params) => withAdapter(base, { ...adapter, params }));
const count = (tree: object): number =>
  Object.values(tree).reduce((sum, x) => sum + ((x as Tensor).size ?? count(x as object)), 0);
const share = scope(() => (100 * count(adapter.params)) / count(base));
console.log(
  `with an adapter of ${share.toFixed(1)} % of its numbers: ${await write(mergeAdapter(base, adapter))}`,
);
console.log(`and without it: ${await write(base)}`);
