/** The settings behind the simple ones; what is left empty follows from the recipe. */

import { NumberInput, Select } from '@mantine/core';
import type { TermId } from '../../../../src/glossary/index.ts';
import type { RunSummary, TrainOrder } from '../../api/types.ts';
import { Explained } from '../../parts/explained.tsx';
import { useWords } from '../../words.ts';
import { orderWords } from './words.ts';

/** The numbers, with the least that each may be, and what they are in the glossary. */
const numbers = {
  steps: { least: 1, term: 'step' },
  vocabSize: { least: 1, term: 'vocabulary' },
  layers: { least: 1, term: 'layers' },
  width: { least: 1, term: 'width' },
  heads: { least: 1, term: 'attentionHead' },
  contextLength: { least: 1, term: 'context' },
  batchSize: { least: 1, term: 'batch' },
  lr: { least: 0, term: 'learningRate' },
} as const satisfies {
  readonly [Name in keyof TrainOrder]?: { readonly least: number; readonly term: TermId };
};

/** Cures of repetition with their usual strengths. */
const cures = [
  'unlikelihood:1',
  'unlikelihood-seq',
  'simctg:0.5',
  'ditto',
  'scalegrad:0.2',
  'repetition-dropout:0.6',
];

export function AllSettings({
  order,
  onChange,
  runs,
}: {
  readonly order: TrainOrder;
  readonly onChange: (part: Partial<TrainOrder>) => void;
  readonly runs: readonly RunSummary[];
}) {
  const say = useWords(orderWords);
  return (
    <>
      {(Object.keys(numbers) as (keyof typeof numbers)[]).map((name) => (
        <NumberInput
          key={name}
          label={<Explained term={numbers[name].term}>{say[name]}</Explained>}
          placeholder={say.asPreset}
          value={order[name] ?? ''}
          min={numbers[name].least}
          allowDecimal={name === 'lr'}
          decimalScale={6}
          step={name === 'lr' ? 0.001 : 1}
          onChange={(value) => onChange({ [name]: typeof value === 'number' ? value : undefined })}
        />
      ))}
      <Select
        label={<Explained term="tokenizer">{say.tokenizer}</Explained>}
        allowDeselect={false}
        value={order.tokenizer ?? ''}
        data={[
          { value: '', label: say.learned },
          { value: 'characters', label: say.characters },
        ]}
        onChange={(value) => onChange({ tokenizer: value === 'characters' ? value : undefined })}
      />
      <Select
        label={<Explained term="precision">{say.precision}</Explained>}
        allowDeselect={false}
        value={order.precision ?? ''}
        data={[{ value: '', label: say.asPreset }, 'f32', 'bf16']}
        onChange={(value) => onChange({ precision: value === 'f32' || value === 'bf16' ? value : undefined })}
      />
      <Select
        label={<Explained term="cure">{say.cure}</Explained>}
        allowDeselect={false}
        value={order.cure ?? ''}
        data={[{ value: '', label: say.none }, ...cures]}
        onChange={(value) => onChange({ cure: value || undefined })}
      />
      <Select
        label={<Explained term="fineTuning">{say.init}</Explained>}
        allowDeselect={false}
        value={order.init ?? ''}
        data={[
          { value: '', label: say.newModel },
          ...runs.filter(({ hasModel }) => hasModel).map(({ name }) => ({ value: name, label: name })),
        ]}
        onChange={(value) => onChange({ init: value || undefined })}
      />
    </>
  );
}
