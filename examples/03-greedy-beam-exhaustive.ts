/**
 * Greedy search takes the best next word and may miss the best sentence; beam search keeps several; exhaustive search
 * tries all. On a model small enough to try all of them, the three can be compared.
 * 贪心搜索每步取最好的下一个词，可能错过最好的句子；束搜索保留几个开头；穷举搜索全部试一遍。模型小到能全部试完时，三者可以对照。
 * Run: npx tsx examples/03-greedy-beam-exhaustive.ts
 */

import { beamSearch, functionModel, generateTokens, greedySearch, type Strategy } from 'inkstone/decode';

const words = ['.', 'the', 'old', 'moon', 'rises', 'river', 'sleeps', 'slowly'];

/** What may follow each word, with its probability; the likeliest beginning, "old", leads to no likely end. */
const following: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  the: { old: 0.5, moon: 0.4, river: 0.1 },
  old: { moon: 0.35, river: 0.35, sleeps: 0.3 },
  moon: { rises: 0.9, sleeps: 0.1 },
  river: { sleeps: 0.6, rises: 0.4 },
  rises: { slowly: 0.55, '.': 0.45 },
  sleeps: { '.': 0.7, slowly: 0.3 },
  slowly: { '.': 1 },
};

const probability = (word: string, next: string): number => following[word]?.[next] ?? 0;

const model = functionModel({
  vocabSize: words.length,
  logits: (ids) => words.map((next) => Math.log(probability(words[ids[ids.length - 1]], next))),
});
const prompt = [words.indexOf('the')];

async function write(strategy: Strategy): Promise<{ text: string; p: number }> {
  const said = ['the'];
  for await (const event of generateTokens(model, prompt, {
    strategy,
    eosIds: [words.indexOf('.')],
    seed: 1,
  })) {
    if (event.type === 'token') said.push(words[event.id]);
  }
  const p = [...said, '.'].slice(1).reduce((product, word, i) => product * probability(said[i], word), 1);
  return { text: said.join(' '), p };
}

/** The likeliest of all sentences that there are. */
function exhaustive(said: readonly string[], p: number): { text: string; p: number } {
  return Object.entries(following[said[said.length - 1]])
    .map(([next, q]) =>
      next === '.' ? { text: said.join(' '), p: p * q } : exhaustive([...said, next], p * q),
    )
    .reduce((best, other) => (other.p > best.p ? other : best));
}

// A length penalty of 0 ranks whole sentences by their probability alone.
const plain = { lengthPenalty: 0, earlyStopping: 'never' } as const;
const results = {
  greedy: await write(greedySearch()),
  'beam 2': await write(beamSearch({ ...plain, beams: 2 })),
  exhaustive: exhaustive(['the'], 1),
};
for (const [name, { text, p }] of Object.entries(results)) {
  console.log(`${name.padEnd(10)}  ${(100 * p).toFixed(1).padStart(4)} %  ${text}`);
}
