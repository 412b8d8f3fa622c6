/** Which way of decoding, and which way of training, fits a model: chosen by stated rules from measured figures. */

import { inBoth, type Label } from '../plots/index.ts';
import type { Finding } from './findings.ts';
import type { LabRow } from './lab-rows.ts';

export interface Cure {
  /** The row of the strategy, by name and guard. */
  readonly strategy: string;
  readonly guard: boolean;
  /** Whether it repeats no more than people do, by the rule; otherwise it is the least bad. */
  readonly isEnough: boolean;
  readonly decoding: Label;
  readonly rule: Label;
  /** What training or data can do, in the order of the causes. */
  readonly training: readonly {
    readonly finding: string;
    readonly words: Label;
    readonly trainCure?: string;
  }[];
}

/** How near to people's diversity is near enough, and how much more than theirs the texts may resemble each other. */
const DIVERSITY_SHARE = 0.95;
const SELF_BLEU_MARGIN = 0.1;

const RULE: Label = {
  en: 'Of the strategies with at most one stuck text more than people, at least 95 % of their diversity, and texts that resemble each other hardly more than theirs (self-BLEU at most 0.1 higher), the one whose text the model itself finds likeliest; where none is like that, the one with the fewest stuck texts, then the most diverse.',
  zh: '在卡住的文本至多比人多一篇、多样性不低于人的 95 %、且各篇彼此的相似度（self-BLEU）至多比人高 0.1 的策略中，取模型自己认为最可能（平均对数概率最高）的一个；若无此类策略，则取卡住最少者，其次取多样性最高者。',
};

/** The strategy that fits, and the cures of the causes that were found. */
export function chooseCure(rows: readonly LabRow[], people: LabRow, findings: readonly Finding[]): Cure {
  const isEnough = (row: LabRow): boolean =>
    row.stuck.value <= people.stuck.value + 1 / row.texts.length + 1e-9 &&
    row.diversity.value >= DIVERSITY_SHARE * people.diversity.value &&
    (row.report.selfBleu ?? 0) <= (people.report.selfBleu ?? 0) + SELF_BLEU_MARGIN;
  const good = rows.filter(isEnough);
  const best =
    good.length > 0
      ? good.reduce((a, b) => (b.logprob.value > a.logprob.value ? b : a))
      : rows.reduce((a, b) =>
          b.stuck.value < a.stuck.value ||
          (b.stuck.value === a.stuck.value && b.diversity.value > a.diversity.value)
            ? b
            : a,
        );
  const figures = (row: LabRow) => ({
    stuck: (100 * row.stuck.value).toFixed(0),
    diversity: row.diversity.value.toFixed(1),
    logprob: row.logprob.value.toFixed(2),
  });
  const [own, theirs] = [figures(best), figures(people)];
  return {
    strategy: best.name,
    guard: best.guard,
    isEnough: good.length > 0,
    decoding: inBoth((say, lang) => {
      const name = say(nameOf(best));
      return lang === 'en'
        ? `Decode with ${name}: ${own.stuck} % of the texts are stuck (people ${theirs.stuck} %), diversity ${own.diversity} % (people ${theirs.diversity} %), ${own.logprob} nats a token (people ${theirs.logprob})${good.length ? '' : '; none of the strategies comes up to people'}.`
        : `用 ${name} 解码：卡住的文本 ${own.stuck} %（人 ${theirs.stuck} %），多样性 ${own.diversity} %（人 ${theirs.diversity} %），每词元 ${own.logprob} 奈特（人 ${theirs.logprob}）${good.length ? '' : '；没有一种策略达到人的水平'}。`;
    }),
    rule: RULE,
    training: findings
      .filter(({ isCause }) => isCause)
      .map(({ id, cure, trainCure }) => ({ finding: id, words: cure, ...(trainCure && { trainCure }) })),
  };
}

/** A row by its name: the specification, with the guard if there is one. */
export function nameOf({ name, guard }: Pick<LabRow, 'name' | 'guard'>): Label {
  if (name === 'people') return { en: 'people', zh: '人' };
  return guard ? { en: `${name} + guard`, zh: `${name}＋护栏` } : name;
}
