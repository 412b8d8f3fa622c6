/** Four answers to a text, each a button and a key; two of them ask for words first. */

import { Button, Group, Kbd, Select, Textarea, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { isField } from '../../parts/keyboard.ts';
import { useErrorText } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import classes from './review.module.css';
import { type NewDecision, type Review, useReviewChanges, type Verdict } from './use-reviews.ts';
import { reviewWords } from './words.ts';

const keys = { a: 'approve', e: 'edit', r: 'reject', m: 'make-rule' } as const satisfies Record<
  string,
  Verdict
>;

export function Decide({
  review,
  reviewer,
  onAsking,
  onDecided,
}: {
  readonly review: Review;
  readonly reviewer: string;
  /** Whether words are being typed. */
  readonly onAsking: (isAsking: boolean) => void;
  readonly onDecided: (decision: string) => void;
}) {
  const say = useWords(reviewWords);
  const { decide } = useReviewChanges();
  const [asking, setAsking] = useState<'edit' | 'make-rule'>();
  /** What was typed when the field was closed: it is there when it opens again. */
  const [typed, setTyped] = useState(review.output);
  const names = { approve: say.approve, edit: say.edit, reject: say.reject, 'make-rule': say.makeRule };
  const send = (decision: Omit<NewDecision, 'reviewer'>): void =>
    decide.mutate(
      { isFirst: true, id: review.id, reviewer, ...decision },
      { onSuccess: () => onDecided(names[decision.decision]) },
    );
  const ask = (next: typeof asking): void => {
    setAsking(next);
    onAsking(next !== undefined);
  };
  const answer = (verdict: Verdict): void => {
    if (verdict === 'edit' || verdict === 'make-rule') ask(verdict);
    else send({ decision: verdict });
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey || asking) return;
      const verdict = keys[event.key as keyof typeof keys];
      if (!verdict || decide.isPending || event.repeat) return;
      event.preventDefault();
      answer(verdict);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
  return (
    <div className={classes.decide}>
      {decide.error && (
        <Refused error={decide.error} onReplace={() => send({ ...decide.variables!, isFirst: false })} />
      )}
      {asking === undefined && (
        <Group>
          {Object.entries(keys).map(([key, verdict]) => (
            <Button
              key={key}
              variant={verdict === 'approve' ? 'filled' : 'default'}
              disabled={decide.isPending}
              rightSection={<Kbd size="xs">{key}</Kbd>}
              onClick={() => answer(verdict)}
            >
              {names[verdict]}
            </Button>
          ))}
        </Group>
      )}
      {asking === 'edit' && (
        <Edit
          output={review.output}
          text={typed}
          onText={setTyped}
          onSave={(edited) => send({ decision: 'edit', edited })}
          onCancel={() => ask(undefined)}
        />
      )}
      {asking === 'make-rule' && (
        <MakeRule
          phrase={String(review.detail.phrase ?? getSelection()?.toString() ?? '')}
          onSave={(rule) => send({ decision: 'make-rule', rule })}
          onCancel={() => ask(undefined)}
        />
      )}
    </div>
  );
}

/** A decision that was made before, in another tab perhaps, is replaced only by one who wants that. */
function Refused({ error, onReplace }: { readonly error: Error; readonly onReplace: () => void }) {
  const say = useWords(reviewWords);
  const textOf = useErrorText();
  const isTaken = error instanceof ApiError && error.code === 'store/decided';
  return (
    <div role="alert" className={classes.problem}>
      <p>{textOf(error)}</p>
      {isTaken && (
        <Button size="compact-sm" variant="default" onClick={onReplace}>
          {say.replace}
        </Button>
      )}
    </div>
  );
}

function Edit({
  output,
  text,
  onText,
  onSave,
  onCancel,
}: {
  readonly output: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onSave: (text: string) => void;
  readonly onCancel: () => void;
}) {
  const say = useWords(reviewWords);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave(text);
      }}
    >
      <Textarea
        label={say.edited}
        data-autofocus
        autoFocus
        autosize
        minRows={4}
        maxRows={16}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onCancel();
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && text !== '') onSave(text);
        }}
      />
      <SaveOrCancel isReady={text !== '' && text !== output} onCancel={onCancel} />
    </form>
  );
}

const actions = ['block', 'rewrite', 'flag'] as const;

function MakeRule({
  phrase,
  onSave,
  onCancel,
}: {
  readonly phrase: string;
  readonly onSave: (rule: NonNullable<NewDecision['rule']>) => void;
  readonly onCancel: () => void;
}) {
  const say = useWords(reviewWords);
  const [pattern, setPattern] = useState(phrase);
  const [action, setAction] = useState<(typeof actions)[number]>('block');
  const [replacement, setReplacement] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const name = pattern.trim().slice(0, 40);
        onSave({ name, pattern, action, ...(action === 'rewrite' && { replacement }) });
      }}
      onKeyDown={(event) => event.key === 'Escape' && onCancel()}
    >
      <Group align="flex-end">
        <TextInput
          label={say.pattern}
          autoFocus
          value={pattern}
          onChange={(event) => setPattern(event.currentTarget.value)}
        />
        <Select
          label={say.action}
          allowDeselect={false}
          data={actions.map((value) => ({ value, label: say[value] }))}
          value={action}
          onChange={(value) => value !== null && setAction(value as typeof action)}
        />
        {action === 'rewrite' && (
          <TextInput
            label={say.replacement}
            value={replacement}
            onChange={(event) => setReplacement(event.currentTarget.value)}
          />
        )}
      </Group>
      <SaveOrCancel isReady={pattern.trim() !== ''} onCancel={onCancel} />
    </form>
  );
}

function SaveOrCancel({ isReady, onCancel }: { readonly isReady: boolean; readonly onCancel: () => void }) {
  const say = useWords(reviewWords);
  return (
    <Group mt="sm">
      <Button type="submit" disabled={!isReady}>
        {say.save}
      </Button>
      <Button variant="default" onClick={onCancel}>
        {say.cancel}
      </Button>
    </Group>
  );
}
