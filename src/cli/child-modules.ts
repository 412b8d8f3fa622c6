/** Modules of this room that run as processes of their own, from the sources as well as from the build. */

import { fileURLToPath } from 'node:url';

const isSource = import.meta.url.endsWith('.ts');

/** Options of Node for such a process: what lets this one read TypeScript. */
export const moduleLoaders = (): string[] =>
  isSource
    ? process.execArgv.flatMap((word, i) => (word === '--import' ? [word, process.execArgv[i + 1]] : []))
    : [];

/** The path of a module beside this one: `engine-main`. A test runner reads TypeScript by itself; a process beside it takes the build. */
export function modulePath(name: string): string {
  const beside = !isSource
    ? `./${name}.js`
    : moduleLoaders().length > 0
      ? `./${name}.ts`
      : `../../dist/cli/${name}.js`;
  return fileURLToPath(new URL(beside, import.meta.url));
}

/** Where the build puts the studio. */
export const studioFolder = (): string =>
  fileURLToPath(new URL(isSource ? '../../dist/studio' : '../studio', import.meta.url));
