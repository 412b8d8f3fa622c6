/** `inkstone search INDEX --query …`: passages, how good they are, and where they stand. */

import { defineMessages } from '../../language.ts';
import { library } from '../../retrieve/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { openIndex, openMade } from '../retrieval.ts';
import type { searchOptions } from '../retrieval-options.ts';
import { inOneLine, placeOf } from '../shown-text.ts';

const say = defineMessages({
  nothing: { en: () => 'nothing found', zh: () => '没有找到' },
});

const SHOWN_CHARACTERS = 400;

export async function run({
  args,
  options,
  terminal,
  signal,
}: CommandContext<typeof searchOptions>): Promise<void> {
  const [place] = args;
  const { query, collection: name, mode, top, metric, k1, b, vectorWeight, rrfK } = options;
  if (query === undefined) throw fail('cli/missing-value', { command: 'search', option: '--query' });
  const database = openIndex(place);
  try {
    if (await database.isNew?.()) throw fail('cli/no-index', { place });
    const collection = await openMade(library(database), name, { byMeaning: mode !== 'bm25' });
    const passages = await collection.search(query, {
      ...(mode && { mode }),
      top,
      metric,
      bm25: { k1, b },
      fusion:
        vectorWeight === undefined
          ? { by: 'rrf', k: rrfK }
          : { by: 'weights', bm25: 1 - vectorWeight, vector: vectorWeight },
      signal,
    });
    for (const [i, passage] of passages.entries()) {
      terminal.json({ type: 'passage', rank: i + 1, ...passage });
      terminal.print(`${i + 1}. ${passage.score.toFixed(4)}  ${placeOf(passage)}`);
      terminal.print(`   ${shown(passage.text)}`);
    }
    if (passages.length === 0) terminal.print(say('nothing', {}));
  } finally {
    await database.close();
  }
}

/** In one line, cut where it is long. */
function shown(text: string): string {
  const line = inOneLine(text);
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS).trimEnd()}…` : line;
}
