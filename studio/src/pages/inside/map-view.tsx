/** Token embeddings in the plane, and the true neighbours of one of them. */

import { Group, SegmentedControl, Select } from '@mantine/core';
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { inspectPlots } from '../../../../src/eval/inspect/inspect-plots.ts';
import { inspectTables, toCsv } from '../../../../src/eval/inspect/inspect-tables.ts';
import { labelIn, renderPlot } from '../../../../src/plots/index.ts';
import { ExportButtons } from '../../parts/export-buttons.tsx';
import { pngOf } from '../../parts/save-file.ts';
import { Failure, Waiting } from '../../parts/states.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { type Ink, useInk } from './canvas.ts';
import classes from './inside.module.css';
import type { Subject } from './page.tsx';
import { type InspectAnswers, shownPiece, useInspect } from './use-inspect.ts';
import { mapWords } from './words.ts';

type Dots = InspectAnswers['map']['dots'];

export function MapView({ model, ids, reading, at }: Subject) {
  const say = useWords(mapWords);
  const own = [...new Set(ids.filter((_, place) => !reading.tokens[place].isSpecial))];
  const [source, setSource] = useState<'text' | 'vocabulary'>('text');
  const isOfText = source === 'text';
  const isAsked = !isOfText || own.length >= 2;
  const map = useInspect('map', isAsked ? { model, ...(isOfText && { ids: own }), count: 400 } : undefined);
  const [chosen, setChosen] = useState<number>();
  const dots = map.data?.dots ?? [];
  const id = dots.some((dot) => dot.id === chosen)
    ? chosen
    : (dots.find((dot) => dot.id === ids[at]) ?? dots[0])?.id;
  return (
    <>
      <p className={classes.quiet}>{say.lead}</p>
      <Group align="flex-end" mb="sm">
        <SegmentedControl
          aria-label={say.of}
          value={source}
          data={[
            { value: 'text', label: say.ofText },
            { value: 'vocabulary', label: say.ofVocabulary },
          ]}
          onChange={(value) => setSource(value as typeof source)}
        />
        <Select
          label={say.choose}
          searchable
          limit={50}
          data={dots.map((dot) => ({ value: String(dot.id), label: `${shownPiece(dot)}  ${dot.id}` }))}
          value={id === undefined ? null : String(id)}
          onChange={(value) => setChosen(value === null ? undefined : Number(value))}
        />
      </Group>
      {!isAsked && <p className={classes.quiet}>{say.tooFew}</p>}
      {map.error && <Failure error={map.error} />}
      {isAsked && map.isPending && <Waiting />}
      {map.data && id !== undefined && (
        <div className={classes.columns}>
          <Picture map={map.data} chosen={id} onChoose={setChosen} />
          <Neighbours model={model} id={id} />
        </div>
      )}
    </>
  );
}

const HEIGHT = 440;
const MARGIN = 40;

function Picture({
  map,
  chosen,
  onChoose,
}: {
  readonly map: InspectAnswers['map'];
  readonly chosen: number;
  readonly onChoose: (id: number) => void;
}) {
  const say = useWords(mapWords);
  const { language: lang } = useLanguage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const ink = useInk();
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry.contentRect.width)));
    watch.observe(canvas.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    drawDots(canvas.current!, map.dots, { width, chosen, ink });
  }, [map, width, chosen, ink]);
  const choose = (event: PointerEvent<HTMLCanvasElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = placer(map.dots, width);
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const far = map.dots.map((dot) => Math.hypot(place(dot)[0] - x, place(dot)[1] - y));
    onChoose(map.dots[far.indexOf(Math.min(...far))].id);
  };
  const svg = (): string => renderPlot(inspectPlots.map(map), { lang, standalone: true });
  const [x, y] = map.explained.map((share) => (100 * share).toFixed(1));
  return (
    <section className={classes.sheet}>
      <canvas
        ref={canvas}
        className={classes.map}
        role="img"
        aria-label={say.picture}
        onPointerDown={choose}
      />
      <p className={classes.quiet}>{say.explained(x, y)}</p>
      <ExportButtons
        name="embeddings"
        files={{
          csv: () => toCsv(inspectTables.map(map), (label) => labelIn(label, lang)),
          svg,
          png: () => pngOf(svg()),
        }}
      />
    </section>
  );
}

/** From the plane to the canvas. */
function placer(dots: Dots, width: number): (dot: Dots[number]) => readonly [number, number] {
  const [xs, ys] = [dots.map(({ x }) => x), dots.map(({ y }) => y)];
  const scale = (values: readonly number[], size: number) => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return (value: number): number => MARGIN + ((value - least) / (most - least || 1)) * (size - 2 * MARGIN);
  };
  const [left, top] = [scale(xs, width), scale(ys, HEIGHT)];
  return ({ x, y }) => [left(x), HEIGHT - top(y)];
}

function drawDots(
  canvas: HTMLCanvasElement,
  dots: Dots,
  { width, chosen, ink }: { readonly width: number; readonly chosen: number; readonly ink: Ink },
): void {
  const density = devicePixelRatio || 1;
  canvas.width = width * density;
  canvas.height = HEIGHT * density;
  const context = canvas.getContext('2d')!;
  context.scale(density, density);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const place = placer(dots, width);
  const taken: Box[] = [];
  for (const dot of [...dots.filter(({ id }) => id === chosen), ...dots.filter(({ id }) => id !== chosen)]) {
    const isChosen = dot.id === chosen;
    const size = isChosen ? 20 : 13;
    context.font = `${isChosen ? 'bold ' : ''}${size}px system-ui, "Noto Sans CJK SC", sans-serif`;
    context.fillStyle = isChosen ? ink.accent : dot.bytes ? ink.quiet : ink.text;
    const name = shownPiece(dot).slice(0, 12);
    const [x, y] = place(dot);
    const [wide, high] = [context.measureText(name).width / 2, size / 2];
    const box: Box = [x - wide, y - high, x + wide, y + high];
    if (taken.some((one) => overlaps(one, box))) context.fillRect(x - 1.5, y - 1.5, 3, 3);
    else {
      taken.push(box);
      context.fillText(name, x, y);
    }
  }
}

/** Left, top, right, bottom. */
type Box = readonly [number, number, number, number];
const overlaps = (a: Box, b: Box): boolean => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

function Neighbours({ model, id }: { readonly model: string; readonly id: number }) {
  const say = useWords(mapWords);
  const near = useInspect('neighbours', { model, id, count: 15 });
  if (near.error) return <Failure error={near.error} />;
  if (!near.data) return <Waiting />;
  return (
    <section className={classes.sheet}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{say.of}</th>
            <th scope="col">{say.cosine}</th>
          </tr>
        </thead>
        <tbody>
          {near.data.map((one) => (
            <tr key={one.id}>
              <th scope="row">{shownPiece(one)}</th>
              <td>{one.cosine.toFixed(3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
