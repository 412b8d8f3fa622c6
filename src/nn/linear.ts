/** Affine maps. Weights are [out, in], as in PyTorch. */

import { add, affine, concat, gelu, linear, linears, mul, rowsView, type Tensor } from '../tensor/index.ts';
import type { AdapterRows, LinearAdapter } from './adapters.ts';
import { type Initializer, ParameterSpec, type Parameters, zerosInit } from './parameters.ts';

/** The parameters of x·Wᵀ + b. */
export function linearSpec(inputs: number, outputs: number, options: { init: Initializer; bias?: boolean }) {
  const weight = new ParameterSpec([outputs, inputs], options.init);
  const layer: { weight: ParameterSpec; adapter?: LinearAdapter | AdapterRows } = { weight };
  return withBias(layer, options.bias ?? false, outputs);
}

export type LinearParams = Parameters<ReturnType<typeof linearSpec>>;

/** Adds a bias that starts at zero, or nothing. */
export function withBias<Specs extends object>(
  specs: Specs,
  bias: boolean,
  size: number,
): Specs & { bias?: ParameterSpec } {
  return bias ? { ...specs, bias: new ParameterSpec([size], zerosInit) } : specs;
}

/** x·Wᵀ + b + residual for x [..., in]. */
export function runLinear(params: LinearParams, x: Tensor, residual?: Tensor): Tensor {
  const { weight, bias, adapter } = params;
  if (!adapter) return linear(x, weight, { bias, residual });
  const y = changed(adapter, x, linear(gained(adapter, x), weight, { bias }));
  return residual ? add(residual, y) : y;
}

/** x·Wᵀ + b for each of several layers, which all have a bias or none has. */
export function runLinears(layers: readonly LinearParams[], x: Tensor): Tensor[] {
  if (layers.some(({ adapter }) => gainsInputs(adapter))) return layers.map((layer) => runLinear(layer, x));
  const weights = layers.map(({ weight }) => weight);
  const biases = layers[0].bias ? layers.map(({ bias }) => bias!) : [];
  return linears(x, weights, biases).map((y, i) => changed(layers[i].adapter, x, y));
}

type AnyAdapter = LinearParams['adapter'];

const isRows = (adapter: AnyAdapter): adapter is AdapterRows => Array.isArray(adapter);

const gainsInputs = (adapter: AnyAdapter): boolean =>
  isRows(adapter) ? adapter.some((own) => own.adapter?.inputGain) : adapter?.inputGain !== undefined;

/** What a layer with an adapter multiplies by its weights instead of x. */
function gained(adapter: AnyAdapter, x: Tensor): Tensor {
  if (!gainsInputs(adapter)) return x;
  if (isRows(adapter)) return byRows(adapter, (own, rows) => gained(own, rows(x)));
  return mul(x, adapter!.inputGain!);
}

/** What an adapter makes of the y that a layer gives for x. */
function changed(adapter: AnyAdapter, x: Tensor, y: Tensor): Tensor {
  if (!adapter) return y;
  if (isRows(adapter)) return byRows(adapter, (own, rows) => changed(own, rows(x), rows(y)));
  const { outputGain, lowRank, look, behind = [] } = adapter;
  look?.(x);
  let own = outputGain ? mul(y, outputGain) : y;
  if (lowRank) own = linear(affine(linear(x, lowRank.a), lowRank.scale, 0), lowRank.b, { residual: own });
  for (const { down, up } of behind) own = runLinear(up, gelu(runLinear(down, own)), own);
  return own;
}

/** Each piece by its own adapter. */
function byRows(
  pieces: AdapterRows,
  run: (adapter: LinearAdapter | undefined, rows: (x: Tensor) => Tensor) => Tensor,
): Tensor {
  let end = 0;
  const parts = pieces.map(({ rows: count, adapter }) => {
    const start = end;
    end += count;
    return run(adapter, (x) => rowsView(x, start, end));
  });
  return parts.length === 1 ? parts[0] : concat(parts, 0);
}
