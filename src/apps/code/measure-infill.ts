/** How well single lines are filled in: taken out of texts and written anew, with and without what stands behind them. */

import { createRng } from '../../rng.ts';
import { fail } from '../errors.ts';
import { type CodeWay, type CodeWriter, fitAround, tokensOf } from './code-writer.ts';
import { completeCode } from './complete-code.ts';

export interface MeasureInfillOptions {
  readonly writer: CodeWriter;
  /** Lines that are taken out, at most one of each text. */
  readonly lines: number;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** One way of writing the lines. */
export interface InfillScore {
  readonly way: CodeWay;
  /** The share of lines that come back as they were, but for the white space around them. */
  readonly exactMatch: number;
  /** Of the line that was there, given what is around it; of models here. */
  readonly bitsPerCharacter?: number;
}

export interface InfillMeasure {
  readonly lines: number;
  readonly scores: readonly InfillScore[];
}

/** A line with what stands before and behind it. */
interface TakenLine {
  readonly prefix: string;
  readonly middle: string;
  readonly suffix: string;
}

/** A line says something from so many characters on. */
const LEAST_CHARACTERS = 8;
/** Of a line, at most. */
const MOST_TOKENS = 64;

/** Takes lines out of texts that the model has not seen. A model that does not fill in is measured left to right alone. */
export async function measureInfill(
  texts: readonly string[],
  { writer, lines: most, seed, onProgress, signal }: MeasureInfillOptions,
): Promise<InfillMeasure> {
  const taken = takeLines(texts, seed).slice(0, most);
  if (taken.length === 0) throw fail('apps/no-lines', undefined);
  const ways: CodeWay[] = writer.canInfill === false ? ['left-to-right'] : ['left-to-right', 'infill'];
  const scores: InfillScore[] = [];
  for (const [index, way] of ways.entries()) {
    let [exact, nats, characters] = [0, 0, 0];
    for (const [i, line] of taken.entries()) {
      signal?.throwIfAborted();
      const language = { comment: '//' } as const;
      const written = await completeCode(line, {
        ...{ writer, way, until: 'model', lines: 1, language, maxTokens: MOST_TOKENS, signal },
      });
      if (written.text.trim() === line.middle.trim()) exact++;
      const shown = fitAround(line, { writer, way, besides: tokensOf(writer, line.middle) });
      nats += (await writer.nats?.({ ...shown, middle: line.middle }, way, signal)) ?? 0;
      characters += line.middle.length;
      onProgress?.(index * taken.length + i + 1, ways.length * taken.length);
    }
    const bitsPerCharacter = nats / characters / Math.LN2;
    scores.push({ way, exactMatch: exact / taken.length, ...(writer.nats && { bitsPerCharacter }) });
  }
  return { lines: taken.length, scores };
}

/** A line of each text that has one with lines around it, drawn by chance. */
function takeLines(texts: readonly string[], seed: number): TakenLine[] {
  const rng = createRng(seed).split('lines');
  return texts.flatMap((text) => {
    const lines = text.split('\n');
    const fit = lines.flatMap((line, i) => {
      const isWithin = i > 0 && i < lines.length - 1;
      return isWithin && line.trim().length >= LEAST_CHARACTERS ? [i] : [];
    });
    if (fit.length === 0) return [];
    const at = fit[rng.integer(fit.length)];
    const prefix = `${lines.slice(0, at).join('\n')}\n`;
    return [{ prefix, middle: lines[at], suffix: `\n${lines.slice(at + 1).join('\n')}` }];
  });
}
