/** All tasks: how far each is done; one that is no longer wanted can be deleted. */

import { ActionIcon, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { RemoveDialog } from '../../parts/remove-dialog.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import classes from './label.module.css';
import { type LabelTask, useTaskChanges } from './use-labels.ts';
import { labelWords } from './words.ts';

export function TaskList({
  tasks,
  annotator,
}: {
  readonly tasks: readonly LabelTask[];
  readonly annotator: string;
}) {
  const say = useWords(labelWords);
  const { remove } = useTaskChanges();
  const [going, setGoing] = useState<LabelTask>();
  return (
    <section className={classes.sheet}>
      <h2>{say.tasks}</h2>
      {tasks.length === 0 && <p className={classes.quiet}>{say.none}</p>}
      <ul className={classes.list}>
        {tasks.map((task) => (
          <li key={task.id}>
            <div>
              <Link to="/label" search={{ task: task.id }}>
                {task.name}
              </Link>
              <p className={classes.quiet}>
                {[
                  task.labels.join(', '),
                  say.progress(task.done, task.items),
                  say.own(ownCount(task, annotator)),
                ].join(' · ')}
              </p>
            </div>
            <Tooltip label={say.remove(task.name)}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={say.remove(task.name)}
                onClick={() => setGoing(task)}
              >
                <Icon name="trash" size={16} />
              </ActionIcon>
            </Tooltip>
          </li>
        ))}
      </ul>
      <RemoveDialog
        name={going?.name}
        how={say.removeHow}
        isRemoving={remove.isPending}
        error={remove.error}
        onRemove={() => remove.mutate(going!.id, { onSuccess: () => setGoing(undefined) })}
        onClose={() => setGoing(undefined)}
      />
    </section>
  );
}

export const ownCount = ({ people }: LabelTask, annotator: string): number =>
  people.find((one) => one.annotator === annotator)?.items ?? 0;
