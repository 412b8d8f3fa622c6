/** Where to begin for a task: cool where there is a right answer, warm where there are many good ones. */

import { checkOneOf } from './options.ts';
import type { ProcessorOptions } from './processor-options.ts';

export interface TaskPreset {
  readonly doc: { readonly en: string; readonly zh: string };
  readonly options: ProcessorOptions;
  /** Who found or uses what the options say. */
  readonly source: string;
}

/** From low to high. They are starting points: `tuneDecoding` finds what suits a model and its text. */
const TASK_PRESETS = {
  translation: {
    doc: { en: 'the likeliest rendering', zh: '取最可能的译法' },
    options: { temperature: 0 },
    source:
      'Shi et al. 2024, "A thorough examination of decoding methods in the era of LLMs": deterministic decoding wins on closed-ended tasks; beam search is better still',
  },
  code: {
    doc: { en: 'one program that should run', zh: '一段应当能运行的程序' },
    options: { temperature: 0.2, topP: 0.95 },
    source:
      'Chen et al. 2021, "Evaluating large language models trained on code": best for one attempt; 0.8 for many',
  },
  summary: {
    doc: { en: 'near the text, no phrase twice', zh: '贴近原文，短语不重复' },
    options: { temperature: 0.3, topP: 0.9, noRepeatNgram: { n: 3, includePrompt: false } },
    source:
      'Paulus et al. 2017, "A deep reinforced model for abstractive summarization": no trigram of the summary twice; the low temperature as for translation',
  },
  answer: {
    doc: { en: 'facts, with little room', zh: '陈述事实，少作发挥' },
    options: { temperature: 0.5, topP: 0.9 },
    source:
      'between translation and chat; Holtzman et al. 2019, "The curious case of neural text degeneration", for the nucleus',
  },
  chat: {
    doc: { en: 'a conversation', zh: '对话' },
    options: { temperature: 0.7, topP: 0.8, topK: 20, repetitionPenalty: 1.05 },
    source: 'the generation_config.json of the Qwen2.5 instruct models',
  },
  story: {
    doc: { en: 'long prose that goes on without going round', zh: '长篇叙事，向前写而不打转' },
    options: { temperature: 1, topP: 0.95, dry: 0.8 },
    source:
      'Holtzman et al. 2019: nucleus 0.95 is nearest to human text in perplexity, repetition and Zipf exponent; DRY as its author recommends it',
  },
  poetry: {
    doc: { en: 'surprise is welcome', zh: '乐见新奇' },
    options: { temperature: 1.2, minP: 0.1 },
    source:
      'Nguyen et al. 2024, "Turning up the heat: min-p sampling for creative and coherent LLM outputs": min-p 0.1 holds above temperature 1',
  },
} as const satisfies Readonly<Record<string, TaskPreset>>;

export type Task = keyof typeof TASK_PRESETS;

/** Every task, from low to high. */
export const taskPresets: Readonly<Record<Task, TaskPreset>> = TASK_PRESETS;

/**
 * Options for a task.
 *
 * @example
 * createTextModel(model, tokenizer, taskPreset('poetry'))
 */
export function taskPreset(task: Task): ProcessorOptions {
  checkOneOf('task', task, Object.keys(TASK_PRESETS));
  return TASK_PRESETS[task].options;
}
