/**
 * Why does a model repeat itself, and what helps? The lab decodes held-out prompts in many ways, measures them beside what
 * people wrote, and names causes and a cure. Here on the smallest model there is: which character follows which.
 * 模型为何复读，怎样才好？实验室用多种策略续写留出的开头，与人写的对照度量，给出原因与办法。此处用最小的模型：哪个字跟着哪个字。
 * Run: npx tsx examples/05-repetition-lab.ts
 */

import { functionModel } from 'inkstone/decode';
import { labPage, runLab } from 'inkstone/eval';
import { trainCharacters } from 'inkstone/text';

const poems = [
  '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。',
  '千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。',
  '春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。',
  '红豆生南国，春来发几枝。愿君多采撷，此物最相思。',
  '空山不见人，但闻人语响。返景入深林，复照青苔上。',
  '独坐幽篁里，弹琴复长啸。深林人不知，明月来相照。',
  '床前明月光，疑是地上霜。举头望明月，低头思故乡。',
  '移舟泊烟渚，日暮客愁新。野旷天低树，江清月近人。',
];
const end = '<|endoftext|>';
const tokenizer = trainCharacters(poems, { specialTokens: [end], eosToken: end, byteFallback: false });

// How often each character follows each other one; every pair a little, so that nothing is impossible.
const { vocabSize } = tokenizer;
const counts = Array.from({ length: vocabSize }, () => new Float32Array(vocabSize).fill(0.02));
for (const poem of poems) {
  const ids = tokenizer.encode(poem);
  ids.forEach((id, i) => {
    if (i > 0) counts[ids[i - 1]][id] += 1;
  });
}
const model = functionModel({ vocabSize, logits: (ids) => counts[ids[ids.length - 1]].map(Math.log) });

const strategies = ['greedy', 'beam:4', 'top-p:0.9', 'sample'];
for await (const event of runLab({
  model,
  tokenizer,
  heldOut: poems,
  strategies,
  promptTokens: 3,
  tokens: 60,
})) {
  if (event.type === 'row') {
    const { name, guard, diversity, stuck } = event.row;
    const share = `${(100 * stuck.value).toFixed(0)} % stuck`;
    console.log(`${name}${guard ? ' + guard' : ''}: diversity ${diversity.value.toFixed(1)} %, ${share}`);
  }
  if (event.type === 'report') {
    const { cure, findings } = event.report;
    const [worst] = findings;
    console.log(`because: ${typeof worst.title === 'string' ? worst.title : worst.title.en}`);
    console.log(typeof cure.decoding === 'string' ? cure.decoding : cure.decoding.en);
    console.log(typeof cure.decoding === 'string' ? cure.decoding : cure.decoding.zh);
    const page = labPage(event.report, { name: 'bigrams', lang: 'zh' });
    console.log(`one page with plots, ${page.match(/<svg/g)?.length} of them, to be written where you like`);
  }
}
