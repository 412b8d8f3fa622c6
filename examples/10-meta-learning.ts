/**
 * Learning to learn (Reptile; Nichol, Achiam & Schulman 2018). Each language here is its own order of ten characters, said with some
 * slips; a new one is met in 48 characters. A model that learnt all languages at once knows their mean, in which any character may
 * follow; the start that Reptile finds is near every one of them, and a single step of gradient descent goes most of the way.
 * Run: npx tsx examples/10-meta-learning.ts
 */

import { createRng, type Rng } from 'inkstone';
import { decoderConfig, init, loss } from 'inkstone/models';
import { fromArray } from 'inkstone/tensor';
import { adapt, reptile } from 'inkstone/train';

const CHARACTERS = [...'春眠不觉晓处闻啼鸟花'];
const [ROWS, LENGTH, SLIPS] = [2, 24, 0.1];
const config = decoderConfig({
  ...{ layers: 1, heads: 2, width: 32 },
  ...{ vocabSize: CHARACTERS.length, contextLength: LENGTH },
});

/** A language: what follows each character; and rows of text in it. */
function language(rng: Rng) {
  const order = CHARACTERS.map((_, id) => ({ id, draw: rng.uniform() }))
    .sort((a, b) => a.draw - b.draw)
    .map(({ id }) => id);
  const next = (id: number): number => order[(order.indexOf(id) + 1) % order.length];
  return () => {
    const text = Array.from({ length: ROWS }, () => {
      const row = [rng.integer(order.length)];
      while (row.length <= LENGTH)
        row.push(rng.uniform() < SLIPS ? rng.integer(order.length) : next(row.at(-1)!));
      return row;
    });
    const rows = (from: number) =>
      fromArray<'i32'>(
        Int32Array.from(text.flatMap((row) => row.slice(from, from + LENGTH))),
        [ROWS, LENGTH],
        'i32',
      );
    return { ids: rows(0), targets: rows(1) };
  };
}

const lossOf = (params: ReturnType<typeof start>, batch: ReturnType<ReturnType<typeof language>>) =>
  loss(params, config, batch);
const start = () => init(config, createRng(1));
/** The language of a round, met in the same two rows again and again. */
const task = (round: number) => {
  const batch = language(createRng(3).split(round))();
  return () => batch;
};

const [rounds, steps, lr] = [300, 5, 0.5];
const meta = start();
for await (const { round, loss: nats } of reptile({ params: meta, loss: lossOf, task, rounds, steps, lr }))
  if (round % 100 === 0)
    console.log(`language ${round}: ${nats.toFixed(2)} nats a character while learning it`);
const all = { params: start(), loss: lossOf, steps: rounds * steps, lr };
const { params: joint } = await adapt((step) => task(step % rounds)(), all);

for (const shots of [0, 1, 5]) {
  let [few, plain] = [0, 0];
  for (let k = 0; k < 10; k++) {
    const write = language(createRng(99).split(k));
    const [met, other] = [write(), write()];
    const after = async (params: typeof meta): Promise<number> => {
      const learnt = await adapt(() => met, { params, loss: lossOf, steps: shots, lr });
      return lossOf(learnt.params, other).item() / 10;
    };
    few += await after(meta);
    plain += await after(joint);
  }
  console.log(
    `${shots} steps on a new language: ${few.toFixed(2)} nats, from all at once ${plain.toFixed(2)}`,
  );
}
