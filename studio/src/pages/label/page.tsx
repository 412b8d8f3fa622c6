/** Texts that two people give labels to: the tasks, one text at a time by key, how far they agree, training data. */

import { Button, SegmentedControl } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { LinkButton } from '../../parts/link-button.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { lastPerson, PersonForm } from '../../parts/person.tsx';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import { GiveView } from './give-view.tsx';
import classes from './label.module.css';
import { NewTaskForm } from './new-task-form.tsx';
import { ResultsView } from './results-view.tsx';
import { TaskList } from './task-list.tsx';
import { useTask, useTasks } from './use-labels.ts';
import { labelWords } from './words.ts';

const route = getRouteApi('/label');

export function LabelPage() {
  const say = useWords(labelWords);
  const { task } = route.useSearch();
  const [annotator, setAnnotator] = useState(lastPerson);
  return (
    <>
      <PageHead title={say.title} lead={say.lead}>
        {annotator !== '' && (
          <Button variant="subtle" color="gray" title={say.otherPerson} onClick={() => setAnnotator('')}>
            {say.as(annotator)}
          </Button>
        )}
      </PageHead>
      {annotator === '' ? (
        <PersonForm how={say.nameHow} onName={setAnnotator} />
      ) : task === undefined ? (
        <Tasks annotator={annotator} />
      ) : (
        <Task key={task} id={task} annotator={annotator} />
      )}
    </>
  );
}

function Tasks({ annotator }: { readonly annotator: string }) {
  const say = useWords(labelWords);
  const navigate = route.useNavigate();
  const { data, error, refetch } = useTasks();
  if (error instanceof ApiError && error.code === 'serve/route') {
    return (
      <Notice title={say.noState}>
        <p>{say.noStateHow}</p>
      </Notice>
    );
  }
  if (!data) return error ? <Failure error={error} onAgain={() => void refetch()} /> : <Waiting />;
  return (
    <div className={classes.room}>
      <TaskList tasks={data} annotator={annotator} />
      <NewTaskForm onMade={({ id }) => void navigate({ search: { task: id } })} />
    </div>
  );
}

function Task({ id, annotator }: { readonly id: string; readonly annotator: string }) {
  const say = useWords(labelWords);
  const { view } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: task, error, refetch } = useTask(id);
  const back = (
    <LinkButton to="/label" search={{}} variant="default" className={classes.fit}>
      {say.allTasks}
    </LinkButton>
  );
  if (!task) {
    return (
      <div className={classes.stack}>
        {back}
        {error ? <Failure error={error} onAgain={() => void refetch()} /> : <Waiting />}
      </div>
    );
  }
  return (
    <div className={classes.stack}>
      <div className={classes.bar}>
        {back}
        <h2>{task.name}</h2>
        <SegmentedControl
          aria-label={say.view}
          value={view ?? 'give'}
          data={[
            { value: 'give', label: say.give },
            { value: 'results', label: say.results },
          ]}
          onChange={(value) =>
            void navigate({ search: { task: id, ...(value === 'results' && { view: 'results' }) } })
          }
        />
      </div>
      {view === 'results' ? (
        <ResultsView task={task} />
      ) : (
        <GiveView key={annotator} task={task} annotator={annotator} />
      )}
    </div>
  );
}
