/** Questions to a person at a terminal. Each is answered by undefined when they would rather leave: Esc or Ctrl-C. */

import type { Key } from 'node:readline';
import { styleText } from 'node:util';
import { isCancel, type Prompt, SelectPrompt, TextPrompt } from '@clack/core';

/** A thing to choose, and the line below it. */
export interface Choice {
  readonly label: string;
  readonly detail: string;
}

/** The place of the choice that was taken: by arrows or by its number, and Enter. `q` leaves too. */
export async function choose(
  title: string,
  choices: readonly Choice[],
  hint: string,
): Promise<number | undefined> {
  const prompt: SelectPrompt<{ value: number }> = new SelectPrompt({
    options: choices.map((_, value) => ({ value })),
    render: () => (isOpen(prompt) ? frame(title, choices, prompt.cursor, hint) : ''),
  });
  prompt.on('key', (key, info) => {
    if (key === 'q' || isEnd(info)) prompt.state = 'cancel';
    const place = Number(key) - 1;
    if (choices[place]) [prompt.cursor, prompt.value] = [place, place];
  });
  return answerOf<number>(prompt);
}

/** Whether an answer is a yes. */
export const isYes = (answer: string | undefined): boolean =>
  /^(?:y|yes|是|好|行|可以|同意)$/i.test(answer ?? '');

/** A line of text, without the spaces around it; an empty one only where `canBeEmpty`. */
export async function askLine(
  question: string,
  { canBeEmpty, empty }: { readonly canBeEmpty: boolean; readonly empty: string },
): Promise<string | undefined> {
  const prompt: TextPrompt = new TextPrompt({
    render: () =>
      isOpen(prompt)
        ? [question, `> ${prompt.userInputWithCursor}`, styleText('dim', prompt.error)].join('\n')
        : '',
    validate: (line = '') => (canBeEmpty || line.trim() !== '' ? undefined : empty),
  });
  prompt.on('key', (_, info) => {
    if (isEnd(info)) prompt.state = 'cancel';
  });
  return (await answerOf<string | undefined>(prompt, ''))?.trim();
}

/** Ctrl-D, which ends the input. */
const isEnd = (info: Key | undefined): boolean => info?.ctrl === true && info.name === 'd';

const isOpen = ({ state }: Pick<Prompt<unknown>, 'state'>): boolean =>
  state !== 'submit' && state !== 'cancel';

async function answerOf<Value>(prompt: Prompt<Value>, fallback?: Value): Promise<Value | undefined> {
  const answer = await prompt.prompt();
  return isCancel(answer) ? undefined : (answer ?? fallback);
}

function frame(title: string, choices: readonly Choice[], cursor: number, hint: string): string {
  const lines = choices.flatMap(({ label, detail }, i) => {
    const line = `${i + 1}  ${label}`;
    return [i === cursor ? styleText('bold', `❯ ${line}`) : `  ${line}`, styleText('dim', `     ${detail}`)];
  });
  return [title, '', ...lines, '', styleText('dim', hint)].join('\n');
}
