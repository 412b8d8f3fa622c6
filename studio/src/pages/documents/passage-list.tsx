/** Passages with the scores by which they were found; each leads to its place in the document. */

import { useWords } from '../../words.ts';
import { type Place, placeOf } from './ask-view.tsx';
import classes from './documents.module.css';
import type { Passage } from './use-documents.ts';
import { documentsWords } from './words.ts';

type Shown = Pick<
  Passage,
  'key' | 'title' | 'headings' | 'text' | 'start' | 'end' | 'score' | 'scores' | 'moderated'
> & {
  /** What `[n]` names it by. */
  readonly number?: number;
  readonly match?: number;
  readonly is_correction?: boolean;
};

export function PassageList({
  passages,
  onShow,
}: {
  readonly passages: readonly Shown[];
  readonly onShow: (place: Place) => void;
}) {
  const say = useWords(documentsWords);
  if (passages.length === 0) return <p className={classes.quiet}>{say.nothingFound}</p>;
  return (
    <ol className={classes.found}>
      {passages.map(
        ({ key, title, headings, text, start, end, score, scores, number, match, ...rest }, i) => (
          <li key={`${key} ${start ?? i}`}>
            <button
              type="button"
              className={classes.entry}
              onClick={() => onShow(placeOf({ key, start, end }))}
            >
              <span>
                [{number ?? i + 1}] {[title ?? key, ...headings].join(' › ')}
              </span>
              <small className={classes.figures}>
                {[
                  rest.is_correction ? say.correction : '',
                  rest.moderated ? say.moderated : '',
                  match === undefined ? say.score(score.toFixed(3)) : say.match((100 * match).toFixed(0)),
                  scores.bm25 === undefined ? '' : `BM25 ${scores.bm25.toFixed(2)}`,
                  scores.vector === undefined ? '' : say.likeness(scores.vector.toFixed(3)),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </small>
            </button>
            <p>{text}</p>
          </li>
        ),
      )}
    </ol>
  );
}
