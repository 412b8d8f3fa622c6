/** Kits of a field as files: those that are shipped, and a user's own. */

import { fileURLToPath } from 'node:url';
import { type DomainKit, domainKit } from '../apps/index.ts';
import { nearest } from '../errors.ts';
import { failDomain } from './domain-errors.ts';
import { listOf } from './options.ts';
import { readYamlFile } from './yaml-file.ts';

/** Those that are shipped. */
export const shippedKits = ['law', 'finance', 'medicine'] as const;

/** Beside the sources as beside the build. */
const kitPath = (name: string): string => fileURLToPath(new URL(`../../kits/${name}.yaml`, import.meta.url));

const looksLikePath = (spec: string): boolean => /[/\\]|\.(?:ya?ml|json)$/i.test(spec);

/** The file of a kit, named or by its path. @throws `cli/kit` */
export function fileOfKit(spec: string): string {
  if ((shippedKits as readonly string[]).includes(spec)) return kitPath(spec);
  if (looksLikePath(spec)) return spec;
  throw failDomain('cli/kit', { kit: spec, known: shippedKits, near: nearest(spec, shippedKits) });
}

/** @throws `cli/kit`, `cli/yaml-file` with the place in the file */
export const readKitFile = (spec: string): Promise<DomainKit> => readYamlFile(fileOfKit(spec), domainKit);

/** Several of them, joined by commas. @throws `cli/kit-twice` */
export async function readKitFiles(specs: string): Promise<DomainKit[]> {
  const kits: DomainKit[] = [];
  for (const spec of listOf(specs)) {
    const kit = await readKitFile(spec);
    if (kits.some(({ name }) => name === kit.name)) throw failDomain('cli/kit-twice', { name: kit.name });
    kits.push(kit);
  }
  return kits;
}
