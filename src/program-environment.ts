/** The environment of programs that are run for a person. */

/** What a program needs to run: no keys. */
const NAMES = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ', 'SystemRoot'];

/** Of our own environment, what a program needs to run. */
export const programEnvironment = (): Record<string, string | undefined> =>
  Object.fromEntries(NAMES.flatMap((key) => (key in process.env ? [[key, process.env[key]]] : [])));
