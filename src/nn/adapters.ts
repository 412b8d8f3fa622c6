/** What adapters change of linear layers: several in one, and a model with them in their places. */

import { affine, concat, mul, outsideScopes, reshape, Tensor, withRecording } from '../tensor/index.ts';

/** A layer of a small network. */
interface SmallLayer {
  readonly weight: Tensor;
  readonly bias?: Tensor;
}

/** y + up(gelu(down(y))) (Houlsby et al. 2019, arXiv:1902.00751). */
export interface Bottleneck {
  readonly down: SmallLayer;
  readonly up: SmallLayer;
}

/**
 * What an adapter changes of a layer whose weights stay as they are: y = (W·(gainIn ⊙ x) + b) ⊙ gainOut + scale·B·A·x.
 * It stands in the parameter tree beside the weight, while it is trained or read beside others.
 */
export interface LinearAdapter {
  /** A [rank, in] and B [out, rank] (LoRA, Hu et al. 2021, arXiv:2106.09685). */
  readonly lowRank?: { readonly a: Tensor; readonly b: Tensor; readonly scale: number };
  /** [in] and [out] (IA³, Liu et al. 2022, arXiv:2205.05638). */
  readonly inputGain?: Tensor;
  readonly outputGain?: Tensor;
  /** Stand behind the layer, whatever else changes it, one after the other. */
  readonly behind?: readonly Bottleneck[];
  /** Is shown what enters the layer: x [..., in]. */
  readonly look?: (x: Tensor) => void;
}

/** So many rows of a batch and what changes them, one piece behind the other (Chen et al. 2023, arXiv:2310.18547). Not recorded. */
export type AdapterRows = readonly { readonly rows: number; readonly adapter?: LinearAdapter }[];

/** By path of the layer: `blocks.0.attention.query`. */
export type LayerAdapters<Own = LinearAdapter> = { readonly [layer: string]: Own };

/** The same tensors, and beside the weights of each layer that is changed what changes them. */
export function withLayerAdapters<Params>(
  params: Params,
  layers: LayerAdapters<LinearAdapter | AdapterRows>,
): Params {
  const place = (tree: unknown, path: string): unknown => {
    if (tree instanceof Tensor || typeof tree !== 'object' || tree === null) return tree;
    if (Array.isArray(tree)) return tree.map((child, i) => place(child, `${path}${i}.`));
    const branch = Object.entries(tree).map(([key, child]) => [key, place(child, `${path}${key}.`)]);
    const adapter = layers[path.slice(0, -1)];
    return Object.fromEntries(adapter ? [...branch, ['adapter', adapter]] : branch);
  };
  return place(params, '') as Params;
}

/** One adapter that changes a model as these do one after the other. Not recorded. */
export function stackAdapters(stack: readonly LayerAdapters[]): LayerAdapters {
  const stacked: Record<string, LinearAdapter> = {};
  withRecording(false, () =>
    outsideScopes(() => {
      for (const layers of stack) {
        for (const [path, adapter] of Object.entries(layers)) {
          const below = stacked[path];
          stacked[path] = below ? onTop(below, adapter) : adapter;
        }
      }
    }),
  );
  return stacked;
}

function onTop(below: LinearAdapter, above: LinearAdapter): LinearAdapter {
  const gain = (first: Tensor | undefined, second: Tensor | undefined) =>
    first && second ? mul(first, second) : (first ?? second);
  const inputGain = gain(below.inputGain, above.inputGain);
  const outputGain = gain(below.outputGain, above.outputGain);
  const lowRank = joined(below.lowRank && gainedProduct(below.lowRank, above), above.lowRank);
  const behind = [...(below.behind ?? []), ...(above.behind ?? [])];
  return {
    ...(lowRank && { lowRank }),
    ...(inputGain && { inputGain }),
    ...(outputGain && { outputGain }),
    ...(behind.length > 0 && { behind }),
  };
}

type LowRank = NonNullable<LinearAdapter['lowRank']>;

/** diag(gainOut)·B and A·diag(gainIn). */
function gainedProduct({ a, b, scale }: LowRank, { inputGain, outputGain }: LinearAdapter): LowRank {
  return {
    a: inputGain ? mul(a, inputGain) : a,
    b: outputGain ? mul(b, reshape(outputGain, [outputGain.shape[0], 1])) : b,
    scale,
  };
}

/** Their sum is one product: A's one under another, B's side by side. */
function joined(below: LowRank | undefined, above: LowRank | undefined): LowRank | undefined {
  if (!below || !above) return below ?? above;
  const parts = [below, above];
  return {
    a: concat(
      parts.map(({ a }) => a),
      0,
    ),
    b: concat(
      parts.map(({ b, scale }) => affine(b, scale, 0)),
      1,
    ),
    scale: 1,
  };
}
