/** Customer service: a conversation as the customer has it, and the queue in which a person answers. */

import { Button, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { curlLine } from '../../parts/curl-line.ts';
import { Problem } from '../../parts/problem.tsx';
import { Failure, Notice, useErrorText, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { type Language, useLanguage, useWords } from '../../words.ts';
import { ByWhom, NoApp, SayField, wrapping } from './app-parts.tsx';
import classes from './apps.module.css';
import { QueueView } from './queue-view.tsx';
import { TalkTurns } from './talk-turns.tsx';
import { MOST_MESSAGE, queueQuery, serviceQuery, talkQuery, useSpeak } from './use-customers.ts';
import { customersWords } from './words.ts';

const route = getRouteApi('/apps/$app');

const PLAN = `intents:
  - name: hours
    examples: [when do you open, 你们几点开门]
    answer: {en: From nine to six., zh: 九点到十八点。}
  - name: refund
    examples: [I want my money back, 我要退款]
    handOver: true`;

export function CustomersView() {
  const say = useWords(customersWords);
  const { language } = useLanguage();
  const { view } = route.useSearch();
  const navigate = route.useNavigate();
  const about = useQuery(serviceQuery(language));
  const isThere = about.data !== undefined;
  const { data: queue } = useQuery({ ...queueQuery, enabled: isThere });
  const { error } = about;
  if (error instanceof ApiError && error.code === 'serve/no-service') {
    return (
      <NoApp
        title={say.none}
        how={say.noneHow}
        label={say.start}
        command="npx inkstone studio --service shop.yaml"
      >
        <CommandLine label={say.plan} command={PLAN} />
      </NoApp>
    );
  }
  if (!about.data)
    return error ? <Failure error={error} onAgain={() => void about.refetch()} /> : <Waiting />;
  return (
    <div className={classes.main}>
      <SegmentedControl
        aria-label={say.what}
        className={classes.fit}
        value={view ?? 'talk'}
        data={[
          { value: 'talk', label: say.talk },
          { value: 'queue', label: say.queue(queue?.waiting ?? 0) },
        ]}
        onChange={(value) =>
          void navigate({
            search: ({ view: _, id: __, ...rest }) => ({
              ...rest,
              ...(value === 'queue' && { view: 'queue' as const }),
            }),
            resetScroll: false,
          })
        }
      />
      {view === 'queue' ? <QueueView /> : <Talk />}
    </div>
  );
}

/** The first in the reader's language, else the first. */
const inLanguage = (examples: readonly string[], language: Language): string =>
  examples.find((text) => /\p{Script=Han}/u.test(text) === (language === 'zh')) ?? examples[0];

/** What a customer says and reads. */
function Talk() {
  const say = useWords(customersWords);
  const textOf = useErrorText();
  const { language } = useLanguage();
  const { id, model } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: about } = useQuery(serviceQuery(language));
  const talk = useQuery(talkQuery(id));
  const [typed, setTyped] = useState('');
  const speak = useSpeak(({ conversation }) => {
    setTyped('');
    go({ id: conversation });
  });
  const go = (part: { readonly id?: string | undefined; readonly model?: string | undefined }): void =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true, resetScroll: false });
  const send = (message: string): void => speak.mutate({ message, conversation: id, model });
  const turns = talk.data?.turns ?? [];
  const intents = (about?.intents ?? []).map(({ name, examples }) => ({
    name,
    example: inLanguage(examples, language),
  }));
  const example = intents[0]?.example ?? say.goodDay;
  return (
    <div className={classes.desk}>
      <section className={classes.main} aria-label={say.talk}>
        <div className={classes.messages} aria-live="polite">
          {talk.error && <Failure error={talk.error} />}
          {turns.length === 0 && !talk.error && (
            <Notice title={about?.greeting ?? say.goodDay}>
              <p>{say.noneSaid}</p>
            </Notice>
          )}
          <TalkTurns turns={turns} />
          {speak.error && <Problem>{textOf(speak.error)}</Problem>}
          {talk.data?.is_handed_over && (
            <p className={classes.reminder}>
              {say.handedOver}{' '}
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => void navigate({ search: { view: 'queue', ...(id && { id }) } })}
              >
                {say.toQueue}
              </Button>
            </p>
          )}
        </div>
        <SayField
          label={say.say}
          value={typed}
          isBusy={speak.isPending}
          maxLength={MOST_MESSAGE}
          onType={setTyped}
          onSend={() => send(typed.trim())}
        />
        {id !== undefined && (
          <Button
            variant="default"
            className={classes.fit}
            leftSection={<Icon name="plus" size={16} />}
            onClick={() => {
              speak.reset();
              go({ id: undefined });
            }}
          >
            {say.fresh}
          </Button>
        )}
      </section>
      <aside className={classes.side}>
        <ByWhom model={model} nobody={say.quoted} onChoose={(next) => go({ model: next })} />
        <section aria-label={say.intents}>
          <h2>{say.intents}</h2>
          {about?.intents.length === 0 && <p className={classes.quiet}>{say.noIntents}</p>}
          <ul className={classes.list}>
            {intents.map(({ name, example: said }) => (
              <li key={name}>
                <strong>{name}</strong>
                <br />
                <Button
                  size="compact-xs"
                  variant="default"
                  classNames={wrapping}
                  aria-label={say.tryIt(said)}
                  disabled={speak.isPending}
                  onClick={() => send(said)}
                >
                  {said}
                </Button>
              </li>
            ))}
          </ul>
        </section>
        <CommandLine
          command={curlLine('/v1/service', {
            message: typed.trim() || example,
            ...(id && { conversation: id }),
            ...(model && { model }),
          })}
        />
      </aside>
    </div>
  );
}
