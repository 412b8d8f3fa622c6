/** `/v1/recommendations`, `/v1/recommendations/events`: items for a reader, and what readers did. */

import { z } from 'zod';
import type { Recommendation, WordReason } from '../../recommend/index.ts';
import type { AppContext } from '../app.ts';
import { limits } from '../limits.ts';
import { followClient } from '../openai/stream.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';
import type { RecommendPort } from './recommend-port.ts';

const id = z.string().min(1).max(limits.readerName);

export const recommendationBody = z.strictObject({
  /** A reader: what was read before counts. */
  user: id.nullish(),
  /** Items that are liked (weight above 0, at most 1) or not (below 0, at least −1). */
  read: z
    .array(z.strictObject({ item: id, weight: z.number().min(-1).max(1).nullish() }))
    .max(limits.tasteItems)
    .nullish(),
  /** Words of what is wanted, or a text that is liked. */
  text: z.string().max(limits.tasteText).nullish(),
  top: z.int().min(1).max(limits.recommendations).nullish(),
  diversity: z.number().min(0).max(1).nullish(),
  per_category: z.int().min(1).max(limits.recommendations).nullish(),
  category: z.string().nullish(),
  /** Only items that nobody liked so far. */
  new_only: z.boolean().nullish(),
  /** What was read before may come again. */
  again: z.boolean().nullish(),
  /** Texts and words that are told for each. */
  reasons: z.int().min(0).max(limits.recommendReasons).nullish(),
});

export const readerEventsBody = z.strictObject({
  events: z
    .array(
      z.strictObject({
        user: id,
        item: id,
        /** More is better, on the scale of the owner's events; without, it was liked. */
        rating: z.number().nullish(),
        /** Seconds since 1970; default: now. */
        when: z.number().min(0).max(limits.latestSecond).nullish(),
      }),
    )
    .min(1)
    .max(limits.readerEvents),
});

interface Scope {
  readonly tenant: string;
  readonly recommender: RecommendPort;
}

/** The items, each with what led to it; their texts are quoted as the rules let them through. */
export async function answerRecommendations(
  c: AppContext,
  body: z.infer<typeof recommendationBody>,
  { tenant, recommender, quotes }: Scope & { readonly quotes: QuoteWatch },
): Promise<Response> {
  const { signal } = followClient(c);
  const leave = quotes.begin();
  try {
    const text = body.text == null ? undefined : quotes.ask(body.text);
    const read = (body.read ?? []).map(({ item, weight }) => ({ item, weight: weight ?? 1 }));
    const answer = await recommender.recommend(
      tenant,
      { user: body.user ?? undefined, read, text },
      {
        top: body.top ?? undefined,
        diversity: body.diversity ?? undefined,
        perCategory: body.per_category ?? undefined,
        category: body.category ?? undefined,
        isNewOnly: body.new_only ?? undefined,
        again: body.again ?? undefined,
        reasons: body.reasons ?? undefined,
        signal,
      },
    );
    const items = answer.items.map((one) => onWire(one, quotes));
    quotes.end(items.map((one) => one.title ?? one.text).join('\n'));
    return c.json({
      id: c.get('requestId').replace('req_', 'rec-'),
      object: 'recommendations',
      created: Math.floor(Date.now() / 1000),
      ...{ by: answer.by, method: answer.method, read: answer.read, items, scale: recommender.scale },
    });
  } finally {
    leave();
  }
}

/** An item as it is told. */
export type ToldRecommendation = ReturnType<typeof onWire>;

/** Foreign spelling begins here. */
function onWire({ item, score, readers, because, words, wordsBy }: Recommendation, quotes: QuoteWatch) {
  const cut = item.text.slice(0, limits.recommendedText);
  const { whole } = quotes.tell(cut);
  const told = (text: string | undefined): string | null =>
    text === undefined ? null : quotes.tell(text).whole.text;
  return {
    id: item.id,
    title: told(item.title),
    text: whole.text,
    ...(item.text.length > cut.length && { is_cut: true }),
    ...(whole.moderated && { moderated: whole.moderated }),
    category: told(item.category),
    score,
    readers,
    because: because.map(({ item: from, share }) => ({
      item: from?.id ?? null,
      title: told(from && (from.title ?? from.text.slice(0, limits.shownTitle))),
      share,
    })),
    // Of a text that a rule changed no words are told: they might be those that it hides.
    words: whole.moderated ? [] : words.flatMap((word) => within(word, cut.length)),
    words_by: wordsBy ?? null,
  };
}

/** A word with its places in what is told of the text; none, where it stands in what was cut off. */
function within({ text, weight, places }: WordReason, length: number) {
  const seen = places.filter(([, end]) => end <= length);
  return seen.length === 0 ? [] : [{ text, weight, places: seen }];
}

/** Keeps what readers did, for the caller's tenant. */
export async function answerReaderEvents(
  c: AppContext,
  { events }: z.infer<typeof readerEventsBody>,
  { tenant, recommender }: Scope,
): Promise<Response> {
  const now = Date.now();
  const given = events.map(({ user, item, rating, when }) => ({
    ...{ user, item, when: when == null ? now : when * 1000 },
    ...(rating != null && { rating }),
  }));
  const { kept } = await recommender.tell(tenant, given, limits.tenantReaderEvents);
  return c.json({ object: 'reader.events', told: given.length, kept });
}
