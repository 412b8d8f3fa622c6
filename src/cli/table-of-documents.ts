/** Commands that work on documents, texts and pictures; rows of the command table. */

import { defineCommand } from './command.ts';

export const index = defineCommand({
  name: 'index',
  args: '<source…>',
  summary: {
    en: 'make files findable: cut into passages, indexed by words and by meaning; again, only what changed is read in',
    zh: '让文件可检索：切成段落，按词和语义建索引；再次运行只处理有变化的部分',
  },
  options: async () => (await import('./retrieval-options.ts')).indexOptions,
  example: 'inkstone index notes --out index',
  load: () => import('./commands/index-sources.ts'),
});

export const search = defineCommand({
  name: 'search',
  args: '<index>',
  summary: {
    en: 'find passages in an index by words, by meaning, or by both, with the places they come from',
    zh: '在索引中按词、按语义或两者查找段落，并给出出处',
  },
  options: async () => (await import('./retrieval-options.ts')).searchOptions,
  example: 'inkstone search index --query whales --top 3',
  load: () => import('./commands/search.ts'),
});

export const ask = defineCommand({
  name: 'ask',
  args: '<index> <question>',
  summary: {
    en: 'answer a question from an index, every sentence with its source, or say that it is not in the documents',
    zh: '根据索引回答问题，每句附出处；文档中没有的就说没有',
  },
  options: async () => (await import('./retrieval-options.ts')).askOptions,
  example: 'inkstone ask index "what do whales sing?"',
  load: () => import('./commands/ask.ts'),
});

export const claims = defineCommand({
  name: 'claims',
  args: '<index> <file…>',
  summary: {
    en: 'check the claims of texts against an index: supported, contradicted or unfounded, with the place; with labels, precision and recall',
    zh: '对照索引核查文本中的主张：有据、矛盾或无据，附出处；带标注时给出精确率与召回率',
  },
  options: async () => (await import('./claims-options.ts')).claimsOptions,
  example: 'inkstone claims index article.txt',
  examples: ['inkstone claims index labelled.jsonl --min-support 0.6'],
  load: () => import('./commands/claims.ts'),
});

export const summarize = defineCommand({
  name: 'summarize',
  args: '<source…>',
  summary: {
    en: 'sum up a text of any length: by the sentences that say most of it, or by a model, part by part; also only what bears on a question',
    zh: '概括任意长度的文本：摘出最能概括的原句，或由模型逐部分撰写；也可只概括与某个问题有关的内容',
  },
  options: async () => (await import('./summary-options.ts')).summaryOptions,
  example: 'inkstone summarize novel.txt --sentences 5',
  examples: ['inkstone summarize novel.txt --question "who is the captain?" --length 100 --out summary.txt'],
  load: () => import('./commands/summarize.ts'),
});

export const assist = defineCommand({
  name: 'assist',
  args: '[model]',
  summary: {
    en: 'an assistant with tools: calculator, reminders, messages, documents, your own and those of MCP; by a run, an endpoint, or rules alone (rules: small talk too)',
    zh: '带工具的助手：计算、提醒、消息、文档、自己的工具与 MCP 工具；由训练好的模型、接口或仅凭规则驱动（rules：还能闲聊）',
  },
  options: async () => (await import('./assist-options.ts')).assistOptions,
  example: 'inkstone assist --ask "what is 15% of 80?"',
  examples: [
    'inkstone assist runs/poems-2min --ask "remind me in 10 minutes to drink tea" --yes',
    'inkstone assist rules --ask "I need a rest"',
    'inkstone assist --list fact',
  ],
  load: () => import('./commands/assist.ts'),
});

export const speak = defineCommand({
  name: 'speak',
  args: '[text]',
  summary: {
    en: 'read a text aloud into a file, sentence by sentence, each in its language; without the marks of Markdown, code and addresses',
    zh: '把文字朗读成声音文件，逐句判断语言；不读 Markdown 记号、代码与网址',
  },
  options: async () => (await import('./speech-options.ts')).speakOptions,
  example: 'inkstone speak "The moon is bright. 床前明月光。" --out moon.wav',
  examples: ['inkstone speak --file notes.md --out notes.wav --speed 1.2'],
  load: () => import('./commands/speak.ts'),
});

export const listen = defineCommand({
  name: 'listen',
  args: '<file>',
  summary: {
    en: 'what is said in a file of sound or video, as text or subtitles',
    zh: '听写声音或视频文件，得到文字或字幕',
  },
  options: async () => (await import('./speech-options.ts')).listenOptions,
  example: 'inkstone listen moon.wav',
  examples: [
    'inkstone listen talk.wav --format srt --out talk.srt --listener http://127.0.0.1:8000/v1#whisper-1',
  ],
  load: () => import('./commands/listen.ts'),
});

export const video = defineCommand({
  name: 'video',
  args: '<describe> <file|folder>',
  summary: {
    en: 'what a video shows and what is said in it: a timeline of captions and speech, and a summary with times',
    zh: '视频里有什么、说了什么：带时间的画面说明与语音，以及附时间的摘要',
  },
  options: async () => (await import('./video-options.ts')).videoOptions,
  example: 'inkstone video describe clip.mp4 --captioner runs/image-caption --every 2',
  examples: ['inkstone video describe frames --captioner runs/image-caption --out clip.json'],
  load: () => import('./commands/video.ts'),
});

export const service = defineCommand({
  name: 'service',
  args: '<plan> [model]',
  summary: {
    en: 'customer service by a plan: intents, tools that look things up, documents, and a person where it does not know',
    zh: '按方案做客服：识别意图、用工具查询、查文档，答不了就转人工',
  },
  options: async () => (await import('./service-options.ts')).serviceOptions,
  example: 'inkstone service examples/service/shop.yaml --ask "when do you open?"',
  examples: [
    'inkstone service examples/service/shop.yaml --check',
    'inkstone service examples/service/shop.yaml --list hand-over',
  ],
  load: () => import('./commands/service.ts'),
});

export const tutor = defineCommand({
  name: 'tutor',
  args: '<source>',
  summary: {
    en: 'questions on a text, graded with reasons, as hard as the learner can take',
    zh: '就一段文本出题、批改并说明理由，难度随学习者水平调整',
  },
  options: async () => (await import('./tutor-options.ts')).tutorOptions,
  example: 'inkstone tutor notes.md --list',
  examples: ['inkstone tutor notes.md', 'inkstone tutor notes.md --learner Li --next'],
  load: () => import('./commands/tutor.ts'),
});

export const domain = defineCommand({
  name: 'domain',
  args: '<list|show|copy|terms|glossary|tokenizer|adapt|test|check> [kit|file|run…]',
  summary: {
    en: 'kits of a field (law, finance, medicine, or your own): explain its terms, adapt a model to it, test it, check the warnings',
    zh: '领域包（法律、金融、医学或自己的）：解释术语、让模型适应该领域、测试、检查提示规则',
  },
  options: async () => (await import('./domain-options.ts')).domainOptions,
  example: 'inkstone domain terms README.md --kit law',
  examples: [
    'inkstone domain check medicine',
    'inkstone domain test runs/poems-2min --kit law --limit 10',
    'inkstone domain adapt runs/poems-2min --kit law --data contracts --minutes 2',
  ],
  load: () => import('./commands/domain.ts'),
});

export const recommend = defineCommand({
  name: 'recommend',
  args: '<train|for|tell|add|measure> [folder]',
  summary: {
    en: 'what a reader may like, from what items say and what was read: with reasons, new items too, measured beside popularity',
    zh: '根据条目的文本与读过什么来推荐：附理由，新条目也能推荐，并与热门度对照度量',
  },
  options: async () => (await import('./recommend-options.ts')).recommendOptions,
  example: 'inkstone recommend train --items poems.csv --events reads.csv --out recommender',
  examples: [
    'inkstone recommend for recommender --user anna --top 5',
    'inkstone recommend for recommender --text "rain on a river at night" --diversity 0.3',
    'inkstone recommend tell recommender --user anna --item p17',
    'inkstone recommend measure --items poems.csv --events reads.csv --split time',
  ],
  load: () => import('./commands/recommend.ts'),
});

export const papers = defineCommand({
  name: 'papers',
  args: '<read|compare|graph|review> <source…>',
  summary: {
    en: 'papers read (title, authors, sections, references), compared in a table, drawn as who cites whom, and cited in a text on related work: every word with its place',
    zh: '阅读论文（题名、作者、各节、参考文献），列表比较，画出引用关系，写成带引用的综述：每句都有出处',
  },
  options: async () => (await import('./papers-options.ts')).papersOptions,
  example: 'inkstone papers read examples/papers',
  examples: [
    'inkstone papers compare examples/papers --about "repetition in generated text"',
    'inkstone papers graph examples/papers --out graph.svg',
    'inkstone papers review examples/papers --about "repetition in generated text" --out review.md',
  ],
  load: () => import('./commands/papers.ts'),
});

export const paper = defineCommand({
  name: 'paper',
  args: '<draft|advise|references> <file>',
  summary: {
    en: 'your own paper: a draft from an outline and a library, advice with line numbers, references verified',
    zh: '写自己的论文：按提纲与文献库起草，带行号的修改建议，核实参考文献',
  },
  options: async () => (await import('./papers-options.ts')).paperOptions,
  example: 'inkstone paper advise examples/writing/draft.md',
  examples: [
    'inkstone paper references examples/writing/draft.md --library examples/papers',
    'inkstone paper draft examples/writing/outline.md --library examples/papers --out draft.md',
  ],
  load: () => import('./commands/paper.ts'),
});

export const code = defineCommand({
  name: 'code',
  args: '<complete|write|translate|repair|measure> [file|words]',
  summary: {
    en: 'code by a model: complete at the cursor, write from a description, translate, repair by what a command says; measure how lines are filled in',
    zh: '用模型写代码：在光标处补全、按描述编写、翻译、按命令的报错修复；度量逐行填充的准确度',
  },
  options: async () => (await import('./code-options.ts')).codeOptions,
  example: 'inkstone code complete src/sum.ts --at 3:10 --model runs/code',
  examples: [
    'inkstone code write "a function that adds two numbers" --language ts --model runs/code --max-tokens 60',
    'inkstone code measure --model runs/code --lines 20',
  ],
  load: () => import('./commands/code.ts'),
});

export const classify = defineCommand({
  name: 'classify',
  args: '<train|predict|compare|trend> [folder]',
  summary: {
    en: 'label texts: learn it from labelled ones by naive Bayes, a support vector machine, a perceptron or a network; compare them; follow what is said over time',
    zh: '给文本分类：用朴素贝叶斯、支持向量机、感知机或神经网络从带标签的文本中学习，比较各方法，看标签随时间怎样变化',
  },
  options: async () => (await import('./classify-options.ts')).classifyOptions,
  example: 'inkstone classify compare --data reviews.csv',
  load: () => import('./commands/classify.ts'),
});

export const image = defineCommand({
  name: 'image',
  args: '<shapes|train|classify|search|caption|draw|maps> [run] [file…|prompt]',
  summary: {
    en: 'pictures beside text: make a set of shapes, learn labels, search by captions and back, write captions, draw what a prompt says, look at the filters',
    zh: '图文结合：生成图形数据，学习标签、图文互检、写图片说明、按提示作画，查看滤波器的响应',
  },
  options: async () => (await import('./image-options.ts')).imageOptions,
  example: 'inkstone image shapes --count 600 --out shapes',
  examples: [
    'inkstone image train --data shapes --out runs/image-classify',
    'inkstone image classify runs/image-classify shapes/pictures/000.png',
    'inkstone image maps runs/image-classify shapes/pictures/000.png',
    'inkstone image train --task search --data shapes --epochs 10 --out runs/image-search',
    'inkstone image search runs/image-search --data shapes --text "a large red circle on the left"',
    'inkstone image train --task caption --data shapes --epochs 12 --out runs/image-caption',
    'inkstone image caption runs/image-caption shapes/pictures/000.png',
    'inkstone image train --task draw --data shapes --layers 2 --lr 0.003 --epochs 30 --out runs/image-draw',
    'inkstone image draw runs/image-draw "a large red circle on the left" --count 4 --image-size 128',
    'inkstone image draw https://api.example.com/v1#some-model "a small blue ring at the top"',
  ],
  load: () => import('./commands/image.ts'),
});

export const vectors = defineCommand({
  name: 'vectors',
  args: '<train|neighbours|analogy|map|score|export> [folder] [word…]',
  summary: {
    en: 'word vectors: train them (Word2Vec, GloVe), look at neighbours, analogies and a map, score and export them',
    zh: '词向量：训练（Word2Vec、GloVe），查看近邻、类比与平面图，评分与导出',
  },
  options: async () => (await import('./information-options.ts')).vectorsOptions,
  example: 'inkstone vectors train --data poems.txt --method skip-gram --out vectors',
  load: () => import('./commands/vectors.ts'),
});

export const pack = defineCommand({
  name: 'pack',
  args: '<file>',
  summary: {
    en: "compress a text with a model's probabilities, without loss: as short as the model is good",
    zh: '用模型的概率无损压缩文本：模型越好，文件越短',
  },
  options: async () => (await import('./information-options.ts')).packOptions,
  example: 'inkstone pack poem.txt --model runs/poems-2min',
  load: () => import('./commands/pack.ts'),
});

export const unpack = defineCommand({
  name: 'unpack',
  args: '<file>',
  summary: {
    en: 'give back a text that was packed with the same model',
    zh: '还原用同一模型压缩的文本',
  },
  options: async () => (await import('./information-options.ts')).unpackOptions,
  example: 'inkstone unpack poem.txt.ink --model runs/poems-2min --out poem.txt',
  load: () => import('./commands/unpack.ts'),
});

export const music = defineCommand({
  name: 'music',
  args: '<write|check|measure> <run|file>',
  summary: {
    en: 'tunes in ABC notation by a model that learnt from a tunebook, each checked by a parser and written as score and MIDI; check a tunebook; measure a model',
    zh: '让学过曲谱的模型写 ABC 记谱的曲子，逐首经解析器检查，写成乐谱与 MIDI；检查曲谱；度量模型',
  },
  options: async () => (await import('./music-options.ts')).musicOptions,
  example: 'inkstone music write runs/tunes --key G --metre 6/8 --in-metre --tunes 2 --out tunes',
  examples: [
    'inkstone music check tunes.abc --out clean.abc',
    'inkstone music measure runs/tunes --tunes 20',
  ],
  load: () => import('./commands/music.ts'),
});
