/** A directed graph as SVG: nodes in layers from left to right, arrows between them. */

import type { Language } from '../language.ts';
import { escapeMarkup } from './escape.ts';
import { type Label, labelIn, widthOf } from './label.ts';
import { plotStyle } from './render.ts';

export interface DirectedGraph {
  readonly title: Label;
  readonly nodes: readonly {
    readonly id: string;
    /** One under the other. */
    readonly lines: readonly string[];
    /** Nodes of one layer stand under each other; layers in rising order, those without at the end. */
    readonly layer: number | null;
    /** More of it, a thicker frame. */
    readonly weight?: number;
  }[];
  readonly links: readonly { readonly from: string; readonly to: string; readonly label?: string }[];
}

/** Where a node stands: its middle, in px. */
export interface PlacedNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const LINE = 16;
const FONT = 12;
const PAD = 10;
const GAP_X = 70;
const GAP_Y = 26;
const TOP = 44;
const MOST_WIDTH = 240;

/** Each layer a column, centred beside the highest. */
export function placeNodes({ nodes }: Pick<DirectedGraph, 'nodes'>): {
  readonly nodes: readonly PlacedNode[];
  readonly width: number;
  readonly height: number;
} {
  const layers = [...new Set(nodes.map(({ layer }) => layer))].sort(
    (a, b) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY),
  );
  const sizes = nodes.map(({ lines }) => ({
    width: Math.min(MOST_WIDTH, Math.max(60, ...lines.map((line) => widthOf(line, FONT)))) + 2 * PAD,
    height: lines.length * LINE + 2 * PAD,
  }));
  const columns = layers.map((layer) => {
    const own = [...nodes.keys()].filter((i) => nodes[i].layer === layer);
    const height = own.reduce((sum, i) => sum + sizes[i].height + GAP_Y, -GAP_Y);
    return { own, height, width: Math.max(...own.map((i) => sizes[i].width)) };
  });
  const height = Math.max(0, ...columns.map((column) => column.height));
  const placed: PlacedNode[] = [];
  let x = GAP_X / 2;
  for (const column of columns) {
    let y = TOP + (height - column.height) / 2;
    for (const i of column.own) {
      placed[i] = { id: nodes[i].id, x: x + column.width / 2, y: y + sizes[i].height / 2, ...sizes[i] };
      y += sizes[i].height + GAP_Y;
    }
    x += column.width + GAP_X;
  }
  return { nodes: placed, width: Math.max(200, x - GAP_X / 2), height: TOP + height + GAP_Y };
}

/** The graph as one `<svg>` element with its style. Every word in it is escaped. */
export function renderGraph(graph: DirectedGraph, { lang }: { readonly lang: Language }): string {
  const { nodes, width, height } = placeNodes(graph);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const title = escapeMarkup(labelIn(graph.title, lang));
  const boxes = graph.nodes.map(({ lines, weight = 0 }, i) => {
    const { x, y, width: w, height: h } = nodes[i];
    const texts = lines.map(
      (line, k) =>
        `<text x="${px(x)}" y="${px(y - h / 2 + PAD + (k + 0.75) * LINE)}" text-anchor="middle"${k === 0 ? ' class="title"' : ' class="small"'}>${escapeMarkup(shortened(line))}</text>`,
    );
    return `<g class="s0"><title>${escapeMarkup(lines.join('\n'))}</title><rect x="${px(x - w / 2)}" y="${px(y - h / 2)}" width="${px(w)}" height="${px(h)}" rx="6" class="box" stroke-width="${px(1 + Math.min(4, weight))}"/>${texts.join('')}</g>`;
  });
  const arrows = graph.links.flatMap(({ from, to, label }) => {
    const [a, b] = [byId.get(from), byId.get(to)];
    if (!a || !b) return [];
    const path = pathBetween(a, b);
    const words =
      label === undefined
        ? ''
        : `<text class="small" x="${px((a.x + b.x) / 2)}" y="${px((a.y + b.y) / 2 - 6)}" text-anchor="middle">${escapeMarkup(label)}</text>`;
    return [`<path class="grid" d="${path}" marker-end="url(#arrow)"/>${words}`];
  });
  const style = `${plotStyle}.plot .box{fill:none;stroke:var(--c)}.plot .grid{stroke:currentColor;opacity:.55}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" aria-label="${title}" viewBox="0 0 ${px(width)} ${px(height)}" width="${px(width)}" height="${px(height)}"><style>${style}</style><defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z"/></marker></defs><text class="title" x="${GAP_X / 2}" y="22">${title}</text>${arrows.join('')}${boxes.join('')}</svg>`;
}

const px = (value: number): string => String(Math.round(value * 10) / 10);

/** As much of a line as the box holds. */
function shortened(line: string): string {
  if (widthOf(line, FONT) <= MOST_WIDTH) return line;
  const characters = [...line];
  while (characters.length > 1 && widthOf(`${characters.join('')}…`, FONT) > MOST_WIDTH) characters.pop();
  return `${characters.join('')}…`;
}

/** From edge to edge; within one layer around the side. */
function pathBetween(a: PlacedNode, b: PlacedNode): string {
  if (a.x === b.x) {
    const [x, side] = [a.x + a.width / 2, 30];
    const end = b.x + b.width / 2;
    return `M${px(x)} ${px(a.y)}C${px(x + side)} ${px(a.y)} ${px(end + side)} ${px(b.y)} ${px(end)} ${px(b.y)}`;
  }
  const way = b.x < a.x ? -1 : 1;
  const [from, to] = [a.x + (way * a.width) / 2, b.x - (way * b.width) / 2];
  const middle = (from + to) / 2;
  return `M${px(from)} ${px(a.y)}C${px(middle)} ${px(a.y)} ${px(middle)} ${px(b.y)} ${px(to)} ${px(b.y)}`;
}
