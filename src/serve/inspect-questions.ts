/** What may be asked about the insides of a model: the bodies of `/api/inspect/…`, and the questions made of them. */

import { z } from 'zod';
import { limits } from './limits.ts';
import type { ServedModel } from './served-model.ts';

const id = z.int().min(0);
const place = z.int().min(0).max(limits.inspectTokens);
const count = z.int().min(1).max(1000).optional();
const model = z.string().max(200);
const ids = z.array(id).min(1).max(limits.inspectTokens);
/** The text, or its ids as an earlier answer gave them: with the token that begins it. */
const text = { model, text: z.string().optional(), ids: ids.optional() };
const window = { from: place.optional(), to: place.optional() };
const number = z.number().optional();
/** A number, or the settings of a processor as the command line spells them: `0.8:1.75:2`. */
const spelled = z.union([z.number(), z.string().max(60)]).optional();

const processors = z.strictObject({
  repetitionPenalty: spelled,
  frequencyPenalty: spelled,
  presencePenalty: spelled,
  dry: spelled,
  noRepeatNgram: spelled,
  minTokens: number,
  lookBack: spelled,
  noise: spelled,
  temperature: number,
  dynamicTemperature: z.string().max(60).optional(),
  topNSigma: number,
  topH: number,
  topK: number,
  topP: number,
  minP: number,
  typicalP: number,
  epsilonCutoff: number,
  etaCutoff: number,
  xtc: spelled,
  mirostat: spelled,
});

export const inspectBodies = {
  tokens: z.strictObject({ ...text, top: z.int().min(0).max(50).optional() }),
  attention: z.strictObject({ ...text, ...window }),
  head: z.strictObject({ ...text, ...window, layer: place, head: place }),
  lens: z.strictObject({ ...text, places: z.array(place).min(1).max(64).optional(), top: count }),
  why: z.strictObject({ ...text, a: id, b: id, keep: place.optional() }),
  map: z.strictObject({ ...text, count }),
  neighbours: z.strictObject({ model, id, count }),
  similarity: z.strictObject(text),
  filters: z.strictObject({ ...text, processors, promptLength: place.optional(), top: count }),
  beams: z.strictObject({ ...text, beams: count, steps: count }),
} as const;

export type InspectKind = keyof typeof inspectBodies;
type Body<Kind extends InspectKind> = z.infer<(typeof inspectBodies)[Kind]>;
type Rest<Kind extends InspectKind> = Omit<Body<Kind>, 'model' | 'text' | 'ids'>;

/** Kinds that need no text. */
type Textless = 'map' | 'neighbours';

/** A question as plain data, so that it can cross to another process. */
export type InspectQuestion =
  | {
      readonly [Kind in Exclude<InspectKind, Textless>]: {
        readonly what: Kind;
        readonly ids: readonly number[];
      } & Rest<Kind>;
    }[Exclude<InspectKind, Textless>]
  | ({ readonly what: 'map'; readonly ids?: readonly number[] } & Rest<'map'>)
  | ({ readonly what: 'neighbours' } & Rest<'neighbours'>);

export const isInspectKind = (what: string): what is InspectKind => Object.hasOwn(inspectBodies, what);

/** Tokens of the text that it is about. */
export const tokensIn = (question: InspectQuestion): number =>
  ('ids' in question && question.ids?.length) || 0;

/** The question that a checked body asks. What is wrong with its text the model says itself. */
export function inspectQuestion<Kind extends InspectKind>(
  what: Kind,
  { model: _, ...body }: Body<Kind>,
  { tokenizer, prefixIds }: Pick<ServedModel, 'tokenizer' | 'prefixIds'>,
): InspectQuestion {
  const { text: written, ...rest } = body as { readonly text?: string };
  const isRead = 'ids' in rest || what === 'neighbours' || (what === 'map' && written === undefined);
  if (isRead) return { what, ...rest } as unknown as InspectQuestion;
  const ids = [...prefixIds, ...tokenizer.encode(written ?? '')];
  // The token that begins every text is no reason for anything.
  const keep = what === 'why' && { keep: prefixIds.length };
  return { what, ...keep, ...rest, ids } as unknown as InspectQuestion;
}
