/** Plots: plain data to SVG, without a browser. Knows nothing of models or text. */

export { escapeMarkup } from './escape.ts';
export { type DirectedGraph, type PlacedNode, placeNodes, renderGraph } from './graph.ts';
export { histogram } from './histogram.ts';
export { inBoth, type Label, labelIn } from './label.ts';
export { type PlotPage, plotPage } from './page.ts';
export type { Axis, Bar, Mark, Plot, Point } from './plot.ts';
export { plotStyle, type RenderOptions, renderPlot } from './render.ts';
