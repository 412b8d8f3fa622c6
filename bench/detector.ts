/**
 * The loop detector: tokens a second of processor time beside a rescan of the text at every token and beside the rules of other
 * programs; and, where the published generations are at hand, what each rule flags and saves.
 */

import { existsSync, readFileSync } from 'node:fs';
import {
  classifyToken,
  createLoopDetector,
  createVocabulary,
  degenerateByCoverage,
  type Ids,
  parseGenerations,
  splitText,
  type TokenClass,
} from '../src/repeat/index.ts';
import { createRng } from '../src/rng.ts';
import type { BenchOptions } from './main.ts';
import { createReport } from './report.ts';
import { median, spread } from './timing.ts';

/** A text as the rules see it. */
interface Text {
  readonly ids: Int32Array;
  readonly classes: readonly TokenClass[];
  readonly words: readonly string[];
  /** Where each word begins in the text, in characters. */
  readonly starts: readonly number[];
  readonly text: string;
}

/** How many tokens had been read when the rule said "loop"; undefined when it never did. */
type Rule = (text: Text) => number | undefined;

function ours({ ids, classes }: Text): number | undefined {
  const byId = new Map<number, TokenClass>();
  ids.forEach((id, i) => byId.set(id, classes[i]));
  const detector = createLoopDetector({ classify: (id) => byId.get(id) ?? 'word' });
  for (const id of ids) if (detector.push(id)) return detector.length;
  return undefined;
}

/** The same rule without memory: at every token a new detector reads the whole text again. */
function rescan({ ids }: Text): number | undefined {
  for (let end = 1; end <= ids.length; end++) {
    const detector = createLoopDetector();
    for (let i = 0; i < end; i++) if (detector.push(ids[i])) return i + 1;
  }
  return undefined;
}

/** Tail copies: some period in [min, max] stands `copies` times at the end, and covers at least `span` tokens; looked for every `every`. */
function tailCopies(min: number, max: number, copies: number, span = 0, every = 1): Rule {
  const holds = (ids: Ids, end: number, period: number): boolean => {
    const length = Math.max(copies * period, Math.ceil(span / period) * period);
    if (length > end) return false;
    for (let i = end - length + period; i < end; i++) if (ids[i] !== ids[i - period]) return false;
    return true;
  };
  return ({ ids }) => {
    for (let end = 1; end <= ids.length; end++) {
      if (end % every !== 0) continue;
      for (let period = min; period <= max && copies * period <= end; period++)
        if (holds(ids, end, period)) return end;
    }
    return undefined;
  };
}

/** Windows of 50 characters: the same one 10 times, on average at most 250 characters apart, with at most 5 different distances. */
const characterWindows: Rule = ({ text, starts }) => {
  const places = new Map<string, number[]>();
  for (let end = 50; end <= text.length; end++) {
    const key = text.slice(end - 50, end);
    const known = places.get(key) ?? [];
    places.set(key, known);
    known.push(end);
    if (known.length < 10) continue;
    const recent = known.slice(-10);
    const distances = recent.slice(1).map((place, i) => place - recent[i]);
    if ((recent[9] - recent[0]) / 9 > 250 || new Set(distances).size > 5) continue;
    const words = starts.findIndex((start) => start >= end);
    return words < 0 ? starts.length : words;
  }
  return undefined;
};

/** As described in their sources; the sizes are what people use where there are no defaults. */
const rules: readonly { readonly name: string; readonly rule: Rule }[] = [
  { name: 'inkstone', rule: ours },
  { name: 'vLLM 1-20 x3', rule: tailCopies(1, 20, 3) },
  { name: 'vLLM 4-64 x3', rule: tailCopies(4, 64, 3) },
  { name: 'llama.cpp PR 16-1024 x4', rule: tailCopies(16, 1024, 4) },
  { name: 'vllm-mlx 1-128 x3, 48', rule: tailCopies(1, 128, 3, 48, 16) },
  { name: 'gemini-cli', rule: characterWindows },
];

function textOf(text: string, number: (words: Iterable<string>) => Int32Array): Text {
  const words = splitText(text, 'words');
  let at = 0;
  const starts = words.map((word) => {
    const start = text.indexOf(word, at);
    at = start + word.length;
    return start;
  });
  return { text, words, starts, ids: number(words), classes: words.map(classifyToken) };
}

/** Words drawn evenly from 5,000: a text without a loop, so that every rule reads to the end. */
function plainText(length: number): Text {
  const rng = createRng(1);
  const words = Array.from({ length }, () => `w${rng.integer(5000)}`);
  return textOf(words.join(' '), createVocabulary());
}

export async function run({ rounds, json }: BenchOptions): Promise<void> {
  const report = createReport('detector', { json });
  const text = plainText(4096);
  const short = plainText(512);
  const timed = [
    ...rules.map(({ name, rule }) => ({ name, rule, text })),
    { name: 'rescan at every token', rule: rescan, text: short },
  ];
  const rates = new Map(timed.map(({ name }) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    for (const { name, rule, text: read } of timed) {
      const begin = process.cpuUsage();
      let tokens = 0;
      do {
        if (rule(read) !== undefined) throw new Error(`${name} found a loop where there is none`);
        tokens += read.ids.length;
      } while (process.cpuUsage(begin).user < 200_000);
      const { user, system } = process.cpuUsage(begin);
      // NOTE: the first round warms up.
      if (round >= 0) rates.get(name)!.push((tokens * 1e6) / (user + system));
    }
  }
  const own = median(rates.get('inkstone')!);
  for (const { name, text: read } of timed) {
    const peer = median(rates.get(name)!);
    const beside = name === 'inkstone' ? {} : { peer, peerName: name, ratio: own / peer };
    report.add({
      config: `${read.ids.length} tokens`,
      ours: own,
      unit: 'tokens/s',
      spread: spread(rates.get('inkstone')!),
      ...beside,
    });
  }
  tellFlagged(report);
  report.save();
}

/** What every rule flags and saves of the published generations; half of them chose our thresholds, the other half is told. */
function tellFlagged(report: ReturnType<typeof createReport>): void {
  const folder = new URL('../../shared/data/repetition/', import.meta.url);
  if (!existsSync(folder)) {
    report.note('the published generations are not here: no table of what is flagged');
    return;
  }
  const load = (decoder: string) => {
    const name = `gpt2-large.${decoder}.json`;
    return parseGenerations(readFileSync(new URL(name, folder), 'utf8'), name);
  };
  const greedy = load('greedy');
  const sets: readonly { readonly decoder: string; readonly texts: readonly string[] }[] = [
    { decoder: 'greedy', texts: greedy.runs[0] },
    { decoder: 'nucleus', texts: load('nucleus').runs[0] },
    { decoder: 'contrastive', texts: load('contrastive').runs[0] },
    { decoder: 'human', texts: greedy.references ?? [] },
  ];
  for (const { decoder, texts } of sets) {
    const told = decoder === 'human' ? texts : texts.filter((_, i) => i % 2 === 1);
    const read = told.map((text) => textOf(text, createVocabulary()));
    const degenerate = read.map(({ ids }) => degenerateByCoverage(ids));
    const words = read.reduce((sum, { ids }) => sum + ids.length, 0);
    for (const { name, rule } of rules) {
      const found = read.map(rule);
      const saved = found.reduce<number>(
        (sum, at, i) => sum + (at === undefined ? 0 : read[i].ids.length - at),
        0,
      );
      const caught = found.filter((at, i) => at !== undefined && degenerate[i]).length;
      report.add({
        config: `${decoder}: ${name}`,
        ours: (100 * found.filter((at) => at !== undefined).length) / read.length,
        unit: '% flagged',
        savedPercent: (100 * saved) / words,
        ofDegeneratePercent: (100 * caught) / Math.max(degenerate.filter(Boolean).length, 1),
        texts: read.length,
      });
      report.note(
        `  saves ${((100 * saved) / words).toFixed(1)} % of the words, ${((100 * caught) / Math.max(degenerate.filter(Boolean).length, 1)).toFixed(1)} % of the degenerate texts`,
      );
    }
  }
}
