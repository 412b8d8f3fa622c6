/** The labels of a text with their probabilities, and the words that decided. */

import { chance } from '../../parts/numbers.ts';
import { useWords } from '../../words.ts';
import { piecesOf } from './pieces.ts';
import classes from './tasks.module.css';
import type { Answers } from './tasks.ts';
import type { Asked } from './use-ask.ts';
import { tasksWords } from './words.ts';

export function ClassesView({ asked: { text, answer } }: { readonly asked: Asked<'classify'> }) {
  const say = useWords(tasksWords);
  // Where the server's time was up there is no result.
  const result = answer?.results[0];
  if (!result) return null;
  const { label, measure, scores, words, is_cut } = result;
  const isShare = measure === 'probabilities';
  const most = isShare ? 1 : Math.max(...scores.map(({ score }) => Math.abs(score)));
  return (
    <>
      <ol className={classes.bars}>
        {scores.map((one) => (
          <li key={one.label} data-best={one.label === label || undefined}>
            <span>{one.label}</span>
            <span className={classes.bar} aria-hidden="true">
              <span style={{ width: `${(100 * Math.max(0, one.score)) / (most || 1)}%` }} />
            </span>
            <span className={classes.share}>{isShare ? chance(one.score) : signed(one.score)}</span>
          </li>
        ))}
      </ol>
      {!isShare && <p className={classes.quiet}>{say.margins}</p>}
      {is_cut && <p className={classes.quiet}>{say.cut}</p>}
      <h2>{say.decided(label)}</h2>
      <MarkedWords text={result.text ?? text} words={words} />
      <p className={classes.quiet}>
        <mark className={classes.word} data-shade="3">
          {say.speaksFor}
        </mark>{' '}
        <mark className={classes.word} data-shade="3" data-against>
          {say.speaksAgainst}
        </mark>{' '}
        {say.weights}
      </p>
    </>
  );
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toPrecision(2)}`;

/** Steps of shading, by the share of the heaviest word. */
const SHADES = 4;

type Word = Answers['classify']['results'][number]['words'][number];

function MarkedWords({ text, words }: { readonly text: string; readonly words: readonly Word[] }) {
  const heaviest = Math.max(...words.map(({ weight }) => Math.abs(weight)));
  const shown = words.filter(({ weight }) => Math.abs(weight) > 0);
  const marks = shown.flatMap((value) => value.places.map(([start, end]) => ({ start, end, value })));
  return (
    <p className={classes.sheet}>
      {piecesOf(text, marks).map(({ text: piece, start, value }) =>
        value === undefined ? (
          <span key={start}>{piece}</span>
        ) : (
          <mark
            key={start}
            className={classes.word}
            data-shade={Math.ceil((SHADES * Math.abs(value.weight)) / heaviest)}
            data-against={value.weight < 0 || undefined}
            title={signed(value.weight)}
          >
            {piece}
          </mark>
        ),
      )}
    </p>
  );
}
