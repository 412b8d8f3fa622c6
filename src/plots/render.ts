/** Draws a plot as SVG text. Colours and fonts come from a style sheet, so that a page can be light or dark. */

import type { Language } from '../language.ts';
import { escapeMarkup } from './escape.ts';
import { type Label, labelIn, widthOf } from './label.ts';
import type { Mark, Plot, Point } from './plot.ts';
import { createScale, type Scale } from './scale.ts';

export interface RenderOptions {
  /** Without it the words stand there in both languages, classes `lang-en` and `lang-zh`, for a page that shows one. */
  readonly lang?: Language;
  /** A file of its own, with the style inside. Default false: the page brings `plotStyle`. */
  readonly standalone?: boolean;
}

const SERIES = 8;
const FONT = 12;
const LEGEND_LINE = 18;

/** The style of all plots of a page. A page may set `--plot-0` … `--plot-7`, `--plot-grid` and the text colour. */
export const plotStyle = `.plot{color:inherit;font:${FONT}px system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei","WenQuanYi Zen Hei",sans-serif}
.plot text{fill:currentColor}.plot .title{font-weight:600;font-size:14px}.plot .small{font-size:11px;opacity:.8}
.plot .grid{stroke:var(--plot-grid,#8884);fill:none}.plot .axis{stroke:currentColor;fill:none;opacity:.6}
${['#3b7dd8', '#d9622b', '#2f9e62', '#b455b0', '#c79a00', '#1fa3b8', '#d64a6a', '#7d7d86']
  .map((color, i) => `.plot .s${i}{--c:var(--plot-${i},${color})}`)
  .join('')}
.plot .line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}.plot .fill{fill:var(--c)}.plot .band{fill:var(--c);opacity:.16}
.plot .whisker{stroke:currentColor;opacity:.7}.plot .d1{stroke-dasharray:7 3}.plot .d2{stroke-dasharray:2 3}.plot .d3{stroke-dasharray:9 3 2 3}`;

/** The plot as one `<svg>` element. Every word in it is escaped. */
export function renderPlot(plot: Plot, options: RenderOptions = {}): string {
  const { width = 560, height = 320 } = plot;
  const words = wordsIn(options.lang);
  const named = plot.marks.flatMap((mark, series) => (mark.name === undefined ? [] : [{ mark, series }]));
  const legend = placeLegend(
    named.map(({ mark }) => mark.name!),
    width,
  );
  const top = 32 + legend.height;
  const box = { left: 62, right: width - 16, top, bottom: height - 46 + legend.height };
  const outer = box.bottom + 46;
  const isCells = plot.marks.some(({ type }) => type === 'cells');
  const { xs, ys } = extent(plot);
  const { categories } = plot.x;
  const xAxis = categories ? { ...plot.x, min: -0.5, max: categories.length - 0.5 } : plot.x;
  const x = createScale(xAxis, xs, [box.left, box.right], 6);
  const y = createScale(plot.y, ys, isCells ? [box.top, box.bottom] : [box.bottom, box.top], 5);

  const gridY = y.ticks.map(
    ({ value, text }) =>
      `<line class="grid" x1="${box.left}" x2="${box.right}" y1="${px(y(value))}" y2="${px(y(value))}"/>` +
      `<text class="small" x="${box.left - 6}" y="${px(y(value) + 4)}" text-anchor="end">${escapeMarkup(text)}</text>`,
  );
  const ticksX = categories
    ? withoutClashes(categories, x).map(([label, at]) => words(label, at, box.bottom + 16, 'middle', 'small'))
    : x.ticks.map(({ value, text }) => words(text, x(value), box.bottom + 16, 'middle', 'small'));
  const barMarks = plot.marks.filter((mark) => mark.type === 'bars' && !mark.isApart).length;
  let bar = 0;
  const taken: Area[] = [];
  const drawn = plot.marks.map((mark, series) =>
    drawMark(mark, series, { x, y, words, box, taken, barMarks, bar: mark.type === 'bars' ? bar++ : 0 }),
  );
  const keys = named.map(({ mark, series }, i) => {
    const place = legend.places[i];
    return drawKey(mark, series, place) + words(mark.name!, place.x + 24, place.y + 4, 'start', '');
  });
  const middle = (box.top + box.bottom) / 2;
  const inside = [
    words(plot.title, box.left, 18, 'start', 'title'),
    ...keys,
    ...gridY,
    `<path class="axis" d="M${box.left} ${px(box.top)}V${px(box.bottom)}H${box.right}"/>`,
    ...ticksX,
    words(plot.x.label, (box.left + box.right) / 2, box.bottom + 36, 'middle', ''),
    `<g transform="translate(16 ${px(middle)}) rotate(-90)">${words(plot.y.label, 0, 0, 'middle', '')}</g>`,
    ...drawn,
  ];
  const style = options.standalone ? `<style>${plotStyle}</style>` : '';
  const name = escapeMarkup(labelIn(plot.title, options.lang ?? 'en'));
  return `<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" aria-label="${name}" viewBox="0 0 ${width} ${px(outer)}" width="${width}" height="${px(outer)}">${style}${inside.join('')}</svg>`;
}

/** The left and right end and the base line of a label. */
interface Area {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

type Anchor = 'start' | 'middle' | 'end';
type Words = (label: Label, x: number, y: number, anchor: Anchor, kind: string) => string;

/** Writes labels: in one language, or in each with its class. */
function wordsIn(lang: Language | undefined): Words {
  return (label, x, y, anchor, kind) => {
    const text = (content: string, classes: string): string =>
      `<text${classes && ` class="${classes}"`} x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${escapeMarkup(content)}</text>`;
    if (typeof label === 'string' || lang !== undefined) return text(labelIn(label, lang ?? 'en'), kind);
    return (['en', 'zh'] as const).map((l) => text(label[l], `${kind} lang-${l}`.trim())).join('');
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where the entries of the legend stand: as many in a line as fit. */
function placeLegend(names: readonly Label[], width: number): { places: Place[]; height: number } {
  let [x, y] = [62, 36];
  const places = names.map((name) => {
    const wide = widthOf(name, FONT) + 40;
    if (x > 62 && x + wide > width) [x, y] = [62, y + LEGEND_LINE];
    const place = { x, y };
    x += wide;
    return place;
  });
  return { places, height: names.length === 0 ? 0 : y - 36 + LEGEND_LINE };
}

/** All values that must have a place. Bars stand on 0. */
function extent({ marks, x }: Plot): { xs: number[]; ys: number[] } {
  const xs: number[] = [];
  const ys: number[] = [];
  for (const mark of marks) {
    if (mark.type === 'level') ys.push(mark.y);
    else if (mark.type === 'cells') {
      xs.push(0, mark.rows[0]?.length ?? 1);
      ys.push(0, mark.rows.length);
    } else {
      const points: readonly Point[] = mark.type === 'bars' ? mark.bars : mark.points;
      const half = mark.type === 'bars' && !x.categories ? (mark.width ?? 0.8) / 2 : 0;
      for (const point of points) {
        xs.push(point.x - half, point.x + half);
        ys.push(point.y, point.low ?? point.y, point.high ?? point.y);
      }
      if (mark.type === 'bars') ys.push(0);
    }
  }
  return { xs, ys };
}

interface Drawing {
  readonly x: Scale;
  readonly y: Scale;
  readonly words: Words;
  readonly box: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
  /** Where labels stand already. */
  readonly taken: Area[];
  /** How many marks of bars share each place, and which of them this is. */
  readonly barMarks: number;
  readonly bar: number;
}

function drawMark(mark: Mark, series: number, drawing: Drawing): string {
  const { x, y, box } = drawing;
  const classes = `s${series % SERIES} d${series % 4}`;
  switch (mark.type) {
    case 'line': {
      const path = (points: readonly Place[]): string => linePath(points.map((p) => [x(p.x), y(p.y)]));
      const withBand = mark.points.filter(({ low, high }) => low !== undefined && high !== undefined);
      const edge = [
        ...withBand.map((p) => ({ x: p.x, y: p.high! })),
        ...withBand.toReversed().map((p) => ({ x: p.x, y: p.low! })),
      ];
      const band = edge.length > 2 ? `<path class="band ${classes}" d="${path(edge)}Z"/>` : '';
      return `${band}<path class="line ${classes}" d="${path(mark.points)}"/>`;
    }
    case 'level': {
      const at = px(y(mark.y));
      return `<path class="line ${classes}" d="M${box.left} ${at}H${box.right}"/>`;
    }
    case 'points': {
      const labels = placeLabels(mark.points, drawing);
      return mark.points
        .map((point, i) =>
          isDrawable(point, drawing)
            ? whisker(point, drawing, x(point.x)) +
              symbol(x(point.x), y(point.y), series) +
              (point.label === undefined ? '' : drawing.words(point.label, ...labels[i], 'start', 'small'))
            : '',
        )
        .join('');
    }
    case 'bars': {
      const wide = (mark.width ?? 0.8) / (mark.isApart ? 1 : drawing.barMarks);
      const offset = mark.isApart ? 0 : (drawing.bar - (drawing.barMarks - 1) / 2) * wide;
      return mark.bars
        .map((bar) => {
          if (!isDrawable(bar, drawing)) return '';
          const [left, right] = [x(bar.x + offset - wide / 2), x(bar.x + offset + wide / 2)];
          const [base, end] = [y(Math.max(0, y.min)), y(bar.y)];
          const rect = `<rect class="fill ${classes}" x="${px(left)}" y="${px(Math.min(base, end))}" width="${px(Math.max(right - left - 1, 1))}" height="${px(Math.abs(base - end))}"/>`;
          return rect + whisker(bar, drawing, (left + right) / 2);
        })
        .join('');
    }
    case 'cells':
      return mark.rows
        .flatMap((row, i) =>
          Array.from(row, (value, j) => {
            const [wide, high] = [x(j + 1) - x(j), y(i + 1) - y(i)];
            const shade = Math.min(Math.max(value, 0), 1).toFixed(2);
            return `<rect class="fill ${classes}" x="${px(x(j))}" y="${px(y(i))}" width="${px(wide)}" height="${px(high)}" opacity="${shade}"/>`;
          }),
        )
        .join('');
  }
}

const isDrawable = (point: Place, { x, y }: Drawing): boolean =>
  Number.isFinite(x(point.x)) && Number.isFinite(y(point.y));

/** A line through the places; it breaks where one is not finite. */
function linePath(places: readonly (readonly number[])[]): string {
  let pen = 'M';
  let path = '';
  for (const [x, y] of places) {
    if (Number.isFinite(x) && Number.isFinite(y)) {
      path += `${pen}${px(x)} ${px(y)}`;
      pen = 'L';
    } else pen = 'M';
  }
  return path;
}

function whisker({ low, high }: Point, { y }: Drawing, at: number): string {
  if (low === undefined || high === undefined) return '';
  return `<path class="whisker" d="M${px(at)} ${px(y(low))}V${px(y(high))}"/>`;
}

/** A symbol of its own for each series, so that colour is not all that tells them apart. */
function symbol(x: number, y: number, series: number): string {
  const r = 5;
  const shapes = [
    `M${px(x - r)} ${px(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
    `M${px(x - r)} ${px(y - r)}h${2 * r}v${2 * r}h${-2 * r}Z`,
    `M${px(x)} ${px(y - r)}l${r} ${2 * r}h${-2 * r}Z`,
    `M${px(x)} ${px(y - r)}l${r} ${r}l${-r} ${r}l${-r} ${-r}Z`,
  ];
  return `<path class="fill s${series % SERIES}" d="${shapes[series % shapes.length]}"/>`;
}

function drawKey(mark: Mark, series: number, { x, y }: Place): string {
  if (mark.type === 'points') return symbol(x + 10, y, series);
  const classes = `s${series % SERIES} d${series % 4}`;
  return mark.type === 'line' || mark.type === 'level'
    ? `<path class="line ${classes}" d="M${x} ${y}h20"/>`
    : `<rect class="fill ${classes}" x="${x + 3}" y="${y - 6}" width="14" height="12"/>`;
}

/** Names of categories with their places, each only where it does not run into the one before. */
function withoutClashes(categories: readonly Label[], x: (value: number) => number): [Label, number][] {
  let end = Number.NEGATIVE_INFINITY;
  return categories.flatMap((label, i): [Label, number][] => {
    const half = widthOf(label, 11) / 2;
    if (x(i) - half < end) return [];
    end = x(i) + half + 2;
    return [[label, x(i)]];
  });
}

/** A place for each point's label: beside it, moved up or down inside the plot until it meets no earlier one. */
function placeLabels(points: readonly Point[], { x, y, box, taken }: Drawing): [number, number][] {
  return points.map((point) => {
    if (point.label === undefined) return [0, 0];
    const wide = widthOf(point.label, 11);
    const beside = x(point.x) + 9;
    const left = beside + wide > box.right ? x(point.x) - 9 - wide : beside;
    const isFree = (at: number): boolean =>
      at > box.top &&
      at <= box.bottom &&
      !taken.some((o) => left < o.right && o.left < left + wide && Math.abs(o.y - at) < 12);
    const moves = Array.from({ length: 25 }, (_, i) => (i % 2 === 0 ? 1 : -1) * 6 * Math.ceil(i / 2));
    const at = moves.map((move) => y(point.y) + 4 + move).find(isFree) ?? y(point.y) + 4;
    taken.push({ left, right: left + wide, y: at });
    return [left, at];
  });
}

/** A coordinate with one decimal, as short as it can be. */
const px = (value: number): string => String(Math.round(value * 10) / 10);
