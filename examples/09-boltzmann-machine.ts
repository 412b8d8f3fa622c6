/**
 * The step before today's networks: a restricted Boltzmann machine and a deep belief network, learnt without labels and without
 * back-propagation. In 2006 stacking such machines was the first way to train many layers at all; by 2012 rectified units, better
 * starting weights, dropout and much labelled data let back-propagation do it alone, faster and better, and ln Z, which makes the
 * likelihood of a large machine impossible to count, was no longer in the way. What stayed: learning from data without labels first.
 * Run: npx tsx examples/09-boltzmann-machine.ts
 */

import {
  deepBeliefSamples,
  featureRows,
  fitFeatures,
  hiddenProbabilities,
  logLikelihood,
  tensorRows,
  trainDeepBelief,
  trainRbm,
  wordCutter,
} from 'inkstone/classify';
import { tensor } from 'inkstone/tensor';

// Bars and stripes: 14 of the 512 pictures of 3 × 3 that there are.
const choices = Array.from({ length: 8 }, (_, state) => [state & 1, (state >> 1) & 1, state >> 2]);
const drawn = choices.flatMap((on) => [
  [0, 1, 2].flatMap((row) => [on[row], on[row], on[row]]),
  [...on, ...on, ...on],
]);
const known = new Map(drawn.map((picture) => [picture.join(''), picture]));
const pictures = tensor([...known.values()]);

const how = { batchSize: 14, lr: 2, seed: 1 };
for (const epochs of [1, 600]) {
  const machine = await trainRbm(tensorRows(pictures), { ...how, hidden: 10, epochs });
  console.log(
    `passes: ${epochs}, log-likelihood of a picture: ${logLikelihood(machine, pictures).toFixed(2)} nats`,
  );
}

const stack = await trainDeepBelief(tensorRows(pictures), { ...how, hidden: [16, 12], epochs: 600 });
const dreams = deepBeliefSamples(stack, { count: 100, steps: 200 });
const rows = Array.from({ length: 100 }, (_, i) => Array.from(dreams.data.slice(9 * i, 9 * i + 9)).join(''));
console.log(`of 100 dreams, ${rows.filter((row) => known.has(row)).length} are bars or stripes; by chance 3`);

// Words that stand together turn the same unit on: a topic, found without being named.
const texts = [
  'the ship left the harbour and the sea was calm',
  'a storm on the sea broke the mast of the ship',
  'the captain saw the harbour across the sea',
  'the ship and its captain waited for the wind and the sea',
  'the cook put salt into the soup and cut the bread',
  'fresh bread and hot soup on the kitchen table',
  'the cook left the bread in the kitchen oven',
  'salt, oil and bread: the cook was in the kitchen',
];
const cut = texts.map((text) => wordCutter.cut(text).filter((word) => word.length > 3));
const features = fitFeatures(cut, { ngrams: [1, 1], minDocuments: 2 });
const counted = featureRows(features)(cut);
const bags = texts.map((_, i) => {
  const row = Array(features.width).fill(0);
  for (let k = counted.starts[i]; k < counted.starts[i + 1]; k++) row[counted.columns[k]] = 1;
  return row;
});
const topics = await trainRbm(tensorRows(tensor(bags)), {
  ...how,
  batchSize: 8,
  hidden: 1,
  epochs: 400,
  lr: 0.5,
});
const { data } = hiddenProbabilities(topics, tensor(bags));
console.log(
  `the one hidden unit of each text: ${Array.from(data as Float32Array, (p) => p.toFixed(0)).join(' ')}`,
);
