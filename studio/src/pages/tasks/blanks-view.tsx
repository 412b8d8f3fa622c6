/** What may stand in the blanks of a text: a guess fills its blank when it is chosen. */

import { Button } from '@mantine/core';
import { Fragment, useState } from 'react';
import { chance } from '../../parts/numbers.ts';
import { useWords } from '../../words.ts';
import classes from './tasks.module.css';
import { BLANK } from './tasks.ts';
import type { Asked } from './use-ask.ts';
import { tasksWords } from './words.ts';

export function BlanksView({
  asked: { text, answer },
  onText,
}: {
  readonly asked: Asked<'fill-mask'>;
  readonly onText: (text: string) => void;
}) {
  const say = useWords(tasksWords);
  const [filled, setFilled] = useState<readonly (string | undefined)[]>([]);
  if (!answer) return null;
  const { places } = answer;
  const parts = text.split(BLANK);
  const whole = parts.reduce((before, part, i) => {
    const token = filled[i - 1];
    return token === undefined ? `${before}[MASK]${part}` : joined(before, token) + part;
  });
  const choose = (place: number, token: string): void =>
    setFilled(places.map((_, i) => (i !== place ? filled[i] : filled[i] === token ? undefined : token)));
  return (
    <>
      <p className={classes.sheet} aria-live="polite">
        {parts.map((part, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text do not move
          <Fragment key={i}>
            {i > 0 && (
              <span className={classes.blank} data-filled={filled[i - 1] !== undefined || undefined}>
                {filled[i - 1] ?? (places.length > 1 ? i : say.blank)}
              </span>
            )}
            {part}
          </Fragment>
        ))}
      </p>
      {places.map((guesses, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blanks of a text do not move
        <fieldset key={place} className={classes.chips}>
          <legend>{places.length > 1 ? say.forBlank(place + 1) : say.candidates}</legend>
          {guesses.map(({ token, probability }, i) => (
            <button
              type="button"
              // biome-ignore lint/suspicious/noArrayIndexKey: parts of characters look alike
              key={i}
              aria-pressed={filled[place] === token}
              onClick={() => choose(place, token)}
            >
              {shown(token)} <small>{chance(probability)}</small>
            </button>
          ))}
        </fieldset>
      ))}
      {filled.some((token) => token !== undefined) && (
        <Button variant="default" className={classes.fit} onClick={() => onText(whole)}>
          {say.take}
        </Button>
      )}
    </>
  );
}

/** A token that begins with a space belongs to a word of its own: one space is enough. */
const joined = (before: string, token: string): string =>
  token.startsWith(' ') ? before.replace(/ $/, '') + token : before + token;

/** What has no ink is named. */
const shown = (token: string): string => token.trim() || token.replaceAll(' ', '␣').replaceAll('\n', '⏎');
