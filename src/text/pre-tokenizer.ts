/** From text to pre-tokens: the pieces inside which byte-level BPE merges. */

import { patternSplitter } from './pattern.ts';
import { type PatternName, patternSources, type Splitter, splitters } from './split.ts';

/** One stage cuts every piece of the stage before it. */
export interface PreTokenizerStage {
  /** Regular expression whose matches, and what lies between them, are the pieces; `undefined` keeps a piece whole. */
  readonly pattern: string | undefined;
  /** Puts a space before a text that does not begin with one. */
  readonly addPrefixSpace?: boolean;
}

/** Calls `emit(text, start, end)` for each piece; a stage may hand on another string than the one that came. */
export type EmitPiece = (text: string, start: number, end: number) => void;

/** Stages ready to run. */
export interface PreTokenizer {
  readonly stages: readonly PreTokenizerStage[];
  /** Cuts `text` through all stages from stage `from` (default 0) on. */
  pieces(text: string, emit: EmitPiece, from?: number): void;
  /** The text as the first stage sees it, and where its pieces end: for callers that must pause between pieces. */
  prepare(text: string, stage?: number): string;
  readonly first: Splitter;
}

const whole: Splitter = (text) => text.length;

/** The name of a known pattern, if `source` is one. */
export function patternName(source: string): PatternName | undefined {
  return (Object.keys(patternSources) as PatternName[]).find((name) => patternSources[name] === source);
}

/** The hand-written splitter when the pattern is known by name, else the bounded matcher. */
export function splitterOf(source: string | undefined): Splitter {
  if (source === undefined) return whole;
  const name = patternName(source);
  return name ? splitters[name] : patternSplitter(source);
}

/** Compiles the stages; none at all keeps the text whole. Errors: `text/pattern`. */
export function createPreTokenizer(stages: readonly PreTokenizerStage[]): PreTokenizer {
  const compiled = stages.map((stage) => splitterOf(stage.pattern));
  if (compiled.length === 0) compiled.push(whole);
  const last = compiled.length - 1;

  const prepare = (text: string, stage = 0): string =>
    stages[stage]?.addPrefixSpace && text.length > 0 && !text.startsWith(' ') ? ` ${text}` : text;

  function pieces(given: string, emit: EmitPiece, from = 0): void {
    const text = prepare(given, from);
    const next = compiled[from];
    for (let start = 0; start < text.length; ) {
      const end = next(text, start);
      if (from === last) emit(text, start, end);
      else pieces(text.slice(start, end), emit, from + 1);
      start = end;
    }
  }

  return { stages, pieces, prepare, first: compiled[0] };
}
