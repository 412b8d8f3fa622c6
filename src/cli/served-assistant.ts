/** `inkstone serve --assistant`: tools for all tenants, a memory for each. */

import type { AssistantPort } from '../serve/index.ts';
import { openOwnTools, usualTools } from './assistant-parts.ts';
import { noteFiles } from './note-files.ts';

export interface ServedAssistant extends AssistantPort {
  close(): Promise<void>;
}

/** @throws `cli/yaml-file`, `apps/tool` */
export async function serveAssistant(
  { folder, tools }: { readonly folder: string; readonly tools: string | undefined },
  signal: AbortSignal,
): Promise<ServedAssistant> {
  const usual = usualTools(noteFiles(folder), []);
  const own = await openOwnTools({ tools, mcp: undefined, weather: undefined }, usual, signal);
  return {
    open(tenant, collections) {
      const notes = noteFiles(folder, tenant);
      return { tools: [...own.tools, ...usualTools(notes, collections)], notes };
    },
    close: own.close,
  };
}
