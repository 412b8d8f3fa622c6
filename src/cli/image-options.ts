/** The options of `inkstone image`. */

import type { ImageModel } from '../vision/index.ts';
import type { OptionTable } from './command.ts';
import { notNegative, positive, share, wholePositive } from './option-rules.ts';
import { seed } from './shared-options.ts';

/** NOTE By name only: the help must not load the models. A task left out does not compile. */
const tasks: { readonly [Task in ImageModel['task']]: true } = {
  classify: true,
  search: true,
  caption: true,
  draw: true,
};
export const imageTasks = Object.keys(tasks) as ImageModel['task'][];

const learning = ['train'] as const;
const reading = ['train', 'search'] as const;

export const imageOptions = {
  data: {
    verbs: reading,
    type: 'string',
    placeholder: 'path',
    doc: {
      en: 'a table of pictures (csv, tsv, json, jsonl: file, label, caption), a folder with one, or to search in, a folder of pictures',
      zh: '图片表格（csv、tsv、json、jsonl，列为 file、label、caption）或含有它的目录；检索时也可以是图片目录',
    },
  },
  task: {
    verbs: learning,
    type: 'string',
    choices: imageTasks,
    default: 'classify',
    doc: {
      en: 'what is learnt: labels, the search for pictures by captions and back, to write captions, or to draw what captions say',
      zh: '学什么：标签、图文互相检索、写图片说明，还是按说明作画',
    },
  },
  encoder: {
    verbs: learning,
    type: 'string',
    choices: ['cnn', 'patches'],
    default: 'cnn',
    doc: {
      en: 'what sees the pictures: a convolutional network, or patches that attend to each other (ViT); to draw it is always patches',
      zh: '看图的网络：卷积网络，或相互注意的图块（ViT）；作画一律用图块',
    },
  },
  imageSize: {
    verbs: ['shapes', 'train', 'draw'],
    type: 'number',
    placeholder: 'pixels',
    default: 32,
    rule: wholePositive,
    doc: {
      en: 'the side of the pictures as they are seen or made; of drawings, that of the file (default: as the model learnt)',
      zh: '看到或生成的图片的边长；作画时为文件的边长（默认与模型所学相同）',
    },
  },
  width: {
    verbs: learning,
    type: 'number',
    default: 64,
    rule: wholePositive,
    doc: {
      en: 'filters of the last convolution, or numbers of a state',
      zh: '最后一层卷积的滤波器数，或状态的维数',
    },
  },
  layers: {
    verbs: learning,
    type: 'number',
    default: 3,
    rule: wholePositive,
    doc: { en: 'convolutions, or blocks of attention', zh: '卷积层数，或注意力块数' },
  },
  heads: {
    verbs: learning,
    type: 'number',
    default: 4,
    rule: wholePositive,
    doc: { en: 'heads of attention, over patches and in captions', zh: '图块与说明文字的注意力头数' },
  },
  patch: {
    verbs: learning,
    type: 'number',
    placeholder: 'pixels',
    default: 4,
    rule: wholePositive,
    doc: { en: 'the side of a patch', zh: '图块边长' },
  },
  epochs: {
    verbs: learning,
    type: 'number',
    default: 20,
    rule: wholePositive,
    doc: { en: 'passes over the pictures', zh: '遍历图片的次数' },
  },
  batchSize: {
    verbs: learning,
    type: 'number',
    default: 32,
    rule: wholePositive,
    doc: { en: 'pictures in a batch', zh: '每批图片数' },
  },
  lr: {
    verbs: learning,
    type: 'number',
    default: 0.002,
    rule: positive,
    doc: { en: 'peak learning rate', zh: '学习率峰值' },
  },
  heldOut: {
    verbs: learning,
    type: 'number',
    default: 0.1,
    rule: share,
    doc: { en: 'the share that is kept from learning, to test on', zh: '不参与学习、用于检验的比例' },
  },
  apart: {
    verbs: learning,
    type: 'string',
    choices: ['picture', 'caption'],
    default: 'picture',
    doc: {
      en: 'what never stands on both sides: a picture; or no caption either, so that the test asks for what was never said',
      zh: '什么不得同在两边：图片；或连说明也不得，这样检验的都是没学过的说法',
    },
  },
  fileColumn: {
    verbs: reading,
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the column of the files (default: file, image, …)',
      zh: '文件所在的列（默认 file、image 等）',
    },
  },
  labelColumn: {
    verbs: learning,
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the column of the labels (default: label, class, …)',
      zh: '标签所在的列（默认 label、class 等）',
    },
  },
  captionColumn: {
    verbs: reading,
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the column of the captions (default: caption, text, …)',
      zh: '说明所在的列（默认 caption、text 等）',
    },
  },
  searcher: {
    verbs: learning,
    type: 'string',
    placeholder: 'run',
    doc: {
      en: 'a model of --task search that judges whether drawings of held-out captions show what was asked for',
      zh: '以 --task search 训练的模型，由它评判按留出说明画的图是否相符',
    },
  },
  captioner: {
    verbs: learning,
    type: 'string',
    placeholder: 'run',
    doc: {
      en: 'a model of --task caption that says what it sees in such drawings',
      zh: '以 --task caption 训练的模型，由它说出在这些图中看到什么',
    },
  },
  scenes: {
    verbs: ['shapes'],
    type: 'string',
    choices: ['one', 'pairs'],
    default: 'one',
    doc: {
      en: 'what the pictures show: one kind of shape, or two shapes and how they stand to each other',
      zh: '画什么：同一种图形，或两个图形及其相互位置',
    },
  },
  count: {
    verbs: ['shapes', 'draw'],
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'pictures to make (default: 1000 shapes, 1 drawing)',
      zh: '生成多少张图片（默认：图形 1000 张，作画 1 张）',
    },
  },
  guidance: {
    verbs: ['draw'],
    type: 'number',
    placeholder: 'scale',
    rule: notNegative,
    doc: {
      en: 'how much the prompt leads: 1 as it was learnt, more for clearer and less varied drawings (default: 3)',
      zh: '提示的引导强度：1 为所学原样，越大越切题而越少变化（默认 3）',
    },
  },
  steps: {
    verbs: ['draw'],
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'steps from noise to the drawing: more are finer and slower (default: 16)',
      zh: '从噪声到图画的步数：越多越细致也越慢（默认 16）',
    },
  },
  text: {
    verbs: ['search'],
    type: 'string',
    doc: { en: 'what is sought among pictures', zh: '要在图片中寻找的内容' },
  },
  picture: {
    verbs: ['search'],
    type: 'string',
    placeholder: 'file',
    doc: { en: 'the picture for which a caption is sought', zh: '为这张图片寻找说明' },
  },
  top: {
    verbs: ['search'],
    type: 'number',
    default: 5,
    rule: wholePositive,
    doc: { en: 'how many are shown', zh: '显示几个' },
  },
  language: {
    verbs: ['caption'],
    type: 'string',
    choices: ['en', 'zh'],
    doc: { en: 'of the caption (default: that of these words)', zh: '说明的语言（默认：界面语言）' },
  },
  strategy: {
    verbs: ['caption'],
    type: 'string',
    placeholder: 'spec',
    default: 'beam:4',
    doc: {
      en: 'how the caption is searched for: beam:4, greedy, top-p:0.9, …',
      zh: '说明的搜索方法：beam:4、greedy、top-p:0.9……',
    },
  },
  out: {
    verbs: ['shapes', 'train', 'maps', 'draw'],
    type: 'string',
    placeholder: 'path',
    doc: {
      en: 'where it is written (default: shapes, runs/image-TASK, maps.png, drawing.png)',
      zh: '写到哪里（默认：shapes、runs/image-任务、maps.png、drawing.png）',
    },
  },
  seed: { ...seed, verbs: ['shapes', 'train', 'caption', 'draw'] },
} as const satisfies OptionTable;
