/** Whether a model finds a number again in a long text, by the text's length and the number's depth in it (after Mohtashami & Jaggi 2023). */

import { createTextModel, greedySearch } from '../../decode/index.ts';
import type { Language } from '../../language.ts';
import { createRng, type Rng } from '../../rng.ts';
import type { LanguageModel, Tokenizer } from '../../types.ts';
import { checkInteger, fail } from '../errors.ts';

/** The sentences of the task. All else is noise: nothing in it tells of the number. */
const sentences: { readonly [L in Language]: { filler: readonly string[]; key: string; end: string } } = {
  en: {
    filler: ['The rain falls on the hill. ', 'A boat goes down the river. ', 'The wind is in the trees. '],
    key: 'The number is ',
    end: '. ',
  },
  zh: {
    filler: ['风吹过山。', '船行水上。', '雨落林间。'],
    key: '数字是',
    end: '。',
  },
};

export interface PasskeyText {
  /** Ends where the number should be said again, before the space: tokenizers join that to what follows. */
  readonly prompt: string;
  readonly key: string;
}

export interface PasskeyShape {
  /** Sentences around the number. */
  readonly fillers: number;
  /** Where it stands: 0 at the beginning, 1 right before the question. */
  readonly depth: number;
  /** Default 4. */
  readonly digits?: number;
  readonly lang?: Language;
}

/** One text of the task. */
export function passkeyText(
  rng: Rng,
  { fillers, depth, digits = 4, lang = 'en' }: PasskeyShape,
): PasskeyText {
  const { filler, key: said, end } = sentences[lang];
  const key = Array.from({ length: digits }, () => rng.integer(10)).join('');
  const before = Math.round(depth * fillers);
  const noise = (count: number) =>
    Array.from({ length: count }, () => filler[rng.integer(filler.length)]).join('');
  return { prompt: `${noise(before)}${said}${key}${end}${noise(fillers - before)}${said.trimEnd()}`, key };
}

/** Texts with the number said again, to learn the task from: of 1 to `fillers` sentences, at any depth. */
export function passkeyTexts(
  count: number,
  options: Omit<PasskeyShape, 'depth'> & { readonly seed?: number },
): string[] {
  const { fillers, seed = 0, lang = 'en' } = options;
  const rng = createRng(seed);
  return Array.from({ length: count }, () => {
    const shape = { ...options, fillers: 1 + rng.integer(fillers), depth: rng.uniform() };
    const { prompt, key } = passkeyText(rng, shape);
    const { key: said, end } = sentences[lang];
    return prompt + said.slice(said.trimEnd().length) + key + end.trimEnd();
  });
}

export interface PasskeyReader {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly prefixIds?: readonly number[];
  /** A model for texts of so many tokens. */
  modelFor(length: number): LanguageModel;
}

export interface PasskeyOptions {
  /** In tokens: of prompt and number together, at most. */
  readonly lengths: readonly number[];
  /** Default 0, 1/4, 1/2, 3/4, 1. */
  readonly depths?: readonly number[];
  /** Texts for each length and depth. Default 10. */
  readonly trials?: number;
  readonly digits?: number;
  readonly lang?: Language;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

export interface PasskeyRow {
  readonly name: string;
  readonly depth: number;
  /** Share of numbers said again digit by digit, for each length. */
  readonly accuracy: readonly number[];
}

export interface PasskeyReport {
  readonly lengths: readonly number[];
  readonly trials: number;
  readonly rows: readonly PasskeyRow[];
}

/** Asks each reader for the number, greedily; the same texts for all with the same tokenizer. */
export async function passkeyAccuracy(
  readers: readonly PasskeyReader[],
  options: PasskeyOptions,
): Promise<PasskeyReport> {
  const {
    lengths,
    depths = [0, 0.25, 0.5, 0.75, 1],
    trials = 10,
    digits = 4,
    lang = 'en',
    seed = 0,
  } = options;
  checkInteger('passkeyAccuracy', 'trials', trials, 1);
  checkInteger('passkeyAccuracy', 'digits', digits, 1);
  const rows: PasskeyRow[] = [];
  const total = readers.length * depths.length * lengths.length;
  for (const { name, tokenizer, prefixIds = [], modelFor } of readers) {
    const found = depths.map((): number[] => []);
    for (const length of lengths) {
      const model = createTextModel(modelFor(length), tokenizer, { prefixIds });
      for (const [i, depth] of depths.entries()) {
        options.onProgress?.(rows.length * lengths.length + found.flat().length, total, name);
        const rng = createRng(seed);
        const answer = digits + 1; // a space may be a token
        const room = length - prefixIds.length - answer;
        const texts = Array.from({ length: trials }, () =>
          longest(rng, { depth, digits, lang, tokenizer, room }),
        );
        const prompt = texts.map((text) => text.prompt);
        const said = texts.map(() => '');
        const parts = model.generate({
          prompt,
          strategy: greedySearch(),
          maxTokens: answer,
          signal: options.signal,
        });
        for await (const part of parts) {
          if (part.type === 'text-delta') said[part.index ?? 0] += part.text;
          else if (part.type === 'finish' && part.reason === 'error') throw part.error;
        }
        options.signal?.throwIfAborted();
        found[i].push(said.filter((text, at) => text.trimStart().startsWith(texts[at].key)).length / trials);
      }
    }
    rows.push(...depths.map((depth, i) => ({ name, depth, accuracy: found[i] })));
  }
  return { lengths, trials, rows };
}

type Longest = Omit<PasskeyShape, 'fillers'> & { readonly tokenizer: Tokenizer; readonly room: number };

/** The text of the most sentences whose tokens have room. */
function longest(rng: Rng, { tokenizer, room, ...shape }: Longest): PasskeyText {
  const seed = rng.integer(2 ** 31);
  const textOf = (fillers: number) => passkeyText(createRng(seed), { ...shape, fillers });
  const fits = (fillers: number) => tokenizer.encode(textOf(fillers).prompt).length <= room;
  if (!fits(0)) throw fail('eval/passkey-room', { room });
  let [low, high] = [0, 1];
  while (fits(high)) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return textOf(low);
}
