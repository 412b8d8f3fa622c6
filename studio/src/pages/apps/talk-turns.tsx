/** What was said in a conversation with a customer: by whom, for what it was taken, and where answers stand. */

import { Link } from '@tanstack/react-router';
import { useWords } from '../../words.ts';
import chat from '../chat/chat.module.css';
import classes from './apps.module.css';
import type { CustomerTurn } from './use-customers.ts';
import { customersWords } from './words.ts';

export function TalkTurns({ turns }: { readonly turns: readonly CustomerTurn[] }) {
  const say = useWords(customersWords);
  return turns.map(({ role, text, at, intent, sources }, i) => (
    <article
      // biome-ignore lint/suspicious/noArrayIndexKey: what was said stays where it is
      key={`${i} ${at}`}
      className={chat.message}
      data-role={role === 'customer' ? 'user' : 'assistant'}
    >
      <header>{say[role]}</header>
      <p className={chat.content}>{text}</p>
      {(intent || sources.length > 0) && (
        <div className={chat.tools}>
          {intent && (
            <span className={classes.badge}>{say.intent(intent.name, intent.score.toFixed(2))}</span>
          )}
          {sources.map(({ key, source, start, end }) => (
            <Link
              key={`${key} ${start}`}
              to="/documents"
              search={{ key, at: start, end }}
              className={classes.badge}
            >
              {say.source(source)}
            </Link>
          ))}
        </div>
      )}
    </article>
  ));
}
