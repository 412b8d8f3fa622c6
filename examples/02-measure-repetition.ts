/**
 * How much do texts repeat themselves? rep-n, diversity and loops by the definitions of the papers, for words and for 汉字.
 * Run: npx tsx examples/02-measure-repetition.ts
 */

import { createRepetitionIndex, measureTexts } from 'inkstone/repeat';

const looping = 'the cat sat on the mat and the cat sat on the mat and the cat sat on the mat and';
const varied = '春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。';

for (const text of [looping, varied]) {
  const { unit, corrected, loops } = measureTexts([text]);
  console.log(
    `${unit}: rep-4 ${corrected.rep4.toFixed(1)} %, diversity ${corrected.diversity.toFixed(1)} %, loops ${loops.count}`,
  );
}

// The same, word by word: an index that grows in constant time knows the longest earlier repeat at every place.
const index = createRepetitionIndex();
const numbers = new Map<string, number>();
for (const word of looping.split(' ')) {
  if (!numbers.has(word)) numbers.set(word, numbers.size);
  index.push(numbers.get(word)!);
}
console.log(`the last ${index.longestRepeat} words have been said before`);
