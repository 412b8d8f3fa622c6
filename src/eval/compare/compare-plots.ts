/** The plots of a comparison, as data for the plots room. */

import type { Label, Mark } from '../../plots/index.ts';
import type { LabPlot } from '../lab-plots.ts';
import type { CompareReport, ModelRow } from './compare-models.ts';

/** Every plot there is data for. */
export function comparePlots(report: CompareReport): LabPlot[] {
  return [bitsPlot(report), diversityPlot(report), sizePlot(report)].filter((plot) => plot !== undefined);
}

const bits: Label = { en: 'bits a character', zh: '每字符比特' };

function bitsPlot({ models }: CompareReport): LabPlot {
  return {
    id: 'bits-per-character',
    plot: {
      title: { en: 'How well each predicts the texts', zh: '各模型预测文本的好坏' },
      x: { label: { en: 'model', zh: '模型' }, categories: models.map(({ name }) => name) },
      y: { label: bits, min: 0 },
      marks: [
        {
          type: 'bars',
          bars: models.map(({ bitsPerCharacter: { value, low, high } }, x) => ({ x, y: value, low, high })),
        },
      ],
    },
    note: {
      en: 'Lower is better. The lines are 95 % intervals over texts; since all read the same texts, a difference can be sure although they overlap.',
      zh: '越低越好。线段为按文本的 95 % 区间；各模型读的是同样的文本，区间重叠时差异仍可能确定。',
    },
  };
}

function diversityPlot({ models, rows, people }: CompareReport): LabPlot {
  const strategies = [...new Set(rows.map(({ row }) => row.name))];
  const marks = models.map(
    ({ name }): Mark => ({
      type: 'bars',
      name,
      bars: rows
        .filter(({ model }) => model === name)
        .map(({ row: { name: strategy, diversity } }) => ({
          x: strategies.indexOf(strategy),
          y: diversity.value,
          low: diversity.low,
          high: diversity.high,
        })),
    }),
  );
  return {
    id: 'diversity',
    plot: {
      title: { en: 'Diversity of what each writes', zh: '各模型所写文本的多样性' },
      x: { label: { en: 'strategy', zh: '策略' }, categories: strategies },
      y: { label: { en: 'diversity, %', zh: '多样性（%）' }, min: 0, max: 100 },
      marks: [...marks, { type: 'level', name: { en: 'people', zh: '人' }, y: people.diversity.value }],
    },
    note: {
      en: 'Far below people the text repeats itself.',
      zh: '远低于人的水平，即是复读。',
    },
  };
}

/** Models whose size is known; a curve of sizes needs two. */
function sizePlot({ models }: CompareReport): LabPlot | undefined {
  const sized = models.filter(
    (row): row is ModelRow & { parameters: number } => row.parameters !== undefined,
  );
  if (new Set(sized.map(({ parameters }) => parameters)).size < 2) return undefined;
  return {
    id: 'size',
    plot: {
      title: { en: 'Quality by size', zh: '大小与质量' },
      x: { label: { en: 'parameters', zh: '参数' }, scale: 'log' },
      y: { label: bits },
      marks: [
        {
          type: 'points',
          points: sized.map(({ name, parameters, bitsPerCharacter: { value, low, high } }) => ({
            x: parameters,
            y: value,
            low,
            high,
            label: name,
          })),
        },
      ],
    },
    note: {
      en: 'A model that stands above a smaller one wastes its parameters on these texts.',
      zh: '若一个模型的位置高于更小的模型，它的参数在这些文本上就是浪费。',
    },
  };
}
