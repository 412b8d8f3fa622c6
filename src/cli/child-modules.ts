/** Modules of this room that run as processes of their own, from the sources as well as from the build. */

import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const isSource = import.meta.url.endsWith('.ts');

/** The path of a module beside this one: `engine-main`. */
export const modulePath = (name: string): string =>
  fileURLToPath(new URL(`./${name}.${isSource ? 'ts' : 'js'}`, import.meta.url));

/** Options of Node for such a process: what lets this one read TypeScript. */
export function moduleLoaders(): string[] {
  if (!isSource) return [];
  const own = process.execArgv.flatMap((word, i) =>
    word === '--import' ? [word, process.execArgv[i + 1]] : [],
  );
  if (own.length > 0) return own;
  // A test runner reads TypeScript by itself; a process beside it does not.
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}

/** Where the build puts the studio. */
export const studioFolder = (): string =>
  fileURLToPath(new URL(isSource ? '../../dist/studio' : '../studio', import.meta.url));
