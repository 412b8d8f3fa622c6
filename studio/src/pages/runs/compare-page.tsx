/** Runs beside each other: the settings that differ, their results, their curves, what they write. */

import { Table } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { TermId } from '../../../../src/glossary/index.ts';
import { runMetricsQuery, runQuery } from '../../api/queries.ts';
import type { RunDetail, RunMetrics } from '../../api/types.ts';
import { Chart, type Curve, useCurveColors } from '../../parts/chart.tsx';
import { Explained } from '../../parts/explained.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { fixed } from '../../parts/numbers.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import { smooth } from './curves.ts';
import { flatten } from './run-page.tsx';
import classes from './runs.module.css';
import { compareWords, runWords } from './words.ts';

const route = getRouteApi('/runs/compare');

/** Curves beyond these cannot be told apart. */
const MOST = 6;

export function ComparePage() {
  const say = useWords(compareWords);
  const asked = (route.useSearch().runs ?? '').split(',').filter(Boolean);
  const names = asked.slice(0, MOST);
  const runs = useQueries({ queries: names.map(runQuery) });
  const metrics = useQueries({ queries: names.map(runMetricsQuery) });
  const failed = [...runs, ...metrics].find(({ error }) => error);
  const details = runs.flatMap(({ data }) => (data ? [data] : []));
  const curves = metrics.flatMap(({ data }) => (data ? [data] : []));
  if (failed?.error) return <Failure error={failed.error} />;
  if (names.length < 2) {
    return <Notice title={say.tooFew} action={<LinkButton to="/runs">{say.back}</LinkButton>} />;
  }
  const isThere = details.length === names.length && curves.length === names.length;
  return (
    <>
      <PageHead title={say.title} lead={asked.length > MOST ? say.onlySome(MOST, asked.length) : say.lead} />
      {isThere ? <Comparison runs={details} metrics={curves} /> : <Waiting />}
    </>
  );
}

function Comparison({
  runs,
  metrics,
}: {
  readonly runs: readonly RunDetail[];
  readonly metrics: readonly RunMetrics[];
}) {
  const say = useWords(runWords);
  const colors = useCurveColors();
  const { smooth: smoothing = 0.9 } = route.useSearch();
  const train = useMemo(
    () =>
      runs.map(
        ({ name }, i): Curve => ({
          label: name,
          x: metrics[i].columns.step,
          y: smooth(metrics[i].columns.loss, smoothing),
          color: colors[i],
        }),
      ),
    [runs, metrics, smoothing, colors],
  );
  const heldOut = useMemo(
    () =>
      runs.map(
        ({ name }, i): Curve => ({
          label: name,
          x: metrics[i].evaluations.map(({ step }) => step),
          y: metrics[i].evaluations.map(({ heldOutLoss }) => heldOutLoss),
          color: colors[i],
          isPoints: true,
        }),
      ),
    [runs, metrics, colors],
  );
  return (
    <div className={classes.stack}>
      <div className={classes.small}>
        <Chart title={`${say.lossChart}: ${say.smoothed}`} term="loss" curves={train} />
        <Chart title={`${say.lossChart}: ${say.heldOut}`} term="heldOut" curves={heldOut} />
      </div>
      <DifferingKeys runs={runs} />
      <section className={classes.small} aria-label={say.samples}>
        {runs.map(({ name }, i) => {
          const sample = metrics[i].samples.at(-1);
          return (
            <article key={name} className={classes.panel}>
              <h2>{name}</h2>
              {sample ? (
                <div className={classes.sample}>
                  <div className={classes.meta}>
                    <span>{say.atStep(sample.step.toLocaleString())}</span>
                    <span>{say.rep4(sample.rep4.toFixed(0))}</span>
                  </div>
                  <p>{sample.text}</p>
                </div>
              ) : (
                <p className={classes.meta}>{say.samplesNever}</p>
              )}
            </article>
          );
        })}
      </section>
    </div>
  );
}

function DifferingKeys({ runs }: { readonly runs: readonly RunDetail[] }) {
  const say = useWords(compareWords);
  const words = useWords(runWords);
  const flat = runs.map(({ config }) => new Map(flatten(config ?? {})));
  const keys = [...new Set(flat.flatMap((one) => [...one.keys()]))];
  const differing = keys.filter((key) => new Set(flat.map((one) => one.get(key))).size > 1);
  const results: readonly (readonly [label: string, (run: RunDetail) => string, TermId])[] = [
    [words.heldOut, ({ heldOutLoss }) => fixed(heldOutLoss, 3), 'heldOut'],
    [words.bits, ({ bitsPerCharacter }) => fixed(bitsPerCharacter), 'bitsPerCharacter'],
    [words.step, ({ step }) => (step === undefined ? '–' : step.toLocaleString()), 'step'],
  ];
  return (
    <div className={classes.scroll}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say.key}</Table.Th>
            {runs.map(({ name }) => (
              <Table.Th key={name}>
                <Link to="/runs/$name" params={{ name }} className={classes.name}>
                  {name}
                </Link>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {results.map(([label, textOf, term]) => (
            <Table.Tr key={label}>
              <Table.Th scope="row">
                <Explained term={term}>{label}</Explained>
              </Table.Th>
              {runs.map((run) => (
                <Table.Td key={run.name}>{textOf(run)}</Table.Td>
              ))}
            </Table.Tr>
          ))}
          {differing.map((key) => (
            <Table.Tr key={key}>
              <Table.Td>{key}</Table.Td>
              {runs.map(({ name }, i) => (
                <Table.Td key={name}>{flat[i].get(key) ?? '–'}</Table.Td>
              ))}
            </Table.Tr>
          ))}
          {differing.length === 0 && (
            <Table.Tr>
              <Table.Td colSpan={runs.length + 1}>{say.same}</Table.Td>
            </Table.Tr>
          )}
        </Table.Tbody>
      </Table>
    </div>
  );
}
