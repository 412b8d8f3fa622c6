/** `inkstone data counterfactual FILE --pairs PAIRS`: each record, then the same about the other group; labels stay. */

import { counterfactual, parseWordPairs } from '../../data/index.ts';
import type { CommandContext } from '../command.ts';
import type { dataOptions } from '../corpus-options.ts';
import { fail } from '../errors.ts';
import { checkRewriting, rewriteRecords } from '../rewriting.ts';
import { readTextFile } from '../text-file.ts';
import { tellAugmented } from './data-augment.ts';

export async function counterfactuals(
  context: CommandContext<typeof dataOptions>,
  path: string,
): Promise<void> {
  checkRewriting(context, 'counterfactual', path);
  const file = context.options.pairs;
  if (file === undefined)
    throw fail('cli/missing-value', { command: 'data counterfactual', option: '--pairs' });
  const pairs = parseWordPairs(await readTextFile(file), file);
  const written = await rewriteRecords(path, context, (text) => {
    const other = counterfactual(text, pairs);
    return other === text ? [text] : [text, other];
  });
  tellAugmented(context, written);
}
