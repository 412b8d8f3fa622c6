/** Task heads against Hugging Face's BERT and RoBERTa classes in PyTorch, and entities against seqeval (heads.py). */

import { describe, expect, test } from 'vitest';
import { foreignHead, type HeadParams, headLoss, runHead } from '../../src/adapt/index.ts';
import { entityScores } from '../../src/eval/index.ts';
import { type EncoderParams, encode, fromForeignEncoder, toForeignEncoder } from '../../src/models/index.ts';
import { type Tensor, valueAndGrad } from '../../src/tensor/index.ts';
import { readGolden, relativeError, startingWeights, tokens, unpack } from './model-golden.ts';

interface GoldenHeads {
  readonly cases: { readonly [task: string]: GoldenHead };
  readonly entities: {
    readonly right: string[][];
    readonly said: string[][];
    readonly scores: number[];
    readonly f1: number[];
    readonly support: number[];
  };
}

interface GoldenHead {
  readonly config: { readonly [key: string]: unknown };
  readonly ids: number[][];
  readonly types: number[][];
  readonly lengths: number[];
  readonly targets: number[] | number[][];
  readonly logits: string;
  readonly loss: number;
  readonly shapes: { readonly [name: string]: number[] };
  readonly gradients: { readonly [name: string]: string };
}

const golden = readGolden<GoldenHeads>('heads');
const TOLERANCE = 1e-4;
const IGNORED = -100;

describe.each(Object.entries(golden.cases))('%s', (_, { config: json, ids, types, lengths, ...right }) => {
  const names = Object.keys(right.shapes).sort();
  const named = new Map(
    names.map((name, i): [string, Tensor] => [name, startingWeights(name, right.shapes[name], i)]),
  );
  const { config, params: head } = foreignHead(json, named);
  // The pooler is the head's.
  const { config: model, params } = fromForeignEncoder(
    json,
    new Map([...named].filter(([name]) => !name.includes('pooler'))),
  );
  const flat = right.targets.flat();
  const places = config.task === 'label' ? [...flat.keys()].filter((place) => flat[place] !== IGNORED) : [];
  const targets = flat.filter((target) => target !== IGNORED);

  test('gives the logits, the loss and every gradient of PyTorch', () => {
    let logits: Tensor | undefined;
    const lossOf = (tree: { params: EncoderParams; head: HeadParams }): Tensor => {
      const states = encode(tree.params, model, tokens(ids), { lengths, types: tokens(types) });
      logits = runHead(tree.head, config, states, { lengths, places });
      return headLoss(logits, config, { targets });
    };
    const { value, gradients } = valueAndGrad(lossOf, { params, head });
    expect(relativeError(logits!.data, unpack(right.logits))).toBeLessThan(TOLERANCE);
    expect(Math.abs(value.item() / right.loss - 1)).toBeLessThan(TOLERANCE);

    const ofModel = [...toForeignEncoder(model, gradients.params)].map(([name, tensor]) => [
      shortName(name),
      tensor,
    ]);
    const ours = new Map([...ofModel, ...headNames(Object.keys(right.gradients), gradients.head)] as [
      string,
      Tensor,
    ][]);
    const wrong = Object.entries(right.gradients).filter(([name, packed]) => {
      const own = ours.get(shortName(name));
      const expected = unpack(packed);
      // What moves every score alike (the bias of keys, of a span's logits) has a gradient of rounding only.
      if (largest(expected) < 1e-12) return !(largest(own!.data) < 1e-6);
      return !own || !(relativeError(own.data, expected) < TOLERANCE);
    });
    expect(wrong.map(([name]) => name)).toEqual([]);
  });
});

const largest = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs));

/** Without the name of the class before it. */
const shortName = (name: string): string => name.replace(/^(bert|roberta)\./, '');

/** The gradients of a head by the foreign names that stand for its layers. */
function headNames(names: readonly string[], { transform, out }: HeadParams): [string, Tensor][] {
  const layer = (part: string, { weight, bias }: HeadParams['out']): [string, Tensor][] => [
    [`${part}.weight`, weight],
    [`${part}.bias`, bias!],
  ];
  const find = (candidates: readonly string[]) =>
    candidates.find((part) => names.some((name) => shortName(name) === `${part}.weight`))!;
  return [
    ...(transform ? layer(find(['classifier.dense', 'pooler.dense']), transform) : []),
    ...layer(find(['classifier.out_proj', 'classifier', 'qa_outputs']), out),
  ];
}

test('entities are counted as seqeval counts them', () => {
  const { right, said, scores, f1, support } = golden.entities;
  const ours = entityScores(said, right);
  [ours.precision, ours.recall, ours.f1].forEach((value, i) => expect(value).toBeCloseTo(scores[i], 12));
  ours.types.forEach((type, i) => expect(type.f1).toBeCloseTo(f1[i], 12));
  expect(ours.types.map((type) => type.support)).toEqual(support);
});
