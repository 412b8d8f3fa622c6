/** `--list KIND`: the notes of a kind, or with `--forget ID` one taken away. */

import type { Note, NoteKind, Notes } from '../apps/index.ts';
import { defineMessages } from '../language.ts';
import type { assistOptions } from './assist-options.ts';
import type { CommandContext } from './command.ts';
import { inOneLine } from './shown-text.ts';

const say = defineMessages({
  none: { en: () => 'none', zh: () => '没有' },
  forgotten: { en: () => 'forgotten', zh: () => '已删去' },
});

export async function listNotes(
  notes: Pick<Notes, 'list' | 'remove'>,
  kind: NoteKind,
  {
    options: { forget },
    terminal,
  }: Pick<CommandContext<Pick<typeof assistOptions, 'forget'>>, 'options' | 'terminal'>,
): Promise<void> {
  if (forget !== undefined) {
    const wasThere = await notes.remove(kind, forget);
    terminal.json({ type: 'forgotten', kind, id: forget, wasThere });
    terminal.print(wasThere ? say('forgotten', {}) : say('none', {}));
    return;
  }
  const all = await notes.list(kind);
  for (const note of all) terminal.json({ type: 'note', ...note });
  for (const note of all) terminal.print(lineOf(note));
  if (all.length === 0) terminal.print(say('none', {}));
}

/** `1f2e3d4c  2026-11-29 08:00  text {detail}`; what was said in a conversation is left out. */
function lineOf({ id, created, text, detail: { turns: _, ...detail } = {} }: Note): string {
  const more = Object.keys(detail).length > 0 ? ` ${JSON.stringify(detail)}` : '';
  return `${id}  ${created.slice(0, 16).replace('T', ' ')}  ${inOneLine(text + more)}`;
}
