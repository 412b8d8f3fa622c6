/** A collection in memory, for answers: what it holds may change between two questions. */

import { fail } from '../src/retrieve/errors.ts';
import {
  bm25Index,
  type Collection,
  createAnalyzer,
  type DocumentInfo,
  type Passage,
} from '../src/retrieve/index.ts';

export interface MemoryDocument {
  readonly key: string;
  readonly text: string;
  readonly title?: string;
  readonly source?: string;
  readonly checked?: Date;
}

/** Each document is one passage. `documents` is read anew at each question. */
export function memoryCollection(documents: MemoryDocument[]): Collection {
  const analyze = createAnalyzer();
  const terms = () => documents.map(({ title, text }) => analyze(title ? `${title}\n${text}` : text));
  const never = async () => {
    throw new Error('not in memory');
  };
  return {
    name: 'memory',
    settings: { chunkTokens: 100, overlap: 0, tokenizer: 'words', chinese: 'platform' },
    analyze,
    async holders(asked) {
      const all = terms().map((own) => new Set(own));
      const holders = asked.map((term) => all.filter((own) => own.has(term)).length);
      return { passages: all.length, holders };
    },
    async search(query, { top = 5 } = {}) {
      return bm25Index(terms())
        .search(analyze(query), top)
        .map(({ index, score }): Passage => {
          const { key, text, source = key, title = null, checked = new Date(0) } = documents[index];
          const times = { changed: new Date(0), checked };
          const place = { key, source, title, headings: [], start: 0, end: text.length };
          return { score, scores: { bm25: score }, text, ...place, ...times };
        });
    },
    async put(given, { most = Number.POSITIVE_INFINITY } = {}) {
      const left = new Set([...documents, ...given].map(({ key }) => key));
      if (left.size > most) throw fail('retrieve/full', { most });
      for (const { key, text, title, source } of given) {
        const more = { ...(title !== undefined && { title }), ...(source !== undefined && { source }) };
        const kept = { key, text, ...more };
        const place = documents.findIndex((one) => one.key === key);
        documents.splice(place < 0 ? documents.length : place, 1, kept);
      }
      return { added: 0, changed: 0, same: 0, chunks: 0 };
    },
    async remove(keys) {
      const before = documents.length;
      documents.splice(0, before, ...documents.filter(({ key }) => !keys.includes(key)));
      return before - documents.length;
    },
    keys: async () => documents.map(({ key }) => key).sort(),
    text: never,
    list: async () => documents.map(infoOf),
    async view(key) {
      const document = documents.find((one) => one.key === key);
      if (!document) return undefined;
      const { text } = document;
      const passage = { number: 0, text, start: 0, repeated: 0, tokens: text.length, headings: [] };
      return { ...infoOf(document), shown: [passage] };
    },
  };
}

const infoOf = ({ key, source = key, title }: MemoryDocument): DocumentInfo => {
  const times = { changed: new Date(0), checked: new Date(0) };
  return { key, source, title: title ?? null, passages: 1, ...times };
};
