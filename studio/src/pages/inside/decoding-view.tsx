/** Decoding seen: the filters one after another on real logits, and the tree of a beam search. */

import { Group, NumberInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { Explained } from '../../parts/explained.tsx';
import { Failure, Waiting } from '../../parts/states.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { percent } from './choices.tsx';
import classes from './inside.module.css';
import type { Subject } from './page.tsx';
import { type InspectAnswers, shownPiece, useInspect } from './use-inspect.ts';
import { decodingWords } from './words.ts';

/** Filters with a number: the step of its field, and where it begins. */
const knobs = {
  repetitionPenalty: { step: 0.05, start: 1.2 },
  noRepeatNgram: { step: 1, start: undefined },
  temperature: { step: 0.1, start: 0.8 },
  topK: { step: 5, start: 40 },
  typicalP: { step: 0.05, start: undefined },
  topP: { step: 0.05, start: 0.9 },
  minP: { step: 0.05, start: 0.05 },
} as const;
type Knob = keyof typeof knobs;
type Values = { readonly [Name in Knob]?: number };

const START: Values = Object.fromEntries(
  Object.entries(knobs).flatMap(([name, { start }]) => (start === undefined ? [] : [[name, start]])),
);

export function DecodingView(subject: Subject) {
  const { model, ids, at } = subject;
  const past = ids.slice(0, Math.max(1, at));
  return (
    <div className={classes.stack}>
      <Filters model={model} ids={past} />
      <Tree model={model} ids={past} />
    </div>
  );
}

function Filters({ model, ids }: Pick<Subject, 'model' | 'ids'>) {
  const say = useWords(decodingWords);
  const { language } = useLanguage();
  const [values, setValues] = useState<Values>(START);
  const [processors] = useDebouncedValue(values, 300);
  const answer = useInspect('filters', { model, ids, processors, top: 16 });
  return (
    <section>
      <h2>{say.filters}</h2>
      <p className={classes.quiet}>{say.lead}</p>
      <Group align="flex-end" mb="md">
        {(Object.keys(knobs) as Knob[]).map((name) => (
          <NumberInput
            key={name}
            label={<Explained term={name}>{say[name]}</Explained>}
            placeholder={say.off}
            w="8.5rem"
            min={0}
            step={knobs[name].step}
            value={values[name] ?? ''}
            onChange={(value) =>
              setValues({ ...values, [name]: typeof value === 'number' ? value : undefined })
            }
          />
        ))}
      </Group>
      {answer.error && <Failure error={answer.error} />}
      {answer.isPending && <Waiting />}
      {answer.data && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label={say.filters}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{say.token}</th>
                {answer.data.stages.map(({ name, doc }) => (
                  <th key={name} scope="col" title={doc?.[language]}>
                    {name in say ? say[name as Knob] : name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {answer.data.tokens.map((token, i) => (
                <tr key={token.id}>
                  <th scope="row">{shownPiece(token)}</th>
                  {answer.data.stages.map(({ name, probabilities }) => (
                    <td key={name} data-gone={probabilities[i] === 0 || undefined}>
                      {probabilities[i] === 0 ? (
                        <span role="img" aria-label={say.gone}>
                          –
                        </span>
                      ) : (
                        percent(probabilities[i])
                      )}
                    </td>
                  ))}
                </tr>
              ))}
              <tr>
                <th scope="row">{say.left}</th>
                {answer.data.stages.map(({ name, left }) => (
                  <td key={name}>{left}</td>
                ))}
              </tr>
              <tr>
                <th scope="row">
                  <Explained term="entropy">{say.entropy}</Explained>
                </th>
                {answer.data.stages.map(({ name, entropy }) => (
                  <td key={name}>{entropy.toFixed(2)}</td>
                ))}
              </tr>
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function Tree({ model, ids }: Pick<Subject, 'model' | 'ids'>) {
  const say = useWords(decodingWords);
  const [beams, setBeams] = useState(3);
  const [steps, setSteps] = useState(5);
  const answer = useInspect('beams', { model, ids, beams, steps });
  return (
    <section>
      <h2>{say.tree}</h2>
      <p className={classes.quiet}>{say.treeLead}</p>
      <Group mb="md">
        <NumberInput
          label={<Explained term="beam">{say.beams}</Explained>}
          w="7rem"
          min={1}
          max={8}
          value={beams}
          onChange={(value) => typeof value === 'number' && setBeams(value)}
        />
        <NumberInput
          label={say.steps}
          w="7rem"
          min={1}
          max={16}
          value={steps}
          onChange={(value) => typeof value === 'number' && setSteps(value)}
        />
      </Group>
      {answer.error && <Failure error={answer.error} />}
      {answer.isPending && <Waiting />}
      {answer.data && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label={say.tree}>
          <Branch tree={answer.data} parent={-1} />
        </section>
      )}
    </section>
  );
}

function Branch({ tree, parent }: { readonly tree: InspectAnswers['beams']; readonly parent: number }) {
  const children = tree.nodes.flatMap((node, i) => (node.parent === parent ? [{ ...node, i }] : []));
  if (children.length === 0) return null;
  return (
    <ul className={classes.branch}>
      {children.map((node) => (
        <li key={node.i}>
          <span
            className={classes.node}
            data-kept={node.isKept || undefined}
            data-best={tree.best.includes(node.i) || undefined}
          >
            {shownPiece(node)} <small>{percent(node.probability)}</small>
          </span>
          <Branch tree={tree} parent={node.i} />
        </li>
      ))}
    </ul>
  );
}
