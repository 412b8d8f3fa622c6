/** Where the model itself can choose the next token, beside its logits: the same token as the processors and samplers here. */

import type { TokenChoice } from '../types.ts';
import { collectProcessors, type ProcessorOptions } from './processor-table.ts';

/** The choice to ask for, given a draw; nothing when the options want more than a model can do. */
export function modelChoice({
  temperature = 1,
  topK = 0,
  topP = 1,
  minP = 0,
  ...rest
}: ProcessorOptions): (draw: number) => TokenChoice | undefined {
  const isGreedy = temperature === 0;
  const others = collectProcessors({ ...rest, ...(isGreedy && { temperature }) });
  // Other projects run the filters in another order.
  const isOurOrder = rest.preset === undefined || rest.preset === 'hf';
  if (others.length > 0 || !(isOurOrder || isGreedy)) return () => undefined;
  return (draw) => ({ temperature, topK, topP, minP, draw });
}
