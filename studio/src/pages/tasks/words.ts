import { defineWords } from '../../words.ts';

export const tasksWords = defineWords({
  title: { en: 'Tasks', zh: '任务' },
  lead: {
    en: 'A text in, an answer out: translated, summed up, classified, its blanks filled, its terms explained, drawn, or what else its reader may like; or a video described.',
    zh: '输入一段文字：翻译、摘要、分类，填出其中的空缺，解释其中的术语，据此作画，或推荐读者可能喜欢的内容；也可描述视频。',
  },
  tabKey: { en: (n: number) => `key ${n}`, zh: (n: number) => `按键 ${n}` },
  translate: { en: 'Translate', zh: '翻译' },
  summarize: { en: 'Summarize', zh: '摘要' },
  classify: { en: 'Classify', zh: '分类' },
  'fill-mask': { en: 'Fill blanks', zh: '填空' },
  video: { en: 'Video', zh: '视频' },
  videoFile: { en: 'Video', zh: '视频' },
  videoChoose: { en: 'Choose a file', zh: '选择文件' },
  videoHow: {
    en: 'What it shows and what is said in it comes here along its time, summed up above. The server needs ffmpeg and --captioner.',
    zh: '画面与语音将按时间列在这里，上方是摘要。服务器需要 ffmpeg 与 --captioner。',
  },
  describe: { en: 'Describe', zh: '描述' },
  every: { en: 'Seconds between frames', zh: '每隔几秒看一帧' },
  timeline: { en: 'Timeline', zh: '时间线' },
  framesSeen: {
    en: (frames: number) => (frames === 1 ? 'one frame was looked at' : `${frames} frames were looked at`),
    zh: (frames: number) => `共看 ${frames} 帧`,
  },
  cutAt: {
    en: (time: string) => `It has more frames: it was looked at until ${time}.`,
    zh: (time: string) => `帧数过多，只看到 ${time}。`,
  },
  domain: { en: 'Explain terms', zh: '解释术语' },
  recommend: { en: 'Recommend', zh: '推荐' },
  draw: { en: 'Draw', zh: '作画' },
  stop: { en: 'Stop', zh: '停止' },
  keys: { en: 'Ctrl+Enter', zh: 'Ctrl+回车' },
  putBlank: { en: 'Put a blank at the cursor', zh: '在光标处加空' },
  needsBlank: {
    en: 'There is no blank yet: put [MASK] where something is to be guessed.',
    zh: '还没有空缺：请在要猜的位置写上 [MASK]。',
  },
  notInAddress: {
    en: 'This text is too long for an address: a reload loses it.',
    zh: '此文本过长，网址中放不下：重新载入后不保留。',
  },
  result: { en: 'Result', zh: '结果' },
  empty: { en: 'Nothing yet', zh: '还没有结果' },
  working: { en: 'Working …', zh: '处理中……' },
  stopped: { en: 'Stopped; this is what had come.', zh: '已停止；以下是已得到的部分。' },
  stoppedEmpty: { en: 'Stopped before anything came.', zh: '已停止，尚无结果。' },
  trainOne: { en: 'Train one', zh: '训练一个' },
  serveIt: { en: 'Start the studio with it', zh: '用它启动工作台' },
  by: { en: 'Who sums up', zh: '由谁摘要' },
  quoted: { en: 'no model: quotes', zh: '不用模型，摘引原句' },
  sentences: { en: 'Sentences at most', zh: '至多几句' },
  question: { en: 'About', zh: '针对' },
  questionHow: {
    en: 'A question that the summary shall answer; may stay empty.',
    zh: '摘要要回答的问题，可不填。',
  },
  guesses: { en: 'Guesses for each blank', zh: '每处猜几个' },
  pictures: { en: 'Pictures', zh: '几张' },
  guidance: { en: 'How much the prompt leads', zh: '提示的引导强度' },
  guidanceHow: {
    en: '1 as it was learnt; more for clearer and less varied pictures.',
    zh: '1 为所学原样；越大越切题而越少变化。',
  },
  seed: { en: 'Seed', zh: '种子' },
  seedHow: { en: 'Empty: others each time.', zh: '不填则每次不同。' },
  drawnWithSeed: { en: (seed: number) => `seed ${seed}`, zh: (seed: number) => `种子 ${seed}` },
  savePicture: { en: 'Save', zh: '保存' },
  drawnAs: {
    en: (prompt: string) => `It was drawn as: ${prompt}`,
    zh: (prompt: string) => `实际按此绘制：${prompt}`,
  },
  lines: {
    en: (done: number, all: number) => (done === all ? lineCount(all) : `${done} of ${lineCount(all)}`),
    zh: (done: number, all: number) => (done === all ? `${all} 行` : `已译 ${done} 行，共 ${all} 行`),
  },
  source: { en: 'Text', zh: '原文' },
  translation: { en: 'Translation', zh: '译文' },
  summary: { en: 'Summary', zh: '摘要' },
  inSource: { en: 'Where it stands', zh: '在原文中的位置' },
  showPlace: { en: 'Show it in the text', zh: '在原文中显示' },
  written: {
    en: 'Written by the model: check it against the text.',
    zh: '由模型写成：请与原文核对。',
  },
  nothingSaid: { en: 'The model said nothing.', zh: '模型没有写出内容。' },
  nothingBears: { en: 'No sentence of the text bears on the question.', zh: '没有与问题有关的句子。' },
  margins: {
    en: 'This method gives margins, not probabilities: above 0 speaks for a label.',
    zh: '该方法给出的是间隔而非概率：大于 0 表示支持该标签。',
  },
  cut: {
    en: 'The text is longer than the model reads: its end was not seen.',
    zh: '文本超出模型可读长度：结尾未被读到。',
  },
  decided: {
    en: (label: string) => `What decided for “${label}”`,
    zh: (label: string) => `判为“${label}”的依据`,
  },
  speaksFor: { en: 'for', zh: '支持' },
  speaksAgainst: { en: 'against', zh: '反对' },
  weights: { en: 'the label; the fuller the colour, the more', zh: '该标签；颜色越浓，作用越大' },
  blank: { en: 'blank', zh: '空' },
  candidates: { en: 'What may stand there', zh: '可填' },
  forBlank: { en: (n: number) => `Blank ${n}`, zh: (n: number) => `第 ${n} 空` },
  take: { en: 'Use the filled text', zh: '采用填好的文本' },
  kit: { en: 'Field', zh: '领域' },
  allKits: { en: 'all that are served', zh: '已提供的全部领域' },
  urgent: { en: 'Urgent: this is said in place of an answer', zh: '紧急：将以此代替回答' },
  refused: { en: 'Not answered: this is said in its place', zh: '不作答：将以此代替回答' },
  terms: { en: 'Terms', zh: '术语' },
  term: { en: 'Term', zh: '术语' },
  inOther: { en: 'In Chinese', zh: '英文' },
  meaning: { en: 'What it means', zh: '含义' },
  noTerms: { en: 'No term of the field stands in the text.', zh: '文中没有该领域的术语。' },
  moreTerms: { en: 'There are more terms than are shown.', zh: '术语较多，未全部显示。' },
});

const lineCount = (n: number): string => (n === 1 ? '1 line' : `${n} lines`);

/** What differs from task to task. */
export const perTask = {
  text: defineWords({
    translate: { en: 'Text to translate', zh: '要翻译的文本' },
    summarize: { en: 'Text to sum up', zh: '要摘要的文本' },
    classify: { en: 'Text to classify', zh: '要分类的文本' },
    'fill-mask': { en: 'Text with blanks', zh: '带空缺的文本' },
    domain: { en: 'Text with terms, or a question', zh: '含术语的文本，或一个问题' },
    draw: { en: 'What shall be drawn', zh: '要画什么' },
  }),
  example: defineWords({
    translate: { en: 'The moon is bright tonight.', zh: '今晚月色很亮。' },
    summarize: {
      en: 'Whales live in the sea. They sing long songs. Some songs last an hour.',
      zh: '鲸生活在海里。它们会唱很长的歌。有的歌长达一小时。',
    },
    classify: { en: 'a warm, funny film', zh: '房间干净，服务热情。' },
    'fill-mask': { en: 'The room was [MASK] and quiet.', zh: '床前明月[MASK]' },
    domain: {
      en: 'The plaintiff claims damages for a breach of contract.',
      zh: '原告以违约为由请求损害赔偿。',
    },
    draw: { en: 'a large red circle on the left', zh: '左边有一个红色的大圆形' },
  }),
  how: defineWords({
    translate: {
      en: 'Each line is translated by itself and stands beside its source.',
      zh: '逐行翻译，译文与原文并排。',
    },
    summarize: {
      en: 'The sentences that say most are quoted and marked in the text; a model can write it in its own words.',
      zh: '摘引最能概括的句子，并在原文中标出；也可由模型用自己的话来写。',
    },
    classify: {
      en: 'Every label with its probability, and the words that decided.',
      zh: '给出每个标签的概率，以及起决定作用的词。',
    },
    'fill-mask': {
      en: 'For each [MASK] the likeliest tokens; choose one to see it in its place.',
      zh: '对每个 [MASK] 给出最可能的词元；点选即填入。',
    },
    domain: {
      en: 'Terms of the field are marked and explained in both languages; of a question, what the kit says to it is shown.',
      zh: '标出该领域的术语并用两种语言解释；若是提问，还会显示领域包对它的提示。',
    },
    draw: {
      en: 'Several pictures of what the text says; the same seed draws the same again.',
      zh: '按文字画出几张图；种子相同则图相同。',
    },
  }),
  nobody: defineWords({
    translate: { en: 'No model here translates', zh: '这里没有翻译模型' },
    summarize: { en: 'No model here writes', zh: '这里没有写作模型' },
    classify: { en: 'No model here classifies', zh: '这里没有分类模型' },
    'fill-mask': { en: 'No model here fills blanks', zh: '这里没有填空模型' },
    domain: { en: 'This server has no kit of a field', zh: '此服务器没有领域包' },
    draw: { en: 'No model here draws', zh: '这里没有作画的模型' },
  }),
  nobodyHow: defineWords({
    translate: {
      en: 'It learns from pairs: a table with a text and its translation in each row.',
      zh: '它从成对文本学习：表格每行一句原文、一句译文。',
    },
    summarize: { en: 'Without one, sentences are quoted.', zh: '没有模型时摘引原句。' },
    classify: {
      en: 'It learns from texts with labels: opinions, topics, spam. Seconds are enough.',
      zh: '它从带标签的文本学习：褒贬、主题、垃圾信息。几秒即可。',
    },
    'fill-mask': {
      en: 'It learns from any text by guessing tokens that are hidden from it.',
      zh: '它从任意文本学习，猜出被遮盖的词元。',
    },
    domain: {
      en: 'A kit has the words of a field and its warnings: law, finance, medicine, or a file of your own.',
      zh: '领域包含有某领域的用语与提示规则：law、finance、medicine，或自己的文件。',
    },
    draw: {
      en: 'It learns from pictures with captions: photographs of your own, or shapes that are made here.',
      zh: '它从带说明的图片学习：您自己的图片，或在此生成的图形。',
    },
  }),
};
