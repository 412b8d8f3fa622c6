/** Modules of this room that run as processes of their own, from the sources as well as from the build. */

import { fileURLToPath } from 'node:url';

const isSource = import.meta.url.endsWith('.ts');

/** The path of a module beside this one: `engine-main`. */
export const modulePath = (name: string): string =>
  fileURLToPath(new URL(`./${name}.${isSource ? 'ts' : 'js'}`, import.meta.url));

/** Options of Node for such a process: what lets this one read TypeScript. */
export const moduleLoaders = (): string[] =>
  isSource
    ? process.execArgv.flatMap((word, i) => (word === '--import' ? [word, process.execArgv[i + 1]] : []))
    : [];

/** Where the build puts the studio. */
export const studioFolder = (): string =>
  fileURLToPath(new URL(isSource ? '../../dist/studio' : '../studio', import.meta.url));
