/** What an encoder would put in a text's hidden places (the cloze task of Devlin et al. 2019). */

import { fromArray, lastingScope, offThread, softmax, topK, withRecording } from '../tensor/index.ts';
import type { Tokenizer } from '../types.ts';
import { encode, maskedLogits, statesAt } from './encoder.ts';
import { encoderFrame, MASKS } from './encoder-frame.ts';
import type { LoadedEncoder } from './encoder-storage.ts';
import { fail } from './errors.ts';

/** One token for one hidden place. */
export interface Guess {
  readonly id: number;
  readonly token: string;
  /** Of all tokens of the vocabulary. */
  readonly probability: number;
  /** The text with this token; other hidden places stay hidden. */
  readonly text: string;
}

/**
 * For each hidden place of the text, in order, the likeliest tokens, the likeliest first; special tokens are left out. Places are spelled
 * `[MASK]` or `<mask>`, whichever way the vocabulary spells it. Several are guessed each by itself.
 *
 * @example
 * const [guesses] = await fillMask(encoder, tokenizer, '床前明月[MASK]', { top: 5 });
 */
export async function fillMask(
  encoder: LoadedEncoder,
  tokenizer: Tokenizer,
  text: string,
  { top = 5 }: { readonly top?: number } = {},
): Promise<Guess[][]> {
  if (!(Number.isSafeInteger(top) && top >= 1)) throw fail('model/fill-top', { got: top });
  const { config, params } = encoder;
  const { start, end, mask } = encoderFrame(tokenizer);
  if (!mask) throw fail('model/no-mask-token', { known: MASKS.join(', ') });
  const ids = hiddenIds(tokenizer, text, mask.id);
  const places = [...ids.keys()].filter((place) => ids[place] === mask.id);
  if (places.length === 0) throw fail('model/no-mask', { mask: mask.name, text: text.slice(0, 80) });
  const most = config.contextLength - start.length - end.length;
  if (ids.length > most) throw fail('model/fill-long', { tokens: ids.length, most });

  const all = Int32Array.from([...start, ...ids, ...end]);
  const strange = all.find((id) => id >= config.vocabSize);
  if (strange !== undefined) throw fail('model/id', { id: strange, vocabSize: config.vocabSize });
  const special = new Set(tokenizer.specialTokens.values());
  const isText = (id: number): boolean => id < tokenizer.vocabSize && !special.has(id);
  // A model may have rows that stand for no token.
  const spare = special.size + Math.max(0, config.vocabSize - tokenizer.vocabSize);
  const wanted = Math.min(config.vocabSize, top + spare);
  const memory = lastingScope();
  try {
    const forward = () =>
      withRecording(false, () => {
        const states = encode(params, config, fromArray<'i32'>(all, [1, all.length], 'i32'));
        const rows = statesAt(
          states,
          places.map((place) => start.length + place),
        );
        return topK(softmax(maskedLogits(params, config, rows)), wanted);
      });
    const { values, indices } = await offThread(() => memory.run(forward));
    return places.map((place, row) =>
      Array.from({ length: wanted }, (_, i): [id: number, probability: number] => [
        Number(indices.data[row * wanted + i]),
        Number(values.data[row * wanted + i]),
      ])
        .filter(([id]) => isText(id))
        .slice(0, top)
        .map(([id, probability]) => ({
          id,
          token: tokenizer.decode([id]),
          probability,
          text: tokenizer.decode(ids.with(place, id), { keepSpecial: true }),
        })),
    );
  } finally {
    memory.end();
  }
}

const SPACE = 0x20;
const SPELLED = /\[MASK\]|<mask>/;

/** The ids of a text with its hidden places. Where a vocabulary's tokens begin with a space, the one before a place belongs to it. */
function hiddenIds(tokenizer: Tokenizer, text: string, maskId: number): number[] {
  const takesSpace = beginsWithSpace(tokenizer);
  const parts = text.split(SPELLED);
  return parts.flatMap((part, i) => {
    const isBefore = i < parts.length - 1;
    const ids = tokenizer.encode(isBefore && takesSpace ? part.replace(/ $/, '') : part);
    return isBefore ? [...ids, maskId] : ids;
  });
}

/** Whether there are tokens of a space and more. */
function beginsWithSpace(tokenizer: Tokenizer): boolean {
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    const bytes = tokenizer.tokenBytes(id);
    if (bytes.length > 1 && bytes[0] === SPACE) return true;
  }
  return false;
}
