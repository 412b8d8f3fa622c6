/**
 * Why a model repeats itself: one table of rules, each a figure with a threshold, where it comes from, and what helps. The
 * thresholds are ours, set between what the sources report of models that repeat and of people.
 */

import type { Label } from '../plots/index.ts';
import type { Causes } from './causes.ts';
import type { LabRow } from './lab-rows.ts';

/** What the rules look at. */
export interface Evidence {
  readonly causes: Causes;
  readonly people: LabRow;
  readonly greedy: LabRow;
  /** The row of a strategy that draws from most of the distribution. */
  readonly sampled: LabRow | undefined;
}

interface Rule {
  readonly id: string;
  readonly title: Label;
  /** What the figure is, for the table. */
  readonly figure: Label;
  readonly measure: (evidence: Evidence) => number | undefined;
  /** From here on it is a cause; at `full` it counts in full. */
  readonly threshold: number;
  readonly full: number;
  readonly source: string;
  readonly say: (evidence: Evidence, value: number) => { readonly en: string; readonly zh: string };
  /** What training or data can do about it. */
  readonly cure: Label;
  /** The name of the cure for `train --cure`. */
  readonly trainCure?: string;
}

export interface Finding {
  readonly id: string;
  readonly title: Label;
  readonly figure: Label;
  /** `undefined` where it could not be measured. */
  readonly value: number | undefined;
  readonly threshold: number;
  readonly isCause: boolean;
  /** 0 at the threshold, 1 at the value where it counts in full: causes are ranked by it. */
  readonly weight: number;
  readonly source: string;
  /** What was found, in figures; of a cause. */
  readonly sentence?: Label;
  readonly cure: Label;
  readonly trainCure?: string;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const two = (value: number): string => value.toFixed(2);

const RULES: readonly Rule[] = [
  {
    id: 'maximization',
    title: { en: 'always taking the likeliest token', zh: '总取最可能的词元' },
    figure: {
      en: 'stuck texts, greedy minus sampling',
      zh: '卡住的文本占比：贪心减去抽样',
    },
    measure: ({ greedy, sampled }) => sampled && greedy.stuck.value - sampled.stuck.value,
    threshold: 0.05,
    full: 0.5,
    source: 'Holtzman et al. 2019 (GPT-2 large: greedy 73.66 %, nucleus 0.36 %)',
    say: ({ greedy, sampled, people }) => ({
      en: `greedy search leaves ${percent(greedy.stuck.value)} of its texts stuck, ${sampled!.name} ${percent(sampled!.stuck.value)}, people ${percent(people.stuck.value)}: what the model believes is better than its likeliest text`,
      zh: `贪心搜索有 ${percent(greedy.stuck.value)} 的文本卡住，${sampled!.name} 为 ${percent(sampled!.stuck.value)}，人写的为 ${percent(people.stuck.value)}：模型的分布本身好过它最可能的文本`,
    }),
    cure: {
      en: 'draw from the distribution, or guard the search',
      zh: '改为抽样，或为搜索加上护栏',
    },
  },
  {
    id: 'self-reinforcement',
    title: { en: 'self-reinforcement', zh: '自我强化' },
    figure: {
      en: 'rise of the mean token probability of a sentence said again and again',
      zh: '句子反复出现时词元平均概率的增量',
    },
    measure: ({ causes: { reinforcement } }) => {
      const first = reinforcement.people[0]?.tokenProbability;
      const last = reinforcement.people.at(-1)?.tokenProbability;
      return first === undefined || last === undefined ? undefined : last - first;
    },
    threshold: 0.15,
    full: 0.7,
    source: 'Xu et al. 2022 (DITTO), §2',
    say: ({ causes: { reinforcement } }) => {
      const { people, random } = reinforcement;
      const [first, last] = [people[0], people.at(-1)!];
      const noise = random.at(-1);
      return {
        en: `the ${last.n}th time a sentence stands there its tokens have probability ${two(last.tokenProbability)}, the first time ${two(first.tokenProbability)}; it rose in ${percent(last.winners)} of the sentences${noise ? `, and random tokens reach ${two(noise.tokenProbability)}` : ''}`,
        zh: `同一句话第 ${last.n} 次出现时词元概率为 ${two(last.tokenProbability)}，首次为 ${two(first.tokenProbability)}；${percent(last.winners)} 的句子概率上升${noise ? `，随机词元也升到 ${two(noise.tokenProbability)}` : ''}`,
      };
    },
    cure: {
      en: 'DITTO: learn that what was just repeated becomes less likely',
      zh: 'DITTO：让模型学会刚重复过的句子应当更不可能',
    },
    trainCure: 'ditto',
  },
  {
    id: 'induction-heads',
    title: { en: 'induction heads', zh: '归纳头' },
    figure: { en: 'prefix-matching score of the strongest head', zh: '最强注意力头的前缀匹配分' },
    measure: ({ causes }) => causes.induction?.heads[0]?.score,
    threshold: 0.3,
    full: 0.9,
    source: 'Olsson et al. 2022 (0.75–0.94 at 13B); Wang et al. 2025',
    say: ({ causes }, value) => {
      const { heads, chance, copying } = causes.induction!;
      const [{ layer, head }] = heads;
      return {
        en: `layer ${layer}, head ${head} looks at what followed the last time with weight ${two(value)} (chance ${two(chance)}); random tokens seen once are expected with probability ${two(copying.second)} instead of ${two(copying.first)}`,
        zh: `第 ${layer} 层第 ${head} 头以 ${two(value)} 的权重看向上次之后的词元（随机水平 ${two(chance)}）；见过一次的随机词元，预测概率由 ${two(copying.first)} 升到 ${two(copying.second)}`,
      };
    },
    cure: {
      en: 'repetition dropout: hide repeated n-grams from attention in training',
      zh: '复读丢弃：训练时让注意力看不到重复的 n 元组',
    },
    trainCure: 'repetition-dropout',
  },
  {
    id: 'entropy-collapse',
    title: { en: 'certainty inside loops', zh: '循环之内的确信' },
    figure: { en: 'fall of entropy inside loops', zh: '循环内熵的降幅' },
    measure: ({ causes: { entropy } }) =>
      entropy.collapse && 1 - entropy.collapse.inside / entropy.collapse.before,
    threshold: 0.3,
    full: 0.9,
    source: 'Holtzman et al. 2019, §4.3; Xu et al. 2023 (look-back)',
    say: ({ causes: { entropy } }, value) => {
      const { before, inside, texts } = entropy.collapse!;
      return {
        en: `in ${texts} texts with a loop the entropy falls by ${percent(value)}, from ${two(before)} to ${two(inside)} nats: once inside, nothing leads out`,
        zh: `在 ${texts} 篇有循环的文本中，熵下降 ${percent(value)}，由 ${two(before)} 降到 ${two(inside)} 奈特：一旦进入便无路可出`,
      };
    },
    cure: {
      en: 'cut at the onset: the guard; sequence-level unlikelihood in training',
      zh: '在起点切断：使用护栏；训练时用序列级非似然',
    },
    trainCure: 'unlikelihood-seq',
  },
  {
    id: 'objective',
    title: { en: 'training by likelihood', zh: '最大似然训练目标' },
    figure: {
      en: 'rep/128 of its predictions minus that of people',
      zh: '预测的 rep/128 减去人的 rep/128',
    },
    measure: ({ causes: { learning } }) => learning.rep - learning.humanRep,
    threshold: 0.05,
    full: 0.2,
    source: 'Welleck et al. 2019 (0.627 against 0.479–0.53 of people)',
    say: ({ causes: { learning } }) => ({
      en: `reading people's texts it expects a token of the last 128 at ${percent(learning.rep)} of the places (people use one at ${percent(learning.humanRep)}), wrongly at ${percent(learning.wrep)}; ${learning.uniq} different tokens in all`,
      zh: `读人写的文本时，它在 ${percent(learning.rep)} 的位置上预测前 128 个词元之一（人为 ${percent(learning.humanRep)}），其中 ${percent(learning.wrep)} 是错的；总共只预测 ${learning.uniq} 种词元`,
    }),
    cure: {
      en: 'unlikelihood: make tokens of the context less likely where they are wrong',
      zh: '非似然训练：压低上文词元的错误概率',
    },
    trainCure: 'unlikelihood:1',
  },
  {
    id: 'data',
    title: { en: 'repetition in the data', zh: '数据中的重复' },
    figure: { en: 'rep-2 of the corpus, in percent', zh: '语料的 rep-2（%）' },
    measure: ({ causes }) => causes.corpus.corpus.rep2,
    threshold: 8,
    full: 15,
    source: 'Li et al. 2023 (data 5.5 % → 15 % written, 9.7 % → 42 %)',
    say: ({ causes: { corpus } }) => ({
      en: `the corpus itself has a rep-2 of ${corpus.corpus.rep2.toFixed(1)} %, the model's greedy text ${corpus.written.rep2.toFixed(1)} %; ${percent(corpus.learnt)} of its repeats are repeats of some document`,
      zh: `语料自身的 rep-2 为 ${corpus.corpus.rep2.toFixed(1)} %，模型贪心文本为 ${corpus.written.rep2.toFixed(1)} %；它的重复有 ${percent(corpus.learnt)} 也是某篇文档中的重复`,
    }),
    cure: {
      en: 'audit the corpus and drop its repeats (inkstone repeat audit)',
      zh: '审查语料并去掉其中的重复（inkstone repeat audit）',
    },
  },
  {
    id: 'learnt-repeats',
    title: { en: 'repeats learnt by heart', zh: '背下的重复' },
    figure: {
      en: 'repeated passages known by heart, minus unseen sentences',
      zh: '能背出的重复段落占比，减去未见过的句子',
    },
    measure: ({ causes: { recall } }) =>
      recall.repeats.passages === 0 ? undefined : recall.repeats.recalled - recall.unseen.recalled,
    threshold: 0.1,
    full: 0.6,
    source: 'Kandpal et al. 2022; Li et al. 2023',
    say: ({ causes: { recall } }) => ({
      en: `of ${recall.repeats.passages} passages that its training texts repeat it goes on with ${percent(recall.repeats.recalled)} word for word, of ${recall.unseen.passages} sentences it has not seen with ${percent(recall.unseen.recalled)}`,
      zh: `训练文本重复过的 ${recall.repeats.passages} 个段落，它能一字不差接出 ${percent(recall.repeats.recalled)}；未见过的 ${recall.unseen.passages} 个句子为 ${percent(recall.unseen.recalled)}`,
    }),
    cure: {
      en: 'drop the repeats of the corpus (inkstone repeat audit --out) and train again',
      zh: '去掉语料中的重复（inkstone repeat audit --out）后重新训练',
    },
  },
  {
    id: 'little-learnt',
    title: { en: 'little learnt yet', zh: '学得还少' },
    figure: { en: 'loss over that of token frequencies alone', zh: '损失与仅凭词频的损失之比' },
    measure: ({ causes: { learning } }) => learning.loss / learning.unigramLoss,
    threshold: 0.75,
    full: 0.95,
    source: 'Fu et al. 2021 (a flat next-token table leads back to frequent tokens)',
    say: ({ causes: { learning } }) => ({
      en: `its loss is ${two(learning.loss)} nats a token, where frequencies alone give ${two(learning.unigramLoss)}: it knows little more than which tokens are common, and goes back to these`,
      zh: `损失为每词元 ${two(learning.loss)} 奈特，而仅凭词频就有 ${two(learning.unigramLoss)}：它所知不过哪些词元常见，于是总回到它们`,
    }),
    cure: { en: 'train longer, or on more text', zh: '训练更久，或用更多文本' },
  },
  {
    id: 'beams',
    title: { en: 'wide beams', zh: '宽束搜索' },
    figure: {
      en: 'stuck texts, widest beam minus greedy',
      zh: '卡住的文本占比：最宽的束减去贪心',
    },
    measure: ({ causes: { beams } }) => (beams.length < 2 ? undefined : beams.at(-1)!.stuck - beams[0].stuck),
    threshold: 0.05,
    full: 0.3,
    source: 'Welleck et al. 2019 (seq-rep-4: greedy 0.442, beam 10 0.523)',
    say: ({ causes: { beams } }) => {
      const [first, last] = [beams[0], beams.at(-1)!];
      return {
        en: `of beam width ${last.width} ${percent(last.stuck)} of the texts are stuck, of width ${first.width} ${percent(first.stuck)}: the more it searches, the more likely, and the more repetitive, what it finds`,
        zh: `束宽 ${last.width} 时 ${percent(last.stuck)} 的文本卡住，束宽 ${first.width} 时为 ${percent(first.stuck)}：搜索越宽，找到的文本越“可能”，也越复读`,
      };
    },
    cure: { en: 'narrow beams, diverse beams, or no beams', zh: '用窄束、多样束，或不用束搜索' },
  },
  {
    id: 'anisotropy',
    title: { en: 'hidden states that look alike', zh: '隐藏状态彼此相似' },
    figure: { en: 'mean cosine of two hidden states of a text', zh: '同一文本两处隐藏状态的平均余弦' },
    measure: ({ causes }) => causes.anisotropy?.within,
    threshold: 0.9,
    full: 1,
    source: 'Su et al. 2022 (SimCTG); Su and Collier 2023',
    say: (_, value) => ({
      en: `two places of a text have a mean cosine of ${two(value)}: contrastive search can hardly tell its candidates apart`,
      zh: `同一文本两处的平均余弦为 ${two(value)}：对比搜索几乎分不清候选词元`,
    }),
    cure: { en: 'SimCTG: push hidden states of a text apart', zh: 'SimCTG：把同一文本的隐藏状态推开' },
    trainCure: 'simctg:0.5',
  },
];

/** Every rule with what it found: causes first, the heaviest first of all. */
export function findCauses(evidence: Evidence): Finding[] {
  const findings = RULES.map((rule): Finding => {
    const { id, title, figure, threshold, full, source, cure, trainCure } = rule;
    const value = rule.measure(evidence);
    const isCause = value !== undefined && value >= threshold;
    return {
      id,
      title,
      figure,
      value,
      threshold,
      isCause,
      weight: isCause ? Math.min(1, (value - threshold) / (full - threshold)) : 0,
      source,
      ...(isCause && { sentence: rule.say(evidence, value) }),
      cure,
      ...(trainCure !== undefined && { trainCure }),
    };
  });
  return findings.sort((a, b) => Number(b.isCause) - Number(a.isCause) || b.weight - a.weight);
}

/** Whether a model repeats at all: more stuck greedy texts than people's, beyond one text by chance. */
export function repeatsItself({ people, greedy }: Pick<Evidence, 'people' | 'greedy'>): boolean {
  return greedy.stuck.value > people.stuck.value + 1 / greedy.texts.length;
}
