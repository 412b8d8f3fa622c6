/** Windows of pictures laid side by side (im2col) and their transpose: what makes a 2-D convolution one product. */

import { defineOp } from '../op.ts';
import { empty, type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { floats, floatType, requireOption, requireShape, stridesOf } from './check.ts';
import { normalSample } from './samples.ts';
import { pad } from './shape.ts';

export interface WindowAttrs {
  /** Height and width of a window. */
  readonly size: readonly [height: number, width: number];
  /** From one window to the next, both ways. */
  readonly stride: number;
}

/** With the shape of the pictures. */
export type FoldAttrs = WindowAttrs & { readonly shape: Shape };

const PICTURES = '[batch, height, width, channels]';

/** How many windows fit, [down, across]. */
function counts([, height, width]: Shape, { size, stride }: WindowAttrs): readonly [number, number] {
  return [Math.floor((height - size[0]) / stride) + 1, Math.floor((width - size[1]) / stride) + 1];
}

function windowsShape(op: string, pictures: Shape, attrs: WindowAttrs): Shape {
  const { size, stride } = attrs;
  requireOption(op, 'x', pictures.length === 4, PICTURES, `[${pictures.join(', ')}]`);
  const whole = (n: number): boolean => Number.isInteger(n) && n > 0;
  requireOption(op, 'stride', whole(stride), 'a whole number from 1', stride);
  const fits = size.every((length, i) => whole(length) && length <= pictures[1 + i]);
  requireOption(op, 'size', fits, `at most the picture's ${pictures[1]} × ${pictures[2]}`, size.join(' × '));
  return [pictures[0], ...counts(pictures, attrs), size[0] * size[1] * pictures[3]];
}

/** Where element (b, y, x, i) of one row of every window lies: pictures first, then the windows themselves. */
function walkOf(pictures: Shape, { size, stride }: WindowAttrs, rows: number) {
  const [batch, , , channels] = pictures;
  const [down, across] = counts(pictures, { size, stride });
  const [picture, line, pixel] = stridesOf(pictures);
  const row = size[1] * channels;
  const shape = [batch, down, across, rows, row];
  const windows = [down * across * size[0] * row, across * size[0] * row, size[0] * row, row, 1];
  return { shape, strides: [[picture, stride * line, stride * pixel, line, 1], windows] };
}

export const windowOps = {
  windows: defineOp<WindowAttrs>({
    name: 'windows',
    doc: 'y[b, i, j, (k, l, c)] = x[b, s·i + k, s·j + l, c]',
    outputs: ([x], attrs) => [
      { shape: windowsShape('windows', x.shape, attrs), dtype: floatType('windows', x) },
    ],
    run: (kernels, [x], [y], attrs) =>
      kernels.copyStrided(x.operand, y.operand, walkOf(x.shape, attrs, attrs.size[0]), 0, 0),
    gradient: ({ inputs: [x], grads: [g], attrs }) => [foldWindows(g!, { ...attrs, shape: x.shape })],
    samples: () => [
      { inputs: [normalSample([2, 5, 4, 3])], attrs: { size: [3, 2], stride: 1 } },
      { inputs: [normalSample([1, 6, 7, 2])], attrs: { size: [2, 3], stride: 2 } },
    ],
  }),

  foldWindows: defineOp<FoldAttrs>({
    name: 'foldWindows',
    doc: 'y[b, s·i + k, s·j + l, c] = Σ x[b, i, j, (k, l, c)]: the transpose of windows',
    outputs: ([x], { shape, ...attrs }) => {
      requireShape('foldWindows', 'x', windowsShape('foldWindows', shape, attrs), x.shape);
      return [{ shape, dtype: floatType('foldWindows', x) }];
    },
    run: (kernels, [x], [y], { shape, size, stride }) => {
      // Neighbours meet in a pixel, but never two windows' same place: each place has a layer of its own, and layers are summed.
      const [places, channels, pixels] = [size[0] * size[1], shape[3], sizeOf(shape)];
      const layers = empty([places, ...shape], x.dtype);
      kernels.fill(layers.operand, 0);
      const { shape: all, strides } = walkOf(shape, { size, stride }, size[0]);
      const [to, from] = strides.map((own) => [...own.slice(0, 3), 1]);
      const walk = { shape: [...all.slice(0, 3), channels], strides: [from, to] };
      for (let place = 0; place < places; place++) {
        const [k, l] = [Math.floor(place / size[1]), place % size[1]];
        const at = place * pixels + k * strides[0][3] + l * channels;
        kernels.copyStrided(x.operand, layers.operand, walk, place * channels, at);
      }
      kernels.reduce('sum', floats(layers), floats(y), 1, places, pixels);
    },
    gradient: ({ grads: [g], attrs: { size, stride } }) => [windows(g!, { size, stride, padding: 0 })],
    samples: () => [
      { inputs: [normalSample([2, 3, 3, 18])], attrs: { shape: [2, 5, 4, 3], size: [3, 2], stride: 1 } },
      { inputs: [normalSample([1, 2, 2, 8])], attrs: { shape: [1, 5, 6, 2], size: [2, 2], stride: 3 } },
    ],
  }),
};

export interface WindowOptions extends WindowAttrs {
  /** Zeros around the picture, on each side. */
  readonly padding: number;
}

/** Every window of pictures x [batch, height, width, channels]: [batch, down, across, size[0]·size[1]·channels]. */
export function windows(x: Tensor, { padding, ...attrs }: WindowOptions): Tensor {
  const around = padding === 0 ? x : pad(pad(x, 1, padding, padding), 2, padding, padding);
  return windowOps.windows([around], attrs)[0];
}

/** The transpose of `windows`: every number of every window added where it came from. */
function foldWindows(x: Tensor, attrs: FoldAttrs): Tensor {
  return windowOps.foldWindows([x], attrs)[0];
}
