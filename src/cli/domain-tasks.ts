/** The test of a kit as benchmark tasks: what terms mean, rules put to a case, and small calculations. */

import type { DomainKit, KitQuestion } from '../apps/index.ts';
import { type BenchmarkItem, type BenchmarkTask, benchmarkTask } from '../eval/index.ts';
import { createRng, type Rng } from '../rng.ts';

export interface KitTask {
  readonly task: BenchmarkTask;
  readonly items: readonly BenchmarkItem[];
  readonly part: 'terms' | 'rules' | 'sums';
  readonly language: 'en' | 'zh';
  /** The share that guessing gets right; 0 where an answer is written. */
  readonly chance: number;
}

interface Choice {
  readonly ask: string;
  readonly choices: readonly string[];
  readonly right: number;
}

/** Wrong meanings beside the right one. */
const WRONG = 3;
const ANSWER_TOKENS = 16;

const words = {
  en: {
    meaning: (name: string, title: string) => `What does "${name}" mean in ${title}?`,
    prompt: 'Question: {{ask}}\nAnswer:',
    numbered: 'Question: {{ask}}\n{{list}}\nWrite the number of the right answer.\nAnswer:',
    delimiter: ' ',
  },
  zh: {
    meaning: (name: string, title: string) => `“${name}”在${title}中是什么意思？`,
    prompt: '问：{{ask}}\n答：',
    numbered: '问：{{ask}}\n{{list}}\n请写出正确答案的编号。\n答：',
    delimiter: '',
  },
} as const;

/**
 * The parts of a kit's test in one language. Where likelihoods are told the choices are compared by them; else (`isNumbered`)
 * they are listed by numbers, of which one is to be written. Choices stand in an order that the seed decides.
 */
export function kitTasks(
  kit: DomainKit,
  language: 'en' | 'zh',
  {
    isNumbered,
    seed,
    limit,
  }: { readonly isNumbered: boolean; readonly seed: number; readonly limit?: number | undefined },
): KitTask[] {
  const rng = createRng(seed).split(`${kit.name} ${language}`);
  const rules = kit.questions.flatMap((one) => choiceOf(one, language) ?? []);
  const parts = [
    choiceTask(
      kit,
      'terms',
      language,
      meanings(kit, language, rng.split('terms')).slice(0, limit),
      isNumbered,
    ),
    choiceTask(
      kit,
      'rules',
      language,
      rules.slice(0, limit).map((one) => shuffled(one, rng.split(one.ask))),
      isNumbered,
    ),
    sumTask(kit, language, limit),
  ];
  return parts.filter(({ items }) => items.length > 0);
}

const choiceOf = ({ ask, choices, right }: KitQuestion, language: 'en' | 'zh'): Choice | undefined =>
  choices && { ask: ask[language], choices: choices[language], right: right! };

function shuffled({ ask, choices, right }: Choice, rng: Rng): Choice {
  const order = permutation(choices.length, rng);
  return { ask, choices: order.map((place) => choices[place]), right: order.indexOf(right) };
}

function permutation(count: number, rng: Rng): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Of each term its meaning among those of others. */
function meanings({ glossary, title }: DomainKit, language: 'en' | 'zh', rng: Rng): Choice[] {
  if (glossary.length <= WRONG) return [];
  return glossary.map((term, i) => {
    const own = rng.split(term.en[0]);
    const others = permutation(glossary.length, own)
      .filter((place) => place !== i)
      .slice(0, WRONG);
    const choices = [i, ...others].map((place) => glossary[place].means[language]);
    const ask = words[language].meaning(term[language][0], title[language]);
    return shuffled({ ask, choices, right: 0 }, own);
  });
}

function choiceTask(
  { name }: DomainKit,
  part: 'terms' | 'rules',
  language: 'en' | 'zh',
  choices: readonly Choice[],
  isNumbered: boolean,
): KitTask {
  const { prompt, numbered, delimiter } = words[language];
  const title = `${name}-${part}-${language}`;
  const common = { name: title, data: name, delimiter };
  const chance = choices.reduce((sum, one) => sum + 1 / one.choices.length, 0) / (choices.length || 1);
  const items = choices.map(({ ask, choices: list, right }, i): BenchmarkItem => {
    const number = String(right + 1);
    const fields = isNumbered
      ? {
          ask,
          list: list.map((one, k) => `${k + 1}. ${one}`).join('\n'),
          // Some write the choice behind its number, or alone.
          right: [number, `${number}. ${list[right]}`, list[right]],
        }
      : { ask, choices: list, right };
    return { where: `${title} ${i + 1}`, fields };
  });
  const task = isNumbered
    ? {
        ...common,
        type: 'generation',
        prompt: numbered,
        answer: 'right',
        maxTokens: ANSWER_TOKENS,
        lang: language,
      }
    : { ...common, type: 'multiple-choice', prompt, choices: 'choices', answer: 'right' };
  return { task: benchmarkTask(task, title), items, part, language, chance };
}

function sumTask({ name, questions }: DomainKit, language: 'en' | 'zh', limit: number | undefined): KitTask {
  const title = `${name}-sums-${language}`;
  const { prompt, delimiter } = words[language];
  const items = questions
    .filter(({ answer }) => answer !== undefined)
    .slice(0, limit)
    .map(
      ({ ask, answer }, i): BenchmarkItem => ({
        where: `${title} ${i + 1}`,
        fields: { ask: ask[language], right: answer![language] },
      }),
    );
  const task = benchmarkTask(
    {
      name: title,
      data: name,
      type: 'generation',
      prompt,
      delimiter,
      answer: 'right',
      maxTokens: ANSWER_TOKENS,
      lang: language,
    },
    title,
  );
  return { task, items, part: 'sums', language, chance: 0 };
}
