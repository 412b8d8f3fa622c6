/** Where the heads look: a grid of small maps, one of them large, and its numbers. */

import { Button, Group } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { inspectPlots } from '../../../../src/eval/inspect/inspect-plots.ts';
import { renderPlot } from '../../../../src/plots/index.ts';
import { ExportButtons } from '../../parts/export-buttons.tsx';
import { pngOf } from '../../parts/save-file.ts';
import { Failure, Waiting } from '../../parts/states.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { drawCells, useInk } from './canvas.ts';
import { percent } from './choices.tsx';
import classes from './inside.module.css';
import type { Subject } from './page.tsx';
import { type InspectAnswers, shownPiece, useInspect } from './use-inspect.ts';
import { attentionWords } from './words.ts';

const route = getRouteApi('/inside');

/** Places of a window: what one map can show. */
const WINDOW = 256;
/** Places whose tokens still have room beside the map. */
const MOST_LABELS = 24;

type HeadMap = InspectAnswers['attention']['heads'][number];

export function AttentionView(subject: Subject) {
  const say = useWords(attentionWords);
  const { model, ids, at } = subject;
  // The window that the chosen place lies in; what comes next is looked for from the last token.
  const looking = Math.min(at, ids.length - 1);
  const from = Math.floor(looking / WINDOW) * WINDOW;
  const to = Math.min(from + WINDOW, ids.length);
  const maps = useInspect('attention', { model, ids, from, to });
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { layer = 0, head = 0 } = search;
  const go = (next: object): void =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  if (maps.error) return <Failure error={maps.error} />;
  if (!maps.data) return <Waiting />;
  const layers = [...new Set(maps.data.heads.map((one) => one.layer))];
  return (
    <>
      <p className={classes.quiet}>{say.lead}</p>
      {ids.length > WINDOW && (
        <Group gap="xs" mb="sm">
          <span className={classes.quiet}>{say.window(from, to)}</span>
          <Button
            size="compact-xs"
            variant="default"
            disabled={from === 0}
            onClick={() => go({ at: from - 1 })}
          >
            {say.earlier}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            disabled={to === ids.length}
            onClick={() => go({ at: to })}
          >
            {say.later}
          </Button>
        </Group>
      )}
      <div className={classes.columns}>
        <div className={classes.heads}>
          {layers.map((number) => (
            <div key={number} className={classes.headRow}>
              {maps.data.heads
                .filter((one) => one.layer === number)
                .map((one) => (
                  <HeadButton
                    key={one.head}
                    map={one}
                    size={maps.data.size}
                    isChosen={one.layer === layer && one.head === head}
                    onChoose={() => go({ layer: one.layer, head: one.head })}
                  />
                ))}
            </div>
          ))}
        </div>
        <LargeHead {...subject} from={from} to={to} layer={layer} head={head} looking={looking} />
      </div>
    </>
  );
}

function HeadButton({
  map: { layer, head, scores, cells },
  size,
  isChosen,
  onChoose,
}: {
  readonly map: HeadMap;
  readonly size: number;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  const say = useWords(attentionWords);
  const canvas = useRef<HTMLCanvasElement>(null);
  const ink = useInk();
  useEffect(() => {
    drawCells(canvas.current!, size, (row, column) => cells[row * size + column] / 100, ink);
  }, [cells, size, ink]);
  const known = (['previous', 'first', 'self', 'induction'] as const)
    .flatMap((name) => {
      const value = scores[name];
      return value === undefined ? [] : [{ name, value }];
    })
    .sort((a, b) => b.value - a.value);
  const [{ name, value }] = known;
  const label = `${say.head(layer, head)}: ${known.map((one) => `${say[one.name]} ${one.value.toFixed(2)}`).join(', ')}`;
  return (
    <button
      type="button"
      className={classes.headButton}
      aria-pressed={isChosen}
      title={label}
      onClick={onChoose}
    >
      <canvas ref={canvas} />
      <span>
        {layer}.{head} {value >= 0.35 ? say[name] : ''}
      </span>
      <span className="visually-hidden">{label}</span>
    </button>
  );
}

function LargeHead({
  model,
  ids,
  reading,
  from,
  to,
  layer,
  head,
  looking,
}: Subject & {
  readonly from: number;
  readonly to: number;
  readonly layer: number;
  readonly head: number;
  readonly looking: number;
}) {
  const say = useWords(attentionWords);
  const { language: lang } = useLanguage();
  const answer = useInspect('head', { model, ids, from, to, layer, head });
  const canvas = useRef<HTMLCanvasElement>(null);
  const ink = useInk();
  const [pointed, setPointed] = useState<{ row: number; column: number }>();
  const { data } = answer;
  const size = data?.rows.length ?? 0;
  useEffect(() => {
    if (!data || !canvas.current) return;
    drawCells(canvas.current, size, (row, column) => data.rows[row][column] ?? 0, ink);
  }, [data, size, ink]);
  const nameOf = (place: number): string => shownPiece(reading.tokens[place]);
  const most = useMemo(() => {
    const row = data?.rows[looking - from] ?? [];
    return row
      .map((weight, i) => ({ place: from + i, weight }))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, 10);
  }, [data, looking, from]);
  if (answer.error) return <Failure error={answer.error} />;
  if (!data) return <Waiting />;
  const point = (event: PointerEvent<HTMLCanvasElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const cell = (part: number, whole: number): number =>
      Math.min(size - 1, Math.max(0, Math.floor((part / whole) * size)));
    const row = cell(event.clientY - box.top, box.height);
    setPointed({ row, column: Math.min(row, cell(event.clientX - box.left, box.width)) });
  };
  const plot = (): string => renderPlot(inspectPlots.head(data, { layer, head }), { lang, standalone: true });
  const csv = (): string =>
    data.rows
      .flatMap((row, i) => row.map((weight, j) => `${from + i},${from + j},${weight.toFixed(6)}\r\n`))
      .join('');
  return (
    <section className={classes.sheet}>
      <h2>{say.head(layer, head)}</h2>
      <div className={classes.labelled} data-labels={size <= MOST_LABELS || undefined}>
        {size <= MOST_LABELS && (
          <>
            <Names side="top" names={reading.tokens.slice(from, to).map(shownPiece)} />
            <Names side="left" names={reading.tokens.slice(from, to).map(shownPiece)} />
          </>
        )}
        <canvas
          ref={canvas}
          className={classes.large}
          role="img"
          aria-label={say.head(layer, head)}
          onPointerMove={point}
          onPointerLeave={() => setPointed(undefined)}
        />
      </div>
      <p className={classes.quiet} aria-live="off">
        {pointed
          ? say.looksAt(
              `${from + pointed.row} ${nameOf(from + pointed.row)}`,
              `${from + pointed.column} ${nameOf(from + pointed.column)}`,
              (data.rows[pointed.row][pointed.column] ?? 0).toFixed(4),
            )
          : say.hover}
      </p>
      <h3>{say.most(`${looking} ${nameOf(looking)}`)}</h3>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{say.place}</th>
            <th scope="col" className={classes.left}>
              {say.token}
            </th>
            <th scope="col">{say.weight}</th>
          </tr>
        </thead>
        <tbody>
          {most.map(({ place, weight }) => (
            <tr key={place}>
              <td>{place}</td>
              <td className={classes.left}>{nameOf(place)}</td>
              <td>{percent(weight)}</td>
            </tr>
          ))}
          {data.before[looking - from] > 0.0005 && (
            <tr>
              <td colSpan={2}>{say.before}</td>
              <td>{percent(data.before[looking - from])}</td>
            </tr>
          )}
        </tbody>
      </table>
      <ExportButtons
        name={`attention-${layer}-${head}`}
        files={{
          csv: () => `place,looks at,weight\r\n${csv()}`,
          svg: plot,
          png: () => pngOf(plot()),
        }}
      />
    </section>
  );
}

/** The tokens along one side of the map; the map itself has a name and numbers of its own. */
function Names({ side, names }: { readonly side: 'top' | 'left'; readonly names: readonly string[] }) {
  return (
    <div className={classes.names} data-side={side} aria-hidden="true">
      {names.map((name, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a place is what a token is here
        <span key={i}>{name}</span>
      ))}
    </div>
  );
}
