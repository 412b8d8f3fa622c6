/** What the model expected at the chosen place, and how sure it was along the text. */

import { useMemo } from 'react';
import { inspectPlots } from '../../../../src/eval/inspect/inspect-plots.ts';
import { inspectTables, toCsv } from '../../../../src/eval/inspect/inspect-tables.ts';
import { labelIn } from '../../../../src/plots/index.ts';
import { PlotFigure } from '../../parts/plot-figure.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { Choices, percent } from './choices.tsx';
import classes from './inside.module.css';
import type { Subject } from './page.tsx';
import { insideWords } from './words.ts';

export function TokenDetail({ reading, at }: Subject) {
  const say = useWords(insideWords);
  const { language } = useLanguage();
  const plot = useMemo(() => inspectPlots.tokens(reading), [reading]);
  const token = reading.tokens[at];
  const expected = token ? token.expected : reading.next;
  return (
    <div className={classes.columns}>
      <section className={classes.sheet}>
        <h2>{say.expectedAt(at)}</h2>
        {token?.expected && (
          <p className={classes.quiet}>
            {say.figures(
              percent(Math.exp(token.expected.logprob)),
              token.expected.rank,
              token.expected.entropy.toFixed(2),
            )}
          </p>
        )}
        {!token && <p className={classes.quiet}>{say.unsure(reading.next.entropy.toFixed(2))}</p>}
        {expected ? <Choices top={expected.top} chosen={token?.id} /> : <p>{say.nothingBefore}</p>}
      </section>
      <PlotFigure
        plot={plot}
        name="tokens"
        files={{ csv: () => toCsv(inspectTables.tokens(reading), (label) => labelIn(label, language)) }}
      />
    </div>
  );
}
