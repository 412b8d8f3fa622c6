/** What the inspectors answer, as plots. */

import { inBoth, type Label, type Plot } from '../../plots/index.ts';
import type { InspectAnswers } from './inspect.ts';
import { usesByLayer } from './inspect-experts.ts';
import { shownPiece } from './inspect-tables.ts';

const place: Label = { en: 'place in the text', zh: '文本中的位置' };

/** One plot for each answer that can be drawn. */
export const inspectPlots = {
  tokens: ({ tokens }: InspectAnswers['tokens']): Plot => {
    const known = tokens.flatMap(({ expected }, x) => (expected ? [{ x, ...expected }] : []));
    return {
      title: { en: 'How sure the model is along the text', zh: '模型沿文本有多确定' },
      x: { label: place },
      y: { label: { en: 'nats', zh: '奈特' }, min: 0 },
      marks: [
        {
          type: 'line',
          name: { en: 'entropy: how unsure it was', zh: '熵：事先多不确定' },
          points: known.map(({ x, entropy }) => ({ x, y: entropy })),
        },
        {
          type: 'line',
          name: { en: 'surprise: how unlikely the token', zh: '信息量：该词元多不可能' },
          points: known.map(({ x, logprob }) => ({ x, y: -logprob })),
        },
      ],
      width: 760,
    };
  },
  head: (
    { rows, from }: InspectAnswers['head'],
    { layer, head }: { readonly layer: number; readonly head: number },
  ): Plot => ({
    title: inBoth((_, lang) =>
      lang === 'en' ? `Attention, layer ${layer}, head ${head}` : `注意力，第 ${layer} 层第 ${head} 头`,
    ),
    x: { label: { en: 'place looked at', zh: '被看的位置' }, min: 0, max: rows.length },
    y: {
      label: inBoth((_, lang) => (lang === 'en' ? `looking place, from ${from}` : `看的位置，从 ${from} 起`)),
      min: 0,
      max: rows.length,
    },
    marks: [{ type: 'cells', rows: rows.map((row) => [...row, ...Array(rows.length - row.length).fill(0)]) }],
    width: 560,
    height: 560,
  }),
  lens: (places: InspectAnswers['lens']): Plot => ({
    title: { en: 'Where the answer appears', zh: '答案在哪一层出现' },
    x: { label: place, min: 0, max: places.length },
    y: { label: { en: 'layer, from the first', zh: '层，自上而下' }, min: 0, max: places[0].layers.length },
    marks: [
      {
        type: 'cells',
        rows: places[0].layers.map((_, layer) => places.map(({ layers }) => layers[layer].probability)),
      },
    ],
    width: 760,
  }),
  why: ({ a, b, tokens }: InspectAnswers['why']): Plot => ({
    title: inBoth((_, lang) =>
      lang === 'en'
        ? `Why ${shownPiece(a)} rather than ${shownPiece(b)}`
        : `为何是 ${shownPiece(a)} 而非 ${shownPiece(b)}`,
    ),
    x: {
      label: { en: 'token left out', zh: '被去掉的词元' },
      categories: tokens.map((token) => shownPiece(token)),
    },
    y: { label: { en: 'what it adds to the difference of logits', zh: '它对 logit 之差的贡献' } },
    marks: [b, a].map((one) => ({
      type: 'bars' as const,
      name: { en: `speaks for ${shownPiece(one)}`, zh: `支持 ${shownPiece(one)}` },
      bars: tokens.flatMap(({ weight }, x) => (weight < 0 === (one === b) ? [{ x, y: weight }] : [])),
      isApart: true,
    })),
    width: Math.max(360, Math.min(2000, 120 + 26 * tokens.length)),
  }),
  experts: (uses: InspectAnswers['experts']): Plot => ({
    title: { en: 'How much each expert is used', zh: '各专家的用量' },
    x: { label: { en: 'expert', zh: '专家' } },
    y: { label: { en: 'share of choices', zh: '占选择的份额' }, min: 0 },
    marks: usesByLayer(uses).map((own, layer) => ({
      type: 'line' as const,
      name: inBoth((_, lang) => (lang === 'en' ? `layer ${layer}` : `第 ${layer} 层`)),
      points: own.map(({ expert, share }) => ({ x: expert, y: share })),
    })),
    width: 760,
  }),
  map: ({ dots, explained }: InspectAnswers['map']): Plot => ({
    title: { en: 'Token embeddings', zh: '词元嵌入' },
    x: { label: component(1, explained[0]) },
    y: { label: component(2, explained[1]) },
    marks: [{ type: 'points', points: dots.map((dot) => ({ x: dot.x, y: dot.y, label: shownPiece(dot) })) }],
    width: 760,
    height: 600,
  }),
} as const;

const component = (number: number, share: number): Label => {
  const percent = (100 * share).toFixed(1);
  return {
    en: `component ${number}, ${percent} % of the variance`,
    zh: `第 ${number} 主成分，占方差 ${percent} %`,
  };
};
