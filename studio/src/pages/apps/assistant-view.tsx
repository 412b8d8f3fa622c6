/** The assistant: what it is asked, which tools it called and what came of them, a yes or no to what has an effect. */

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { dateTime } from '../../parts/numbers.ts';
import { shellWord } from '../../parts/shell-word.ts';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { ByWhom, NoApp, SayField, wrapping } from './app-parts.tsx';
import classes from './apps.module.css';
import { ExchangeView } from './exchange-view.tsx';
import type { AppsSearch } from './search.ts';
import { assistantQuery, useAssistant } from './use-assistant.ts';
import { assistantWords } from './words.ts';

const route = getRouteApi('/apps/$app');

/** Characters of a turn, as the server has it; and of words that an address holds. */
const MOST_WORDS = 16_384;
const MOST_IN_ADDRESS = 2000;

export function AssistantView() {
  const say = useWords(assistantWords);
  const about = useQuery(assistantQuery);
  const { error } = about;
  if (error instanceof ApiError && error.code === 'serve/no-assistant') {
    const command = 'npx inkstone studio --assistant .inkstone/assistant';
    return <NoApp title={say.none} how={say.noneHow} label={say.start} command={command} />;
  }
  if (!about.data)
    return error ? <Failure error={error} onAgain={() => void about.refetch()} /> : <Waiting />;
  return <Room />;
}

function Room() {
  const say = useWords(assistantWords);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(search.q ?? '');
  const { exchanges, isBusy, ask, again, allow, refuse, stop, clear } = useAssistant({
    saidNo: say.saidNo,
    nothing: say.nothingDone,
  });
  const change = (part: Partial<AppsSearch>): void =>
    void navigate({ search: { ...search, ...part }, replace: true, resetScroll: false });
  const send = (words: string): void => {
    change({ q: words.length <= MOST_IN_ADDRESS ? words : undefined });
    setTyped('');
    ask(words, search.model);
  };
  return (
    <div className={classes.desk}>
      <section className={classes.main} aria-label={say.assistant}>
        <div className={classes.messages} aria-live="polite">
          {exchanges.length === 0 && (
            <Notice
              title={say.empty}
              action={
                <div className={classes.tries}>
                  {[say.try1, say.try2, say.try3].map((words) => (
                    <Button
                      key={words}
                      variant="default"
                      size="compact-md"
                      classNames={wrapping}
                      onClick={() => send(words)}
                    >
                      {words}
                    </Button>
                  ))}
                </div>
              }
            >
              <p>{say.emptyHow}</p>
            </Notice>
          )}
          {exchanges.map((exchange, at) => (
            <ExchangeView
              // biome-ignore lint/suspicious/noArrayIndexKey: exchanges stay where they are
              key={at}
              exchange={exchange}
              isBusy={isBusy}
              onAgain={() => again(at)}
              onAllow={(call) => allow(at, call)}
              onRefuse={(call) => refuse(at, call)}
            />
          ))}
        </div>
        <SayField
          label={say.ask}
          value={typed}
          isBusy={isBusy}
          maxLength={MOST_WORDS}
          onType={setTyped}
          onSend={() => send(typed.trim())}
          onStop={stop}
        />
        {exchanges.length > 0 && (
          <Button
            variant="default"
            className={classes.fit}
            leftSection={<Icon name="plus" size={16} />}
            onClick={() => {
              clear();
              change({ q: undefined });
            }}
          >
            {say.fresh}
          </Button>
        )}
      </section>
      <aside className={classes.side}>
        <ByWhom model={search.model} nobody={say.rules} onChoose={(model) => change({ model })} />
        <Reminders />
        <Tools />
        <CommandLine command={commandOf(search.model, typed.trim() || search.q || say.try1)} />
      </aside>
    </div>
  );
}

/** Those that are kept; one that is due is told with the next answer. */
function Reminders() {
  const say = useWords(assistantWords);
  const { language } = useLanguage();
  const { data } = useQuery(assistantQuery);
  const reminders = data?.reminders ?? [];
  return (
    <section aria-label={say.reminders}>
      <h2>{say.reminders}</h2>
      {reminders.length === 0 && <p className={classes.quiet}>{say.noReminders}</p>}
      <ul className={classes.list} aria-live="polite">
        {reminders.map(({ id, text, due, is_due }) => (
          <li key={id}>
            {text}{' '}
            <span className={classes.badge} data-now={is_due || undefined}>
              {is_due ? say.due : dateTime(due, language)}
            </span>
          </li>
        ))}
      </ul>
      {reminders.some(({ is_due }) => is_due) && <p className={classes.quiet}>{say.dueHow}</p>}
    </section>
  );
}

function Tools() {
  const say = useWords(assistantWords);
  const { data } = useQuery(assistantQuery);
  return (
    <details>
      <summary>{say.tools}</summary>
      <ul className={classes.list}>
        {data?.tools.map(({ name, description, has_effect }) => (
          <li key={name}>
            <strong>{name}</strong> {has_effect && <span className={classes.badge}>{say.effect}</span>}
            <br />
            <small>{description}</small>
          </li>
        ))}
      </ul>
    </details>
  );
}

function commandOf(model: string | undefined, words: string): string {
  const run = model === undefined ? [] : [`runs/${model}`];
  return ['npx', 'inkstone', 'assist', ...run, '--ask', words].map(shellWord).join(' ');
}
