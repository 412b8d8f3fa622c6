/** A task to reason about: sums in words, with worked steps in the form of GSM8K (Cobbe et al. 2021): steps, then `#### answer`. */

import type { Language } from '../../language.ts';
import { createRng, type Rng, shuffle } from '../../rng.ts';
import { checkInteger } from '../errors.ts';

/** How a sum is told. A number stands before each thing. */
const words: {
  readonly [L in Language]: {
    readonly owners: readonly string[];
    readonly has: string;
    readonly things: readonly string[];
    readonly between: string;
    readonly last: string;
    readonly ask: string;
  };
} = {
  en: {
    owners: ['Mia', 'Tom', 'Ann', 'Ben'],
    has: ' has ',
    things: [' pens', ' cups', ' keys', ' hats', ' eggs', ' nuts', ' pins', ' bags'],
    between: ', ',
    last: ' and ',
    ask: '. How many things?',
  },
  zh: {
    owners: ['小明', '小红', '小华', '小兰'],
    has: '有',
    things: ['支笔', '个杯', '把伞', '顶帽', '枚蛋', '颗枣', '根针', '只包'],
    between: '、',
    last: '和',
    ask: '。共几件？',
  },
};

/** Numbers in a sum. */
const LEAST = 3;
const MOST = 5;

export interface SumTask {
  readonly question: string;
  readonly answer: string;
  /** Each adds one more number to the total so far, in an order of chance: many ways lead to one answer. */
  readonly steps: readonly string[];
}

export interface SumTaskOptions {
  /** Default both, by turns. */
  readonly lang?: Language;
  /** Default 0. */
  readonly seed?: number;
}

/** So many different sums of 3 to 5 numbers from 10 to 99. @throws `eval/option` */
export function sumTasks(count: number, { lang, seed = 0 }: SumTaskOptions = {}): SumTask[] {
  checkInteger('sumTasks', 'count', count, 1);
  const rng = createRng(seed).split('sums');
  const tasks = new Map<string, SumTask>();
  while (tasks.size < count) {
    const task = sumTask(rng, lang ?? (tasks.size % 2 === 0 ? 'en' : 'zh'));
    tasks.set(task.question, task);
  }
  return [...tasks.values()];
}

function sumTask(rng: Rng, lang: Language): SumTask {
  const { owners, has, things, between, last, ask } = words[lang];
  const size = LEAST + rng.integer(MOST - LEAST + 1);
  const numbers = Array.from({ length: size }, () => 10 + rng.integer(90));
  const named = shuffle([...things], rng).slice(0, size);
  const parts = numbers.map((number, i) => `${number}${named[i]}`);
  const owner = owners[rng.integer(owners.length)];
  const list = `${parts.slice(0, -1).join(between)}${last}${parts.at(-1)}`;
  const [first, ...rest] = shuffle([...numbers], rng);
  let total = first;
  const steps = rest.map((number) => {
    const before = total;
    total += number;
    return `${before}+${number}=${total}`;
  });
  return { question: `${owner}${has}${list}${ask}`, answer: String(total), steps };
}

/**
 * Texts to learn the tasks from: each once with its steps and once with the answer alone, shuffled, so that neither stands beside
 * the other, from which it could be copied.
 */
export function sumTexts(tasks: readonly SumTask[], { seed = 0 }: { readonly seed?: number } = {}): string[] {
  const texts = tasks.flatMap(({ question, answer, steps }) => {
    const lines = steps.map((step, i) => `${i + 1}. ${step}`);
    return [
      [question, ...lines, `#### ${answer}`],
      [question, `#### ${answer}`],
    ];
  });
  return shuffle(texts, createRng(seed).split('texts')).map((lines) => lines.join('\n'));
}
