/** The queue of texts that a person should judge: one at a time, by key; how far two people agree; training data. */

import { Button, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { lastPerson, PersonForm } from '../../parts/person.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useSavedAnswer } from '../../parts/save-file.ts';
import { Failure, Notice, useErrorText, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import { AgreementTable } from './agreement-table.tsx';
import { Decide } from './decide.tsx';
import classes from './review.module.css';
import { ReviewText } from './review-text.tsx';
import { RuleTable } from './rule-table.tsx';
import { type Review, useReview, useReviewChanges, useReviews } from './use-reviews.ts';
import { reviewWords } from './words.ts';

const route = getRouteApi('/review');

export function ReviewPage() {
  const say = useWords(reviewWords);
  const [reviewer, setReviewer] = useState(lastPerson);
  const textOf = useErrorText();
  const save = useSavedAnswer();
  return (
    <>
      <PageHead title={say.title} lead={say.lead}>
        {reviewer !== '' && (
          <>
            <Button
              variant="default"
              title={say.exportHow}
              onClick={() => save.mutate({ name: 'reviews.jsonl', path: '/api/reviews/export' })}
            >
              {say.exportAll}
            </Button>
            <Button variant="subtle" color="gray" title={say.otherPerson} onClick={() => setReviewer('')}>
              {say.as(reviewer)}
            </Button>
          </>
        )}
      </PageHead>
      {save.error && <Problem>{textOf(save.error)}</Problem>}
      {reviewer === '' ? (
        <PersonForm how={say.reviewerHow} onName={setReviewer} />
      ) : (
        <Queue reviewer={reviewer} />
      )}
    </>
  );
}

function Queue({ reviewer }: { readonly reviewer: string }) {
  const say = useWords(reviewWords);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const status = search.status ?? 'open';
  const reviews = useReviews(status, reviewer);
  const single = useReview(search.id);
  const [told, setTold] = useState('');
  /** The text for which words are being typed: it stays, whatever is decided elsewhere. */
  const [held, setHeld] = useState<Review>();
  const error = reviews.error ?? single.error;
  if (error instanceof ApiError && error.code === 'serve/route') {
    return (
      <Notice title={say.noState}>
        <p>{say.noStateHow}</p>
      </Notice>
    );
  }
  if (!reviews.data || (search.id !== undefined && !single.data)) {
    return error ? <Failure error={error} onAgain={() => void reviews.refetch()} /> : <Waiting />;
  }
  const { data: waiting, next } = reviews.data;
  const current = held ?? (search.id === undefined ? waiting[0] : single.data);
  return (
    <div className={classes.stack}>
      <SegmentedControl
        aria-label={say.queue}
        className={classes.fit}
        value={status}
        data={[
          {
            value: 'open',
            label: status === 'open' ? say.openCount(waiting.length, next !== null) : say.open,
          },
          { value: 'done', label: say.done },
        ]}
        onChange={(value) => {
          setHeld(undefined);
          void navigate({ search: value === 'done' ? { status: 'done' } : {} });
        }}
      />
      <p role="status" className={classes.told}>
        {told}
      </p>
      {status === 'open' && !current && (
        <Notice title={say.nothing}>
          <p>{say.nothingHow}</p>
        </Notice>
      )}
      {status === 'open' && current && (
        <article className={classes.sheet}>
          <ReviewText review={current} />
          <Decide
            key={current.id}
            review={current}
            reviewer={reviewer}
            onAsking={(isAsking) => setHeld(isAsking ? current : undefined)}
            onDecided={(decision) => {
              setHeld(undefined);
              setTold(say.decided(decision));
              if (search.id !== undefined) void navigate({ search: {} });
            }}
          />
        </article>
      )}
      {status === 'done' && reviews.data.data.length === 0 && (
        <Notice title={say.nothingDecided}>
          <p>{say.nothingDecidedHow}</p>
        </Notice>
      )}
      {status === 'done' &&
        (search.id === undefined ? reviews.data.data : [single.data!]).map((review) => (
          <article key={review.id} className={classes.sheet}>
            <ReviewText review={review} />
          </article>
        ))}
      <AgreementTable />
      <RuleTable />
      <Add />
    </div>
  );
}

function Add() {
  const say = useWords(reviewWords);
  const { add } = useReviewChanges();
  const [prompt, setPrompt] = useState('');
  const [output, setOutput] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate(
      { prompt, output },
      {
        onSuccess() {
          setPrompt('');
          setOutput('');
        },
      },
    );
  };
  return (
    <details className={classes.add}>
      <summary>{say.add}</summary>
      <form onSubmit={submit}>
        <TextInput
          label={say.prompt}
          value={prompt}
          onChange={(event) => setPrompt(event.currentTarget.value)}
        />
        <Textarea
          label={say.output}
          autosize
          minRows={3}
          maxRows={12}
          value={output}
          onChange={(event) => setOutput(event.currentTarget.value)}
        />
        {add.error && <Failure error={add.error} />}
        <Button type="submit" mt="sm" disabled={output === ''} loading={add.isPending}>
          {say.addIt}
        </Button>
      </form>
    </details>
  );
}
