/** The options of `tune` that size what is trained beside a model. NOTE Names only: the help must not load what they name. */

import type { AdapterMethod, SoftPromptMethod } from '../adapt/index.ts';
import type { OptionTable } from './command.ts';
import { positive, wholePositive } from './option-rules.ts';

/** What is trained beside the model, and whether it stands before the text. A name left out does not compile. */
const adapters: { readonly [M in AdapterMethod | SoftPromptMethod]: 'layers' | 'virtual' } = {
  lora: 'layers',
  ia3: 'layers',
  bottleneck: 'layers',
  prompt: 'virtual',
  'p-tuning': 'virtual',
  prefix: 'virtual',
  'p-tuning-v2': 'virtual',
};

export const adapterMethods = Object.keys(adapters) as readonly (AdapterMethod | SoftPromptMethod)[];
const virtual = adapterMethods.filter((method) => adapters[method] === 'virtual');
/** The verb that trains with several. */
const COMPARE = 'compare';

export const adapterOptions = {
  rank: {
    type: 'number',
    verbs: ['lora', 'head', COMPARE],
    rule: wholePositive,
    doc: {
      en: 'rank of what is added to a matrix (default 8; of head: none is added)',
      zh: '加到矩阵上的低秩部分的秩（默认 8；head 默认不加）',
    },
  },
  alpha: {
    type: 'number',
    verbs: ['lora', 'head', COMPARE],
    rule: positive,
    doc: {
      en: 'what is added is multiplied by alpha / rank (default: twice the rank)',
      zh: '所加部分乘以 alpha / rank（默认：秩的两倍）',
    },
  },
  targets: {
    type: 'string',
    verbs: ['lora', 'ia3', 'bottleneck', 'head'],
    placeholder: 'x,y…',
    doc: {
      en: 'which layers: query, key, value, output, gate, up, down, attention, ffn, all (default: query,value; of ia3: key,value,down; of bottleneck: output,down as Houlsby, where Pfeiffer has down alone)',
      zh: '哪些层：query、key、value、output、gate、up、down、attention、ffn、all（默认：query,value；ia3 为 key,value,down；bottleneck 为 output,down，即 Houlsby 的做法；Pfeiffer 只用 down）',
    },
  },
  virtualTokens: {
    type: 'number',
    verbs: [...virtual, COMPARE],
    rule: wholePositive,
    doc: {
      en: 'virtual tokens that stand before every text; it has so many places less (default 10)',
      zh: '每篇文本之前的虚拟词元数；文本可用的位置相应减少（默认 10）',
    },
  },
  startText: {
    type: 'string',
    verbs: ['prompt'],
    placeholder: 'text',
    doc: {
      en: 'the words that virtual tokens begin with, again and again (default: drawn from the vocabulary)',
      zh: '虚拟词元从这段文字的词元开始，不足则重复（默认：从词表随机抽取）',
    },
  },
  innerSize: {
    type: 'number',
    verbs: ['bottleneck', 'prefix', 'p-tuning'],
    rule: wholePositive,
    doc: {
      en: 'width of the small network: behind a layer (default 16), or of the one that makes virtual tokens while they are learned (default: as wide as the model)',
      zh: '小网络的宽度：接在层后的（默认 16），或训练时生成虚拟词元的（默认与模型同宽）',
    },
  },
  encoder: {
    type: 'string',
    verbs: ['p-tuning'],
    choices: ['lstm', 'mlp'],
    doc: {
      en: 'what makes virtual tokens while they are learned (default lstm)',
      zh: '训练时用什么生成虚拟词元（默认 lstm）',
    },
  },
  methods: {
    type: 'string',
    verbs: [COMPARE],
    placeholder: 'x,y…',
    doc: {
      en: `what to compare: full, ${adapterMethods.join(', ')} (default: all)`,
      zh: `比较哪些方法：full、${adapterMethods.join('、')}（默认：全部）`,
    },
  },
} as const satisfies OptionTable;
