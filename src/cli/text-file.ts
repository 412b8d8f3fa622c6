/** A small file that is read whole. */

import { readFile } from 'node:fs/promises';
import { decodeUtf8, describeFileError } from '../io/index.ts';

/** A text file, with errors that name the path. */
export async function readTextFile(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw describeFileError(error, path);
  }
  return decodeUtf8(bytes, path);
}
