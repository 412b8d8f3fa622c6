/** The tutor: a text becomes questions, one at a time; answers are graded with the reason and the sentence, and the level follows. */

import { Button, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { shellWord } from '../../parts/shell-word.ts';
import { Failure, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import { ByWhom, NoApp } from './app-parts.tsx';
import classes from './apps.module.css';
import { LessonView } from './lesson-view.tsx';
import { isLearnerName, MOST_TEXT, tutorQuery, useBegin, useLearner } from './use-tutor.ts';
import { tutorWords } from './words.ts';

const route = getRouteApi('/apps/$app');

export function TutorView() {
  const say = useWords(tutorWords);
  const about = useQuery(tutorQuery);
  const { lesson, model } = route.useSearch();
  const [learner, setLearner] = useLearner();
  const { error } = about;
  if (error instanceof ApiError && error.code === 'serve/no-tutor') {
    const command = 'npx inkstone studio --tutor .inkstone/tutor';
    return <NoApp title={say.none} how={say.noneHow} label={say.start} command={command} />;
  }
  if (!about.data)
    return error ? <Failure error={error} onAgain={() => void about.refetch()} /> : <Waiting />;
  if (lesson === undefined) return <Start learner={learner} onLearner={setLearner} />;
  return <LessonView key={`${lesson} ${learner}`} lesson={lesson} learner={learner} model={model} />;
}

function Start({
  learner,
  onLearner,
}: {
  readonly learner: string;
  readonly onLearner: (name: string) => void;
}) {
  const say = useWords(tutorWords);
  const { model } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: about } = useQuery(tutorQuery);
  const [text, setText] = useState('');
  const [name, setName] = useState(learner);
  const isNamed = isLearnerName(name);
  const isLong = text.length > MOST_TEXT;
  const begin = useBegin(({ lesson }) => void navigate({ search: { lesson, ...(model && { model }) } }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === '' || isLong || !isNamed || begin.isPending) return;
    onLearner(name);
    begin.mutate({ text, learner: name, model });
  };
  return (
    <div className={classes.desk}>
      <form className={classes.main} onSubmit={submit}>
        <Textarea
          label={say.text}
          description={say.textHow}
          autosize
          minRows={6}
          maxRows={16}
          value={text}
          error={isLong ? say.tooLong(MOST_TEXT.toLocaleString()) : undefined}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <div className={classes.row}>
          <Button type="submit" loading={begin.isPending} disabled={text.trim() === '' || isLong || !isNamed}>
            {say.begin}
          </Button>
          <Button variant="default" onClick={() => setText(say.exampleText)}>
            {say.example}
          </Button>
          {begin.isPending && <span role="status">{say.reading}</span>}
        </div>
        {begin.error && <Failure error={begin.error} />}
      </form>
      <aside className={classes.side}>
        <TextInput
          label={say.learner}
          description={say.learnerHow}
          value={name}
          maxLength={40}
          error={!isNamed}
          autoComplete="off"
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          onBlur={() => isNamed && onLearner(name)}
        />
        <ByWhom
          model={model}
          nobody={say.byNobody}
          onChoose={(next) => void navigate({ search: next ? { model: next } : {}, replace: true })}
        />
        {about !== undefined && about.lessons.length > 0 && (
          <section aria-label={say.lessons}>
            <h2>{say.lessons}</h2>
            <ul className={classes.list}>
              {about.lessons.map(({ id, title }) => (
                <li key={id}>
                  <Link
                    to="/apps/$app"
                    params={{ app: 'tutor' }}
                    search={{ lesson: id, ...(model && { model }) }}
                    onClick={() => isNamed && onLearner(name)}
                  >
                    {title}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        )}
        <CommandLine
          command={['npx', 'inkstone', 'tutor', 'text.md', '--learner', name].map(shellWord).join(' ')}
        />
      </aside>
    </div>
  );
}
