/** The lab's plots, as data for the plots room. */

import { histogram, type Label, type Mark, type Plot } from '../plots/index.ts';
import { nameOf } from './cure.ts';
import type { EntropyPlace } from './entropy.ts';
import type { LabReport } from './lab.ts';
import type { LabRow } from './lab-rows.ts';
import { loopShare } from './lab-table.ts';
import type { Reinforcement } from './self-reinforcement.ts';

export interface LabPlot {
  readonly id: string;
  readonly plot: Plot;
  /** What to look for. */
  readonly note: Label;
}

/** Every plot there is data for. */
export function labPlots(report: LabReport): LabPlot[] {
  return [
    diversityPlot(report),
    loopPlot(report),
    entropyPlot(report),
    reinforcementPlot(report),
    beamPlot(report),
    treePlot(report),
    inductionPlot(report),
    similarityPlot(report),
  ].filter((plot) => plot !== undefined);
}

/** Each candidate by its step and how likely it is from the prompt on; lines join what the search kept. */
function treePlot({ tree }: LabReport): LabPlot | undefined {
  if (!tree) return undefined;
  const at = (i: number) => {
    const { depth, score, text } = tree.nodes[i];
    return { x: depth, y: score, label: { en: text, zh: text } };
  };
  const root = { x: 0, y: 0 };
  const pathTo = (i: number): { x: number; y: number }[] => [
    ...(tree.nodes[i].parent < 0 ? [root] : pathTo(tree.nodes[i].parent)),
    { x: tree.nodes[i].depth, y: tree.nodes[i].score },
  ];
  const places = tree.nodes.map((_, i) => i);
  const kept = places.filter((i) => tree.nodes[i].isKept);
  const leaves = kept.filter((i) => !kept.some((j) => tree.nodes[j].parent === i));
  const best = new Set(tree.best);
  return {
    id: 'beam-tree',
    plot: {
      title: { en: 'What a beam search kept', zh: '束搜索留下了什么' },
      x: { label: tokensLabel, min: 0 },
      y: {
        label: { en: 'log-probability from the prompt on, nats', zh: '自提示起的对数概率（奈特）' },
        max: 0,
      },
      marks: [
        ...leaves.map((i): Mark => ({ type: 'line', points: pathTo(i) })),
        {
          type: 'points',
          name: { en: 'dropped', zh: '舍弃' },
          points: places.filter((i) => !tree.nodes[i].isKept).map((i) => ({ x: at(i).x, y: at(i).y })),
        },
        {
          type: 'points',
          name: { en: 'kept', zh: '保留' },
          points: kept.filter((i) => !best.has(i)).map((i) => ({ x: at(i).x, y: at(i).y })),
        },
        { type: 'points', name: { en: 'the text chosen', zh: '选定的文本' }, points: tree.best.map(at) },
      ],
      height: 380,
    },
    note: {
      en: 'Each step keeps the three likeliest beginnings. Where the kept ones share almost all tokens, the search looks at one text only, and safe, repeated words win.',
      zh: '每一步保留最可能的三个开头。保留者几乎全同时，搜索其实只看着一篇文本，稳妥而重复的词就会胜出。',
    },
  };
}

const tokensLabel: Label = { en: 'tokens after the prompt', zh: '提示之后的词元数' };
const people: Label = { en: 'people', zh: '人' };

function diversityPlot({ people: human, rows }: LabReport): LabPlot {
  const point = (row: LabRow, label: Label) => ({
    x: row.logprob.value,
    y: row.diversity.value,
    low: row.diversity.low,
    high: row.diversity.high,
    label,
  });
  const series = (name: Label, chosen: readonly LabRow[], label: (row: LabRow) => Label): Mark => ({
    type: 'points',
    name,
    points: chosen.map((row) => point(row, label(row))),
  });
  const [plain, guarded] = [false, true].map((guard) => rows.filter((row) => row.guard === guard));
  const changed = guarded.filter((row) => row.texts.some(({ repairs }) => repairs > 0));
  return {
    id: 'diversity-coherence',
    plot: {
      title: { en: 'Diversity against coherence', zh: '多样性与连贯' },
      x: { label: { en: 'mean log-probability of a token, nats', zh: '每词元平均对数概率（奈特）' } },
      y: { label: { en: 'diversity, %', zh: '多样性（%）' }, max: 100 },
      marks: [
        series({ en: 'strategy', zh: '策略' }, plain, ({ name }) => name),
        ...(changed.length > 0
          ? [series({ en: 'with the guard', zh: '加护栏' }, changed, (row) => nameOf(row))]
          : []),
        series(people, [human], () => people),
      ],
      height: 380,
    },
    note: {
      en: 'Good writing stands where people stand: as diverse, and no less likely. Far right and low is a loop; far left is noise. Guarded strategies are shown where the guard had something to repair.',
      zh: '好的文本与人同在一处：同样多样，且不失可能。偏右偏低是循环，偏左是噪声。加护栏的策略只在护栏确有修复时画出。',
    },
  };
}

function loopPlot({ rows }: LabReport): LabPlot | undefined {
  const looping = rows
    .filter((row) => loopShare(row) > 0)
    .sort((a, b) => loopShare(b) - loopShare(a))
    .slice(0, 3);
  if (looping.length === 0) return undefined;
  return {
    id: 'loop-onset',
    plot: {
      title: { en: 'Where loops begin', zh: '循环从哪里开始' },
      x: {
        label: { en: 'tokens before the first copy', zh: '第一份之前的词元数' },
        min: 0,
      },
      y: { label: { en: 'share of texts', zh: '文本占比' }, min: 0 },
      marks: looping.map((row) => {
        const onsets = row.texts.flatMap(({ loop }) => (loop ? [loop.onset] : []));
        const { bars, width } = histogram(onsets, { bars: 12, total: row.texts.length });
        return { type: 'bars', name: nameOf(row), bars, width };
      }),
    },
    note: {
      en: 'Of the strategies whose texts end in loops most often.',
      zh: '取最常以循环结尾的几种策略。',
    },
  };
}

function entropyPlot({ causes: { entropy } }: LabReport): LabPlot {
  const line = (name: Label, places: readonly EntropyPlace[]): Mark => ({
    type: 'line',
    name,
    // Fewer than 20 places are too few for a mean.
    points: places
      .filter((place) => place.places >= 20)
      .map((place) => ({ x: place.position, y: place.entropy })),
  });
  return {
    id: 'entropy',
    plot: {
      title: { en: 'Entropy along the text', zh: '沿文本的熵' },
      x: { label: tokensLabel, min: 0 },
      y: { label: { en: 'entropy, nats', zh: '熵（奈特）' }, min: 0 },
      marks: [
        line({ en: 'people’s text', zh: '人写的文本' }, entropy.people),
        line({ en: 'its greedy text', zh: '自己的贪心文本' }, entropy.greedy),
        ...(entropy.sampled.length > 0
          ? [line({ en: 'its sampled text', zh: '自己的抽样文本' }, entropy.sampled)]
          : []),
      ],
    },
    note: {
      en: 'How unsure the model is of the next token. Where its own text falls far below that of people, it has stopped choosing.',
      zh: '模型对下一个词元有多不确定。自己的文本若远低于人的文本，说明它已不再选择。',
    },
  };
}

function reinforcementPlot({ causes: { reinforcement } }: LabReport): LabPlot | undefined {
  const { people: human, own, random } = reinforcement;
  if (human.length + own.length + random.length === 0) return undefined;
  const line = (name: Label, curve: readonly Reinforcement[]): Mark[] =>
    curve.length === 0
      ? []
      : [{ type: 'line', name, points: curve.map((entry) => ({ x: entry.n, y: entry.tokenProbability })) }];
  return {
    id: 'self-reinforcement',
    plot: {
      title: { en: 'Self-reinforcement', zh: '自我强化' },
      x: { label: { en: 'time that the sentence is said', zh: '句子第几次出现' }, min: 1 },
      y: { label: { en: 'mean probability of its tokens', zh: '其词元的平均概率' }, min: 0, max: 1 },
      marks: [
        ...line({ en: 'people’s sentences', zh: '人写的句子' }, human),
        ...line({ en: 'its own sentences', zh: '自己的句子' }, own),
        ...line({ en: 'random tokens', zh: '随机词元' }, random),
      ],
    },
    note: {
      en: 'A sentence is said again and again. A curve that rises to 1 is a loop that feeds itself (Xu et al. 2022).',
      zh: '让同一句话反复出现。曲线升到 1，便是自我供养的循环（Xu 等，2022）。',
    },
  };
}

function beamPlot({ causes: { beams } }: LabReport): LabPlot | undefined {
  if (beams.length < 2) return undefined;
  return {
    id: 'beam-width',
    plot: {
      title: { en: 'Repetition by beam width', zh: '束宽与复读' },
      x: {
        label: { en: 'beam width', zh: '束宽' },
        categories: beams.map(({ width }) => String(width)),
      },
      y: { label: { en: 'share', zh: '占比' }, min: 0, max: 1 },
      marks: [
        {
          type: 'bars',
          name: { en: 'repeated 4-grams', zh: '重复的四元组' },
          bars: beams.map(({ seqRep4 }, x) => ({ x, y: seqRep4 })),
        },
        {
          type: 'bars',
          name: { en: 'stuck texts', zh: '卡住的文本' },
          bars: beams.map(({ stuck }, x) => ({ x, y: stuck })),
        },
      ],
    },
    note: {
      en: 'A wider beam finds likelier texts. If these repeat more, the likeliest text is not the best one.',
      zh: '束越宽，找到的文本越可能。若复读更多，说明最可能的文本并非最好的。',
    },
  };
}

function inductionPlot({ causes: { induction } }: LabReport): LabPlot | undefined {
  if (!induction || induction.heads.length === 0) return undefined;
  const layers = Math.max(...induction.heads.map(({ layer }) => layer)) + 1;
  const heads = Math.max(...induction.heads.map(({ head }) => head)) + 1;
  const rows = Array.from({ length: layers }, () => new Array<number>(heads).fill(0));
  for (const { layer, head, score } of induction.heads) rows[layer][head] = score;
  return {
    id: 'induction-heads',
    plot: {
      title: { en: 'Induction heads', zh: '归纳头' },
      x: { label: { en: 'head', zh: '头' }, min: 0, max: heads },
      y: { label: { en: 'layer', zh: '层' }, min: 0, max: layers },
      marks: [{ type: 'cells', rows }],
      height: 120 + Math.min(200, 40 * layers),
    },
    note: {
      en: 'Random tokens are said twice. The darker a head, the more of its attention lies on what followed the last time (Olsson et al. 2022).',
      zh: '让一串随机词元出现两次。颜色越深，该头越关注上次之后的词元（Olsson 等，2022）。',
    },
  };
}

function similarityPlot({ similarity }: LabReport): LabPlot | undefined {
  if (!similarity) return undefined;
  const size = similarity.rows.length;
  return {
    id: 'similarity',
    plot: {
      title: { en: 'Token similarity in a greedy text', zh: '一篇贪心文本中词元的相似度' },
      x: { label: { en: 'place', zh: '位置' }, min: 0, max: size },
      y: { label: { en: 'place', zh: '位置' }, min: 0, max: size },
      marks: [{ type: 'cells', rows: similarity.rows }],
      width: 460,
      height: 460,
    },
    note: {
      en: 'Cosines of the last hidden states. Dark stripes beside the diagonal are a loop; dark everywhere, and contrastive search cannot tell tokens apart.',
      zh: '末层隐藏状态的余弦。与对角线平行的深色条纹是循环；若处处皆深，对比搜索便分不清词元。',
    },
  };
}
