/** What an adversarial training learns from: an oracle's texts, or those of a source, as rows of ids with what is held out. */

import {
  createOracle,
  drawIds,
  type Ends,
  ORACLE_START,
  type OracleOptions,
  type Texts,
  type Writer,
  writeManyTexts,
} from '../gan/index.ts';
import { createRng } from '../rng.ts';
import { trainCharacters } from '../text/index.ts';
import type { TextDocument, Tokenizer } from '../types.ts';
import {
  hashTexts,
  type LoadOptions,
  loadDocuments,
  type SplitCorpus,
  splitCorpus,
  splitWhole,
} from './corpus.ts';
import { failGan } from './gan-errors.ts';
import { readPairs, type TextPair } from './pairs.ts';

/** Where texts come from and how they are cut; as a run's config keeps it. */
export interface GanTextSettings {
  readonly length: number;
  /** Tokens of each text that are given. */
  readonly prefix: number;
  readonly oracle?: OracleOptions & { readonly texts: number };
  /** A source, as it was named. */
  readonly source?: string;
  readonly answers?: boolean;
  readonly textColumn?: string;
}

export interface GanTexts extends Ends {
  readonly name: string;
  readonly real: Texts;
  readonly heldOut: Texts;
  readonly oracle?: Writer;
  /** Texts that were longer than the length, and those of which nothing was left to write. */
  readonly cut: number;
  readonly leftOut: number;
  readonly sha256: string;
}

/** A sign for each word of an oracle: the first of the common Chinese characters. */
const FIRST_SIGN = 0x4e00;
const HELD_OUT_TEXTS = 1000;
const LEAST_TEXTS = 40;
const LEAST_HELD_OUT = 2;

/** One character a word, in the order of their ids; texts have no ends. */
export const oracleTokenizer = (vocabSize: number): Tokenizer =>
  trainCharacters(
    Array.from({ length: vocabSize }, (_, id) => String.fromCodePoint(FIRST_SIGN + id)),
    { byteFallback: false },
  );

export function oracleTexts({ length, prefix, oracle: asked }: GanTextSettings): GanTexts {
  const { texts: count, ...options } = asked!;
  const oracle = createOracle(options);
  const rng = createRng(options.seed).split('oracle texts');
  const ends = { startId: ORACLE_START };
  const given = (texts: Texts): Texts =>
    prefix > 0 ? { ...texts, given: new Int32Array(texts.count).fill(prefix) } : texts;
  const write = (many: number, name: string): Texts => {
    const choose = drawIds(rng.split(name));
    return given(writeManyTexts(oracle, { ...ends, count: many, length, choose }));
  };
  const real = write(count, 'real');
  return {
    ...ends,
    ...{ name: 'oracle', real, oracle, heldOut: write(HELD_OUT_TEXTS, 'held out'), cut: 0, leftOut: 0 },
    sha256: hashTexts([{ text: real.ids.join() }]),
  };
}

/** Reads a source in the words of a model. A source of a single document is taken line by line. */
export async function sourceTexts(
  settings: GanTextSettings,
  { tokenizer, path }: { readonly tokenizer: Tokenizer; readonly path: string },
  loading: LoadOptions,
): Promise<GanTexts> {
  const { length, prefix, answers, textColumn } = settings;
  const source = settings.source!;
  const { eosId } = tokenizer;
  if (eosId === undefined) throw failGan('cli/gan-start', { path });
  const split = answers
    ? splitPairs(await readPairs(source, undefined, loading), source)
    : splitTexts((await loadDocuments(source, { ...loading, prepare: { textColumn } })).documents);
  const rows = ({ text, ...rest }: TextDocument | TextPair) => {
    const before = 'target' in rest ? tokenizer.encode(`${text}\n`) : [];
    const all = 'target' in rest ? [...before, ...tokenizer.encode(rest.target)] : tokenizer.encode(text);
    // No more of a long text is kept.
    return {
      ...{ ids: all.slice(0, length), size: all.length },
      given: 'target' in rest ? before.length : prefix,
    };
  };
  let [cut, leftOut] = [0, 0];
  const textsOf = (some: readonly (TextDocument | TextPair)[]): Texts => {
    const all = some.map(rows).filter(({ size, given }) => size > given && given < length);
    cut += all.filter(({ size }) => size > length).length;
    leftOut += some.length - all.length;
    const ids = new Int32Array(all.length * length).fill(eosId);
    all.forEach((row, i) => {
      ids.set(row.ids, i * length);
    });
    const given = Int32Array.from(all, (row) => row.given);
    return { ids, count: all.length, length, ...(given.some((n) => n > 0) && { given }) };
  };
  const [real, heldOut] = [split.train, split.heldOut.slice(0, HELD_OUT_TEXTS)].map(textsOf);
  if (real.count < LEAST_TEXTS || heldOut.count < LEAST_HELD_OUT)
    throw few(source, real.count, heldOut.count);
  return {
    ...{ startId: eosId, endId: eosId, name: source, real, heldOut, cut, leftOut },
    sha256: hashTexts([...split.train, ...split.heldOut]),
  };
}

const few = (source: string, texts: number, heldOut: number) =>
  failGan('cli/gan-few', { source, texts, heldOut, least: LEAST_TEXTS, leastHeldOut: LEAST_HELD_OUT });

function splitPairs(pairs: readonly TextPair[], source: string): { train: TextPair[]; heldOut: TextPair[] } {
  if (pairs.length < LEAST_TEXTS) throw few(source, pairs.length, 0);
  return splitWhole(pairs);
}

/** As every training divides a corpus, so that what the model has learned before is not held out now. */
function splitTexts(documents: readonly TextDocument[]): Pick<SplitCorpus, 'train' | 'heldOut'> {
  const { train, heldOut } = splitCorpus(documents);
  return documents.length === 1 ? { train: linesOf(train), heldOut: linesOf(heldOut) } : { train, heldOut };
}

/** Each line once. */
function linesOf([{ text }]: readonly TextDocument[]): TextDocument[] {
  const lines = new Set(text.split('\n').map((line) => line.trim()));
  return Array.from(lines, (line) => ({ text: line })).filter((one) => one.text !== '');
}

/** Opens what the settings tell of. */
export const ganTexts = (
  settings: GanTextSettings,
  model: { readonly tokenizer: Tokenizer; readonly path: string },
  loading: LoadOptions,
): Promise<GanTexts> =>
  settings.oracle ? Promise.resolve(oracleTexts(settings)) : sourceTexts(settings, model, loading);
