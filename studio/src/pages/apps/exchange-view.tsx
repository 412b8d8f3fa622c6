/** One question to the assistant: reminders that were due, the calls of tools, the answer. */

import { Button } from '@mantine/core';
import { Problem } from '../../parts/problem.tsx';
import { useErrorText } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import chat from '../chat/chat.module.css';
import classes from './apps.module.css';
import type { Call, Exchange } from './use-assistant.ts';
import { appsWords, assistantWords } from './words.ts';

interface Props {
  readonly exchange: Exchange;
  /** Something is being asked. */
  readonly isBusy: boolean;
  readonly onAgain: () => void;
  readonly onAllow: (call: Call) => void;
  readonly onRefuse: (call: Call) => void;
}

export function ExchangeView({ exchange, isBusy, onAgain, onAllow, onRefuse }: Props) {
  const say = useWords(assistantWords);
  const common = useWords(appsWords);
  const textOf = useErrorText();
  const { words, model, status, answer, calls, reminders, finish, error } = exchange;
  const ends = { rounds: say.rounds, length: say.length, blocked: say.blocked } as const;
  const end = Object.hasOwn(ends, finish) ? ends[finish as keyof typeof ends] : undefined;
  return (
    <>
      <article className={chat.message} data-role="user">
        <header>{common.you}</header>
        <p className={chat.content}>{words}</p>
      </article>
      <article className={chat.message} data-role="assistant" aria-busy={status === 'busy'}>
        <header>{model ?? say.assistant}</header>
        {reminders.map((text, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: told once, in their order
          <p key={i} className={classes.reminder}>
            {say.reminder(text)}
          </p>
        ))}
        {calls.length > 0 && (
          <ul className={classes.calls} aria-label={say.calls}>
            {calls.map((call) => (
              <li key={call.id} className={classes.call} data-status={call.status}>
                <CallView
                  call={call}
                  isTold={call.text === answer}
                  isBusy={isBusy}
                  onAllow={() => onAllow(call)}
                  onRefuse={() => onRefuse(call)}
                />
              </li>
            ))}
          </ul>
        )}
        {answer !== '' && <p className={chat.content}>{answer}</p>}
        {status === 'busy' && <p className={classes.quiet}>{common.working}</p>}
        {end && <p className={classes.quiet}>{end}</p>}
        {status === 'stopped' && <p className={classes.quiet}>{say.stopped}</p>}
        {status === 'failed' && <Problem>{textOf(error)}</Problem>}
        {(status === 'stopped' || status === 'failed') && (
          <Button
            variant="default"
            size="compact-sm"
            disabled={isBusy}
            leftSection={<Icon name="again" size={14} />}
            onClick={onAgain}
          >
            {say.again}
          </Button>
        )}
      </article>
    </>
  );
}

function CallView({
  call,
  isTold,
  isBusy,
  onAllow,
  onRefuse,
}: {
  readonly call: Call;
  /** The answer says what came of it. */
  readonly isTold: boolean;
  readonly isBusy: boolean;
  readonly onAllow: () => void;
  readonly onRefuse: () => void;
}) {
  const say = useWords(assistantWords);
  const { name, status, text } = call;
  const args = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
  return (
    <>
      <span>
        <code>
          {name} {args}
        </code>{' '}
        <span className={classes.badge} data-now={status === 'waiting' || undefined}>
          {say[status]}
        </span>
      </span>
      {status === 'waiting' ? (
        <>
          <p>{say.asks(name)}</p>
          <div className={classes.row}>
            <Button size="compact-sm" disabled={isBusy} aria-label={say.allowWhat(name)} onClick={onAllow}>
              {say.allow}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              disabled={isBusy}
              aria-label={say.refuseWhat(name)}
              onClick={onRefuse}
            >
              {say.refuse}
            </Button>
          </div>
        </>
      ) : (
        !isTold && <p>{text}</p>
      )}
    </>
  );
}
