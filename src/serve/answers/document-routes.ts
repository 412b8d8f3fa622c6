/** `/api/documents`: the documents that questions are answered from, as the studio shows, searches and takes them in. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { InkstoneError } from '../../errors.ts';
import type { NewDocument } from '../../retrieve/index.ts';
import type { AppContext, Variables } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { followClient } from '../openai/stream.ts';
import { readBody, readQuery } from '../read-body.ts';
import type { DocumentsPort } from './documents-port.ts';

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

export function documentRoutes(port: DocumentsPort | undefined): Hono<{ Variables: Variables }> {
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
  const upload = bodyLimit({
    maxSize: limits.uploadBytes,
    onError: () => {
      throw fail('serve/size', { most: limits.uploadBytes });
    },
  });
  let readings = 0;

  app.get('/', async (c) => {
    const { search, after } = readQuery(c, listQuery);
    const limit = limits.documentPage;
    const found = await Promise.all(
      (await collections(c)).map(async ({ collection, isOwn }) =>
        (await collection.list({ limit: limit + 1, after, search })).map((one) => ({ ...one, isOwn })),
      ),
    );
    const all = found.flat().sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
    const data = all.slice(0, limit);
    const [{ collection }] = await collections(c);
    const { embedder } = collection.settings;
    return c.json({
      data,
      next: data.length < all.length ? data.at(-1)?.key : null,
      isByMeaning: embedder !== undefined,
      takesFiles: port.read !== undefined,
    });
  });

  app.get('/view', async (c) => {
    const { key, at } = readQuery(c, viewQuery);
    const limit = limits.passagePage;
    const copies = await Promise.all(
      (await collections(c)).map(async ({ collection, isOwn }) => {
        const view = await collection.view(key, { at, limit });
        return view ? [{ ...view, isOwn }] : [];
      }),
    );
    const data = copies.flat();
    if (data.length === 0) throw fail('serve/missing', { what: 'document', zhWhat: '文档', id: key });
    return c.json({ data });
  });

  app.post('/search', async (c) => {
    const { query, top, mode } = await readBody(c, searchBody);
    const { signal } = followClient(c);
    const found = await Promise.all(
      (await collections(c)).map(({ collection }) =>
        collection.search(query, { top, signal, ...(mode && { mode }) }),
      ),
    );
    const data = found
      .flat()
      .sort((a, b) => b.score - a.score)
      .slice(0, top);
    return c.json({ data });
  });

  app.post('/files', upload, async (c) => {
    const { name } = readQuery(c, fileQuery);
    const { read } = port;
    if (!read) throw fail('serve/no-documents', undefined);
    if (readings >= limits.fileReadings) throw fail('serve/busy', { seconds: limits.retrySeconds });
    readings++;
    let folder: string | undefined;
    try {
      folder = await mkdtemp(join(tmpdir(), 'inkstone-file-'));
      const { signal } = followClient(c);
      const path = join(folder, fileName(name));
      await writeFile(path, new Uint8Array(await c.req.arrayBuffer()));
      const documents = await documentsOf(await read(path, { signal }), name);
      const own = await port.own(c.get('tenant'));
      const report = await own.put(documents, { signal, most: limits.tenantDocuments });
      return c.json({ object: 'documents', ...report, removed: 0 });
    } catch (error) {
      throw folder ? asToldOf(error, folder) : error;
    } finally {
      readings--;
      if (folder) await rm(folder, { recursive: true, force: true });
    }
  });
  return app;
}

/** A name that stays in its folder and keeps its ending, by which the format is known. */
const fileName = (name: string): string => `f-${name.replaceAll(/[^\p{L}\p{N}._-]/gu, '_').slice(-60)}`;

async function documentsOf(
  found: AsyncIterable<{ readonly text: string; readonly title?: string | undefined }>,
  name: string,
): Promise<NewDocument[]> {
  const most = limits.fileDocuments;
  const documents: NewDocument[] = [];
  for await (const { text, title } of found) {
    if (text.trim() === '') continue;
    if (documents.length === most) throw fail('serve/file-documents', { name, most });
    const number = documents.length;
    documents.push({
      key: number === 0 ? name : `${name}#${number}`,
      text,
      source: name,
      ...(title !== undefined && { title }),
    });
  }
  if (documents.length === 0) {
    const reason = { en: `${name}: it holds no text`, zh: `${name}：其中没有文字` };
    throw fail('serve/file', { reason });
  }
  return documents;
}

/** What a reader says is wrong with a file is for whoever sent it, without the folder that it was read from. */
function asToldOf(error: unknown, folder: string): unknown {
  if (!(error instanceof InkstoneError) || !/^(io|source)\//.test(error.code)) return error;
  const reasonIn = (lang: 'en' | 'zh'): string =>
    error.text(lang).replaceAll(`${folder}/f-`, '').replaceAll(folder, '');
  return fail('serve/file', { reason: { en: reasonIn('en'), zh: reasonIn('zh') } }, error);
}
