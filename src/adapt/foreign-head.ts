/** Heads in the names of Hugging Face's BERT and RoBERTa classes (`…ForSequenceClassification`, `…TokenClassification`, `…QuestionAnswering`). */

import type { LinearParams } from '../nn/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { fail } from './errors.ts';
import type { HeadConfig, HeadParams, HeadTask } from './task-head.ts';

type ForeignJson = { readonly [key: string]: unknown };

const kinds: readonly (readonly [ending: string, task: HeadTask])[] = [
  ['ForSequenceClassification', 'classify'],
  ['ForTokenClassification', 'label'],
  ['ForQuestionAnswering', 'span'],
];

const taskOf = ({ architectures }: ForeignJson): HeadTask | undefined =>
  kinds.find(([ending]) =>
    String(Array.isArray(architectures) ? architectures[0] : '').endsWith(ending),
  )?.[1];

/** Whether a `config.json` is that of a model with a head for a task. */
export const hasForeignHead = (json: ForeignJson): boolean => taskOf(json) !== undefined;

/** The head of a foreign `config.json` and its tensors by name. @throws where a tensor is missing or has another shape */
export function foreignHead(
  json: ForeignJson,
  tensors: ReadonlyMap<string, Tensor>,
): { readonly config: HeadConfig; readonly params: HeadParams } {
  const width = json.hidden_size as number;
  const layer = (name: string, outputs: number): LinearParams => {
    const take = (part: string, shape: readonly number[]): Tensor => {
      const found = tensors.get(`${name}.${part}`);
      if (found?.shape.join() === shape.join()) return found;
      throw fail('adapt/head-tensor', { name: `${name}.${part}`, expected: shape, got: found?.shape });
    };
    return { weight: take('weight', [outputs, width]), bias: take('bias', [outputs]) };
  };
  const names = Object.entries((json.id2label ?? { 0: 'LABEL_0', 1: 'LABEL_1' }) as { [id: string]: string });
  const labels = names.sort(([a], [b]) => Number(a) - Number(b)).map(([, label]) => label);
  const common = { width, pooling: 'first', dropout: 0 } as const;
  const kind = taskOf(json);
  if (kind === 'span') {
    return {
      config: { ...common, task: 'span', mayBeUnanswered: true },
      params: { out: layer('qa_outputs', 2) },
    };
  }
  if (kind === 'label') {
    return {
      config: { ...common, task: 'label', labels },
      params: { out: layer('classifier', labels.length) },
    };
  }
  const { problem_type: problem } = json;
  if (problem === 'multi_label_classification' || (problem === 'regression' && labels.length > 1)) {
    throw fail('adapt/head-problem', { got: problem, outputs: labels.length });
  }
  const [transform, out] = tensors.has('classifier.out_proj.weight')
    ? ['classifier.dense', 'classifier.out_proj']
    : ['bert.pooler.dense', 'classifier'];
  const params = { transform: layer(transform, width), out: layer(out, labels.length) };
  if (labels.length > 1) return { config: { ...common, task: 'classify', labels }, params };
  return { config: { ...common, task: 'regress', scale: { mean: 0, deviation: 1 } }, params };
}
