/** The curves of a run. */

import { useMemo } from 'react';
import type { TermId } from '../../../../src/glossary/index.ts';
import type { RunMetrics } from '../../api/types.ts';
import { Chart, type Curve, useCurveColors } from '../../parts/chart.tsx';
import { useWords } from '../../words.ts';
import { smooth } from './curves.ts';
import classes from './runs.module.css';
import { runWords } from './words.ts';

export function RunCharts({
  metrics,
  smoothing,
}: {
  readonly metrics: RunMetrics;
  readonly smoothing: number;
}) {
  const say = useWords(runWords);
  const [train, heldOut, rate, norm] = useCurveColors();
  const { columns, evaluations, samples } = metrics;
  const loss = useMemo(
    (): readonly Curve[] => [
      { label: say.train, x: columns.step, y: columns.loss, color: train, isFaint: true },
      { label: say.smoothed, x: columns.step, y: smooth(columns.loss, smoothing), color: train },
      {
        label: say.heldOut,
        x: evaluations.map(({ step }) => step),
        y: evaluations.map(({ heldOutLoss }) => heldOutLoss),
        color: heldOut,
        isPoints: true,
      },
    ],
    [columns, evaluations, smoothing, say, train, heldOut],
  );
  const small = useMemo(
    (): readonly SmallCurve[] => [
      {
        title: say.rate,
        term: 'learningRate',
        curve: { label: say.rate, x: columns.step, y: columns.lr, color: rate },
      },
      {
        title: say.norm,
        term: 'gradientNorm',
        curve: { label: say.norm, x: columns.step, y: smooth(columns.gradNorm, 0.8), color: norm },
      },
      {
        title: say.speed,
        term: 'tokensPerSecond',
        curve: { label: say.speed, x: columns.step, y: columns.tokensPerSecond, color: heldOut },
      },
      {
        title: say.repetitionChart,
        term: 'rep4',
        curve: {
          label: 'rep-4',
          x: samples.map(({ step }) => step),
          y: samples.map(({ rep4 }) => rep4),
          color: train,
          isPoints: true,
        },
      },
    ],
    [columns, samples, say, rate, norm, heldOut, train],
  );
  return (
    <div className={classes.charts}>
      <Chart title={say.lossChart} term="loss" curves={loss} height={280} />
      <div className={classes.small}>
        {small.map((one) => (
          <SmallChart key={one.title} {...one} />
        ))}
      </div>
    </div>
  );
}

interface SmallCurve {
  readonly title: string;
  readonly term: TermId;
  readonly curve: Curve;
}

function SmallChart({ title, term, curve }: SmallCurve) {
  const curves = useMemo(() => [curve], [curve]);
  return curve.x.length > 0 ? <Chart title={title} term={term} curves={curves} height={150} /> : null;
}
