/** Code repaired by what a command says of it: run, corrected by a model, run again. */

import type { CodeLanguage } from './code-language.ts';
import type { CommandOutcome } from './run-command.ts';
import { type WriteCodeOptions, type WrittenCode, writeCode } from './write-code.ts';

export interface RepairOptions extends Omit<WriteCodeOptions, 'temperature' | 'seed'> {
  readonly language: CodeLanguage;
  /** As the user wrote it, for the model. */
  readonly command: string;
  /** Runs the user's command on this code, and nothing else. */
  readonly run: (code: string) => Promise<CommandOutcome>;
  readonly rounds: number;
  readonly seed?: number;
}

export type RepairPart =
  | ({ readonly type: 'run'; readonly round: number } & CommandOutcome)
  | ({
      readonly type: 'attempt';
      readonly round: number;
      /** Not what was cut off, or is nothing new. */
      readonly isRun: boolean;
    } & WrittenCode)
  | {
      readonly type: 'repair';
      /** `fine`: nothing was to be repaired. */
      readonly result: 'fine' | 'repaired' | 'not-repaired';
      /** The latest code. */
      readonly code: string;
      readonly rounds: number;
    };

/** Later rounds are not to say the same again. */
const LATER_TEMPERATURE = 0.7;

/** The end of what a command says matters as much as its beginning: so many characters of each. */
const SHOWN_CHARACTERS = 2000;

/** Ends with `repair`. A round begins with the code of the one before. @throws what the command or the model throws */
export async function* repairCode(code: string, options: RepairOptions): AsyncGenerator<RepairPart, void> {
  const { language, command, run, rounds, seed = 0, ...how } = options;
  let outcome = await run(code);
  yield { type: 'run', round: 0, ...outcome };
  if (isFine(outcome)) {
    yield { type: 'repair', result: 'fine', code, rounds: 0 };
    return;
  }
  let latest = code;
  // A model rarely keeps to it.
  const lineEnd = code.includes('\r\n') ? '\r\n' : '\n';
  for (let round = 1; round <= rounds; round++) {
    const task = { kind: 'repair', code: latest, from: language, command, output: told(outcome) } as const;
    const temperature = round === 1 ? 0 : LATER_TEMPERATURE;
    const attempt = await writeCode(task, { ...how, temperature, seed: seed + round });
    const own = attempt.code.replace(/\r?\n/g, lineEnd);
    const isRun = own !== '' && own !== latest && attempt.finish !== 'length';
    yield { type: 'attempt', round, isRun, ...attempt, code: own };
    if (!isRun) continue;
    latest = own;
    outcome = await run(latest);
    yield { type: 'run', round, ...outcome };
    if (!isFine(outcome)) continue;
    yield { type: 'repair', result: 'repaired', code: latest, rounds: round };
    return;
  }
  yield { type: 'repair', result: 'not-repaired', code: latest, rounds };
}

const isFine = ({ ended, status }: CommandOutcome): boolean => ended === 'exit' && status === 0;

function told({ ended, status, output }: CommandOutcome): string {
  const text = output.trim();
  const shown =
    text.length <= 2 * SHOWN_CHARACTERS
      ? text
      : `${text.slice(0, SHOWN_CHARACTERS)}\n…\n${text.slice(-SHOWN_CHARACTERS)}`;
  const how = ended === 'exit' ? `exit status ${status}` : `stopped: ${ended}`;
  return `${shown}\n(${how})`;
}
