// Which native sources an addon is made of, as one hash. The build writes it into the addon; `inkstone doctor` and a test
// compare it with the sources that lie here.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A hash of binding.gyp and everything in src/ below `folder`. */
export function hashOfSources(folder) {
  const names = readdirSync(path.join(folder, 'src')).sort();
  const hash = createHash('sha256');
  for (const file of ['binding.gyp', ...names.map((name) => `src/${name}`)]) {
    const bytes = readFileSync(path.join(folder, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex').slice(0, 16);
}
