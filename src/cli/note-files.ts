/** Notes as files: FOLDER/kind/id.json. Every note is a file of its own, so that processes can share the folder, and people read it. */

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Note, type NoteKind, type Notes, noteKinds } from '../apps/index.ts';
import { describeFileError, writeFileAtomic } from '../io/index.ts';
import { fail } from './errors.ts';

const noteSchema = z.object({
  id: z.string(),
  kind: z.enum(noteKinds),
  text: z.string(),
  created: z.string(),
  detail: z.record(z.string(), z.unknown()).optional(),
});

const ID = /^[\w-]{1,64}$/;
/** Whether a note can be kept under it: nothing that leaves the folder. */
export const isNoteId = (id: string): boolean => ID.test(id);
/** A server keeps more conversations than a process may have files open. */
const FILES_AT_ONCE = 64;

/** Where in a folder the files of a tenant of the server lie; without one, the folder itself. */
export function homeOf(folder: string, tenant: string): string {
  if (tenant === '') return folder;
  return join(folder, 'tenants', createHash('sha256').update(tenant).digest('hex').slice(0, 32));
}

/** The notes in a folder, which is made when the first is kept; of a tenant of the server, in a folder of its own. */
export function noteFiles(folder: string, tenant = ''): Notes {
  const home = homeOf(folder, tenant);
  const pathOf = (kind: NoteKind, id: string): string => join(home, kind, `${id}.json`);
  const idsOf = async (kind: NoteKind): Promise<string[]> => {
    const names = await readdir(join(home, kind)).catch((error) => {
      if (error.code === 'ENOENT') return [];
      throw describeFileError(error, join(home, kind));
    });
    // What is being written begins with a dot.
    return names.filter((one) => /^[^.].*\.json$/.test(one)).map((one) => one.slice(0, -5));
  };
  return {
    count: async (kind) => (await idsOf(kind)).length,
    async list(kind) {
      const ids = await idsOf(kind);
      const notes: Note[] = [];
      for (let i = 0; i < ids.length; i += FILES_AT_ONCE) {
        const some = ids.slice(i, i + FILES_AT_ONCE).map((id) => readNote(pathOf(kind, id)));
        notes.push(...(await Promise.all(some)).filter((note) => note !== undefined));
      }
      return notes.sort((a, b) => (a.created < b.created ? -1 : 1));
    },
    get: async (kind, id) => (isNoteId(id) ? readNote(pathOf(kind, id)) : undefined),
    async put(note) {
      if (!isNoteId(note.id)) throw fail('cli/note', { id: note.id });
      await mkdir(join(home, note.kind), { recursive: true });
      await writeFileAtomic(pathOf(note.kind, note.id), `${JSON.stringify(note, undefined, 2)}\n`);
    },
    async remove(kind, id) {
      if (!isNoteId(id)) return false;
      return rm(pathOf(kind, id)).then(
        () => true,
        (error) => {
          if (error.code === 'ENOENT') return false;
          throw describeFileError(error, pathOf(kind, id));
        },
      );
    },
  };
}

/** The notes of all tenants together; a note of any of them can be taken away. */
export async function everyNotes(folder: string): Promise<Pick<Notes, 'list' | 'remove'>> {
  const tenants = join(folder, 'tenants');
  const names = await readdir(tenants).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw describeFileError(error, tenants);
  });
  const all = [folder, ...names.map((name) => join(tenants, name))].map((home) => noteFiles(home));
  return {
    async list(kind) {
      const found: Note[][] = [];
      for (const notes of all) found.push([...(await notes.list(kind))]);
      return found.flat().sort((a, b) => (a.created < b.created ? -1 : 1));
    },
    async remove(kind, id) {
      const removed = await Promise.all(all.map((notes) => notes.remove(kind, id)));
      return removed.includes(true);
    },
  };
}

/** Undefined where there is none, for one that another process has just taken away. */
async function readNote(path: string): Promise<Note | undefined> {
  const content = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw describeFileError(error, path);
  });
  if (content === undefined) return undefined;
  try {
    return noteSchema.parse(JSON.parse(content));
  } catch (error) {
    throw fail('cli/note-file', { path }, error);
  }
}
