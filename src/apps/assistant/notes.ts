/** What is kept of one person between conversations: facts, reminders, messages to send, conversations, hand-overs. */

import { randomUUID } from 'node:crypto';
import { fail } from '../errors.ts';

export const noteKinds = ['fact', 'reminder', 'message', 'conversation', 'hand-over'] as const;
export type NoteKind = (typeof noteKinds)[number];

export interface Note {
  readonly id: string;
  readonly kind: NoteKind;
  readonly text: string;
  /** ISO 8601. */
  readonly created: string;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** The notes of one person, or of one tenant; nobody else sees them. */
export interface Notes {
  /** Those of a kind, the oldest first. */
  list(kind: NoteKind): Promise<readonly Note[]>;
  /** How many there are of a kind. */
  count(kind: NoteKind): Promise<number>;
  /** Undefined if there is none. */
  get(kind: NoteKind, id: string): Promise<Note | undefined>;
  /** Keeps a note, in place of one with the same kind and id. */
  put(note: Note): Promise<void>;
  /** False if there is none. */
  remove(kind: NoteKind, id: string): Promise<boolean>;
}

/** Notes of one kind that are kept, and characters of one. */
export const MOST_NOTES = 1000;
export const MOST_NOTE_CHARACTERS = 2000;

/** Keeps a new note. @throws `apps/note`, `apps/notes-full` */
export async function keepNote(
  notes: Notes,
  kind: NoteKind,
  text: string,
  detail?: Note['detail'],
): Promise<Note> {
  const plain = text.trim();
  if (plain.length < 1 || plain.length > MOST_NOTE_CHARACTERS) {
    throw fail('apps/note', { most: MOST_NOTE_CHARACTERS, got: plain.length });
  }
  if ((await notes.count(kind)) >= MOST_NOTES) throw fail('apps/notes-full', { kind, most: MOST_NOTES });
  const id = randomUUID().slice(0, 8);
  const note: Note = { id, kind, text: plain, created: new Date().toISOString(), ...(detail && { detail }) };
  await notes.put(note);
  return note;
}

/** Notes that are gone with the process. */
export function memoryNotes(): Notes {
  const kept = new Map<string, Note>();
  const keyOf = (kind: NoteKind, id: string): string => `${kind}/${id}`;
  const of = (kind: NoteKind): Note[] => [...kept.values()].filter((note) => note.kind === kind);
  return {
    list: async (kind) => of(kind),
    count: async (kind) => of(kind).length,
    get: async (kind, id) => kept.get(keyOf(kind, id)),
    put: async (note) => void kept.set(keyOf(note.kind, note.id), note),
    remove: async (kind, id) => kept.delete(keyOf(kind, id)),
  };
}
