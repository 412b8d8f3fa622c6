/** How much of each part of speech and of each kind of entity tagged sentences hold, with the commonest. */

import type { TaggedSentence } from './tagged.ts';

/** One part of speech or kind of entity. */
export interface TagCount {
  readonly tag: string;
  readonly count: number;
  /** How many different there are. */
  readonly kinds: number;
  readonly commonest: readonly { readonly text: string; readonly count: number }[];
}

export interface TagCounts {
  readonly sentences: number;
  readonly words: number;
  /** The commonest tag first. */
  readonly tags: readonly TagCount[];
  readonly entities: readonly TagCount[];
}

/** Counts sentences as they come. */
export function tagCounter({ commonest = 5 }: { readonly commonest?: number } = {}): {
  add(sentence: TaggedSentence): void;
  counts(): TagCounts;
} {
  const [tags, entities] = [new Map<string, Map<string, number>>(), new Map<string, Map<string, number>>()];
  let [sentences, words] = [0, 0];
  const count = (table: typeof tags, tag: string, text: string): void => {
    const texts = table.get(tag) ?? new Map<string, number>();
    texts.set(text, (texts.get(text) ?? 0) + 1);
    table.set(tag, texts);
  };
  const rows = (table: typeof tags): TagCount[] =>
    [...table]
      .map(([tag, texts]) => {
        const sorted = [...texts].sort(([, a], [, b]) => b - a);
        return {
          tag,
          count: sorted.reduce((sum, [, n]) => sum + n, 0),
          kinds: sorted.length,
          commonest: sorted.slice(0, commonest).map(([text, n]) => ({ text, count: n })),
        };
      })
      .sort((a, b) => b.count - a.count);
  return {
    add(sentence) {
      sentences++;
      words += sentence.words.length;
      for (const { upos, text } of sentence.words) count(tags, upos, text);
      for (const { type, text } of sentence.entities) count(entities, type, text);
    },
    counts: () => ({ sentences, words, tags: rows(tags), entities: rows(entities) }),
  };
}
