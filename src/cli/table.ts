/** Every command, as data; its module is loaded only when it is called. */

import { type CommandRow, defineCommand } from './command.ts';
import { compareOptions } from './compare-options.ts';
import { compressOptions } from './compress-options.ts';
import { dataOptions } from './corpus-options.ts';
import { exportOptions } from './export-options.ts';
import { inspectOptions } from './inspect-options.ts';
import {
  doctorOptions,
  explainOptions,
  fillMaskOptions,
  generateOptions,
  profileOptions,
  repeatOptions,
  startOptions,
  trainOptions,
} from './option-tables.ts';
import { keysOptions, serveOptions, studioOptions } from './serve-options.ts';
import { tokenizerOptions } from './tokenizer-options.ts';
import { tuneOptions } from './tune-options.ts';

const start = defineCommand({
  name: 'start',
  summary: {
    en: 'the whole way: fetch poems, train a model in minutes, let it write, measure its repetition, meet it in the browser',
    zh: '从头到尾走一遍：取诗、几分钟训练一个模型、让它写诗、度量复读，在浏览器里与它见面',
  },
  options: startOptions,
  example: 'inkstone start --minutes 0.5',
  load: () => import('./commands/start.ts'),
});

const train = defineCommand({
  name: 'train',
  summary: {
    en: 'train a model on text; the same command again goes on where it stopped',
    zh: '在文本上训练模型；重复同一命令即从中断处继续',
  },
  options: trainOptions,
  example: 'inkstone train --data npm:chinese-poetry --minutes 0.5 --out runs/poems',
  load: () => import('./commands/train.ts'),
});

const data = defineCommand({
  name: 'data',
  args: '<preview|stats|save> <source>',
  summary: {
    en: 'what a source of text holds: what was read, cleaned, dropped, with examples; save it clean',
    zh: '查看文本来源：读了什么、清洗了什么、去掉了什么，附例；可保存清洗结果',
  },
  options: dataOptions,
  example: 'inkstone data stats tang --near-duplicates 0.5',
  load: () => import('./commands/data.ts'),
});

const generate = defineCommand({
  name: 'generate',
  args: '<run>',
  summary: {
    en: 'let a trained model write: a run, a Hugging Face folder or a .gguf file',
    zh: '让训练好的模型写作：训练目录、Hugging Face 目录或 .gguf 文件',
  },
  options: generateOptions,
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
  options: fillMaskOptions,
  example: 'inkstone fill-mask runs/masked --text "床前明月[MASK]" --top 5',
  load: () => import('./commands/fill-mask.ts'),
});

const tune = defineCommand({
  name: 'tune',
  args: '<decoding> <run>',
  summary: {
    en: 'find the temperature, top-k and top-p with which a model writes most like held-out text',
    zh: '找出让模型写得最接近留出文本的温度、top-k 与 top-p',
  },
  options: tuneOptions,
  example: 'inkstone tune decoding runs/poems-2min --budget 12',
  load: () => import('./commands/tune.ts'),
});

const exportCommand = defineCommand({
  name: 'export',
  args: '<model>',
  summary: {
    en: 'write a model for other programs: GGUF (llama.cpp and what stands on it), a Hugging Face folder, ONNX',
    zh: '把模型写成其他程序可用的格式：GGUF（llama.cpp 及其衍生程序）、Hugging Face 目录、ONNX',
  },
  options: exportOptions,
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
  options: tokenizerOptions,
  example: 'inkstone tokenizer train --data poems.txt --vocab-size 4000 --out tokenizer.json',
  load: () => import('./commands/tokenizer.ts'),
});

const inspect = defineCommand({
  name: 'inspect',
  args: '<run>',
  summary: {
    en: 'look inside a model: how likely each token is, where heads look, what each layer would say, why this token',
    zh: '看模型内部：各词元的概率、各头看向何处、每一层会怎么说、为何是这个词元',
  },
  options: inspectOptions,
  example: 'inkstone inspect runs/poems-2min --text 春眠不觉晓 --what lens',
  load: () => import('./commands/inspect.ts'),
});

const repeat = defineCommand({
  name: 'repeat',
  args: '<measure|detect|clean|audit|lab> <file…>',
  summary: {
    en: 'measure how texts repeat themselves, find loops, clean them, audit a corpus; the lab: why a model repeats, what cures it',
    zh: '度量文本的复读、找出循环、清理文本、审查语料；实验室：模型为何复读、如何治',
  },
  options: repeatOptions,
  example: 'inkstone repeat measure poems.txt',
  load: () => import('./commands/repeat.ts'),
});

const compress = defineCommand({
  name: 'compress',
  args: '<model>',
  summary: {
    en: 'keep the weights of a model in fewer bits: size, speed, bits a character and repetition of each way, and the smallest that is good enough',
    zh: '用更少的比特存放模型权重：各方式的大小、速度、每字符比特与复读，并选出足够好的最小一种',
  },
  options: compressOptions,
  example: 'inkstone compress runs/poems-2min --documents 50 --out poems.gguf',
  load: () => import('./commands/compress.ts'),
});

const compare = defineCommand({
  name: 'compare',
  args: '<run…>',
  summary: {
    en: 'models side by side on the same held-out texts: which predicts best, which writes most like people, and whether it is chance',
    zh: '多个模型在同样的留出文本上并排比较：谁预测得最好、谁写得最像人、差异是否出于偶然',
  },
  options: compareOptions,
  example: 'inkstone compare runs/small runs/large --prompts 8',
  load: () => import('./commands/compare.ts'),
});

const doctor = defineCommand({
  name: 'doctor',
  summary: { en: 'which kernels run here and how fast they are', zh: '查看本机用的是哪套内核、速度如何' },
  options: doctorOptions,
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
  options: explainOptions,
  example: 'inkstone explain perplexity',
  load: () => import('./commands/explain.ts'),
});

const serve = defineCommand({
  name: 'serve',
  args: '<run…>',
  summary: {
    en: "trained models behind OpenAI's wire format, for any client that speaks it",
    zh: '以 OpenAI 接口提供训练好的模型，供任何兼容客户端调用',
  },
  options: serveOptions,
  example: 'inkstone serve runs/poems-2min --port 8080',
  load: () => import('./commands/serve.ts'),
});

const keys = defineCommand({
  name: 'keys',
  args: '<create|list|revoke> [name]',
  summary: {
    en: 'the keys with which clients may ask the server, each with limits of its own',
    zh: '管理客户端访问服务器的密钥，各有限额',
  },
  options: keysOptions,
  example: 'inkstone keys create ci --requests-per-minute 60',
  load: () => import('./commands/keys.ts'),
});

const studio = defineCommand({
  name: 'studio',
  args: '[run…]',
  summary: {
    en: 'pages in the browser: train and watch, write, chat, look inside, review; on the runs named, else the latest',
    zh: '浏览器里的工作台：训练并旁观、写作、对话、看内部、审阅；载入所列训练，未列则取最近一次',
  },
  options: studioOptions,
  example: 'inkstone studio',
  load: () => import('./commands/studio.ts'),
});

const profile = defineCommand({
  name: 'profile',
  args: '[preset|run]',
  summary: {
    en: 'where the time of a step goes, kernel by kernel, beside what the machine can do',
    zh: '逐个内核查看一步的时间花在哪里，并与机器上限对照',
  },
  options: profileOptions,
  example: 'inkstone profile shakespeare-cpu',
  load: () => import('./commands/profile.ts'),
});

export const commands = [
  start,
  train,
  data,
  generate,
  fillMask,
  tune,
  exportCommand,
  tokenizer,
  repeat,
  compare,
  compress,
  inspect,
  serve,
  keys,
  studio,
  profile,
  doctor,
  explain,
] as unknown as readonly CommandRow[];
