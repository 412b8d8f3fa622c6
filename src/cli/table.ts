/** Every command, as data; its module is loaded only when it is called. */

import { type CommandRow, defineCommand } from './command.ts';
import { accountCommands } from './table-of-accounts.ts';
import {
  ask,
  assist,
  claims,
  classify,
  code,
  domain,
  image,
  index,
  listen,
  music,
  pack,
  paper,
  papers,
  recommend,
  search,
  service,
  speak,
  summarize,
  tutor,
  unpack,
  vectors,
  video,
} from './table-of-documents.ts';
import {
  benchmark,
  choose,
  compare,
  evalCommand,
  gradients,
  inspect,
  ladder,
  length,
  probe,
  profile,
  reason,
  recall,
} from './table-of-measures.ts';

const start = defineCommand({
  name: 'start',
  summary: {
    en: 'the whole way: fetch poems, train a model in minutes, let it write, measure its repetition, meet it in the browser',
    zh: '从头到尾走一遍：取诗、几分钟训练一个模型、让它写诗、度量复读，在浏览器里与它见面',
  },
  options: async () => (await import('./start-options.ts')).startOptions,
  example: 'inkstone start --minutes 0.5',
  load: () => import('./commands/start.ts'),
});

const train = defineCommand({
  name: 'train',
  summary: {
    en: 'train a model on text; the same command again goes on where it stopped',
    zh: '在文本上训练模型；重复同一命令即从中断处继续',
  },
  options: async () => (await import('./train-options.ts')).trainOptions,
  example: 'inkstone train --data npm:chinese-poetry --minutes 0.5 --out runs/poems',
  examples: [
    'inkstone train --data npm:chinese-poetry --experts 4 --minutes 0.5 --out runs/experts',
    'inkstone train --data en=addresses,zh=tang --mix-temperature 2 --minutes 0.5 --out runs/en-zh',
    'inkstone train --architecture encoder-decoder --data pairs.tsv --minutes 0.5 --out runs/pairs',
    'inkstone train --data npm:chinese-poetry --private 8 --steps 30 --out runs/private',
    'inkstone train --data npm:chinese-poetry --teacher runs/poems --layers 2 --width 64 --steps 50 --out runs/pupil',
  ],
  load: () => import('./commands/train.ts'),
});

const privacy = defineCommand({
  name: 'privacy',
  args: '<cost|compare>',
  summary: {
    en: 'training with differential privacy: the ε that steps and noise come to, or (compare) what several ε cost in bits per character',
    zh: '差分隐私训练：由步数与噪声算出 ε，或（compare）比较不同 ε 各使每字比特数增加多少',
  },
  options: async () => (await import('./privacy-command-options.ts')).privacyCommandOptions,
  example: 'inkstone privacy cost --examples 50000 --steps 1000 --epsilon 8',
  examples: [
    'inkstone privacy compare --data npm:chinese-poetry --epsilons none,8 --steps 20 --layers 1 --width 32',
  ],
  load: () => import('./commands/privacy.ts'),
});

const federate = defineCommand({
  name: 'federate',
  summary: {
    en: 'train one model with many who keep their text to themselves: each a process that sends what it learnt, not what it read',
    zh: '联邦学习：众多客户端各自保留文本、共同训练一个模型；每个是一个进程，只发送所学，不发送所读',
  },
  options: async () => (await import('./federate-options.ts')).federateOptions,
  example: 'inkstone federate --data play.txt --clients 4 --rounds 5 --out runs/federated',
  examples: [
    'inkstone federate --data npm:chinese-poetry --by field:author --clients 3 --rounds 3 --local-steps 20 --secure',
    'inkstone federate --data letters --by file --clients 4 --rounds 5 --drop-out 0.25 --compare',
  ],
  load: () => import('./commands/federate.ts'),
});

const gan = defineCommand({
  name: 'gan',
  args: '<train|measure> [run]',
  summary: {
    en: 'train a writer against a critic (SeqGAN and its kin) on text, or on an oracle that knows the truth; measure it beside maximum likelihood at every temperature',
    zh: '让生成器与判别器对抗训练（SeqGAN 一类），用文本或确知概率的真相模型；并与各温度下的最大似然对比',
  },
  options: async () => (await import('./gan-options.ts')).ganOptions,
  example:
    'inkstone gan train --oracle --vocab-size 20 --length 8 --texts 3000 --warmup 40 --rounds 80 --rollouts 2 --out runs/oracle-gan',
  examples: [
    'inkstone gan measure runs/oracle-gan',
    'inkstone gan train --data captions.jsonl --init runs/captions --length 16 --rounds 50 --out runs/captions-gan',
    'inkstone gan train --data captions.jsonl --init runs/captions --prefix 4 --method straight-through --loss wasserstein --gradient-penalty 10',
  ],
  load: () => import('./commands/gan.ts'),
});

const data = defineCommand({
  name: 'data',
  args: '<preview|stats|diversity|save|augment|counterfactual|canaries> <source>',
  summary: {
    en: 'what a source of text holds: what was read, cleaned, dropped, with examples, how diverse it is; save it clean, with altered copies, or with canaries',
    zh: '查看文本来源：读了什么、清洗了什么、去掉了什么，附例，有多丰富；可保存清洗结果，附上改写副本，或埋入金丝雀',
  },
  options: async () => (await import('./corpus-options.ts')).dataOptions,
  example: 'inkstone data stats tang --near-duplicates 0.5',
  examples: [
    'inkstone data counterfactual corpus.jsonl --pairs pairs.txt --out balanced.jsonl',
    'inkstone data canaries corpus.jsonl --out with-canaries.jsonl',
  ],
  load: () => import('./commands/data.ts'),
});

const stats = defineCommand({
  name: 'stats',
  args: '<file…>',
  summary: {
    en: 'how much information text holds, as it stands: entropies, mutual information, laws of Zipf and Heaps (data stats tells what a corpus holds once cleaned)',
    zh: '文本原样含有多少信息：熵、互信息、Zipf 与 Heaps 定律（data stats 则说明清洗后的语料有些什么）',
  },
  options: async () => (await import('./information-options.ts')).statsOptions,
  example: 'inkstone stats poems.txt --unit word --out stats',
  load: () => import('./commands/stats.ts'),
});

const tag = defineCommand({
  name: 'tag',
  args: '[source]',
  summary: {
    en: 'sentences, words, parts of speech and names of a text in Chinese, English or both',
    zh: '标注中英文文本：分句、分词、词性、人名地名机构名',
  },
  options: async () => (await import('./information-options.ts')).tagOptions,
  example: 'inkstone tag --text "李白生于碎叶。Mary Lee moved to Paris in May 2018."',
  examples: ['inkstone tag poems.txt --first 5 --out poems.conllu'],
  load: () => import('./commands/tag.ts'),
});

const generate = defineCommand({
  name: 'generate',
  args: '<run>',
  summary: {
    en: 'let a trained model write: a run, a Hugging Face folder or a .gguf file',
    zh: '让训练好的模型写作：训练目录、Hugging Face 目录或 .gguf 文件',
  },
  options: async () => (await import('./generate-options.ts')).generateOptions,
  example: 'inkstone generate runs/poems-2min --prompt 春 --top-p 0.9',
  load: () => import('./commands/generate.ts'),
});

const fillMask = defineCommand({
  name: 'fill-mask',
  args: '<run>',
  summary: {
    en: 'let an encoder guess what is hidden in a text: a run of --objective masked, or a folder of BERT or RoBERTa',
    zh: '让编码器猜出文本中被遮盖的词元：以 --objective masked 训练的记录，或 BERT、RoBERTa 目录',
  },
  options: async () => (await import('./fill-mask-options.ts')).fillMaskOptions,
  example: 'inkstone fill-mask runs/masked --text "床前明月[MASK]" --top 5',
  load: () => import('./commands/fill-mask.ts'),
});

const translate = defineCommand({
  name: 'translate',
  args: '<run>',
  summary: {
    en: 'translate line by line: a run of --architecture encoder-decoder, or a folder of T5 or Marian',
    zh: '逐行翻译：以 --architecture encoder-decoder 训练的记录，或 T5、Marian 目录',
  },
  options: async () => (await import('./translate-options.ts')).translateOptions,
  example: 'inkstone translate runs/pairs --text "two men are sitting outside ."',
  load: () => import('./commands/translate.ts'),
});

const tune = defineCommand({
  name: 'tune',
  args: '<full|lora|ia3|bottleneck|prompt|p-tuning|prefix|p-tuning-v2|compare|head|merge|decoding|search> [run] [adapter…]',
  summary: {
    en: 'fit a trained model to other text: all of it, its head or last layers, or an adapter, one or all in one table (compare); to a task with a head of its own; find its best decoding options, or (search) the best settings of a training',
    zh: '让训练好的模型适应新的文本：整体、输出头、后几层，或用适配器，也可一并比较（compare）；或换上任务头学一项任务；找出最合适的解码选项，或（search）训练的最佳设置',
  },
  options: async () => (await import('./tune-options.ts')).tuneOptions,
  example: 'inkstone tune lora runs/poems-2min --data tang --minutes 0.5',
  examples: [
    'inkstone tune prefix runs/poems-2min --data tang --minutes 0.5',
    'inkstone tune compare runs/poems-2min --data tang --steps 10',
    'inkstone tune head runs/masked --task classify --data reviews.csv',
    'inkstone tune search --method svm --data reviews.csv --trials 8',
    'inkstone tune decoding runs/poems-2min --budget 8',
  ],
  load: () => import('./commands/tune.ts'),
});

const update = defineCommand({
  name: 'update',
  args: '<run>',
  summary: {
    en: 'a finished run takes in new text, as often as there is some (cron): learned, measured on the new and on all older text, then promoted or refused (status 3); the last can be taken back',
    zh: '让训练完成的模型定期学习新文本（可用 cron）：学习后在新旧文本上度量，再决定采用或拒绝（退出码 3）；最近一次可撤回',
  },
  options: async () => (await import('./update-options.ts')).updateOptions,
  example: 'inkstone update runs/poems-2min --data new-poems --steps 20',
  examples: ['inkstone update runs/poems-2min --list', 'inkstone update runs/poems-2min --rollback'],
  load: () => import('./commands/update.ts'),
});

const predict = defineCommand({
  name: 'predict',
  args: '<run>',
  summary: {
    en: 'ask a model with a task head (tune head): the label of a text, a number, a label for each word, the answer in a text',
    zh: '向带任务头的模型（tune head）提问：文本的标签、数值、逐词标签、文中的答案',
  },
  options: async () => (await import('./head-options.ts')).predictOptions,
  example: 'inkstone predict runs/reviews-classify --text "a warm, funny film"',
  load: () => import('./commands/predict.ts'),
});

const exportCommand = defineCommand({
  name: 'export',
  args: '<model>',
  summary: {
    en: 'write a model for other programs: GGUF (llama.cpp and what stands on it), a Hugging Face folder, ONNX',
    zh: '把模型写成其他程序可用的格式：GGUF（llama.cpp 及其衍生程序）、Hugging Face 目录、ONNX',
  },
  options: async () => (await import('./export-options.ts')).exportOptions,
  example: 'inkstone export runs/poems-2min --format gguf --type q8_0 --out poems.gguf',
  load: () => import('./commands/export.ts'),
});

const tokenizer = defineCommand({
  name: 'tokenizer',
  args: '<train|extend|encode|decode|stats|compare> [file…]',
  summary: {
    en: 'train a tokenizer or extend one, look at how it cuts text, compare several',
    zh: '训练或扩充分词器，查看它如何切分文本，比较几个分词器',
  },
  options: async () => (await import('./tokenizer-options.ts')).tokenizerOptions,
  example: 'inkstone tokenizer train --data poems.txt --vocab-size 4000 --out tokenizer.json',
  load: () => import('./commands/tokenizer.ts'),
});

const repeat = defineCommand({
  name: 'repeat',
  args: '<measure|detect|clean|audit|lab> <file…>',
  summary: {
    en: 'measure how texts repeat themselves, find loops, clean them, audit a corpus; the lab: why a model repeats, what cures it',
    zh: '度量文本的复读、找出循环、清理文本、审查语料；实验室：模型为何复读、如何治',
  },
  options: async () => (await import('./repeat-options.ts')).repeatOptions,
  example: 'inkstone repeat measure poems.txt',
  load: () => import('./commands/repeat.ts'),
});

const compress = defineCommand({
  name: 'compress',
  args: '<model>',
  summary: {
    en: 'keep the weights of a model in fewer bits, or fewer of them: size, speed, bits a character and repetition of each way, and the smallest that is good enough',
    zh: '用更少的比特存放模型权重，或减少权重：各方式的大小、速度、每字符比特与复读，并选出足够好的最小一种',
  },
  options: async () => (await import('./compress-options.ts')).compressOptions,
  example: 'inkstone compress runs/poems-2min --documents 50 --out poems.gguf',
  examples: [
    'inkstone compress runs/poems-2min --documents 50 --types f32,gptq --prune wanda:0.5,structured:0.25',
  ],
  load: () => import('./commands/compress.ts'),
});

const doctor = defineCommand({
  name: 'doctor',
  summary: { en: 'which kernels run here and how fast they are', zh: '查看本机用的是哪套内核、速度如何' },
  options: async () => ({}),
  example: 'inkstone doctor',
  load: () => import('./commands/doctor.ts'),
});

const explain = defineCommand({
  name: 'explain',
  args: '[word…]',
  summary: {
    en: 'what a word means that is shown here: perplexity, top-p, KV cache, …; alone, which words there are',
    zh: '解释这里出现的词：困惑度、top-p、KV 缓存……；不带参数则列出全部词条',
  },
  options: async () => ({}),
  example: 'inkstone explain perplexity',
  load: () => import('./commands/explain.ts'),
});

const serve = defineCommand({
  name: 'serve',
  args: '[run…]',
  summary: {
    en: "trained models behind OpenAI's wire format, for any client that speaks it; those that translate, classify or fill blanks have routes of their own",
    zh: '以 OpenAI 接口提供训练好的模型，供任何兼容客户端调用；翻译、分类、填空模型另有接口',
  },
  options: async () => (await import('./serve-options.ts')).serveOptions,
  example: 'inkstone serve runs/poems-2min --port 8080',
  examples: [
    'inkstone serve runs/poems-2min --adapter song=runs/song --port 8080',
    'inkstone serve runs/translator classifier --port 8080',
    'inkstone serve --index index --port 8080',
  ],
  load: () => import('./commands/serve.ts'),
});

const keys = defineCommand({
  name: 'keys',
  args: '<create|list|revoke> [name]',
  summary: {
    en: 'the keys with which clients may ask the server, each with limits of its own',
    zh: '管理客户端访问服务器的密钥，各有限额',
  },
  options: async () => (await import('./serve-options.ts')).keysOptions,
  example: 'inkstone keys create ci --requests-per-minute 60',
  load: () => import('./commands/keys.ts'),
});

const studio = defineCommand({
  name: 'studio',
  args: '[run…]',
  summary: {
    en: 'pages in the browser: train and watch, write, chat, translate, sum up, classify, look inside, review, documents, labels, an assistant, customers, a tutor; on the runs named, else the latest',
    zh: '浏览器里的工作台：训练并旁观、写作、对话、翻译、摘要、分类、看内部、审阅、文档、标注、助手、客服、出题；载入所列训练，未列则取最近一次',
  },
  options: async () => (await import('./serve-options.ts')).studioOptions,
  example: 'inkstone studio',
  load: () => import('./commands/studio.ts'),
});

export const commands = [
  start,
  train,
  privacy,
  federate,
  gan,
  data,
  stats,
  tag,
  generate,
  reason,
  fillMask,
  translate,
  tune,
  update,
  predict,
  exportCommand,
  tokenizer,
  repeat,
  choose,
  compare,
  compress,
  evalCommand,
  benchmark,
  probe,
  classify,
  image,
  inspect,
  gradients,
  recall,
  length,
  ladder,
  index,
  search,
  ask,
  claims,
  summarize,
  assist,
  service,
  papers,
  paper,
  tutor,
  domain,
  recommend,
  code,
  music,
  speak,
  listen,
  video,
  serve,
  keys,
  ...accountCommands,
  studio,
  vectors,
  pack,
  unpack,
  profile,
  doctor,
  explain,
] as unknown as readonly CommandRow[];
