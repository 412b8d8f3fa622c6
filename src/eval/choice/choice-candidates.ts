/** The models that a choice is made of, and the commands that make each do a task. A new model is a row here. */

import type { Language } from '../../language.ts';
import type { ChoiceTask } from './choice-facts.ts';

/** How a model works. `prefix`: a beginning is read in both directions, as in GLM. */
export type ModelClass =
  | 'statistical'
  | 'recurrent'
  | 'convolutional'
  | 'encoder'
  | 'decoder'
  | 'prefix'
  | 'encoder-decoder'
  | 'remote';

/** Where what it knows comes from: the user's texts alone, weights that others made, an endpoint. */
export type ModelOrigin = 'own' | 'pretrained' | 'endpoint';

export interface ModelCandidate {
  readonly kind: ModelClass;
  readonly origin: ModelOrigin;
  /** Only a mark that others must beat: no command does the task with it. */
  readonly isMark?: boolean;
  readonly title: { readonly [L in Language]: string };
  /** Command lines for each task that it can do; words in braces are filled in. */
  readonly commands: { readonly [Task in ChoiceTask]?: readonly string[] };
}

const head = (task: 'classify' | 'label' | 'span', model: string, more = ''): string =>
  `inkstone tune head ${model} --task ${task} --data ${task === 'span' ? '{questions}' : '{data}'}${more} --out runs/chosen`;
const SHAPE = '--layers {layers} --width {width} --heads {heads} --steps {steps}';
const trainHere = (more: string, out = 'runs/chosen', data = '{data}'): string =>
  `inkstone train --data ${data} --preset shakespeare-cpu ${more}${SHAPE} --out ${out}`;
const maskedHere = trainHere('--objective masked ', 'runs/encoder', '{texts}');
const WRITE = 'inkstone generate runs/chosen';
const INDEX = 'inkstone index {data} --out index';

export const modelCandidates = {
  'naive-bayes': {
    kind: 'statistical',
    origin: 'own',
    title: { en: 'naive Bayes', zh: '朴素贝叶斯' },
    commands: { classify: ['inkstone classify train --data {data} --method naive-bayes --out chosen'] },
  },
  svm: {
    kind: 'statistical',
    origin: 'own',
    title: { en: 'linear SVM', zh: '线性 SVM' },
    commands: { classify: ['inkstone classify train --data {data} --method svm --out chosen'] },
  },
  cnn: {
    kind: 'convolutional',
    origin: 'own',
    title: { en: 'text CNN', zh: '文本 CNN' },
    commands: { classify: ['inkstone classify train --data {data} --method cnn --out chosen'] },
  },
  'encoder-here': {
    kind: 'encoder',
    origin: 'own',
    title: { en: 'BERT class, trained here', zh: 'BERT 类，在此训练' },
    commands: {
      classify: [maskedHere, head('classify', 'runs/encoder')],
      tag: [maskedHere, head('label', 'runs/encoder')],
      answer: [maskedHere, head('span', 'runs/encoder')],
    },
  },
  'encoder-pretrained': {
    kind: 'encoder',
    origin: 'pretrained',
    title: { en: 'BERT base, tuned', zh: 'BERT base，微调' },
    commands: {
      classify: [head('classify', '{weights}')],
      tag: [head('label', '{weights}')],
      answer: [head('span', '{weights}')],
    },
  },
  'decoder-head': {
    kind: 'decoder',
    origin: 'pretrained',
    title: { en: 'LLaMA class 0.5B with a head, LoRA', zh: 'LLaMA 类 0.5B 加任务头，LoRA' },
    commands: {
      classify: [head('classify', '{weights}', ' --rank 8')],
      tag: [head('label', '{weights}', ' --rank 8')],
    },
  },
  ngram: {
    kind: 'statistical',
    origin: 'own',
    isMark: true,
    title: { en: '5-grams, counted', zh: '5 元模型，计数' },
    commands: { write: ['inkstone stats {file}'] },
  },
  lstm: {
    kind: 'recurrent',
    origin: 'own',
    title: { en: 'LSTM, trained here', zh: 'LSTM，在此训练' },
    commands: {
      write: [
        'inkstone train --data {data} --preset shakespeare-cpu --architecture lstm --layers {layers} --width {width} --steps {steps} --out runs/chosen',
        WRITE,
      ],
    },
  },
  'decoder-here': {
    kind: 'decoder',
    origin: 'own',
    title: { en: 'LLaMA class, small, trained here', zh: 'LLaMA 类小模型，在此训练' },
    commands: { write: [trainHere(''), WRITE] },
  },
  'prefix-here': {
    kind: 'prefix',
    origin: 'own',
    title: { en: 'GLM class, small, trained here', zh: 'GLM 类小模型，在此训练' },
    commands: { write: [trainHere('--objective prefix '), WRITE] },
  },
  'pairs-here': {
    kind: 'encoder-decoder',
    origin: 'own',
    title: { en: 'encoder–decoder, trained here', zh: '编码器–解码器，在此训练' },
    commands: {
      translate: [
        trainHere('--architecture encoder-decoder '),
        'inkstone translate runs/chosen --text {prompt}',
      ],
    },
  },
  'pairs-pretrained': {
    kind: 'encoder-decoder',
    origin: 'pretrained',
    title: { en: 'Marian, as it is', zh: 'Marian，直接使用' },
    commands: { translate: ['inkstone translate {weights} --text {prompt}'] },
  },
  'decoder-pretrained': {
    kind: 'decoder',
    origin: 'pretrained',
    title: { en: 'LLaMA class 0.5B, LoRA', zh: 'LLaMA 类 0.5B，LoRA' },
    commands: {
      write: [
        'inkstone tune lora {weights} --data {data} --out runs/chosen',
        'inkstone generate {weights} --adapter runs/chosen --prompt {prompt}',
      ],
      summarize: ['inkstone summarize {data} --model {weights}'],
      answer: [INDEX, 'inkstone ask index {prompt} --model {weights}'],
    },
  },
  'decoder-7b': {
    kind: 'decoder',
    origin: 'pretrained',
    title: { en: 'LLaMA class 7B, LoRA on 4 bits', zh: 'LLaMA 类 7B，4 比特上 LoRA' },
    commands: {
      write: [
        'inkstone tune lora {weights} --data {data} --weights q4_0 --out runs/chosen',
        'inkstone generate {weights} --adapter runs/chosen --weights q4_0 --prompt {prompt}',
      ],
      translate: [
        'inkstone tune lora {weights} --data {data} --answers --weights q4_0 --out runs/chosen',
        'inkstone generate {weights} --adapter runs/chosen --weights q4_0 --prompt {prompt}',
      ],
    },
  },
  extract: {
    kind: 'statistical',
    origin: 'own',
    title: { en: 'sentences picked out', zh: '摘取原句' },
    commands: {
      summarize: ['inkstone summarize {data}'],
      answer: [INDEX, 'inkstone ask index {prompt}'],
    },
  },
  bm25: {
    kind: 'statistical',
    origin: 'own',
    title: { en: 'words (BM25)', zh: '按词（BM25）' },
    commands: { search: [INDEX, 'inkstone search index --mode bm25 --query {prompt}'] },
  },
  embedder: {
    kind: 'encoder',
    origin: 'pretrained',
    title: { en: 'words and vectors of a BERT class encoder', zh: '词与 BERT 类编码器向量' },
    commands: {
      search: [
        'inkstone index {data} --embedder {weights} --out index',
        'inkstone search index --mode hybrid --query {prompt}',
      ],
    },
  },
  remote: {
    kind: 'remote',
    origin: 'endpoint',
    title: { en: 'a large model behind an endpoint', zh: '端点上的大模型' },
    commands: {
      classify: ['inkstone assist {endpoint} --ask {prompt}'],
      tag: ['inkstone assist {endpoint} --ask {prompt}'],
      write: ['inkstone assist {endpoint} --ask {prompt}'],
      translate: ['inkstone assist {endpoint} --ask {prompt}'],
      summarize: ['inkstone summarize {data} --model {endpoint}'],
      answer: [INDEX, 'inkstone ask index {prompt} --model {endpoint}'],
      search: [
        'inkstone index {data} --embedder {endpoint} --out index',
        'inkstone search index --mode hybrid --query {prompt}',
      ],
    },
  },
} as const satisfies { readonly [name: string]: ModelCandidate };

export type ModelName = keyof typeof modelCandidates;

/** Those that can do a task, in the order of the table. */
export const candidatesFor = (task: ChoiceTask): ModelName[] =>
  (Object.keys(modelCandidates) as ModelName[]).filter((name) => task in modelCandidates[name].commands);
