/** The texts of a source as they stand: nothing is cleaned or dropped. */

import { openSource } from '../io/index.ts';

/** Every text of a file, a folder, a package or a URL. */
export async function readSourceTexts(
  spec: string,
  { signal, offline }: { readonly signal: AbortSignal; readonly offline?: boolean },
): Promise<string[]> {
  const source = await openSource(spec, { signal, offline });
  const texts: string[] = [];
  for await (const { text } of source.documents({ signal })) texts.push(text);
  return texts;
}
