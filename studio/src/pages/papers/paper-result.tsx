/** What came of a task on papers. */

import { CopyButton } from '../../parts/command-line.tsx';
import { useWords } from '../../words.ts';
import { GraphView } from './graph-view.tsx';
import classes from './papers.module.css';
import type { PaperAnswers, Place } from './tasks.ts';
import type { Done } from './use-papers.ts';
import { papersWords } from './words.ts';

export function PaperResult({ done }: { readonly done: Done }) {
  switch (done.task) {
    case 'read':
      return <ReadView answer={done.answer} />;
    case 'compare':
      return <CompareView answer={done.answer} />;
    case 'graph':
      return <GraphView answer={done.answer} />;
    case 'review':
      return <ReviewView answer={done.answer} />;
    case 'draft':
      return <DraftView answer={done.answer} />;
    case 'advise':
      return <AdviceView answer={done.answer} />;
    case 'references':
      return <ReferencesView answer={done.answer} />;
  }
}

const namesOf = (authors: readonly { readonly family: string; readonly given?: string }[]): string =>
  authors.map(({ family, given }) => [given, family].filter(Boolean).join(' ')).join(', ');

function ReadView({ answer: { papers } }: { readonly answer: PaperAnswers['read'] }) {
  const say = useWords(papersWords);
  return papers.map(({ id, name, title, authors, year, abstract, sections, references }) => (
    <article key={id} className={classes.card}>
      <h2>{title || name}</h2>
      <p className={classes.quiet}>{say.fields(namesOf(authors), String(year ?? ''))}</p>
      {abstract !== '' && <p>{abstract}</p>}
      <details>
        <summary>{say.counts(sections.length, references.length)}</summary>
        <ul>
          {sections.map((section) => (
            <li key={section.start}>{section.title}</li>
          ))}
        </ul>
        <ol>
          {references.map(({ raw }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a list may hold one entry twice
            <li key={i}>{raw}</li>
          ))}
        </ol>
      </details>
    </article>
  ));
}

/** Where a sentence stands. */
export function PlaceMark({ place }: { readonly place: Place }) {
  const say = useWords(papersWords);
  const { paper, page, section, excerpt } = place;
  const parts = [
    paper,
    ...(page === null ? [] : [say.page(page)]),
    ...(section === null ? [] : [`§ ${section}`]),
  ];
  return (
    <cite className={classes.place} title={excerpt}>
      {parts.join(' · ')}
    </cite>
  );
}

function CompareView({ answer: { columns, rows } }: { readonly answer: PaperAnswers['compare'] }) {
  const say = useWords(papersWords);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls must be reached by the keyboard
    <section className={classes.wide} tabIndex={0} aria-label={say.compare}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{say.paper}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ paper, title, cells }) => (
            <tr key={paper}>
              <th scope="row">{title || paper}</th>
              {columns.map((column, i) => {
                const cell = cells[i];
                if (!cell) return <td key={column}>{say.notStated}</td>;
                return (
                  <td key={column}>
                    {cell.by === 'quote' ? <q>{cell.text}</q> : cell.text} <PlaceMark place={cell.place} />
                    {cell.refused !== undefined && (
                      <p className={classes.quiet}>{say.refused(cell.refused)}</p>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ReviewView({ answer }: { readonly answer: PaperAnswers['review'] }) {
  const say = useWords(papersWords);
  const { paragraphs, references, refused, silent, text } = answer;
  return (
    <>
      <div className={classes.resultHead}>
        <h2>{say.review}</h2>
        <CopyButton text={`${text}\n\n${references}`} />
      </div>
      {paragraphs.map(({ paper, sentences }) => (
        <p key={paper} className={classes.sheet}>
          {sentences.map((sentence, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a sentence may come twice
            <span key={i}>
              {sentence.text}{' '}
              {sentence.places.map((place) => (
                <PlaceMark key={place.excerpt} place={place} />
              ))}{' '}
            </span>
          ))}
        </p>
      ))}
      <pre className={classes.list}>{references}</pre>
      {refused.map((one) => (
        <p key={one.text} className={classes.quiet}>
          {say.refused(one.text)}
        </p>
      ))}
      {silent.length > 0 && <p className={classes.quiet}>{say.silent(silent.join(', '))}</p>}
    </>
  );
}

function DraftView({ answer: { text, doubtful } }: { readonly answer: PaperAnswers['draft'] }) {
  const say = useWords(papersWords);
  return (
    <>
      <div className={classes.resultHead}>
        <h2>{say.draft}</h2>
        <CopyButton text={text} />
      </div>
      {doubtful > 0 && <p className={classes.quiet}>{say.doubtful(doubtful)}</p>}
      <pre className={classes.list}>{text}</pre>
    </>
  );
}

function AdviceView({ answer: { remarks } }: { readonly answer: PaperAnswers['advise'] }) {
  const say = useWords(papersWords);
  if (remarks.length === 0) return <p className={classes.quiet}>{say.noRemarks}</p>;
  return (
    <ol className={classes.remarks}>
      {remarks.map(({ line, message, excerpt }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a remark may come twice
        <li key={i}>
          <strong>{say.line(line)}</strong> {message}
          {excerpt !== '' && <blockquote>{excerpt}</blockquote>}
        </li>
      ))}
    </ol>
  );
}

const marks = (places: readonly number[]): string => places.map((place) => `[${place}]`).join(' ');

function ReferencesView({ answer }: { readonly answer: PaperAnswers['references'] }) {
  const say = useWords(papersWords);
  const { references, duplicates, citedNotListed, listedNotCited } = answer;
  return (
    <>
      <ol className={classes.remarks}>
        {references.map(({ place, reference, verdict, differences, nearest }) => (
          <li key={place} data-verdict={verdict}>
            {reference.title || reference.raw} <strong>{say[verdict]}</strong>
            {differences.map(({ field, cited, found }) => (
              <p key={field} className={classes.quiet}>
                {say.difference(field, cited, found)}
              </p>
            ))}
            {nearest && <p className={classes.quiet}>{say.nearest(nearest.title)}</p>}
          </li>
        ))}
      </ol>
      {duplicates.map((group) => (
        <p key={group.join()}>{say.duplicates(marks(group))}</p>
      ))}
      {citedNotListed.map(({ text, line }) => (
        <p key={text}>{say.notListed(text, line)}</p>
      ))}
      {listedNotCited.length > 0 && <p>{say.notCited(marks(listedNotCited))}</p>}
    </>
  );
}
