/** What the lab found: whether the model repeats itself, why, the cure, every strategy, the plots, and texts side by side. */

import { Group, Select } from '@mantine/core';
import { useState } from 'react';
import { type Label, labelIn } from '../../../../src/plots/index.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { PlotFigure } from '../../parts/plot-figure.tsx';
import { useLanguage, useWords } from '../../words.ts';
import classes from './repetition.module.css';
import type { LabView, LabViewRow } from './use-lab.ts';
import { repetitionWords } from './words.ts';

/** A label of the report in the reader's language. */
function useLabels(): (label: Label) => string {
  const { language } = useLanguage();
  return (label) => labelIn(label, language);
}

export function Report({ report, model }: { readonly report: LabView; readonly model: string }) {
  const say = useWords(repetitionWords);
  const { language } = useLanguage();
  const tell = useLabels();
  const { settings, findings, cure } = report;
  const causes = findings.filter(({ isCause }) => isCause);
  const made = new Date(report.made).toLocaleString(language === 'zh' ? 'zh-CN' : 'en');
  return (
    <>
      <section className={classes.sheet}>
        <h2>{report.repeats ? say.repeats : say.fine}</h2>
        <p className={classes.quiet}>{say.about(settings.prompts, settings.tokens, report.data, made)}</p>
        <h3>{say.causes}</h3>
        {causes.length === 0 && <p>{say.noCause}</p>}
        <ol className={classes.causes}>
          {causes.map(({ title, sentence }) => (
            <li key={tell(title)}>
              <strong>{tell(title)}</strong>
              {sentence && <p>{tell(sentence)}</p>}
            </li>
          ))}
        </ol>
        <h3>{say.cure}</h3>
        <p className={classes.cure}>{tell(cure.decoding)}</p>
        {cure.training.length > 0 && (
          <>
            <h3>{say.training}</h3>
            <ul className={classes.causes}>
              {cure.training.map(({ finding, words, trainCure }) => (
                <li key={finding}>
                  {tell(words)}
                  {trainCure && <CommandLine command={`${report.trainCommand} ${trainCure}`} />}
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <Texts report={report} />
      <Strategies report={report} />
      <section aria-label={say.plots}>
        <h2>{say.plots}</h2>
        <div className={classes.plots}>
          {report.plots.map(({ id, plot, note }) => (
            <PlotFigure
              key={id}
              plot={plot}
              name={`${model}-${id}`}
              files={{ json: () => JSON.stringify(plot) }}
            >
              <span>{tell(note)}</span>
            </PlotFigure>
          ))}
        </div>
      </section>
    </>
  );
}

function Strategies({ report }: { readonly report: LabView }) {
  const say = useWords(repetitionWords);
  const tell = useLabels();
  return (
    <div>
      <h2>{say.table}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={say.table}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{say.strategy}</th>
              {report.columns.map(({ id, title, doc }) => (
                <th key={id} scope="col" title={tell(doc)}>
                  {tell(title)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.rows.map((row) => (
              <tr
                key={`${row.strategy} ${row.guard} ${row.isPeople}`}
                data-people={row.isPeople}
                data-chosen={row.isChosen}
              >
                <th scope="row">{row.isPeople ? say.people : tell(row.name)}</th>
                {row.cells.map((cell, i) => (
                  <td key={report.columns[i].id}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {report.unchanged && <p className={classes.quiet}>{tell(report.unchanged)}</p>}
      <details>
        <summary>{say.columns}</summary>
        <dl className={classes.docs}>
          {report.columns.map(({ id, title, doc }) => (
            <div key={id}>
              <dt>{tell(title)}</dt>
              <dd>{tell(doc)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}

function Texts({ report }: { readonly report: LabView }) {
  const say = useWords(repetitionWords);
  const { rows, prompts } = report;
  const people = rows.find(({ isPeople }) => isPeople)!;
  const strategies = rows.filter(({ isPeople, guard }) => !isPeople && !guard);
  const [name, setName] = useState('greedy');
  const [prompt, setPrompt] = useState(() => firstLoop(strategies));
  const plain = rows.find(({ strategy, guard }) => strategy === name && !guard);
  const guarded = rows.find(({ strategy, guard }) => strategy === name && guard);
  const shown: readonly (readonly [string, LabViewRow | undefined])[] = [
    [say.without, plain],
    [say.withGuard, guarded],
    [say.people, people],
  ];
  return (
    <section aria-label={say.texts}>
      <h2>{say.texts}</h2>
      <p className={classes.quiet}>{say.textsHow}</p>
      <Group mb="sm">
        <Select
          label={say.strategy}
          data={strategies.map(({ strategy }) => strategy)}
          value={name}
          allowDeselect={false}
          onChange={(next) => next !== null && setName(next)}
        />
        <Select
          label={say.prompt}
          data={prompts.map((text, i) => ({ value: String(i), label: text }))}
          value={String(prompt)}
          allowDeselect={false}
          onChange={(next) => setPrompt(Number(next))}
        />
      </Group>
      {!guarded && report.unchanged && <p className={classes.quiet}>{say.unchanged}</p>}
      <div className={classes.plots}>
        {shown.flatMap(([label, row]) =>
          row ? [<Written key={label} label={label} row={row} prompt={prompts[prompt]} at={prompt} />] : [],
        )}
      </div>
    </section>
  );
}

/** The first beginning from which greedy search got stuck, or the first of all. */
function firstLoop(rows: readonly LabViewRow[]): number {
  const greedy = rows.find(({ strategy }) => strategy === 'greedy');
  return Math.max(0, greedy?.texts.findIndex(({ loop }) => loop) ?? 0);
}

function Written({
  label,
  row,
  prompt,
  at,
}: {
  readonly label: string;
  readonly row: LabViewRow;
  readonly prompt: string;
  readonly at: number;
}) {
  const say = useWords(repetitionWords);
  const { text, loop, repairs } = row.texts[at];
  const border = loop?.secondAt ?? text.length;
  return (
    <article className={classes.sheet}>
      <h3>{label}</h3>
      <p className={classes.written}>
        <b>{prompt}</b>
        {text.slice(0, border)}
        {loop && <mark>{text.slice(border)}</mark>}
      </p>
      {row.guard && <p className={classes.quiet}>{repairs > 0 ? say.repaired(repairs) : say.unchanged}</p>}
    </article>
  );
}
