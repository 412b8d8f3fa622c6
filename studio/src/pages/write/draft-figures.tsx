/** The figures of one text: speed, how sure the model was, how much it repeats itself. */

import { useMemo } from 'react';
import type { TermId } from '../../../../src/glossary/index.ts';
import { Explained } from '../../parts/explained.tsx';
import { fixed, shortNumber } from '../../parts/numbers.ts';
import { useErrorText } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import { type Draft, repairedPhrase } from './draft.ts';
import { figuresOf, type PieceLoop } from './loops.ts';
import { writeWords } from './words.ts';
import classes from './write.module.css';

/** Shorter times are not measured. */
const LEAST_MS = 50;

/** Characters of a phrase that are shown. */
const PHRASE = 24;
const short = (phrase: string): string => (phrase.length > PHRASE ? `${phrase.slice(0, PHRASE)}…` : phrase);

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
  const { pieces, repairs, order, ending, firstTokenMs, paced, status, error } = draft;
  // What comes all at once says nothing of the speed.
  const speed = paced.ms > LEAST_MS && paced.tokens > 1 ? ((paced.tokens - 1) / paced.ms) * 1000 : undefined;
  const facts: readonly (readonly [label: string, value: string, term: TermId])[] = [
    [say.statTokens, String(pieces.length), 'token'],
    [say.statSpeed, speed === undefined ? '–' : shortNumber(Math.round(speed)), 'tokensPerSecond'],
    [say.statFirst, firstTokenMs === undefined ? '–' : `${Math.round(firstTokenMs)} ms`, 'firstToken'],
    [say.statPerplexity, fixed(figures?.perplexity, 1), 'perplexity'],
    ...([2, 3, 4] as const).map(
      (n) => [say.rep(n), figures ? `${figures.rep[n - 2].toFixed(0)} %` : '–', 'rep4'] as const,
    ),
    [say.statDiversity, figures ? `${figures.diversity.toFixed(0)} %` : '–', 'diversity'],
    [say.statLoops, String(loops.length), 'loop'],
    [say.statRepairs, String(repairs.length), 'guard'],
  ];
  const [loop] = loops;
  const actionNames: Readonly<Record<string, string>> = {
    swap: say.swap,
    'swap-2': say.swapTwo,
    penalty: say.penalty,
    temperature: say.noise,
    stop: say.stopped,
  };
  return (
    <>
      {status === 'failed' && (
        <p role="alert" className={classes.problem}>
          {say.failed} {textOf(error)}
        </p>
      )}
      {status === 'done' && ending === 'length' && order && pieces.length < order.tokens && (
        <p className={classes.ended}>{say.windowFull}</p>
      )}
      {loop && (
        <p className={classes.problem}>
          {say.loopFound(short(loop.phrase), loop.copies, order?.guard === true)}
        </p>
      )}
      {repairs.length > 0 && (
        <ul className={classes.mended}>
          {repairs.map((repair) => (
            <li key={repair.at}>
              {say.repaired(
                short(repairedPhrase(pieces, repair).trim()),
                repair.actions.map((action) => actionNames[action] ?? action).join(' → '),
              )}
            </li>
          ))}
        </ul>
      )}
      <dl className={classes.figures}>
        {facts.map(([label, value, term]) => (
          <div key={label}>
            <dt>
              <Explained term={term}>{label}</Explained>
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
