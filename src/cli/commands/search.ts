/** `inkstone search INDEX --query …`: passages, how good they are, and where they stand. */

import { defineMessages } from '../../language.ts';
import { library, type Passage } from '../../retrieve/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { openEmbedder, openIndex, partsOf, ROUGH } from '../retrieval.ts';
import type { searchOptions } from '../retrieval-options.ts';

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
    const own = library(database);
    const settings = await own.settings(name);
    const isByMeaning = settings?.embedder !== undefined && mode !== 'bm25';
    const ready = isByMeaning ? await openEmbedder(settings.embedder!) : undefined;
    // Only what goes in is counted in tokens.
    const parts = settings && (await partsOf({ ...settings, tokenizer: ROUGH }, ready));
    // Without settings there is no collection: opening says which there are.
    const collection = await own.open(name, parts!);
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
      terminal.print(`${i + 1}. ${passage.score.toFixed(4)}  ${inOneLine(placeOf(passage))}`);
      terminal.print(`   ${shown(passage.text)}`);
    }
    if (passages.length === 0) terminal.print(say('nothing', {}));
  } finally {
    await database.close();
  }
}

/** `notes/a.md:120–380 · Chapter › Section`; places are in UTF-16 units. */
function placeOf({ key, start, end, title, headings }: Passage): string {
  const over = [...(title ? [title] : []), ...headings].join(' › ');
  return `${key}:${start}–${end}${over ? ` · ${over}` : ''}`;
}

/** Without line breaks, and without characters that would steer the terminal. */
const inOneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

/** In one line, cut where it is long. */
function shown(text: string): string {
  const line = inOneLine(text);
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS).trimEnd()}…` : line;
}
