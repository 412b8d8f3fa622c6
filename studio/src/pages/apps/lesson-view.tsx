/** One lesson: the open question, an answer by choice or in words, what came of the last one. */

import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { isField } from '../../parts/keyboard.ts';
import { LinkButton } from '../../parts/link-button.tsx';
import { Failure, Notice, useErrorText, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import { wrapping } from './app-parts.tsx';
import classes from './apps.module.css';
import {
  lessonQuery,
  MOST_ANSWER,
  type OpenQuestion,
  type TutorGrade,
  type TutorTurn,
  useAnswer,
} from './use-tutor.ts';
import { tutorWords } from './words.ts';

const LEVELS = [1, 2, 3, 4, 5];
const BLANK = '____';

export function LessonView({
  lesson,
  learner,
  model,
}: {
  readonly lesson: string;
  readonly learner: string;
  readonly model: string | undefined;
}) {
  const say = useWords(tutorWords);
  const textOf = useErrorText();
  const open = useQuery(lessonQuery(lesson, { learner, model }));
  const answer = useAnswer(lesson);
  const [said, setSaid] = useState('');
  const desk = useRef<HTMLDivElement>(null);
  const next = open.data?.next;
  const back = (
    <LinkButton
      to="/apps/$app"
      params={{ app: 'tutor' }}
      search={model ? { model } : {}}
      variant="default"
      className={classes.fit}
    >
      {say.other}
    </LinkButton>
  );
  if (!open.data) {
    if (open.error instanceof ApiError && open.error.code === 'serve/tutor-lesson') {
      return (
        <Notice title={say.gone} action={back}>
          <p>{open.error.message}</p>
        </Notice>
      );
    }
    return open.error ? <Failure error={open.error} onAgain={() => void open.refetch()} /> : <Waiting />;
  }
  const give = (words: string, shown = words): void => {
    if (!next || answer.isPending) return;
    setSaid(shown);
    // What was answered is gone: the keyboard stays at the question.
    answer.mutate(
      { question: next.id, answer: words, learner, model },
      { onSuccess: () => desk.current?.focus() },
    );
  };
  return (
    <div className={`${classes.main} ${classes.lesson}`}>
      <Progress turn={open.data} />
      <div ref={desk} tabIndex={-1} aria-live="polite" className={`${classes.main} ${classes.lesson}`}>
        {open.data.grade && <GradeView turn={open.data} grade={open.data.grade} said={said} />}
        {answer.error && <p role="alert">{textOf(answer.error)}</p>}
        {next ? (
          <QuestionView
            key={`${next.id} ${open.data.answers}`}
            question={next}
            isBusy={answer.isPending}
            onGive={give}
          />
        ) : (
          <Notice title={say.all}>
            <p>{say.allHow}</p>
          </Notice>
        )}
      </div>
      {back}
    </div>
  );
}

function Progress({ turn }: { readonly turn: TutorTurn }) {
  const say = useWords(tutorWords);
  const { level, known, questions, learner, title } = turn;
  return (
    <div className={classes.row}>
      <strong>{title}</strong>
      <span className={classes.steps} aria-hidden="true">
        {LEVELS.map((one) => (
          <i key={one} data-on={one <= level || undefined} />
        ))}
      </span>
      <span>{say.level(level)}</span>
      <span className={classes.quiet}>{say.known(known, questions)}</span>
      <span className={classes.quiet}>{say.as(learner)}</span>
    </div>
  );
}

function QuestionView({
  question: { text, language, choices },
  isBusy,
  onGive,
}: {
  readonly question: OpenQuestion;
  readonly isBusy: boolean;
  readonly onGive: (words: string, shown?: string) => void;
}) {
  const say = useWords(tutorWords);
  const [typed, setTyped] = useState('');
  const give = useRef(onGive);
  give.current = onGive;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const choice = /^[1-9]$/.test(event.key) ? choices[Number(event.key) - 1] : undefined;
      if (choice !== undefined) give.current(event.key, choice);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [choices]);
  const [before, after] = text.includes(BLANK) ? text.split(BLANK, 2) : [text, undefined];
  return (
    <section className={classes.sheet} aria-label={say.question}>
      <p className={classes.asked} lang={language === 'zh' ? 'zh-Hans' : 'en'}>
        {before}
        {after !== undefined && (
          <>
            <span className={classes.blank} aria-hidden="true" />
            <span className="visually-hidden">{say.blank}</span>
            {after}
          </>
        )}
      </p>
      {choices.length > 0 ? (
        <fieldset className={classes.choices} disabled={isBusy}>
          <legend>{say.choices}</legend>
          {choices.map((choice, i) => (
            <Button
              key={choice}
              variant="default"
              classNames={wrapping}
              disabled={isBusy}
              onClick={() => onGive(String(i + 1), choice)}
            >
              {i + 1}. {choice}
            </Button>
          ))}
        </fieldset>
      ) : (
        <form
          className={classes.free}
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            if (typed.trim() !== '') onGive(typed.trim());
          }}
        >
          <TextInput
            label={say.answer}
            autoComplete="off"
            maxLength={MOST_ANSWER}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          />
          <Button type="submit" disabled={typed.trim() === '' || isBusy}>
            {say.say}
          </Button>
        </form>
      )}
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        mt="sm"
        disabled={isBusy}
        onClick={() => onGive('', '')}
      >
        {say.skip}
      </Button>
    </section>
  );
}

function GradeView({
  turn: { level, level_before },
  grade: { score, reason, answer, sentence },
  said,
}: {
  readonly turn: TutorTurn;
  readonly grade: TutorGrade;
  readonly said: string;
}) {
  const say = useWords(tutorWords);
  const reasons = {
    ...{ exact: say.exact, within: say.within, spelling: say.spelling(answer), part: say.part(answer) },
    ...{ wrong: say.wrong(answer), none: say.noAnswer(answer) },
  } as const;
  const at = sentence.indexOf(answer);
  return (
    <section className={`${classes.sheet} ${classes.grade}`} data-score={score} aria-label={say.result}>
      <strong>{reasons[reason]}</strong>
      {said !== '' && score < 1 && <p className={classes.quiet}>{say.saidSo(said)}</p>}
      <p>
        {at < 0 ? (
          sentence
        ) : (
          <>
            {sentence.slice(0, at)}
            <mark>{answer}</mark>
            {sentence.slice(at + answer.length)}
          </>
        )}
      </p>
      {level !== level_before && <p className={classes.quiet}>{level > level_before ? say.up : say.down}</p>}
    </section>
  );
}
