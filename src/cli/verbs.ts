/** Commands of several verbs: `tokenizer train`. */

import { nearest } from '../errors.ts';
import { fail } from './errors.ts';

/** What the verb that stands first among the arguments of a command does. @throws when there is no such verb. */
export function actionOf<Action>(
  command: string,
  verbs: Readonly<Record<string, Action>>,
  [verb]: readonly string[],
): Action {
  if (Object.hasOwn(verbs, verb)) return verbs[verb];
  const known = Object.keys(verbs);
  throw fail('cli/value', {
    command,
    option: 'verb',
    rule: `one of ${known.join(', ')}`,
    zhRule: `为 ${known.join('、')} 之一`,
    got: verb,
    near: nearest(verb, known),
  });
}
