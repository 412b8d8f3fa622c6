/** `inkstone doctor`: the machine, the kernels in use and their measured speed, as a block to paste into a report. */

import { describeGpu, isAddonFresh } from '../../tensor/index.ts';
import type { CommandContext } from '../command.ts';
import { describeMachine, inspectMachine } from '../machine.ts';

export async function run({ terminal }: CommandContext): Promise<void> {
  const isStale = (await isAddonFresh()) === false;
  const report = { ...inspectMachine(), isStale, gpu: await describeGpu() };
  terminal.json(report);
  for (const line of describeMachine(report)) terminal.print(line);
}
