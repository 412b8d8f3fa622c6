/** The terms of a text, marked and explained in both languages; and what a kit says to it. */

import { useLanguage, useWords } from '../../words.ts';
import { piecesOf } from './pieces.ts';
import classes from './tasks.module.css';
import type { Asked } from './use-ask.ts';
import { tasksWords } from './words.ts';

export function DomainView({ asked: { text, answer } }: { readonly asked: Asked<'domain'> }) {
  const say = useWords(tasksWords);
  const { language } = useLanguage();
  if (!answer) return null;
  const { terms, is_cut, warning, notices } = answer;
  const other = language === 'zh' ? 'en' : 'zh';
  const marks = terms.flatMap((value) => value.places.map(([start, end]) => ({ start, end, value })));
  return (
    <>
      {warning && (
        <section role="alert" className={classes.sheet}>
          <h2>{warning.action === 'urgent' ? say.urgent : say.refused}</h2>
          <p>{warning.text}</p>
        </section>
      )}
      <p className={classes.sheet}>
        {piecesOf(text, marks).map(({ text: piece, start, value }) =>
          value === undefined ? (
            <span key={start}>{piece}</span>
          ) : (
            <mark key={start} className={classes.word} data-shade="2" title={value.means[language]}>
              {piece}
            </mark>
          ),
        )}
      </p>
      {terms.length === 0 ? (
        <p className={classes.quiet}>{say.noTerms}</p>
      ) : (
        <table className={classes.pairs} aria-label={say.terms}>
          <thead>
            <tr>
              <th scope="col">{say.term}</th>
              <th scope="col">{say.inOther}</th>
              <th scope="col">{say.meaning}</th>
            </tr>
          </thead>
          <tbody>
            {terms.map((term) => (
              <tr key={`${term.kit} ${term.en[0]}`}>
                <td>{term[language][0]}</td>
                <td>{term[other][0]}</td>
                <td>{term.means[language]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {is_cut && <p className={classes.quiet}>{say.moreTerms}</p>}
      {notices.map((notice) => (
        <p key={notice} className={classes.quiet}>
          {notice}
        </p>
      ))}
    </>
  );
}
