/** One text with why it is here, and what was decided, where that may be seen. */

import { Badge, Group } from '@mantine/core';
import { dateTime } from '../../parts/numbers.ts';
import { useLanguage, useWords } from '../../words.ts';
import classes from './review.module.css';
import type { Review } from './use-reviews.ts';
import { reviewWords } from './words.ts';

export function ReviewText({ review }: { readonly review: Review }) {
  const say = useWords(reviewWords);
  const { language } = useLanguage();
  const { why, model, created, prompt, output, detail, decisions } = review;
  const names = { approve: say.approve, edit: say.edit, reject: say.reject, 'make-rule': say.makeRule };
  const details = Object.entries(detail).map(([name, value]) => {
    if (name === 'loops' && Array.isArray(value)) return say.repairs(value.length);
    if (name === 'rules' && Array.isArray(value)) return value.map((rule) => `“${rule.name}”`).join(', ');
    return `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return (
    <>
      <Group gap="xs" mb="sm">
        <Badge variant="default">{say[why]}</Badge>
        <span className={classes.quiet}>
          {[model, dateTime(created, language), ...details].filter(Boolean).join(' · ')}
        </span>
      </Group>
      <h2>{say.prompt}</h2>
      <p className={classes.text}>{prompt || '–'}</p>
      <h2>{say.output}</h2>
      <p className={classes.text}>{output}</p>
      {decisions.length > 0 && (
        <ul className={classes.decisions}>
          {decisions.map(({ reviewer, decision, edited, note }) => (
            <li key={reviewer}>
              <strong>{reviewer}</strong> {names[decision]}
              {edited !== null && <p className={classes.text}>{edited}</p>}
              {note !== null && <p className={classes.quiet}>{note}</p>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
