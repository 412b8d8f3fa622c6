/** The sandbox's own process: one task after another, until the parent goes or kills it. */

import { toSent } from '../../sent-error.ts';
import { type FromSandbox, type ToSandbox, tasks } from './sandbox-tasks.ts';

const send = (message: FromSandbox): void => void process.send?.(message);

process.on('message', ({ name, input }: ToSandbox) => {
  try {
    send({ type: 'done', output: tasks[name](input as never) });
  } catch (error) {
    send({ type: 'error', error: toSent(error) });
  }
});
process.on('disconnect', () => process.exit(0));
send({ type: 'ready' });
