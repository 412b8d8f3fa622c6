/** A call of this server as a command line. */

import { SIGNED_IN } from '../shell/sign-in.tsx';
import { recall } from './memory.ts';
import { shellWord } from './shell-word.ts';

/** `curl` with a body of JSON; where a key is asked for, with a place for it. */
export function curlLine(path: string, body: object): string {
  const key = recall(SIGNED_IN) ? " -H 'authorization: Bearer KEY'" : '';
  const url = `${location.origin}${path}`;
  return `curl ${url}${key} -H 'content-type: application/json' -d ${shellWord(JSON.stringify(body))}`;
}
