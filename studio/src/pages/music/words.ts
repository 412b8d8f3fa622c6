import { defineWords } from '../../words.ts';

export const musicWords = defineWords({
  title: { en: 'Music', zh: '音乐' },
  lead: {
    en: 'A model that learnt from a tunebook (.abc) writes tunes; any tune in ABC notation is shown as a score, checked and played.',
    zh: '学过曲谱（.abc）的模型写曲子；任何 ABC 记谱的曲子都可显示为乐谱、检查、演奏。',
  },
  none: { en: 'No model here writes tunes', zh: '这里没有写曲子的模型' },
  noneHow: {
    en: 'One learns from a tunebook in ABC notation: minutes are enough. A tune that you paste below is shown, checked and played without one.',
    zh: '它从 ABC 记谱的曲谱学习，几分钟即可。下面贴入的曲子不用模型也能显示、检查、演奏。',
  },
  train: { en: 'Train one', zh: '训练一个' },
  serve: { en: 'Start the studio with it', zh: '用它启动工作台' },
  key: { en: 'Key', zh: '调' },
  metre: { en: 'Metre', zh: '拍号' },
  metreHint: {
    en: 'where one is chosen, every bar is kept to it while it is written',
    zh: '选定后，写作时每个小节都须合拍',
  },
  any: { en: 'as the model likes', zh: '由模型决定' },
  seed: { en: 'Seed', zh: '种子' },
  write: { en: 'Write a tune', zh: '写一首' },
  next: { en: 'Another', zh: '再写一首' },
  stop: { en: 'Stop', zh: '停止' },
  writing: { en: 'Writing …', zh: '写作中……' },
  play: { en: 'Play', zh: '演奏' },
  silence: { en: 'Stop playing', zh: '停止演奏' },
  abc: { en: 'Save .abc', zh: '保存 .abc' },
  midi: { en: 'Save .mid', zh: '保存 .mid' },
  tune: { en: 'The tune in ABC notation', zh: '曲子（ABC 记谱）' },
  tuneHint: {
    en: 'Paste a tune, or let a model write one: X:1, M:6/8, K:G, then notes',
    zh: '贴入一首，或让模型写：X:1、M:6/8、K:G，然后是音符',
  },
  name: { en: (seed: number) => `Tune ${seed}`, zh: (seed: number) => `曲 ${seed}` },
  score: { en: 'Score', zh: '乐谱' },
  well: {
    en: (full: number, partial: number) => `It parses, and its bars fit: ${full} full, ${partial} at edges.`,
    zh: (full: number, partial: number) => `可解析，小节合拍：完整 ${full} 个，边缘 ${partial} 个。`,
  },
  notWell: { en: 'The check found:', zh: '检查发现：' },
  cut: { en: 'The model was cut before the end of the tune.', zh: '曲子没写完就被截断。' },
  silent: { en: 'It cannot be played.', zh: '无法演奏。' },
  parser: {
    en: (line: number | undefined, message: string) =>
      `${line === undefined ? '' : `line ${line}: `}${message}`,
    zh: (line: number | undefined, message: string) =>
      `${line === undefined ? '' : `第 ${line} 行：`}${message}`,
  },
  bar: {
    en: (line: number, bar: number, share: string) =>
      `line ${line}: bar ${bar} lasts ${share} of what its metre wants`,
    zh: (line: number, bar: number, share: string) =>
      `第 ${line} 行：第 ${bar} 小节的长度是拍号所需的 ${share}`,
  },
  'partial-bars': { en: 'Most of its bars are shorter than the metre wants.', zh: '多数小节短于拍号。' },
  'no-notes': { en: 'It has no notes.', zh: '没有音符。' },
  'no-metre': { en: 'It has no metre, so its bars cannot be checked.', zh: '没有拍号，无法检查小节。' },
  'too-long-note': { en: 'A note is far too long.', zh: '有音符过长。' },
});
