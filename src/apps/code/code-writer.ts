/** A model as code needs it: it goes on with a text, fills in between two, or does as it is told. */

import type { Surroundings } from '../../text/index.ts';
import type { GenerationPart, Tokenizer } from '../../types.ts';
import type { AnswerPrompt } from '../answer-prompt.ts';

export interface WriteHow {
  readonly maxTokens: number;
  /** 0: the likeliest token each time. */
  readonly temperature?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** Between what stands before and behind, or from what stands before alone. */
export type CodeWay = 'infill' | 'left-to-right';

export interface CodeWriter {
  /** How many tokens it reads and writes in all. */
  readonly contextTokens: number;
  /** Of a model here; without, three characters are taken for a token. */
  readonly tokenizer?: Pick<Tokenizer, 'encode' | 'decode'> | undefined;
  /** Whether it fills in before a suffix. An endpoint does not tell: it is asked, and may refuse. */
  readonly canInfill: boolean | 'perhaps';
  /** Whether it does as it is told; others only go on with a text. */
  readonly canFollow: boolean;
  goOn(prefix: string, suffix: string | undefined, how: WriteHow): AsyncIterable<GenerationPart>;
  /** −ln of the probability of a middle; of models here. */
  nats?(
    around: Surroundings & { readonly middle: string },
    way: CodeWay,
    signal?: AbortSignal,
  ): Promise<number>;
  /** `messages` alone: a model that cannot follow is not asked. */
  answer(messages: AnswerPrompt['messages'], how: WriteHow): AsyncIterable<GenerationPart>;
}

/** Of source code, about. */
const CHARACTERS_OF_A_TOKEN = 3;

/** How many tokens a text is, or about so many. */
export const tokensOf = ({ tokenizer }: Pick<CodeWriter, 'tokenizer'>, text: string): number =>
  tokenizer ? tokenizer.encode(text).length : Math.ceil(text.length / CHARACTERS_OF_A_TOKEN);

/** The last tokens of a text, from the beginning of a line where there is one. */
function lastTokens(writer: Pick<CodeWriter, 'tokenizer'>, text: string, count: number): string {
  if (tokensOf(writer, text) <= count) return text;
  const { tokenizer } = writer;
  const part = tokenizer
    ? tokenizer.decode(count > 0 ? tokenizer.encode(text).slice(-count) : [])
    : text.slice(text.length - count * CHARACTERS_OF_A_TOKEN);
  const start = part.indexOf('\n') + 1;
  return (start < part.length ? part.slice(start) : part).replace(/^\uFFFD+/, '');
}

/** The first tokens of a text, to the end of a line where there is one. */
function firstTokens(writer: Pick<CodeWriter, 'tokenizer'>, text: string, count: number): string {
  if (tokensOf(writer, text) <= count) return text;
  const { tokenizer } = writer;
  const part = tokenizer
    ? tokenizer.decode(tokenizer.encode(text).slice(0, count))
    : text.slice(0, count * CHARACTERS_OF_A_TOKEN);
  const end = part.lastIndexOf('\n');
  return (end <= 0 ? part : part.slice(0, end)).replace(/\uFFFD+$/, '');
}

/** What a model puts around the parts of a text, at most. */
const MARKS = 8;
/** The suffix has at most this share of the room, unless the prefix leaves more. */
const SUFFIX_SHARE = 0.25;

/** As much around a place as there is room for, beside so many tokens: more of what stands before. */
export function fitAround(
  { prefix, suffix }: Surroundings,
  { writer, way, besides }: { readonly writer: CodeWriter; readonly way: CodeWay; readonly besides: number },
): Surroundings {
  const most = Math.max(1, writer.contextTokens - besides - MARKS);
  const behind = way === 'infill' ? tokensOf(writer, suffix) : 0;
  const before = tokensOf(writer, prefix);
  const kept = Math.min(behind, Math.max(Math.floor(most * SUFFIX_SHARE), most - before));
  return { prefix: lastTokens(writer, prefix, most - kept), suffix: firstTokens(writer, suffix, kept) };
}
