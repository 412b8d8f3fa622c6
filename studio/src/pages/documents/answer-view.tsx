/** An answer: each sentence with the places that it stands on, and which of them has none. */

import { dateTime } from '../../parts/numbers.ts';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { type Place, placeOf } from './ask-view.tsx';
import classes from './documents.module.css';
import { PassageList } from './passage-list.tsx';
import type { AnswerState, WholeAnswer } from './use-answer.ts';
import { documentsWords } from './words.ts';

export function AnswerView({
  state: { text, whole, error, isBusy },
  onShow,
}: {
  readonly state: AnswerState;
  readonly onShow: (place: Place) => void;
}) {
  const say = useWords(documentsWords);
  return (
    <div aria-live="polite" aria-busy={isBusy} className={classes.stack}>
      {error !== undefined && <Failure error={error} />}
      {!whole && text && <p className={classes.answer}>{text}</p>}
      {!whole && !text && isBusy && <Waiting label={say.looking} />}
      {whole?.kind === 'answer' &&
        (whole.warning ? (
          <p role="alert" className={classes.answer}>
            {whole.answer}
          </p>
        ) : (
          <Claims whole={whole} onShow={onShow} />
        ))}
      {whole?.notices?.map((notice) => (
        <p key={notice} className={classes.quiet}>
          {notice}
        </p>
      ))}
      {whole?.kind === 'not-in-documents' && (
        <Notice title={say.notInDocuments}>
          <p>{whole.reason === 'model' ? say.notByModel : say.noMatch}</p>
        </Notice>
      )}
      {whole && <Fresh whole={whole} />}
      {whole && whole.passages.length > 0 && (
        <section>
          <h2>{whole.kind === 'answer' ? say.madeFrom : say.nearest}</h2>
          <PassageList passages={whole.passages} onShow={onShow} />
        </section>
      )}
    </div>
  );
}

function Claims({
  whole: { claims },
  onShow,
}: {
  readonly whole: WholeAnswer;
  readonly onShow: (place: Place) => void;
}) {
  const say = useWords(documentsWords);
  const unsupported = claims.filter(({ supported }) => !supported).length;
  return (
    <>
      <p className={classes.answer}>
        {claims.map(({ text, citations, supported, moderated }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the sentences of an answer do not move
          <span key={i} data-unsupported={!supported || undefined}>
            <span>{text}</span>
            {citations.map(({ passage, key, start, end, excerpt, support }) => (
              <button
                type="button"
                key={`${passage} ${start} ${excerpt}`}
                className={classes.cite}
                title={`${excerpt} (${(100 * support).toFixed(0)} %)`}
                aria-label={say.cite(passage, key)}
                onClick={() => onShow(placeOf({ key, start, end }))}
              >
                {passage}
              </button>
            ))}
            {moderated && <em className={classes.badge}>{say.moderated}</em>}
            {!supported && <em className={classes.badge}>{say.unsupported}</em>}{' '}
          </span>
        ))}
      </p>
      {unsupported > 0 && <p className={classes.quiet}>{say.unsupportedHow(unsupported)}</p>}
    </>
  );
}

function Fresh({ whole: { freshness } }: { readonly whole: WholeAnswer }) {
  const say = useWords(documentsWords);
  const { language } = useLanguage();
  const { as_of, newest_change } = freshness;
  if (as_of === null) return null;
  const newest = newest_change === null ? undefined : dateTime(newest_change, language);
  return <p className={classes.quiet}>{say.fresh(dateTime(as_of, language), newest)}</p>;
}
