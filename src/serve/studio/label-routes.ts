/** `/api/labels`: tasks of labelling, from the texts to the labels on which people agree. */

import { setImmediate } from 'node:timers/promises';
import { Hono } from 'hono';
import { z } from 'zod';
import { type NewItem, type State, limits as stored } from '../../store/index.ts';
import type { AppContext, Variables } from '../app.ts';
import { fail } from '../errors.ts';
import { followClient } from '../openai/stream.ts';
import { readBody, readQuery } from '../read-body.ts';
import { limitUpload, type SentFiles } from '../sent-file.ts';
import { attachment } from './attachment.ts';

/** The route whose bodies are files. */
export const LABEL_FILES_PATH = '/api/labels/files';

/** What a classifier would say of texts, in their order. */
export type Suggest = (
  texts: readonly string[],
) => readonly { readonly label: string; readonly score: number }[];

export interface LabelOptions {
  readonly files?: SentFiles | undefined;
  readonly suggest?: Suggest | undefined;
}

/** Texts that a classifier reads before others have a turn. */
const AT_ONCE = 64;

const name = z.string().trim().min(1).max(stored.nameLength);
const place = z.coerce.number().int().min(0).max(stored.labelTexts);
const fileQuery = z.strictObject({
  /** Of the file: its ending says how it is read. */
  file: z.string().min(1).max(200),
  name,
  /** Separated by commas. */
  labels: z
    .string()
    .max(stored.labels * (stored.nameLength + 1))
    .transform((text) => [...new Set(text.split(/[,，]/).map((one) => one.trim()))].filter(Boolean))
    .pipe(z.array(name).min(2).max(stored.labels)),
  /** Which column or field holds the text, where it has no usual name. */
  column: z.string().min(1).max(stored.nameLength).optional(),
});
/** The item with this number, or the first from there on that waits. */
const annotatorQuery = z.strictObject({
  annotator: name,
  number: place.optional(),
  from: place.default(0),
});
const labelBody = z.strictObject({ annotator: name, label: name.nullable() });
const settleBody = z.strictObject({ label: name.nullable() });
const exportQuery = z.strictObject({ format: z.enum(['csv', 'jsonl']).default('csv') });

export function labelRoutes(
  { labelling: kept }: Pick<State, 'labelling'>,
  { files, suggest }: LabelOptions,
): Hono<{ Variables: Variables }> {
  const app = new Hono<{ Variables: Variables }>();
  const taskOf = async (c: AppContext) => {
    const id = c.req.param('id')!;
    const task = await kept.get(c.get('tenant'), id);
    if (!task) throw missing(id);
    return task;
  };
  const numberOf = (c: AppContext): number => {
    const number = place.safeParse(c.req.param('number'));
    if (!number.success) throw missing(c.req.param('number')!);
    return number.data;
  };

  app.get('/', async (c) => c.json({ data: await kept.list(c.get('tenant')) }));
  if (files) {
    app.post('/files', limitUpload(), async (c) => {
      const { file, name, labels, column } = readQuery(c, fileQuery);
      const tenant = c.get('tenant');
      const most = stored.labelTasks;
      if ((await kept.list(tenant)).length >= most) throw fail('serve/label-tasks', { most });
      const { signal } = followClient(c);
      const found = await files.read(c, file, { most: stored.labelTexts, signal, textColumn: column });
      const texts = /\.txt$/i.test(file) ? linesOf(found[0].text, file) : found.map(({ text }) => text);
      for (const { length } of texts) {
        if (length > stored.labelLength)
          throw fail('serve/label-texts', { length, most: stored.labelLength });
      }
      const items: NewItem[] = [];
      for (let from = 0; from < texts.length; from += AT_ONCE) {
        const part = texts.slice(from, from + AT_ONCE);
        const said = suggest?.(part);
        part.forEach((text, i) => {
          const { label, score } = said?.[i] ?? {};
          const isKnown = label !== undefined && labels.includes(label);
          items.push({ text, ...(isKnown && { suggestion: label, score }) });
        });
        await setImmediate();
      }
      return c.json(await kept.create(tenant, { name, labels, items }), 201);
    });
  }
  app.get('/:id', async (c) => c.json(await taskOf(c)));
  app.delete('/:id', async (c) => {
    const id = c.req.param('id');
    if (!(await kept.remove(c.get('tenant'), id))) throw missing(id);
    return c.body(null, 204);
  });
  app.get('/:id/next', async (c) => {
    const { annotator, number, from } = readQuery(c, annotatorQuery);
    const [tenant, id] = [c.get('tenant'), c.req.param('id')];
    const item =
      number === undefined
        ? await kept.next(tenant, id, annotator, from)
        : await kept.item(tenant, id, number, annotator);
    // Only now, as it counts all that was labelled: whether there is such a task.
    if (!item) await taskOf(c);
    return c.json({ item: item ?? null });
  });
  app.put('/:id/items/:number', async (c) => {
    const given = await readBody(c, labelBody);
    const id = c.req.param('id');
    const isThere = await kept.label(c.get('tenant'), id, numberOf(c), given);
    // To take back what is not there is no error: it is as it shall be.
    if (!isThere && given.label !== null) throw missing(`${id}/${c.req.param('number')}`);
    return c.body(null, 204);
  });
  app.put('/:id/items/:number/settled', async (c) => {
    const { label } = await readBody(c, settleBody);
    const id = c.req.param('id');
    const isThere = await kept.settle(c.get('tenant'), id, numberOf(c), label);
    if (!isThere) throw missing(`${id}/${c.req.param('number')}`);
    return c.body(null, 204);
  });
  app.get('/:id/results', async (c) => {
    const id = c.req.param('id');
    const results = await kept.results(c.get('tenant'), id);
    if (!results) throw missing(id);
    return c.json(results);
  });
  app.get('/:id/export', async (c) => {
    const { id } = await taskOf(c);
    const { format } = readQuery(c, exportQuery);
    const rows = await kept.labelled(c.get('tenant'), id);
    return attachment(c, format === 'csv' ? csvOf(rows) : jsonLinesOf(rows), `labels.${format}`);
  });
  return app;
}

const missing = (id: string) => fail('serve/missing', { what: 'labels', zhWhat: '标注', id });

/** Of plain text every line is a text of its own. */
function linesOf(text: string, name: string): string[] {
  const most = stored.labelTexts;
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length > most) throw fail('serve/file-texts', { name, most });
  return lines;
}

interface Labelled {
  readonly text: string;
  readonly label: string;
}

/** As `inkstone classify train` reads it; RFC 4180. */
const csvOf = (rows: readonly Labelled[]): string =>
  ['text,label', ...rows.map(({ text, label }) => `${cell(text)},${cell(label)}`), ''].join('\r\n');
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const jsonLinesOf = (rows: readonly Labelled[]): string =>
  rows.map(({ text, label }) => `${JSON.stringify({ text, label })}\n`).join('');
