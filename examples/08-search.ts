/**
 * Texts found by their words, in both languages, and how good the finding is: BM25 and nDCG.
 * Run: npx tsx examples/08-search.ts
 */

import { rankingScores } from 'inkstone/eval';
import { bm25Index, createAnalyzer } from 'inkstone/retrieve';

const texts = [
  'The whale surfaced twice before the boats were lowered.',
  'Whaling ships carried barrels for the oil.',
  'A barrel organ played in the square.',
  '鲸鱼浮出水面，小船放了下去。',
  '广场上有人拉手风琴。',
  '捕鲸船上装着盛油的木桶。',
];
const analyze = createAnalyzer({ chinese: 'bigrams' });
const index = bm25Index(texts.map(analyze));

/** The question, and which of the texts answer it: 2 well, 1 in part. */
const questions = {
  'barrels on whaling ships': { 1: 2, 2: 1 },
  'when did whales surface?': { 0: 2 },
  鲸鱼浮出: { 3: 2 },
  捕鲸船的木桶: { 5: 2 },
} as const;

const found = Object.fromEntries(
  Object.keys(questions).map((question) => [
    question,
    index.search(analyze(question), 3).map(({ index: text }) => String(text)),
  ]),
);
for (const [question, ids] of Object.entries(found)) console.log(`${question} → ${texts[Number(ids[0])]}`);
const { ndcg } = rankingScores(found, questions, { depths: [3] });
console.log(`nDCG@3: ${ndcg[0].toFixed(3)}`);
