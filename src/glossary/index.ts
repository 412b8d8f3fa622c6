/** The words that the product shows, explained in English and Chinese. */

export { explain, findTerm, glossary, knownTerm, spellingsOf, type TermId, topics } from './glossary.ts';
export type { Term } from './term.ts';
