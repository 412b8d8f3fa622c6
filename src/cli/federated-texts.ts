/** Whose text is whose: one source as the texts of clients, each with a held-out part of its own. */

import { stat } from 'node:fs/promises';
import { type CorpusDocument, splitTail } from '../data/index.ts';
import { createRng, shuffle } from '../rng.ts';
import type { TextDocument } from '../types.ts';
import { type LoadOptions, loadDocuments, type rulesFor } from './corpus.ts';
import { failFederate } from './federate-errors.ts';
import { inOneLine } from './shown-text.ts';

/** How a source is divided; kept in the run's config, so that its held-out side is found again. */
export interface ClientSplit {
  /** `speaker`, `file` or `field:NAME`. */
  readonly by: string;
  /** How many take part: those that have most text. */
  readonly clients: number;
  /** Dealt out anew by chance, from this seed. */
  readonly mixedSeed?: number;
}

export interface ClientTexts {
  readonly name: string;
  readonly train: readonly TextDocument[];
  readonly heldOut: readonly TextDocument[];
}

/** What a client has, in the order it came: speeches, documents. */
interface Owned {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
}

const FIELD = 'field:';
const HELD_OUT = 0.1;

/** The way for a source of which nothing was said. */
export const defaultWay = async (source: string): Promise<string> =>
  (await stat(source).catch(() => undefined))?.isDirectory() ? 'file' : 'speaker';

export const isWay = (by: string): boolean =>
  by === 'speaker' || by === 'file' || (by.startsWith(FIELD) && by.length > FIELD.length);

/** Reads and cleans a source and divides it. `others`: how many there are beside. @throws when there are fewer than asked for */
export async function readClientTexts(
  source: string,
  loading: LoadOptions,
  rules: ReturnType<typeof rulesFor>,
  { by, clients, mixedSeed }: ClientSplit,
) {
  const field = by.startsWith(FIELD) ? by.slice(FIELD.length) : undefined;
  const prepare = { ...loading.prepare, ...(field !== undefined && { titleColumn: field }) };
  const { name, known, documents, report } = await loadDocuments(source, { ...loading, prepare }, rules);
  const ownerOf = (document: CorpusDocument): string | undefined =>
    field === undefined
      ? document.source
      : known
        ? (document as unknown as { readonly [name: string]: string | undefined })[field]
        : document.title;
  const isPlay = by === 'speaker';
  const owned = new Map<string, string[]>();
  const give = (name: string, text: string): void => {
    const owner = inOneLine(name);
    const texts = owned.get(owner);
    if (texts) texts.push(text);
    else owned.set(owner, [text]);
  };
  for (const document of documents) {
    if (isPlay)
      for (const { speaker, speech } of speechesIn(document.text.replaceAll('\r\n', '\n')))
        give(speaker, speech);
    else give(ownerOf(document) ?? '', document.text);
  }
  owned.delete('');
  if (owned.size < clients) throw failFederate('cli/few-clients', { source, by, found: owned.size, clients });
  const sizeOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0);
  const largest = [...owned]
    .sort(([a, x], [b, y]) => sizeOf(y) - sizeOf(x) || (a < b ? -1 : 1))
    .slice(0, clients);
  const parts = largest.map(([owner, texts]): [string, Owned] => [owner, holdOut(texts)]);
  const dealt =
    mixedSeed === undefined
      ? parts
      : deal(
          parts.map(([, part]) => part),
          mixedSeed,
        );
  const asDocuments = (texts: readonly string[]): TextDocument[] =>
    isPlay ? [{ text: texts.join('\n\n') }] : texts.map((text) => ({ text }));
  return {
    name,
    report,
    others: owned.size - clients,
    clients: dealt.map(
      ([owner, { train, heldOut }]): ClientTexts => ({
        name: owner,
        train: asDocuments(train),
        heldOut: asDocuments(heldOut),
      }),
    ),
  };
}

/** A line that is a name and a colon, at the beginning or behind an empty line, as plays are set. */
const HEADING = /(?<=^|\n[ \t]*\n)([^\n:：]{1,60})[:：][ \t]*(?=\n|$)/gu;

/** The speeches of a play, each with its heading; what stands before the first is no one's. */
function speechesIn(play: string): { readonly speaker: string; readonly speech: string }[] {
  const headings = [...play.matchAll(HEADING)];
  return headings.map(({ 1: speaker, index }, i) => ({
    speaker,
    speech: play.slice(index, headings[i + 1]?.index).trim(),
  }));
}

/** The last tenth of the characters, in whole texts; of a single text its tail. */
function holdOut(texts: readonly string[]): Owned {
  const wanted = HELD_OUT * texts.reduce((sum, text) => sum + text.length, 0);
  let from = texts.length;
  for (let held = 0; held < wanted; held += texts[from].length) from--;
  if (from > 0) return { train: texts.slice(0, from), heldOut: texts.slice(from) };
  const all = texts.join('\n\n');
  const [train, heldOut] = splitTail(all, HELD_OUT);
  return { train: [train], heldOut: [heldOut] };
}

/** The same texts on the same sides, dealt out evenly by chance. */
function deal(parts: readonly Owned[], seed: number): [string, Owned][] {
  const rng = createRng(seed).split('deal');
  const hands = (side: keyof Owned): string[][] => {
    const texts = shuffle(
      parts.flatMap((part) => part[side]),
      rng,
    );
    return parts.map((_, k) => texts.filter((_, i) => i % parts.length === k));
  };
  const [train, heldOut] = [hands('train'), hands('heldOut')];
  return parts.map((_, k) => [`mixed ${k + 1}`, { train: train[k], heldOut: heldOut[k] }]);
}
