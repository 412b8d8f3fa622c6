/** `/api/documents`: the documents that questions are answered from, as the studio shows, searches and takes them in. */

import { Hono } from 'hono';
import { z } from 'zod';
import type { AppContext, Variables } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { followClient } from '../openai/stream.ts';
import { readBody, readQuery } from '../read-body.ts';
import { limitUpload, type SentFiles } from '../sent-file.ts';
import type { Watch } from '../watch/watch.ts';
import type { DocumentsPort } from './documents-port.ts';
import { tellDocument, tellPassage } from './told-answer.ts';

/** The route whose bodies are files. */
export const FILES_PATH = '/api/documents/files';

const key = z.string().min(1).max(limits.documentKey);
const place = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const listQuery = z.strictObject({ search: key.optional(), after: key.optional() });
const viewQuery = z.strictObject({ key, at: place.default(0) });
const searchBody = z.strictObject({
  query: z.string().min(1).max(limits.correctionLength),
  top: z.int().min(1).max(limits.passages).default(5),
  mode: z.enum(['bm25', 'vector', 'hybrid']).optional(),
});
const fileQuery = z.strictObject({ name: z.string().min(1).max(200) });

export function documentRoutes(
  port: DocumentsPort | undefined,
  files: SentFiles | undefined,
  quotesOf: Watch['quotes'],
): Hono<{ Variables: Variables }> {
  const app = new Hono<{ Variables: Variables }>();
  if (!port) {
    return app.all('*', () => {
      throw fail('serve/no-documents', undefined);
    });
  }
  /** Everyone's collection and the tenant's own, each with whether this caller may change it. */
  const collections = async (c: AppContext) => {
    const tenant = c.get('tenant');
    const all = await port.readable(tenant);
    return all.map((collection, i) => ({ collection, isOwn: tenant === '' || i > 0 }));
  };

  app.get('/', async (c) => {
    const { search, after } = readQuery(c, listQuery);
    const limit = limits.documentPage;
    const readable = await collections(c);
    const found = await Promise.all(
      readable.map(async ({ collection, isOwn }) =>
        (await collection.list({ limit: limit + 1, after, search })).map((one) => ({ ...one, isOwn })),
      ),
    );
    const all = found.flat().sort((a, b) => byBytes(a.key, b.key));
    // The next page begins behind a key: both documents of one key are on the same page.
    const isBothOf = all[limit] !== undefined && all[limit].key === all[limit - 1].key;
    const data = all.slice(0, isBothOf ? limit + 1 : limit);
    return c.json({
      data,
      next: data.length < all.length ? data.at(-1)?.key : null,
      isByMeaning: readable[0].collection.settings.embedder !== undefined,
      takesFiles: files !== undefined,
    });
  });

  app.get('/view', async (c) => {
    const { key, at } = readQuery(c, viewQuery);
    const limit = limits.passagePage;
    const quotes = await quotesOf(c);
    const copies = await Promise.all(
      (await collections(c)).map(async ({ collection, isOwn }) => {
        const view = await collection.view(key, { at, limit });
        if (!view) return [];
        // Who may change it sees it as it is: what is shown is what is edited, and kept.
        return [{ ...(isOwn ? view : tellDocument(view, quotes)), isOwn }];
      }),
    );
    const data = copies.flat();
    if (data.length === 0) throw fail('serve/missing', { what: 'document', zhWhat: '文档', id: key });
    return c.json({ data });
  });

  app.post('/search', async (c) => {
    const { query, top, mode } = await readBody(c, searchBody);
    const { signal } = followClient(c);
    const quotes = await quotesOf(c);
    const asked = quotes.ask(query);
    const found = await Promise.all(
      (await collections(c)).map(({ collection }) =>
        collection.search(asked, { top, signal, ...(mode && { mode }) }),
      ),
    );
    const data = found
      .flat()
      .sort((a, b) => b.score - a.score)
      .slice(0, top)
      .map((passage) => tellPassage(passage, quotes));
    quotes.end('');
    return c.json({ data });
  });

  if (files) {
    app.post('/files', limitUpload(), async (c) => {
      const { name } = readQuery(c, fileQuery);
      const { signal } = followClient(c);
      const found = await files.read(c, name, { most: limits.fileDocuments, signal });
      const documents = found.map(({ text, title }, i) => ({
        key: i === 0 ? name : `${name}#${i}`,
        text,
        source: name,
        ...(title !== undefined && { title }),
      }));
      const own = await port.own(c.get('tenant'));
      const report = await own.put(documents, { signal, most: limits.tenantDocuments });
      // What a longer file of this name had beyond these, when it was here before.
      const rest = await own.list({ limit: limits.fileDocuments, after: `${name}#`, search: `${name}#` });
      const kept = new Set(documents.map(({ key }) => key));
      const gone = rest.filter(({ key, source }) => source === name && !kept.has(key));
      const removed = await own.remove(gone.map(({ key }) => key));
      return c.json({ object: 'documents', ...report, removed });
    });
  }
  return app;
}

/** The order in which a collection lists its keys: of UTF-8, which is not that of UTF-16. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
