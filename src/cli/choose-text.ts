/** A choice of a model in words: what was found, a table, reasons with their sources, and commands. */

import {
  type ChoiceFacts,
  type ChoiceLimits,
  type ChoiceTask,
  choiceRules,
  type ModelChoice,
  type ModelClass,
  type ModelName,
  modelCandidates,
  type Obstacle,
  type RuleSource,
} from '../eval/index.ts';
import { defineMessages, type Language, language } from '../language.ts';
import { type CommandWords, commandsFor } from './choose-commands.ts';
import type { TokenPrice } from './choose-costs.ts';
import type { MachineSpeed } from './choose-probes.ts';
import type { Words } from './command.ts';
import { compactNumber, formatBytes, formatDuration, formatTable } from './terminal.ts';

const languages = {
  zh: { en: 'Chinese only', zh: '只有中文' },
  en: { en: 'English', zh: '英文' },
  mixed: { en: 'Chinese and another language', zh: '中文与其他语言混合' },
  other: { en: 'another language than Chinese or English', zh: '中英文以外的语言' },
} as const;

/** What the time of `a text` is of, where it is not a text that is read. */
const asked: { readonly [Task in ChoiceTask]?: Words } = {
  write: { en: '100 tokens written', zh: '写 100 个词元' },
  translate: { en: '100 tokens written', zh: '写 100 个词元' },
  summarize: {
    en: 'a summary of all, in 100 tokens where one is written',
    zh: '概括全部文本，写作时为 100 个词元',
  },
  answer: {
    en: 'a question, with 100 tokens where an answer is written',
    zh: '一个问题，写作时答 100 个词元',
  },
  search: { en: 'a question', zh: '一次查询' },
};

const classes: { readonly [Class in ModelClass]: Words } = {
  statistical: { en: 'statistical', zh: '统计' },
  recurrent: { en: 'recurrent', zh: '循环网络' },
  convolutional: { en: 'convolutional', zh: '卷积网络' },
  encoder: { en: 'encoder', zh: '编码器' },
  decoder: { en: 'decoder', zh: '解码器' },
  prefix: { en: 'prefix', zh: '前缀模型' },
  'encoder-decoder': { en: 'encoder–decoder', zh: '编码器–解码器' },
  remote: { en: 'remote', zh: '远程' },
};

const say = defineMessages({
  texts: {
    en: (d: { texts: string; characters: string; language: string; length: string; isGiven: boolean }) =>
      `${d.isGiven ? 'texts' : 'texts, taken for granted'}: ${d.texts} of ${d.length} words or Chinese characters on the mean, ${d.characters} characters; ${d.language}`,
    zh: (d) =>
      `${d.isGiven ? '文本' : '文本（假定）'}：${d.texts} 条，平均每条 ${d.length} 个词或汉字，共 ${d.characters} 字符；${d.language}`,
  },
  labels: {
    en: (d: { labels: number; rarest: number }) =>
      `labels: ${d.labels}, the rarest on ${d.rarest} ${d.rarest === 1 ? 'text' : 'texts'}`,
    zh: (d) => `标签：${d.labels} 种，最少的一种有 ${d.rarest} 条`,
  },
  words: {
    en: (d: { unseen: string }) =>
      `vocabulary: of every tenth text ${d.unseen} of the words stand in no other`,
    zh: (d) => `词汇：每十条取一条，其中 ${d.unseen} 的词不见于其余文本`,
  },
  rare: {
    en: (d: { rare: string }) =>
      `domain: ${d.rare} of the Chinese characters are beyond the 3,755 in daily use (GB 2312, level 1)`,
    zh: (d) => `领域：${d.rare} 的汉字不在 3,755 个常用字（GB 2312 一级）之内`,
  },
  machine: {
    en: (d: { processor: string; kernels: string; matmul: string; train: string; read: string }) =>
      `machine: ${d.processor}, ${d.kernels}; GFLOP/s: ${d.matmul} in a product, ${d.train} in training; reads ${d.read} GB/s of weights`,
    zh: (d) =>
      `本机：${d.processor}，${d.kernels}；矩阵乘 ${d.matmul} GFLOP/s，训练 ${d.train} GFLOP/s；读权重 ${d.read} GB/s`,
  },
  limits: {
    en: (d: { memory: string; latency?: string; time?: string }) =>
      `limits: ${d.memory} of memory${d.latency ? `, ${d.latency} a text` : ''}${d.time ? `, ${d.time} of training` : ''}`,
    zh: (d) =>
      `限制：内存 ${d.memory}${d.latency ? `，每条 ${d.latency}` : ''}${d.time ? `，训练 ${d.time}` : ''}`,
  },
  head: {
    en: () => 'model|class|points|numbers|memory to train|to use|training|a text|a million tokens',
    zh: () => '模型|类别|分数|参数|训练内存|使用内存|训练用时|每条用时|每百万词元',
  },
  legend: {
    en: (d: { asked: string | undefined }) =>
      `${d.asked ? `a text: ${d.asked}; ` : ''}costs are electricity here, and of an endpoint the price that was said; points are a rule of thumb`,
    zh: (d) =>
      `${d.asked ? `每条用时：${d.asked}；` : ''}费用在本机为电费，在端点为所给的价格；分数是经验法则`,
  },
  answer: {
    en: (d: { first: string; second: string | undefined }) =>
      `best choice: ${d.first}${d.second ? `; next: ${d.second}` : ''}`,
    zh: (d) => `首选：${d.first}${d.second ? `；其次：${d.second}` : ''}`,
  },
  noAnswer: {
    en: () => 'nothing fits into the limits; what each model would need is said below',
    zh: () => '没有模型符合限制；各自所需见下',
  },
  brief: {
    en: (d: { name: string; time: string; memory: string }) =>
      `${d.name} (training ${d.time}, memory ${d.memory})`,
    zh: (d) => `${d.name}（训练 ${d.time}，内存 ${d.memory}）`,
  },
  memory: {
    en: (d: Needed) => `does not fit: needs ${d.needed} of memory, ${d.limit} are there`,
    zh: (d) => `放不下：需要 ${d.needed} 内存，只有 ${d.limit}`,
  },
  latency: {
    en: (d: Needed) => `too slow: ${d.needed} a text, ${d.limit} are allowed`,
    zh: (d) => `太慢：每条 ${d.needed}，只允许 ${d.limit}`,
  },
  time: {
    en: (d: Needed) => `trains too long: ${d.needed}, ${d.limit} are allowed`,
    zh: (d) => `训练太久：${d.needed}，只允许 ${d.limit}`,
  },
  endpoint: {
    en: () => 'no endpoint was named (--endpoint URL#MODEL); text would leave this machine',
    zh: () => '没有指定端点（--endpoint 地址#模型）；文本会离开本机',
  },
  paper: { en: (d: { cite: string }) => `[${d.cite}]`, zh: (d) => `［${d.cite}］` },
  log: {
    en: (d: { heading: string }) => `[measured: docs/LOG.md, ${d.heading}]`,
    zh: (d) => `［实测：docs/LOG.md，${d.heading}］`,
  },
  thumb: { en: () => '[rule of thumb]', zh: () => '［经验法则］' },
  fetch: {
    en: () => 'a folder under models/ must be fetched first',
    zh: () => 'models/ 下的目录须先自行取得',
  },
});

interface Needed {
  readonly needed: string;
  readonly limit: string;
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What was found of the texts and the machine. */
export function factLines(d: {
  readonly facts: ChoiceFacts;
  readonly machine: MachineSpeed;
  readonly limits: ChoiceLimits;
  readonly isGiven: boolean;
}): string[] {
  const { facts, machine, limits, isGiven } = d;
  const { labels, rarest = 0, unseen, rareHan } = facts;
  const { latencyMs, trainSeconds, memoryBytes } = limits;
  return [
    say('texts', {
      isGiven,
      texts: String(facts.texts),
      characters: compactNumber(facts.characters),
      length: compactNumber(facts.textTokens),
      language: languages[facts.language][language()],
    }),
    ...(labels === undefined ? [] : [say('labels', { labels, rarest })]),
    ...(unseen === undefined ? [] : [say('words', { unseen: percent(unseen) })]),
    ...(rareHan === undefined ? [] : [say('rare', { rare: percent(rareHan) })]),
    say('machine', {
      ...machine,
      matmul: compactNumber(machine.matmulGflops),
      train: compactNumber(machine.trainGflops),
      read: compactNumber(machine.readGBs),
    }),
    say('limits', {
      memory: formatBytes(memoryBytes),
      ...(latencyMs !== undefined && { latency: shownMs(latencyMs) }),
      ...(trainSeconds !== undefined && { time: formatDuration(trainSeconds) }),
    }),
    '',
  ];
}

/** Models whose commands are shown. */
const SHOWN = 3;
/** Reasons that are shown of a model. */
const REASONS = 2;

/** The table, then for each model why or why not, and the commands of the first. */
export function choiceLines(
  choices: readonly ModelChoice[],
  { facts, words }: { readonly facts: ChoiceFacts; readonly words: CommandWords },
): string[] {
  const head = say('head', {}).split('|');
  const rows = choices.map((choice) => {
    const { cost } = choice;
    return [
      titleOf(choice.name),
      classes[modelCandidates[choice.name].kind][language()],
      choice.obstacles.length > 0 ? '–' : String(choice.points),
      known(cost.parameters, compactNumber),
      known(cost.trainBytes, formatBytes),
      known(cost.useBytes, formatBytes),
      known(cost.trainSeconds, shownSeconds),
      known(cost.latencyMs, shownMs),
      known(cost.perMillionTokens, shownPrice),
    ];
  });
  return [
    answerLine(choices),
    '',
    ...formatTable([head, ...rows]).map((line) => `  ${line}`),
    say('legend', { asked: asked[facts.task]?.[language()] }),
    ...choices.flatMap((choice, place) => {
      const reasons = [
        ...choice.obstacles.map(obstacleWords),
        ...reasonsOf(choice).map(({ text, source }) => `${text} ${source}`),
      ];
      const isShown = place < SHOWN && choice.obstacles.length === 0;
      const isFetched = modelCandidates[choice.name].origin === 'pretrained';
      return [
        '',
        `${place + 1}. ${titleOf(choice.name)}`,
        ...reasons.slice(0, choice.obstacles.length + REASONS).map((text) => `   ${text}`),
        ...(isShown ? commandsFor(choice.name, facts, words).map((line) => `   npx ${line}`) : []),
        ...(isShown && isFetched ? [`   (${say('fetch', {})})`] : []),
      ];
    }),
  ];
}

/** The two best that fit, in one line: what whoever reads no further takes along. */
function answerLine(choices: readonly ModelChoice[]): string {
  const [first, second] = choices
    .filter(({ name, obstacles }) => obstacles.length === 0 && !('isMark' in modelCandidates[name]))
    .map(({ name, cost: { trainSeconds, trainBytes = 0, useBytes } }) =>
      useBytes === undefined
        ? titleOf(name)
        : say('brief', {
            name: titleOf(name),
            time: known(trainSeconds, shownSeconds),
            memory: formatBytes(Math.max(trainBytes, useBytes)),
          }),
    );
  return first === undefined ? say('noAnswer', {}) : say('answer', { first, second });
}

/** The reasons of a choice, the weightiest first, with where each comes from. */
export function reasonsOf({ reasons }: ModelChoice, lang: Language = language()) {
  return [...reasons]
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .map(({ rule, points }) => {
      const { words, source } = choiceRules[rule];
      return { rule, points, text: words[lang], source: sourceWords(source, lang) };
    });
}

function sourceWords(source: RuleSource, lang: Language): string {
  if (source.kind === 'paper') return say('paper', source, lang);
  return source.kind === 'log' ? say('log', source, lang) : say('thumb', {}, lang);
}

function obstacleWords(obstacle: Obstacle): string {
  if (obstacle.what === 'endpoint') return say('endpoint', {});
  const show = { memory: formatBytes, latency: shownMs, time: formatDuration }[obstacle.what];
  return say(obstacle.what, { needed: show(obstacle.needed), limit: show(obstacle.limit) });
}

export const titleOf = (name: ModelName): string => modelCandidates[name].title[language()];

export const known = <Value>(value: Value | undefined, show: (value: Value) => string): string =>
  value === undefined ? '–' : show(value);

/** Three digits of what is small. */
export const shownSeconds = (seconds: number): string =>
  seconds < 60 ? `${Number(seconds.toPrecision(2))}s` : formatDuration(seconds);

export const shownMs = (ms: number): string =>
  ms < 1000 ? `${Number(ms.toPrecision(2))} ms` : shownSeconds(ms / 1000);

/** What is next to nothing is not worth its digits. */
const shownPrice = ({ cost, currency }: TokenPrice): string =>
  `${cost > 0 && cost < LEAST_PRICE ? `<${LEAST_PRICE}` : Number(cost.toPrecision(2))} ${currency}`;
const LEAST_PRICE = 0.001;
