/** Names and config of Hugging Face's RWKV-4 (`transformers/models/rwkv`), in and out. */

import { outsideScopes, reshape, type Tensor, withRecording } from '../tensor/index.ts';
import { fail } from './errors.ts';
import { type ForeignJson, pair, requireValue } from './foreign-format.ts';
import type { RecurrentParams } from './recurrent.ts';
import { type RecurrentConfig, recurrentConfig } from './recurrent-config.ts';
import { type NamedTensors, namedTensors, recurrentFromTensors } from './weights.ts';

export const isForeignRwkv = ({ model_type: type }: ForeignJson): boolean => type === 'rwkv';

const weight = (foreign: string, ours: string) => ({
  foreign: `${foreign}.weight`,
  ours: [`${ours}.weight`],
});

const outerNames = [
  weight('rwkv.embeddings', 'embedding'),
  ...pair('rwkv.blocks.0.pre_ln', 'firstNorm'),
  ...pair('rwkv.ln_out', 'finalNorm'),
  weight('head', 'head'),
];

const PARTS = ['key', 'value', 'receptance'] as const;
const title = (part: string): string => part[0].toUpperCase() + part.slice(1);

function layerNames(layer: number) {
  const [theirs, ours] = [`rwkv.blocks.${layer}`, `layers.${layer}`];
  const [attention, time] = [`${theirs}.attention`, `${ours}.time`];
  const [feedForward, channel] = [`${theirs}.feed_forward`, `${ours}.channel`];
  return [
    ...pair(`${theirs}.ln1`, `${ours}.timeNorm`),
    ...pair(`${theirs}.ln2`, `${ours}.channelNorm`),
    { foreign: `${attention}.time_decay`, ours: [`${time}.decay`] },
    { foreign: `${attention}.time_first`, ours: [`${time}.first`] },
    ...PARTS.flatMap((part) => [
      { foreign: `${attention}.time_mix_${part}`, ours: [`${time}.mix${title(part)}`] },
      weight(`${attention}.${part}`, `${time}.${part}`),
      weight(`${feedForward}.${part}`, `${channel}.${part}`),
    ]),
    weight(`${attention}.output`, `${time}.output`),
    ...['key', 'receptance'].map((part) => ({
      foreign: `${feedForward}.time_mix_${part}`,
      ours: [`${channel}.mix${title(part)}`],
    })),
  ];
}

/** Our config for theirs. Halving the stream every few layers, as theirs does in 16 bits, changes nothing in 32. */
export function fromForeignRwkvConfig(json: ForeignJson): RecurrentConfig<'rwkv'> {
  const number = (key: string) => json[key] as number;
  requireValue(json, 'attention_hidden_size', [undefined, json.hidden_size]);
  requireValue(json, 'layer_norm_epsilon', [undefined, 1e-5]);
  return recurrentConfig({
    cell: 'rwkv',
    vocabSize: number('vocab_size'),
    contextLength: (json.context_length ?? 1024) as number,
    width: number('hidden_size'),
    layers: number('num_hidden_layers'),
    ffnSize: (json.intermediate_size ?? undefined) as number | undefined,
    tiedHead: (json.tie_word_embeddings ?? false) as boolean,
  });
}

export function toForeignRwkvConfig(config: RecurrentConfig): ForeignJson {
  const { cell, vocabSize, contextLength, width, layers, ffnSize, tiedHead } = config;
  if (cell !== 'rwkv') {
    throw fail('model/foreign-export', { format: 'Hugging Face', key: 'cell', expected: 'rwkv', got: cell });
  }
  return {
    model_type: 'rwkv',
    architectures: ['RwkvForCausalLM'],
    vocab_size: vocabSize,
    context_length: contextLength,
    hidden_size: width,
    attention_hidden_size: width,
    intermediate_size: ffnSize,
    num_hidden_layers: layers,
    layer_norm_epsilon: 1e-5,
    tie_word_embeddings: tiedHead,
  };
}

/** What a folder of theirs holds, by our names. Every name and shape is checked. */
export function fromForeignRwkv(config: RecurrentConfig, tensors: NamedTensors): RecurrentParams {
  const names = namesOf(config);
  const flat = (x: Tensor) => (x.shape.length === 3 ? reshape(x, [x.shape[2]]) : x);
  const known = (name: string) => names.get(name) ?? name;
  return withRecording(false, () =>
    outsideScopes(() =>
      recurrentFromTensors(
        config,
        new Map(
          [...tensors].flatMap(([name, x]) =>
            config.tiedHead && name === 'head.weight' ? [] : [[known(name), flat(x)]],
          ),
        ),
      ),
    ),
  );
}

/** Our parameters, or their gradients, by their names. */
export function toForeignRwkv(config: RecurrentConfig, params: RecurrentParams): Map<string, Tensor> {
  const ours = namedTensors(params);
  const named = [...namesOf(config)].flatMap(([foreign, name]): [string, Tensor][] => {
    const x = ours.get(name);
    if (!x) return [];
    return [[foreign, foreign.includes('time_mix_') ? reshape(x, [1, 1, x.size]) : x]];
  });
  return new Map(named);
}

/** Our name for each of theirs. */
function namesOf({ layers }: Pick<RecurrentConfig, 'layers'>): Map<string, string> {
  const all = [...outerNames, ...Array.from({ length: layers }, (_, i) => layerNames(i)).flat()];
  return new Map(all.map(({ foreign, ours }) => [foreign, ours[0]]));
}
