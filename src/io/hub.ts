/** Data sets of the Hugging Face hub as sources of text: the list of files by the hub's HTTP API, the files through the cache of URLs. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from './atomic.ts';
import { fail } from './errors.ts';
import { nodeFiles } from './files.ts';
import { limits } from './limits.ts';
import { unsafePath } from './paths.ts';
import type { FileOnDisk } from './readers.ts';
import { type FetchOptions, fetchToCache } from './web.ts';
import { fetchJson } from './web-request.ts';

export interface HubOptions {
  /** Where the hub answers. Default `HF_ENDPOINT`, else https://huggingface.co. */
  readonly endpoint?: string;
  /** Sent to the hub only. Default `HF_TOKEN`, else none. */
  readonly token?: string;
}

/** The files of a data set that were asked for, in the cache. */
export interface HubFiles {
  /** A spec that means the same files for ever: `hf:OWNER/NAME@COMMIT[/PATH]`. */
  readonly name: string;
  readonly files: readonly FileOnDisk[];
  readonly passedOver: readonly string[];
}

const SPEC = /^([\w.-]{1,96}\/[\w.-]{1,96})(?:@([\w.-]{1,96}))?(?:\/(.+))?$/;
const SHA = /^[0-9a-f]{40}$/;

const revisionAnswer = z.object({ sha: z.string().regex(SHA) });
const treeAnswer = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.number().int().nonnegative().default(0),
    lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/) }).optional(),
  }),
);
const listing = z.object({
  sha: z.string().regex(SHA),
  entries: z.array(z.object({ path: z.string(), sizeBytes: z.number(), sha256: z.string().optional() })),
});
type Listing = z.infer<typeof listing>;

/**
 * Fetches the files of `OWNER/NAME[@REVISION][/PATH]` for which `filter` is true, each once; a download that broke off goes on. The commit
 * is kept with the list, so that the same spec means the same files until `refresh`. Sizes, and hashes where the hub tells them, are checked.
 */
export async function openHub(
  name: string,
  options: FetchOptions & { readonly filter: (path: string) => boolean; readonly hub?: HubOptions },
): Promise<HubFiles> {
  const spec = `hf:${name}`;
  const [, id, revision = 'main', below] = SPEC.exec(name) ?? [];
  if (!id || name.includes('..')) {
    throw fail('source/spec', { spec, reason: 'a data set is OWNER/NAME, perhaps with @REVISION and /PATH' });
  }
  const endpoint = (options.hub?.endpoint ?? (process.env.HF_ENDPOINT || 'https://huggingface.co')).replace(
    /\/+$/,
    '',
  );
  const token = options.hub?.token ?? process.env.HF_TOKEN;
  const fetching: FetchOptions = {
    ...options,
    ...(token && { headers: { Authorization: `Bearer ${token}` } }),
  };
  const place = { spec, id, revision, endpoint };
  const { sha, entries } = await readListing(place, fetching);
  const folder = below?.replace(/\/+$/, '');
  const here = entries.filter(({ path }) => !folder || path === folder || path.startsWith(`${folder}/`));
  if (folder && here.length === 0)
    throw fail('source/hub', { spec, reason: `it has no ${folder}`, cure: 'name' });
  const wanted = here.filter(({ path }) => options.filter(path));
  const total = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total > limits.webBytes) {
    const reason = `its files are ${total} bytes, more than ${limits.webBytes}`;
    throw fail('source/hub', { spec, reason, cure: 'path' });
  }
  const files: FileOnDisk[] = [];
  let done = 0;
  for (const { path, sizeBytes, sha256 } of wanted) {
    const url = `${endpoint}/datasets/${id}/resolve/${sha}/${path.split('/').map(encodeURIComponent).join('/')}`;
    const found = await fetchToCache(url, {
      ...fetching,
      refresh: false,
      expected: { sizeBytes, sha256 },
      onProgress: ({ receivedBytes }) => {
        const bytes = done + receivedBytes;
        options.onProgress?.({
          spec,
          receivedBytes: bytes,
          unpackedBytes: bytes,
          fraction: Math.min(1, bytes / total),
        });
      },
    });
    done += sizeBytes;
    files.push({ ...found, path });
  }
  const passedOver = here.filter((entry) => !wanted.includes(entry)).map(({ path }) => path);
  return { name: `hf:${id}@${sha}${folder ? `/${folder}` : ''}`, files, passedOver };
}

interface Place {
  readonly spec: string;
  readonly id: string;
  readonly revision: string;
  readonly endpoint: string;
}

/** The files of a data set and the commit they are of: from the cache, else from the hub. */
async function readListing(place: Place, options: FetchOptions): Promise<Listing> {
  const folder = join(options.cacheFolder, 'hub');
  const pathOf = (revision: string): string => {
    const key = `${place.endpoint}\n${place.id}\n${revision}`;
    return join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  };
  const path = pathOf(place.revision);
  const cached = options.refresh
    ? undefined
    : await readFile(path, 'utf8').then(parseListing, () => undefined);
  if (cached) return cached;
  if (options.offline) throw fail('source/offline', { spec: place.spec });
  const found = await askListing(place, options);
  await nodeFiles.makeFolder(folder);
  // Also by its commit: a run that learnt from it finds it again without the network.
  for (const name of [path, pathOf(found.sha)]) await writeFileAtomic(name, JSON.stringify(found));
  return found;
}

function parseListing(text: string): Listing | undefined {
  try {
    return checked(listing.parse(JSON.parse(text)), () => new Error('unsafe'));
  } catch {
    return undefined;
  }
}

/** No path of a listing leads out of the data set. */
function checked(found: Listing, refuse: (path: string, reason: string) => Error): Listing {
  for (const { path } of found.entries) {
    const reason = unsafePath(path);
    if (reason) throw refuse(path, reason);
  }
  return found;
}

async function askListing({ spec, id, revision, endpoint }: Place, options: FetchOptions): Promise<Listing> {
  const api = `${endpoint}/api/datasets/${id}`;
  const ask = async <T>(url: string, shape: z.ZodType<T>): Promise<{ body: T; next: string | undefined }> => {
    const { status, body, link } = await fetchJson(url, options);
    if (status === 401 || status === 403)
      throw fail('source/hub', { spec, reason: `the hub answers ${status}`, cure: 'token' });
    if (status !== 200) throw fail('source/hub', { spec, reason: `the hub answers ${status}`, cure: 'name' });
    const parsed = shape.safeParse(body);
    if (!parsed.success)
      throw fail('source/hub', { spec, reason: 'this is no answer of a hub', cure: 'endpoint' });
    return { body: parsed.data, next: /<([^<>]{1,2000})>\s*;\s*rel="next"/.exec(link ?? '')?.[1] };
  };
  const { sha } = (await ask(`${api}/revision/${encodeURIComponent(revision)}`, revisionAnswer)).body;
  const entries: Listing['entries'] = [];
  let url: string | undefined = `${api}/tree/${sha}?recursive=true`;
  for (let page = 0; url; page++) {
    // The token goes there: only to the hub itself.
    if (page >= limits.hubListPages || new URL(url).origin !== new URL(endpoint).origin) {
      throw fail('source/hub', {
        spec,
        reason: 'its list of files does not end, or leads elsewhere',
        cure: 'endpoint',
      });
    }
    const { body, next }: { body: z.infer<typeof treeAnswer>; next: string | undefined } = await ask(
      url,
      treeAnswer,
    );
    for (const { type, path, size, lfs } of body) {
      if (type === 'file') entries.push({ path, sizeBytes: size, ...(lfs && { sha256: lfs.oid }) });
    }
    url = next && new URL(next, url).href;
  }
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return checked({ sha, entries }, (path, reason) => fail('source/archive', { spec, entry: path, reason }));
}
