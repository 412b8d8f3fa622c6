/** Drawings as they came, each with its seed, to be kept; and how they are asked for. */

import { Anchor, NumberInput } from '@mantine/core';
import { useWords } from '../../words.ts';
import type { TasksSearch } from './search.ts';
import classes from './tasks.module.css';
import { defaults } from './tasks.ts';
import type { Asked } from './use-ask.ts';
import { tasksWords } from './words.ts';

export function DrawingsView({ asked: { text, answer } }: { readonly asked: Asked<'draw'> }) {
  const say = useWords(tasksWords);
  if (!answer) return null;
  const revised = answer.data[0]?.revised_prompt;
  return (
    <>
      {revised !== undefined && <p className={classes.quiet}>{say.drawnAs(revised)}</p>}
      <ul className={classes.drawings}>
        {answer.data.map(({ b64_json: base64, seed }) => {
          const source = `data:image/png;base64,${base64}`;
          return (
            <li key={seed}>
              <img src={source} alt={`${text} (${say.drawnWithSeed(seed)})`} />
              <span className={classes.drawingFoot}>
                {say.drawnWithSeed(seed)}
                <Anchor href={source} download={`drawing-${seed}.png`} size="sm">
                  {say.savePicture}
                </Anchor>
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

export function DrawingSettings({
  search,
  onChange,
}: {
  readonly search: TasksSearch;
  readonly onChange: (part: Partial<TasksSearch>) => void;
}) {
  const say = useWords(tasksWords);
  return (
    <>
      <NumberInput
        label={say.pictures}
        min={1}
        max={10}
        allowDecimal={false}
        value={search.pictures ?? defaults.pictures}
        onChange={(next) => typeof next === 'number' && onChange({ pictures: next })}
      />
      <NumberInput
        label={say.guidance}
        description={say.guidanceHow}
        min={0}
        max={100}
        step={0.5}
        value={search.guidance ?? defaults.guidance}
        onChange={(next) => typeof next === 'number' && onChange({ guidance: next })}
      />
      <NumberInput
        label={say.seed}
        description={say.seedHow}
        min={0}
        max={2 ** 31 - 1}
        allowDecimal={false}
        value={search.seed ?? ''}
        onChange={(next) => onChange({ seed: typeof next === 'number' ? next : undefined })}
      />
    </>
  );
}
