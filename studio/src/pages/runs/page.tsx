/** All runs at a glance. */

import { Button, Checkbox, Progress, Table, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { runsQuery } from '../../api/queries.ts';
import type { RunSummary } from '../../api/types.ts';
import { Explained } from '../../parts/explained.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { dateTime, duration, fixed, percent, shortNumber } from '../../parts/numbers.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { RunStatusMark } from './run-status.tsx';
import classes from './runs.module.css';
import { runsWords } from './words.ts';

export function RunsPage() {
  const say = useWords(runsWords);
  const { data: runs, error, refetch } = useQuery(runsQuery);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const newRun = (
    <LinkButton to="/runs/new" leftSection={<Icon name="plus" size={16} />}>
      {say.newRun}
    </LinkButton>
  );
  if (!runs) return error ? <Failure error={error} onAgain={() => void refetch()} /> : <Waiting />;
  if (runs.length === 0) {
    return (
      <>
        <PageHead title={say.title} lead={say.lead} />
        <Notice title={say.none} action={newRun}>
          <p>{say.noneHow}</p>
        </Notice>
      </>
    );
  }
  const there = chosen.filter((name) => runs.some((run) => run.name === name));
  const toggle = (name: string): void =>
    setChosen(there.includes(name) ? there.filter((one) => one !== name) : [...there, name]);
  return (
    <>
      <PageHead title={say.title} lead={say.lead}>
        {there.length > 1 ? (
          <LinkButton
            variant="default"
            to="/runs/compare"
            search={{ runs: there.join(',') }}
            leftSection={<Icon name="compare" size={16} />}
          >
            {say.compareOf(there.length)}
          </LinkButton>
        ) : (
          <Tooltip label={say.compareHint}>
            <span>
              <Button variant="default" disabled leftSection={<Icon name="compare" size={16} />}>
                {say.compare}
              </Button>
            </span>
          </Tooltip>
        )}
        {newRun}
      </PageHead>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} aria-label={say.title} tabIndex={0}>
        <Table highlightOnHover verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                <span className="visually-hidden">{say.compareHint}</span>
              </Table.Th>
              <Table.Th>{say.name}</Table.Th>
              <Table.Th>{say.status}</Table.Th>
              <Table.Th className={classes.number}>{say.progress}</Table.Th>
              <Table.Th>{say.source}</Table.Th>
              <Table.Th className={classes.number}>
                <Explained term="parameters">{say.size}</Explained>
              </Table.Th>
              <Table.Th className={classes.number}>
                <Explained term="heldOut">{say.heldOut}</Explained>
              </Table.Th>
              <Table.Th className={classes.number}>
                <Explained term="bitsPerCharacter">{say.bits}</Explained>
              </Table.Th>
              <Table.Th className={classes.number}>{say.changed}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map((run) => (
              <RunRow key={run.name} run={run} isChosen={there.includes(run.name)} onToggle={toggle} />
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </>
  );
}

function RunRow({
  run,
  isChosen,
  onToggle,
}: {
  readonly run: RunSummary;
  readonly isChosen: boolean;
  readonly onToggle: (name: string) => void;
}) {
  const say = useWords(runsWords);
  const { language } = useLanguage();
  const { name, status, fraction = 0, etaSeconds, source, parameters, heldOutLoss, bitsPerCharacter } = run;
  const isLive = status === 'running';
  return (
    <Table.Tr>
      <Table.Td>
        <Checkbox
          size="xs"
          aria-label={say.select(name)}
          checked={isChosen}
          onChange={() => onToggle(name)}
        />
      </Table.Td>
      <Table.Td>
        <Link to="/runs/$name" params={{ name }} className={classes.name}>
          {name}
        </Link>
      </Table.Td>
      <Table.Td>
        <RunStatusMark status={status} />
      </Table.Td>
      <Table.Td className={classes.number}>
        {percent(fraction)}
        {isLive && etaSeconds !== undefined && ` · ${duration(etaSeconds, language)}`}
        {isLive && <Progress value={100 * fraction} size={3} mt={4} aria-label={say.progress} />}
      </Table.Td>
      <Table.Td>{source ?? '–'}</Table.Td>
      <Table.Td className={classes.number}>{parameters ? shortNumber(parameters) : '–'}</Table.Td>
      <Table.Td className={classes.number}>{fixed(heldOutLoss, 3)}</Table.Td>
      <Table.Td className={classes.number}>{fixed(bitsPerCharacter)}</Table.Td>
      <Table.Td className={classes.number}>{dateTime(run.changedAt, language)}</Table.Td>
    </Table.Tr>
  );
}
