/** `inkstone tune`: a trained model is fitted to other text, whole or in part or by an adapter, or to a task; its decoding options are, or the settings of a training. */

import { adapterMethods } from '../adapter-options.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { tuneOptions } from '../tune-options.ts';
import { actionOf } from '../verbs.ts';
import { compareMethods } from './tune-compare.ts';
import { tuneDecodingOptions } from './tune-decoding.ts';
import { tuneHead } from './tune-head.ts';
import { mergeAdapters } from './tune-merge.ts';
import { searchSettings } from './tune-search.ts';
import { tuneWeights } from './tune-weights.ts';

type Context = CommandContext<typeof tuneOptions>;

// biome-ignore lint/suspicious/noConfusingVoidType: as commands do
const verbs: { readonly [verb: string]: (context: Context) => Promise<number | void> } = {
  full: tuneWeights,
  ...Object.fromEntries(adapterMethods.map((method) => [method, tuneWeights])),
  compare: compareMethods,
  head: tuneHead,
  merge: mergeAdapters,
  decoding: tuneDecodingOptions,
  search: searchSettings,
};

// biome-ignore lint/suspicious/noConfusingVoidType: as its verbs do
export async function run(context: Context): Promise<number | void> {
  const { args } = context;
  const act = actionOf('tune', verbs, args);
  if (act !== searchSettings && args.length < 2) {
    const example = 'inkstone tune lora runs/poems-2min --data tang --minutes 0.5';
    throw fail('cli/missing-argument', { command: 'tune', argument: '<run>', example });
  }
  if (args.length > 2 && act !== mergeAdapters) {
    throw fail('cli/too-many-arguments', { command: 'tune', got: args[2], takesData: true });
  }
  return act(context);
}
