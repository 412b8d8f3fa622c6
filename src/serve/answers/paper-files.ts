/** `/api/papers/files`: the text of a paper that the studio sends as a file, with its pages; nothing is kept. */

import { Hono } from 'hono';
import { z } from 'zod';
import type { Variables } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { followClient } from '../openai/stream.ts';
import { readQuery } from '../read-body.ts';
import { limitUpload, type SentFiles } from '../sent-file.ts';

/** The route whose bodies are files. */
export const PAPER_FILES_PATH = '/api/papers/files';

const fileQuery = z.strictObject({ name: z.string().min(1).max(limits.paperName) });

export function paperFileRoutes(files: SentFiles | undefined): Hono<{ Variables: Variables }> {
  const app = new Hono<{ Variables: Variables }>();
  app.post('/files', limitUpload(), async (c) => {
    if (!files) throw fail('serve/route', { method: c.req.method, path: c.req.path });
    const { name } = readQuery(c, fileQuery);
    const { signal } = followClient(c);
    const [{ text, title, pages }] = await files.read(c, name, { most: 1, signal });
    return c.json({ name, text, ...(title !== undefined && { title }), ...(pages && { pages }) });
  });
  return app;
}
