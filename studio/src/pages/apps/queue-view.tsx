/** The queue: customers whom a person has, and the person's answer to one of them. */

import { Button, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { CommandLine } from '../../parts/command-line.tsx';
import { curlLine } from '../../parts/curl-line.ts';
import { dateTime } from '../../parts/numbers.ts';
import { Problem } from '../../parts/problem.tsx';
import { Failure, Notice, useErrorText, Waiting } from '../../parts/states.tsx';
import { useLanguage, useWords } from '../../words.ts';
import classes from './apps.module.css';
import { TalkTurns } from './talk-turns.tsx';
import { type HandOverReason, MOST_MESSAGE, queueQuery, talkQuery, useReply } from './use-customers.ts';
import { customersWords } from './words.ts';

const route = getRouteApi('/apps/$app');

export function QueueView() {
  const say = useWords(customersWords);
  const { language } = useLanguage();
  const { id } = route.useSearch();
  const queue = useQuery(queueQuery);
  const reasons: { readonly [Reason in HandOverReason]: string } = {
    ...{ wish: say.wish, rule: say.rule, intent: say.intentReason, failures: say.failures },
  };
  if (!queue.data) return queue.error ? <Failure error={queue.error} /> : <Waiting />;
  const { data, count } = queue.data;
  return (
    <div className={classes.desk}>
      <section className={classes.main} aria-label={say.conversation}>
        {id === undefined ? (
          <Notice title={data.length === 0 ? say.nobody : say.choose}>
            <p>{say.nobodyHow}</p>
          </Notice>
        ) : (
          <Reply key={id} id={id} />
        )}
      </section>
      <aside className={classes.side}>
        <ul className={classes.queue} aria-label={say.queue(0)}>
          {data.map(({ conversation, reason, since, text, is_answered }) => (
            <li key={conversation}>
              <Link
                to="/apps/$app"
                params={{ app: 'customers' }}
                search={{ view: 'queue', id: conversation }}
                aria-current={conversation === id || undefined}
              >
                {text}
                <small>
                  {[reason && reasons[reason], dateTime(since, language)].filter(Boolean).join(' · ')}
                </small>
                <span className={classes.badge} data-now={!is_answered || undefined}>
                  {is_answered ? say.answered : say.waiting}
                </span>
              </Link>
            </li>
          ))}
        </ul>
        {count > data.length && <p className={classes.quiet}>{say.more(count - data.length)}</p>}
      </aside>
    </div>
  );
}

function Reply({ id }: { readonly id: string }) {
  const say = useWords(customersWords);
  const textOf = useErrorText();
  const talk = useQuery(talkQuery(id));
  const [typed, setTyped] = useState('');
  const reply = useReply(() => setTyped(''));
  const words = typed.trim();
  const send = (isDone: boolean): void =>
    reply.mutate({ conversation: id, text: words || undefined, is_done: isDone });
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (words !== '' && !reply.isPending) send(false);
  };
  if (!talk.data) return talk.error ? <Failure error={talk.error} /> : <Waiting />;
  return (
    <>
      <div className={classes.messages} aria-live="polite">
        <TalkTurns turns={talk.data.turns} />
      </div>
      {reply.error && <Problem>{textOf(reply.error)}</Problem>}
      {talk.data.is_handed_over ? (
        <>
          <Textarea
            label={say.reply}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={MOST_MESSAGE}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            onKeyDown={onKey}
          />
          <div className={classes.row}>
            <Button disabled={words === '' || reply.isPending} onClick={() => send(false)}>
              {say.answer}
            </Button>
            <Button variant="default" disabled={reply.isPending} onClick={() => send(true)}>
              {words === '' ? say.back : say.answerBack}
            </Button>
          </div>
        </>
      ) : (
        <p className={classes.quiet}>{say.gone}</p>
      )}
      <CommandLine
        command={curlLine('/v1/service/replies', { conversation: id, text: words || '…', is_done: false })}
      />
    </>
  );
}
