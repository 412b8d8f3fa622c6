/** `inkstone classify train | predict | compare | trend`: labels for texts, learnt from texts that have them. */

import {
  type ComparedMethod,
  checkClassifierFolder,
  compareMethods,
  type LabelledText,
  loadClassifier,
  type MethodName,
  type MethodOptions,
  readLabelledTexts,
  readPlainTexts,
  saveClassifier,
  type TextClassifier,
  testClassifier,
  tokenCutter,
  trainClassifier,
} from '../../classify/index.ts';
import { splitByHash } from '../../data/index.ts';
import { nearest } from '../../errors.ts';
import { defineMessages } from '../../language.ts';
import { loadTokenizer } from '../../text/index.ts';
import type { Tokenizer } from '../../types.ts';
import { classifyMethods, type classifyOptions } from '../classify-options.ts';
import { methodSettings } from '../classifying.ts';
import type { CommandContext } from '../command.ts';
import { readTextFile } from '../corpus.ts';
import { fail } from '../errors.ts';
import { quoteWord } from '../shell-words.ts';
import { compactNumber, etaSince, formatTable, type Terminal, truncate } from '../terminal.ts';
import { actionOf } from '../verbs.ts';
import { trend } from './classify-trend.ts';

type Context = CommandContext<typeof classifyOptions>;

const say = defineMessages({
  begin: {
    en: (d: { train: number; test: number; labels: number }) =>
      `${d.train} texts to learn from, ${d.test} to test on, ${d.labels} labels`,
    zh: (d) => `${d.train} 条文本用于学习，${d.test} 条用于检验，共 ${d.labels} 种标签`,
  },
  live: {
    en: (d: { method: string; percent: string; eta: string }) => `${d.method} ${d.percent}% eta ${d.eta}`,
    zh: (d) => `${d.method} ${d.percent}% 剩余 ${d.eta}`,
  },
  tested: {
    en: (d: { accuracy: string; f1: string; seconds: string }) =>
      `accuracy ${d.accuracy}, macro F1 ${d.f1}, learnt in ${d.seconds}`,
    zh: (d) => `准确率 ${d.accuracy}，宏平均 F1 ${d.f1}，学习用时 ${d.seconds}`,
  },
  saved: {
    en: (d: { folder: string; command: string }) => `saved in ${d.folder}; to use it: ${d.command}`,
    zh: (d) => `已存入 ${d.folder}；使用：${d.command}`,
  },
  example: { en: () => 'a text to label', zh: () => '要分类的文本' },
  head: {
    en: () => 'method|accuracy|95 % interval|macro F1|95 % interval|training|texts/s|numbers learnt',
    zh: () => '方法|准确率|95% 区间|宏平均 F1|95% 区间|训练用时|文本/秒|参数个数',
  },
  majority: { en: () => 'majority label', zh: () => '多数标签' },
  seconds: { en: (d: { value: string }) => `${d.value} s`, zh: (d) => `${d.value} 秒` },
  best: {
    en: (d: { method: string; accuracy: string }) => `most accurate: ${d.method}, ${d.accuracy}`,
    zh: (d) => `最准确的是 ${d.method}，${d.accuracy}`,
  },
});

const verbs: { readonly [verb: string]: (context: Context) => Promise<void> } = {
  train,
  predict,
  compare,
  trend,
};

export async function run(context: Context): Promise<void> {
  const { args } = context;
  const act = actionOf('classify', verbs, args);
  const extra = args[args[0] === 'predict' || args[0] === 'trend' ? 2 : 1];
  if (extra !== undefined) {
    throw fail('cli/too-many-arguments', { command: `classify ${args[0]}`, got: extra, takesData: true });
  }
  await act(context);
}

/** The sides of the data that is named, and what the methods are told. */
async function prepare(
  verb: string,
  context: Context,
): Promise<{
  train: LabelledText[];
  test: LabelledText[];
  tokenizer?: Tokenizer;
  methodOptions: MethodOptions;
}> {
  const { options, signal, terminal } = context;
  const { data, test, heldOut, seed } = options;
  if (data === undefined) {
    throw fail('cli/missing-value', { command: `classify ${verb}`, option: '--data' });
  }
  const texts = await readLabelledTexts(data, { ...options, signal });
  const sides =
    test === undefined
      ? splitByHash(texts, { heldOut, seed, stratifyBy: ({ label }) => label })
      : { train: texts, heldOut: await readLabelledTexts(test, { ...options, signal }) };
  const tokenizer =
    options.tokenizer === undefined ? undefined : loadTokenizer(await readTextFile(options.tokenizer));
  const labels = new Set(sides.train.map(({ label }) => label)).size;
  terminal.print(say('begin', { train: sides.train.length, test: sides.heldOut.length, labels }));
  return {
    train: sides.train,
    test: sides.heldOut,
    tokenizer,
    methodOptions: { ...methodSettings(options), seed, signal },
  };
}

/** A live line with the time that is left. */
function watch(terminal: Terminal, method: string): (share: number) => void {
  const start = performance.now();
  return (share) => {
    terminal.json({ type: 'progress', method, share });
    terminal.live(say('live', { method, percent: (100 * share).toFixed(0), eta: etaSince(start, share) }));
  };
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

async function train(context: Context): Promise<void> {
  const { options, terminal } = context;
  const method = options.method as MethodName;
  const { out: folder, seed } = options;
  await checkClassifierFolder(folder);
  const { train: texts, test, tokenizer, methodOptions } = await prepare('train', context);
  const start = performance.now();
  const classifier = await trainClassifier(method, texts, {
    ...methodOptions,
    ...(tokenizer && { cutter: tokenCutter(tokenizer) }),
    onProgress: watch(terminal, method),
  });
  const trainSeconds = (performance.now() - start) / 1000;
  terminal.endLive({ keep: false });
  const scores = testClassifier(classifier, test, { seed });
  await saveClassifier(folder, classifier, { tokenizer });
  const { labels, parameters } = classifier;
  terminal.json({ type: 'classifier', folder, method, labels, parameters, trainSeconds, ...scores });
  const seconds = say('seconds', { value: trainSeconds.toFixed(1) });
  terminal.print(
    say('tested', { accuracy: percent(scores.accuracy), f1: scores.macroF1.toFixed(3), seconds }),
  );
  const command = `npx inkstone classify predict ${quoteWord(folder)} --text ${quoteWord(say('example', {}))}`;
  terminal.print(say('saved', { folder, command }));
}

async function predict(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  const [, folder] = args;
  const { text, data, explain } = options;
  if (folder === undefined) {
    const example = 'inkstone classify predict classifier --text …';
    throw fail('cli/missing-argument', { command: 'classify predict', argument: '<folder>', example });
  }
  const classifier = await loadClassifier(folder);
  if ((text === undefined) === (data === undefined)) {
    if (text === undefined) {
      throw fail('cli/missing-value', { command: 'classify predict', option: '--text' });
    }
    throw fail('cli/conflict', {
      command: 'classify predict',
      options: ['--text', '--data'],
      reason: 'each says what to label',
      zhReason: '两者都指定了要分类的文本',
    });
  }
  const texts = data === undefined ? [text!] : await readPlainTexts(data, { ...options, signal });
  classifier.classify(texts).forEach((prediction, i) => {
    const { label, scores } = prediction;
    const words = explain > 0 ? classifier.explain(texts[i], label).slice(0, explain) : undefined;
    terminal.json({ type: 'prediction', text: texts[i], label, [classifier.scores]: scores, words });
    if (texts.length > 1)
      terminal.print(`${label}\t${shown(classifier, scores[0].score)}\t${snippet(texts[i])}`);
    else for (const { label: name, score } of scores) terminal.print(`${shown(classifier, score)}  ${name}`);
    for (const { text: word, weight } of words ?? []) terminal.print(`    ${signed(weight)}  ${word}`);
  });
}

const SNIPPET_WIDTH = 60;
const snippet = (text: string): string => truncate(text.replaceAll(/\s+/g, ' '), SNIPPET_WIDTH);
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

/** A probability in percent, or a margin with its sign. */
const shown = ({ scores }: TextClassifier, score: number): string =>
  (scores === 'probabilities' ? percent(score) : signed(score)).padStart(8);

async function compare(context: Context): Promise<void> {
  const { options, terminal } = context;
  const methods = options.methods.split(',').map((name) => checkMethod(name.trim()));
  const { train: texts, test, tokenizer, methodOptions } = await prepare('compare', context);
  let current: MethodName | undefined;
  let tell = watch(terminal, methods[0]);
  const rows = await compareMethods(
    { train: texts, test },
    {
      ...methodOptions,
      methods,
      ...(tokenizer && { cutter: tokenCutter(tokenizer) }),
      onEvent(event) {
        if (event.type === 'row') {
          terminal.json({ type: 'row', ...event.row });
          return;
        }
        if (event.method !== current) tell = watch(terminal, (current = event.method));
        tell(event.share);
      },
    },
  );
  terminal.endLive({ keep: false });
  terminal.print();
  for (const line of formatTable([say('head', {}).split('|'), ...rows.map(cellsOf)])) {
    terminal.print(`  ${line}`);
  }
  terminal.print();
  const best = rows.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  terminal.print(say('best', { method: nameOf(best), accuracy: percent(best.accuracy) }));
}

function checkMethod(name: string): MethodName {
  if ((classifyMethods as string[]).includes(name)) return name as MethodName;
  throw fail('cli/value', {
    command: 'classify compare',
    option: '--methods',
    rule: `some of ${classifyMethods.join(', ')}`,
    zhRule: `取自 ${classifyMethods.join('、')}`,
    got: name,
    near: nearest(name, classifyMethods),
  });
}

const nameOf = ({ method }: ComparedMethod): string => (method === 'majority' ? say('majority', {}) : method);

function cellsOf(row: ComparedMethod): string[] {
  const { accuracyInterval: a, macroF1Interval: f } = row;
  return [
    nameOf(row),
    percent(row.accuracy),
    `${(100 * a.low).toFixed(1)}–${(100 * a.high).toFixed(1)}`,
    row.macroF1.toFixed(3),
    `${f.low.toFixed(3)}–${f.high.toFixed(3)}`,
    say('seconds', { value: row.trainSeconds.toFixed(1) }),
    compactNumber(row.textsPerSecond),
    compactNumber(row.parameters),
  ];
}
