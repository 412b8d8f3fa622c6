/** A summary, and where its sentences stand in the text. */

import { useRef, useState } from 'react';
import { CopyButton } from '../../parts/command-line.tsx';
import { useWords } from '../../words.ts';
import { piecesOf } from './pieces.ts';
import classes from './tasks.module.css';
import type { Asked } from './use-ask.ts';
import { tasksWords } from './words.ts';

export function SummaryView({ asked: { text, begun, answer } }: { readonly asked: Asked<'summarize'> }) {
  const say = useWords(tasksWords);
  const [chosen, setChosen] = useState<number>();
  const source = useRef<HTMLParagraphElement>(null);
  const { sentences, summary = begun } = answer ?? {};
  const show = (i: number): void => {
    setChosen(i);
    source.current?.querySelectorAll('mark')[i]?.scrollIntoView({ block: 'center' });
  };
  if (!sentences) {
    return (
      <>
        <p className={classes.sheet}>{summary || say.nothingSaid}</p>
        <div className={classes.resultHead}>
          <p className={classes.quiet}>{say.written}</p>
          <CopyButton text={summary} />
        </div>
      </>
    );
  }
  if (sentences.length === 0) return <p className={classes.quiet}>{say.nothingBears}</p>;
  const marks = sentences.map(({ start, end }, i) => ({ start, end, value: i }));
  return (
    <>
      <div className={classes.resultHead}>
        <h2>{say.summary}</h2>
        <CopyButton text={summary} />
      </div>
      <ol className={classes.quotes}>
        {sentences.map((sentence, i) => (
          <li key={sentence.start}>
            <button type="button" aria-pressed={chosen === i} onClick={() => show(i)} title={say.showPlace}>
              {sentence.text.trim()}
            </button>
          </li>
        ))}
      </ol>
      <h2>{say.inSource}</h2>
      <p className={classes.source} ref={source}>
        {piecesOf(text, marks).map(({ text: piece, start, value }) =>
          value === undefined ? (
            <span key={start}>{piece}</span>
          ) : (
            <mark key={start} data-chosen={value === chosen || undefined}>
              {piece}
            </mark>
          ),
        )}
      </p>
    </>
  );
}
