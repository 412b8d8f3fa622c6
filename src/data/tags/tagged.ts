/** What a tagged text is: sentences of words with their parts of speech, and the entities among them. */

import type { TextPiece } from '../../text/index.ts';

/** The parts of speech of Universal Dependencies (Nivre et al. 2020; universaldependencies.org/u/pos). */
export const universalTags = [
  'ADJ', 'ADP', 'ADV', 'AUX', 'CCONJ', 'DET', 'INTJ', 'NOUN', 'NUM', 'PART', 'PRON', 'PROPN', 'PUNCT', 'SCONJ', 'SYM',
  'VERB', 'X',
] as const; // biome-ignore format: one table

export type UniversalTag = (typeof universalTags)[number];

/** A word and its place in the whole text, in UTF-16 units. */
export interface TaggedWord extends TextPiece {
  readonly upos: UniversalTag;
  /** The tag of the tool that read it: of jieba (ICTCLAS/PKU) or wink-nlp (universal itself). */
  readonly xpos: string;
}

/**
 * A name, or a date, an amount, an address; its place as that of a word. Types of names: `PER`, `LOC`, `ORG`, and `NAME` where
 * nothing tells which.
 */
export interface NamedEntity extends TextPiece {
  readonly type: string;
}

/** `und`: neither Chinese nor Latin letters; its words are `X`. */
export type TaggedLanguage = 'zh' | 'en' | 'und';

export interface TaggedSentence extends TextPiece {
  readonly language: TaggedLanguage;
  readonly words: readonly TaggedWord[];
  readonly entities: readonly NamedEntity[];
}

/** What a tool finds in one sentence; places count from its beginning. */
export type SentenceTags = Pick<TaggedSentence, 'words' | 'entities'>;

const SYMBOL = /^[\p{S}\p{N}%‰&@#*/]+$/u;

/** Of what has no letters: a number, a symbol or a mark. */
export const tagOfMark = (text: string): UniversalTag =>
  /\p{N}/u.test(text) ? 'NUM' : SYMBOL.test(text) ? 'SYM' : 'PUNCT';
