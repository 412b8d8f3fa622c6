/** `inkstone probe fairness MODEL --data FILE --group COLUMN`: does a classifier treat groups of people alike? */

import { askHead, type LabelAnswer } from '../../adapt/index.ts';
import { isClassifierFolder, loadClassifier } from '../../classify/index.ts';
import { nearest } from '../../errors.ts';
import { type GroupRate, gapNames, groupGaps, groupNames, rateNames } from '../../eval/index.ts';
import { labelNames, readRecords, textFieldOf, usualColumn } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { fail } from '../errors.ts';
import { findForeignHead } from '../head-base.ts';
import { readHeadModel } from '../head-run.ts';
import { failMeasure } from '../measure-errors.ts';
import { shownInterval, tableLines } from '../probe-tables.ts';
import { type ProbeContext, type ProbeResult, requiredData } from './probe.ts';

const say = defineMessages({
  group: { en: () => 'group', zh: () => '群体' },
  count: { en: () => 'texts', zh: () => '条数' },
  selection: { en: () => 'called so, %', zh: () => '判为该类 %' },
  truePositive: { en: () => 'of those that are', zh: () => '属该类者中' },
  falsePositive: { en: () => 'of those that are not', zh: () => '不属该类者中' },
  precision: { en: () => 'are so, of those called', zh: () => '判为该类者中属实' },
  accuracy: { en: () => 'right, %', zh: () => '正确率 %' },
  gap: {
    en: () => 'gap|difference, points|smallest / greatest',
    zh: () => '差距|相差（百分点）|最小 / 最大',
  },
  demographicParity: { en: () => 'demographic parity', zh: () => '人口均等' },
  equalOpportunity: { en: () => 'equal opportunity', zh: () => '机会均等' },
  equalizedOdds: { en: () => 'equalized odds', zh: () => '均等几率' },
  predictiveParity: { en: () => 'predictive parity', zh: () => '预测均等' },
  equalAccuracy: { en: () => 'equal accuracy', zh: () => '准确率均等' },
  about: {
    en: (d: { positive: string }) =>
      `the decision looked at is "${d.positive}"; in parentheses, the 95 % interval; a difference of 0 and a ratio of 1 are alike`,
    zh: (d) => `所看的判断是 "${d.positive}"；括号内为 95 % 区间；相差为 0、比值为 1 即完全一致`,
  },
});

interface GroupedText {
  readonly text: string;
  readonly second?: string;
  readonly label: string;
  readonly group: string;
}

export async function fairness(context: ProbeContext, path: string): Promise<ProbeResult> {
  const { options, signal } = context;
  const data = requiredData('fairness', options.data);
  if (options.group === undefined)
    throw fail('cli/missing-value', { command: 'probe fairness', option: '--group' });
  const { predict, secondColumn } = await openClassifier(path);
  const texts = await readGroupedTexts(data, { ...options, group: options.group, secondColumn, signal });
  const labels = [...new Set(texts.map(({ label }) => label))].sort();
  const positive = options.positive ?? (labels.length === 2 ? labels[1] : undefined);
  if (positive === undefined) throw failMeasure('cli/positive', { labels });
  const groups = texts.map(({ group }) => group);
  groupNames(groups); // A wrong column is refused before the model reads.
  const gaps = groupGaps(
    await predict(texts, signal),
    texts.map(({ label }) => label),
    groups,
    { positive, seed: options.seed },
  );
  const rateCell = ({ value, interval, hits, of }: GroupRate): string =>
    of === 0 ? '–' : `${hits}/${of} ${shownInterval(value, interval)}`;
  const rows = gaps.groups.map(({ group, count, rates }) => [
    group,
    String(count),
    ...rateNames.map((name) => rateCell(rates[name])),
  ]);
  const gapRows = gapNames.map((name) => {
    const { difference, ratio, interval } = gaps.gaps[name];
    return [say(name, {}), shownInterval(difference, interval), Number.isNaN(ratio) ? '–' : ratio.toFixed(2)];
  });
  const head = [say('group', {}), say('count', {}), ...rateNames.map((name) => say(name, {}))];
  return {
    report: { model: path, data, ...gaps },
    lines: [
      ...tableLines([head, ...rows]),
      ...tableLines([say('gap', {}).split('|'), ...gapRows]),
      say('about', { positive }),
    ],
  };
}

interface OpenedClassifier {
  readonly predict: (texts: readonly GroupedText[], signal: AbortSignal) => Promise<string[]>;
  readonly secondColumn?: string;
}

/** A folder of `classify train`, or a model with a head that classifies. */
async function openClassifier(path: string): Promise<OpenedClassifier> {
  if (await isClassifierFolder(path)) {
    const classifier = await loadClassifier(path);
    return {
      predict: async (texts) => classifier.classify(texts.map(({ text }) => text)).map(({ label }) => label),
    };
  }
  const foreign = await findForeignHead(path);
  const saved = foreign ? undefined : await readHeadModel(path);
  const model = foreign ?? saved!;
  if (model.config.task !== 'classify')
    throw failMeasure('cli/no-classifier', { path, task: model.config.task });
  return {
    predict: async (texts, signal) => {
      const examples = texts.map(({ text, second }) => ({ text, ...(second !== undefined && { second }) }));
      return ((await askHead(model, examples, { signal })) as LabelAnswer[]).map(({ label }) => label);
    },
    ...(saved?.setup.secondColumn !== undefined && { secondColumn: saved.setup.secondColumn }),
  };
}

async function readGroupedTexts(
  path: string,
  options: {
    readonly group: string;
    readonly textColumn?: string | undefined;
    readonly labelColumn?: string | undefined;
    readonly secondColumn?: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<GroupedText[]> {
  const { group, textColumn, labelColumn, secondColumn, signal } = options;
  const texts: GroupedText[] = [];
  for await (const record of readRecords(path, { signal })) {
    const { where, fields } = record;
    const names = Object.keys(fields);
    const fieldText = (name: string): string => {
      const value = fields[name];
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        return String(value);
      const near = nearest(name, names);
      throw fail('cli/head-field', { where, wanted: name, fields: names.join(', '), near });
    };
    const usual = usualColumn(names, labelNames);
    texts.push({
      text: fieldText(textFieldOf(record, { textColumn })),
      label: fieldText(labelColumn ?? (usual === undefined ? labelNames[0] : names[usual])),
      group: fieldText(group),
      ...(secondColumn !== undefined && { second: fieldText(secondColumn) }),
    });
  }
  return texts;
}
