/** Drawing on canvases in the page's own colours. */

import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';

type Rgb = readonly [number, number, number];

/** The colours that a canvas needs: it does not know the style of the page. */
export interface Ink {
  readonly ground: Rgb;
  readonly full: Rgb;
  readonly text: string;
  readonly quiet: string;
  readonly accent: string;
}

const LIGHT: Ink = {
  ground: [255, 255, 255],
  full: [156, 48, 38],
  text: '#1a1b1e',
  quiet: '#5c5f66',
  accent: '#9c3026',
};
const DARK: Ink = {
  ground: [34, 36, 40],
  full: [255, 170, 155],
  text: '#e6e6e6',
  quiet: '#a3a6ad',
  accent: '#ef9a8d',
};

export function useInk(): Ink {
  const scheme = useComputedColorScheme('light');
  return useMemo(() => (scheme === 'dark' ? DARK : LIGHT), [scheme]);
}

/** A square of cells, one pixel each; the page stretches it. Small weights are lifted, or nothing would be seen. */
export function drawCells(
  canvas: HTMLCanvasElement,
  size: number,
  weightOf: (row: number, column: number) => number,
  { ground, full }: Ink,
): void {
  canvas.width = canvas.height = Math.max(size, 1);
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(canvas.width, canvas.height);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const depth = Math.sqrt(Math.min(Math.max(weightOf(row, column), 0), 1));
      const at = 4 * (row * size + column);
      for (let c = 0; c < 3; c++) image.data[at + c] = ground[c] + (full[c] - ground[c]) * depth;
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}
