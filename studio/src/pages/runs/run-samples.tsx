/** What a model wrote while it learned, the latest first. */

import type { Sample } from '../../api/types.ts';
import { useWords } from '../../words.ts';
import classes from './runs.module.css';
import { runWords } from './words.ts';

export function RunSamples({
  samples,
  isBusy,
}: {
  readonly samples: readonly Sample[];
  readonly isBusy: boolean;
}) {
  const say = useWords(runWords);
  if (samples.length === 0 && !isBusy) return null;
  return (
    <section className={classes.panel}>
      <h2>{say.samples}</h2>
      {samples.length === 0 && <p className={classes.meta}>{say.samplesNone}</p>}
      {[...samples].reverse().map(({ step, text, rep4 }) => (
        <article key={step} className={classes.sample}>
          <div className={classes.meta}>
            <span>{say.atStep(step.toLocaleString())}</span>
            <span>{say.rep4(rep4.toFixed(0))}</span>
          </div>
          <p>{text}</p>
        </article>
      ))}
    </section>
  );
}
