/** How the text is searched for: a strategy from the server's table, its arguments and the settings beside it. */

import { NumberInput, Select } from '@mantine/core';
import { knownTerm } from '../../../../src/glossary/index.ts';
import type { StrategyRow } from '../../api/types.ts';
import { Explained, MaybeExplained } from '../../parts/explained.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { extraSettings, extrasOf, readStrategy, type StrategyChoice, spellStrategy } from './strategy.ts';
import { writeWords } from './words.ts';
import classes from './write.module.css';

/** As the command line spells it: `top-p`. */
const spellArgument = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const camelCase = (name: string): string =>
  name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

export function StrategyPicker({
  label,
  value,
  rows,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly rows: readonly StrategyRow[];
  readonly onChange: (strategy: string) => void;
}) {
  const say = useWords(writeWords);
  const { language } = useLanguage();
  const choice = readStrategy(value, rows);
  const row = rows.find(({ name }) => name === choice.name)!;
  const change = (part: Partial<StrategyChoice>): void => onChange(spellStrategy({ ...choice, ...part }));
  return (
    <fieldset className={classes.strategy}>
      <Select
        label={<Explained term="strategy">{label}</Explained>}
        allowDeselect={false}
        searchable
        value={choice.name}
        data={rows.map(({ name }) => name)}
        description={row.doc[language]}
        inputWrapperOrder={['label', 'input', 'description']}
        onChange={(name) => name && onChange(spellStrategy(readStrategy(name, rows)))}
      />
      {row.args.length > 0 && (
        <div className={classes.pair}>
          {row.args.map(({ name, byDefault }, i) => (
            <NumberInput
              key={`${row.name} ${name}`}
              label={<MaybeExplained term={knownTerm(choice.name)}>{spellArgument(name)}</MaybeExplained>}
              value={choice.args[i]}
              step={Number.isInteger(byDefault) ? 1 : 0.05}
              decimalScale={6}
              onChange={(next) =>
                typeof next === 'number' &&
                change({ args: choice.args.map((old, j) => (j === i ? next : old)) })
              }
            />
          ))}
        </div>
      )}
      <details className={classes.more}>
        <summary>{say.more}</summary>
        <div className={classes.pair}>
          {extrasOf(choice.name).map((setting) => {
            const key = camelCase(setting) as 'temperature' | 'dry' | 'noRepeatNgram' | 'repetitionPenalty';
            return (
              <NumberInput
                key={setting}
                label={<Explained term={key}>{say[key]}</Explained>}
                description={say[`${key}Hint`]}
                inputWrapperOrder={['label', 'input', 'description']}
                placeholder={say.off}
                value={choice.settings[setting] ?? ''}
                {...extraSettings[setting]}
                onChange={(next) => {
                  const { [setting]: _, ...others } = choice.settings;
                  change({ settings: typeof next === 'number' ? { ...others, [setting]: next } : others });
                }}
              />
            );
          })}
        </div>
      </details>
    </fieldset>
  );
}
