/** The options of `inkstone tune search`. NOTE Strategies by name only: the help must not load what they name. */

import type { SearchStrategy } from '../eval/index.ts';
import { classifyMethods, classifyOptions } from './classify-options.ts';
import type { OptionRow, OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';

/** A name left out does not compile. */
const strategies: { readonly [Name in SearchStrategy]: true } = { bayesian: true, grid: true, random: true };

export const LANGUAGE_MODEL = 'language-model';

const ofSearch = <Row extends OptionRow>(row: Row) => ({ ...row, verbs: ['search'] as const });

export const searchOptions = {
  method: ofSearch({
    type: 'string',
    choices: [...classifyMethods, LANGUAGE_MODEL],
    default: 'svm',
    doc: {
      en: 'what learns: a method of classify, scored by cross-validation, or a language model, by its loss on held-out text',
      zh: '学习方法：classify 的某种方法（按交叉验证评分），或语言模型（按留出文本上的损失评分）',
    },
  }),
  space: ofSearch({
    type: 'string',
    placeholder: 'name=…;…',
    doc: {
      en: 'what to try, by options of classify train or train: "c=log:0.01:100; ngrams=int:1:3; loss=hinge,squared-hinge" (float, log, int, log-int; one value is fixed; default: what is usual for the method)',
      zh: '要试的设置，用 classify train 或 train 的选项名："c=log:0.01:100; ngrams=int:1:3; loss=hinge,squared-hinge"（float、log、int、log-int；单个值即固定；默认：该方法常用的设置）',
    },
  }),
  strategy: ofSearch({
    type: 'string',
    choices: Object.keys(strategies),
    default: 'bayesian' satisfies SearchStrategy,
    doc: {
      en: 'how the next settings are chosen: by a model of the trials so far, on a grid, or by chance',
      zh: '如何选下一组设置：按已试结果建模、按网格，或随机',
    },
  }),
  trials: ofSearch({
    type: 'number',
    default: 24,
    rule: wholePositive,
    doc: { en: 'settings to try, at most', zh: '最多试多少组设置' },
  }),
  folds: ofSearch({
    type: 'number',
    default: 5,
    rule: {
      test: (n: number) => Number.isInteger(n) && n >= 2 && n <= 100,
      words: { en: 'a whole number from 2 to 100', zh: '为 2 到 100 的整数' },
    },
    doc: {
      en: 'parts of the texts, each of which is held out once (not for a language model)',
      zh: '文本分成几份，每份各留出一次（语言模型不用）',
    },
  }),
  score: ofSearch({
    type: 'string',
    choices: ['accuracy', 'macro-f1'],
    default: 'accuracy',
    doc: { en: 'what counts of a classifier', zh: '分类器以什么为准' },
  }),
  preset: ofSearch({
    type: 'string',
    placeholder: 'name',
    default: 'shakespeare-cpu',
    doc: {
      en: 'of a language model: the model and recipe whose settings are changed',
      zh: '语言模型：以哪个模型与配方为基础改动设置',
    },
  }),
  labelColumn: ofSearch(classifyOptions.labelColumn),
  header: ofSearch(classifyOptions.header),
} as const satisfies OptionTable;
