/** One text at a time: each label is a button and a key; skip, and take back what was given last. */

import { Button, Group, Kbd } from '@mantine/core';
import { useEffect, useState } from 'react';
import { isField } from '../../parts/keyboard.ts';
import { LinkButton } from '../../parts/link-button.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Failure, Notice, useErrorText, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import classes from './label.module.css';
import { ownCount } from './task-list.tsx';
import { type LabelTask, type Place, useItem, useItemChanges } from './use-labels.ts';
import { labelWords } from './words.ts';

/** Of the labels in their order. NOTE `g` leads to other pages. */
const KEYS = '1234567890abcdefhijklmnopqrtvwxyz';
const SKIP = 's';
const UNDO = 'u';

export function GiveView({ task, annotator }: { readonly task: LabelTask; readonly annotator: string }) {
  const say = useWords(labelWords);
  const textOf = useErrorText();
  const [place, setPlace] = useState<Place>({ from: 0 });
  /** What was given since the page was opened, in order. */
  const [given, setGiven] = useState<readonly number[]>([]);
  const [told, setTold] = useState('');
  const { data: item, error, isFetching, refetch } = useItem(task.id, annotator, place);
  const { give } = useItemChanges(task.id);
  const isBusy = give.isPending || isFetching;

  const choose = (label: string): void => {
    if (!item || isBusy) return;
    const { number } = item;
    give.mutate(
      { number, annotator, label },
      {
        onSuccess() {
          setGiven((before) => [...before, number]);
          setPlace(({ from }) => ({ from }));
          setTold(say.given(label));
        },
      },
    );
  };
  const skip = (): void => {
    if (!item || isBusy) return;
    // What was skipped before does not come back, even where an undone one before it is skipped.
    setPlace(({ from }) => ({ from: Math.max(from, item.number + 1) }));
    setTold('');
  };
  const undo = (): void => {
    const number = given.at(-1);
    if (number === undefined || isBusy) return;
    give.mutate(
      { number, annotator, label: null },
      {
        onSuccess() {
          setGiven((before) => before.slice(0, -1));
          setPlace(({ from }) => ({ from, number }));
          setTold(say.undone);
        },
      },
    );
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const key = event.key.toLowerCase();
      const label = task.labels[KEYS.indexOf(key)];
      if (key === SKIP) skip();
      else if (key === UNDO) undo();
      else if (label !== undefined) choose(label);
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });

  return (
    <div className={classes.stack}>
      <div>
        <progress
          className={classes.progress}
          aria-label={say.progress(task.done, task.items)}
          max={task.items}
          value={task.done}
        />
        <p className={classes.quiet}>
          {say.progress(task.done, task.items)} · {say.own(ownCount(task, annotator))}
        </p>
      </div>
      {give.error && <Problem>{textOf(give.error)}</Problem>}
      {item === undefined && (error ? <Failure error={error} onAgain={() => void refetch()} /> : <Waiting />)}
      {item === null && place.from > 0 && (
        <Notice
          title={say.onlySkipped}
          action={<Button onClick={() => setPlace({ from: 0 })}>{say.again}</Button>}
        >
          <p>{say.onlySkippedHow}</p>
        </Notice>
      )}
      {item === null && place.from === 0 && (
        <Notice
          title={say.finished}
          action={
            <LinkButton to="/label" search={{ task: task.id, view: 'results' }}>
              {say.seeResults}
            </LinkButton>
          }
        >
          <p>{say.finishedHow}</p>
        </Notice>
      )}
      {item && (
        <article className={classes.sheet} aria-busy={isBusy}>
          <h3>{say.text(item.number + 1)}</h3>
          <p className={classes.text} aria-live="polite">
            {item.text}
          </p>
          {item.suggestion !== null && (
            <p className={classes.quiet}>{say.suggested(item.suggestion, (item.score ?? 0).toFixed(2))}</p>
          )}
          <fieldset className={classes.choices}>
            <legend>{say.choices}</legend>
            {task.labels.map((label, i) => (
              <Button
                key={label}
                variant="default"
                data-suggested={label === item.suggestion || undefined}
                rightSection={<Kbd size="xs">{KEYS[i]}</Kbd>}
                onClick={() => choose(label)}
              >
                {label}
              </Button>
            ))}
          </fieldset>
        </article>
      )}
      <Group gap="xs">
        <Button
          variant="subtle"
          color="gray"
          disabled={!item}
          rightSection={<Kbd size="xs">{SKIP}</Kbd>}
          onClick={skip}
        >
          {say.skip}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          disabled={given.length === 0}
          rightSection={<Kbd size="xs">{UNDO}</Kbd>}
          onClick={undo}
        >
          {say.undo}
        </Button>
        <p role="status" className={classes.quiet}>
          {told}
        </p>
      </Group>
    </div>
  );
}
