/** How much a browser fetches before the studio shows its first page. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../dist/studio');
const manifest = join(folder, '.vite/manifest.json');
const isBuilt = existsSync(manifest);

/** Bytes, gzipped: 225 kB on 2026-11-26. */
const BUDGET = 400_000;

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

test.skipIf(!isBuilt)(
  `the first load is at most 400 kB${isBuilt ? '' : ' (skipped: needs npm run build)'}`,
  () => {
    const chunks = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, Chunk>;
    const files = new Set<string>();
    const take = (name: string): void => {
      const { file, css = [], imports = [] } = chunks[name];
      if (files.has(file)) return;
      for (const one of [file, ...css]) files.add(one);
      imports.forEach(take);
    };
    take('index.html');
    take('src/pages/home/page.tsx');
    const bytes = [...files].reduce(
      (sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length,
      0,
    );
    expect(bytes).toBeLessThan(BUDGET);
    console.log(`first load: ${files.size} files, ${Math.round(bytes / 1000)} kB gzipped`);
  },
);
