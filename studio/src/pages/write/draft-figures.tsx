/** The figures of one text: speed, how sure the model was, how much it repeats itself. */

import { useMemo } from 'react';
import { fixed, shortNumber } from '../../parts/numbers.ts';
import { useErrorText } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import type { Draft } from './draft.ts';
import { figuresOf, type PieceLoop } from './loops.ts';
import { writeWords } from './words.ts';
import classes from './write.module.css';

/** Shorter times are not measured. */
const LEAST_MS = 50;

/** Of a phrase that is shown. */
const PHRASE = 24;

export function DraftFigures({
  draft,
  loops,
}: {
  readonly draft: Draft;
  readonly loops: readonly PieceLoop[];
}) {
  const say = useWords(writeWords);
  const textOf = useErrorText();
  const figures = useMemo(() => figuresOf(draft), [draft]);
  const { pieces, repairs, firstTokenMs, paced, status, error } = draft;
  // What comes all at once says nothing of the speed.
  const speed = paced.ms > LEAST_MS && paced.tokens > 1 ? ((paced.tokens - 1) / paced.ms) * 1000 : undefined;
  const facts: readonly (readonly [string, string])[] = [
    [say.statTokens, String(pieces.length)],
    [say.statSpeed, speed === undefined ? '–' : shortNumber(Math.round(speed))],
    [say.statFirst, firstTokenMs === undefined ? '–' : `${Math.round(firstTokenMs)} ms`],
    [say.statPerplexity, fixed(figures?.perplexity, 1)],
    ...([2, 3, 4] as const).map(
      (n) => [say.rep(n), figures ? `${figures.rep[n - 2].toFixed(0)} %` : '–'] as const,
    ),
    [say.statDiversity, figures ? `${figures.diversity.toFixed(0)} %` : '–'],
    [say.statLoops, String(loops.length)],
    [say.statRepairs, String(repairs.length)],
  ];
  const [loop] = loops;
  return (
    <>
      {status === 'failed' && (
        <p role="alert" className={classes.problem}>
          {say.failed} {textOf(error)}
        </p>
      )}
      {loop && (
        <p className={classes.problem}>
          {say.loopFound(
            loop.phrase.length > PHRASE ? `${loop.phrase.slice(0, PHRASE)}…` : loop.phrase,
            loop.copies,
          )}
        </p>
      )}
      <dl className={classes.figures}>
        {facts.map(([label, value]) => (
          <div key={label} title={label.startsWith('rep') ? say.repHint : undefined}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
