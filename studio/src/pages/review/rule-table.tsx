/** The rules that came of reviews: what they look for, what they do, whether they are on. */

import { ActionIcon, Switch, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { RemoveDialog } from '../../parts/remove-dialog.tsx';
import { useErrorText } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import classes from './review.module.css';
import { type Rule, useRuleChanges, useRules } from './use-rules.ts';
import { reviewWords } from './words.ts';

export function RuleTable() {
  const say = useWords(reviewWords);
  const textOf = useErrorText();
  const { data: rules } = useRules();
  const { turn, remove } = useRuleChanges();
  const [doomed, setDoomed] = useState<Rule>();
  if (!rules) return null;
  return (
    <section className={classes.sheet}>
      <h2>{say.rules}</h2>
      {rules.length === 0 && <p className={classes.quiet}>{say.rulesNone}</p>}
      {turn.error && (
        <p role="alert" className={classes.problem}>
          {textOf(turn.error)}
        </p>
      )}
      <ul className={classes.rules}>
        {rules.map((rule) => (
          <RuleRow
            key={rule.id}
            rule={rule}
            isOn={turn.isPending && turn.variables.id === rule.id ? turn.variables.isOn : rule.isOn}
            onTurn={(isOn) => turn.mutate({ id: rule.id, isOn })}
            onRemove={() => setDoomed(rule)}
          />
        ))}
      </ul>
      <RemoveDialog
        name={doomed && shownPattern(doomed)}
        how={say.removeRuleHow}
        isRemoving={remove.isPending}
        error={remove.error}
        onRemove={() => remove.mutate(doomed!.id, { onSuccess: () => setDoomed(undefined) })}
        onClose={() => setDoomed(undefined)}
      />
    </section>
  );
}

const shownPattern = ({ kind, pattern }: Rule): string => (kind === 'regex' ? `/${pattern}/` : pattern);

function RuleRow({
  rule,
  isOn,
  onTurn,
  onRemove,
}: {
  readonly rule: Rule;
  /** As it is, or is about to be. */
  readonly isOn: boolean;
  readonly onTurn: (isOn: boolean) => void;
  readonly onRemove: () => void;
}) {
  const say = useWords(reviewWords);
  const { action, replacement, stage } = rule;
  const shown = shownPattern(rule);
  return (
    <li>
      <Switch
        size="sm"
        aria-label={say.ruleOn(shown)}
        checked={isOn}
        onChange={({ currentTarget }) => onTurn(currentTarget.checked)}
      />
      <code>{shown}</code>
      <span className={classes.quiet}>
        {say.ruleDoes(say[stage], say[action])}
        {action === 'rewrite' && ` “${replacement}”`}
      </span>
      <Tooltip label={say.removeRule}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`${say.removeRule}: ${shown}`}
          onClick={onRemove}
        >
          <Icon name="trash" size={15} />
        </ActionIcon>
      </Tooltip>
    </li>
  );
}
