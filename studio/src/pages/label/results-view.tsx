/** How far people agree, on what they do not, and what a classifier can be trained on. */

import { Button, Group } from '@mantine/core';
import { CommandLine } from '../../parts/command-line.tsx';
import { coefficient, PairTable } from '../../parts/pair-table.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useSavedAnswer } from '../../parts/save-file.ts';
import { Failure, useErrorText, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import classes from './label.module.css';
import { type LabelTask, useItemChanges, useResults } from './use-labels.ts';
import { labelWords } from './words.ts';

export function ResultsView({ task }: { readonly task: LabelTask }) {
  const say = useWords(labelWords);
  const textOf = useErrorText();
  const { data, error, refetch } = useResults(task.id);
  const { settle } = useItemChanges(task.id);
  const save = useSavedAnswer();
  if (!data) return error ? <Failure error={error} onAgain={() => void refetch()} /> : <Waiting />;
  const { pairs, alpha, ac1, usable, disagreements } = data;
  const open = disagreements.filter(({ settled }) => settled === null).length;
  return (
    <>
      <section className={classes.sheet}>
        <h3>{say.agreement}</h3>
        {pairs.length === 0 ? (
          <p className={classes.quiet}>{say.agreementNone}</p>
        ) : (
          <>
            <PairTable pairs={pairs} />
            <dl className={classes.figures}>
              <dt>{say.alpha}</dt>
              <dd>{coefficient(alpha)}</dd>
              <dt>{say.ac1}</dt>
              <dd>{coefficient(ac1)}</dd>
            </dl>
            <p className={classes.quiet}>{say.agreementHow}</p>
          </>
        )}
      </section>
      {pairs.length > 0 && (
        <section className={classes.sheet}>
          <h3>
            {disagreements.length === 0
              ? say.disagreementsNone
              : say.disagreements(open, disagreements.length)}
          </h3>
          {settle.error && <Problem>{textOf(settle.error)}</Problem>}
          {disagreements.map(({ number, text, labels, settled }) => (
            <article key={number} className={classes.disputed}>
              <p className={classes.text}>{text}</p>
              <p className={classes.quiet}>
                {labels.map(({ annotator, label }) => say.said(annotator, label)).join(' · ')}
              </p>
              <fieldset className={classes.choices}>
                <legend>{say.decide(number + 1)}</legend>
                {task.labels.map((label) => (
                  <Button
                    key={label}
                    size="compact-sm"
                    variant={label === settled ? 'filled' : 'default'}
                    aria-pressed={label === settled}
                    disabled={settle.isPending}
                    onClick={() => settle.mutate({ number, label: label === settled ? null : label })}
                  >
                    {label}
                  </Button>
                ))}
              </fieldset>
            </article>
          ))}
        </section>
      )}
      <section className={classes.sheet}>
        <h3>{say.exported}</h3>
        <p className={classes.quiet}>{say.usable(usable, task.items)}</p>
        <Group gap="xs" className={classes.gap}>
          {(['csv', 'jsonl'] as const).map((format) => (
            <Button
              key={format}
              variant="default"
              disabled={usable === 0}
              onClick={() =>
                save.mutate({
                  name: `labels.${format}`,
                  path: `/api/labels/${task.id}/export?format=${format}`,
                })
              }
            >
              {say.save(format.toUpperCase())}
            </Button>
          ))}
        </Group>
        {save.error && <Problem>{textOf(save.error)}</Problem>}
        {usable > 0 && (
          <CommandLine
            label={say.train}
            command="npx inkstone classify train --data labels.csv --out my-classifier"
          />
        )}
      </section>
    </>
  );
}
