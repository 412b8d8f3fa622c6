/**
 * One process per folder. A lock is a file `KIND.lock.N` that states its owner; the highest N rules. A dead owner's lock is
 * followed by N + 1, which only one process can create, so that two heirs never both win.
 */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { writeSyncedFile } from './atomic.ts';
import { fail } from './errors.ts';
import { codeOf, describeFileError, type Files, nodeFiles } from './files.ts';

/** What a locked folder holds. */
export type FolderKind = 'run' | 'state' | 'history';

export interface FolderLock {
  readonly folder: string;
  /** Gives the folder back. Releasing twice is harmless. */
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the system counts it; empty where it does not tell. */
  readonly started: string;
  readonly id: string;
}

/** What a lock needs to know of other processes; replaced in tests. */
export interface ProcessTable {
  readonly pid: number;
  readonly host: string;
  /** When the process started; `''` if it lives but the system does not tell; `undefined` if it is dead. */
  started(pid: number): string | undefined;
}

/** The processes of this machine. */
export const nodeProcesses: ProcessTable = {
  pid: process.pid,
  host: hostname(),
  started(pid) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (codeOf(error) !== 'EPERM') return undefined;
    }
    if (process.platform !== 'linux') return '';
    try {
      // proc(5): after the name in parentheses, field 3 is the state and field 22 the start time in ticks since boot.
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${fields[19]}`;
    } catch {
      return '';
    }
  },
};

/** Takes the folder (which must exist) for this process. Throws `folder/locked` while another process that lives has it. */
export async function lockFolder(
  folder: string,
  kind: FolderKind,
  options: { readonly files?: Files; readonly processes?: ProcessTable } = {},
): Promise<FolderLock> {
  const files = options.files ?? nodeFiles;
  const processes = options.processes ?? nodeProcesses;
  const { pid, host } = processes;
  const me: Owner = { pid, host, started: processes.started(pid) ?? '', id: randomUUID() };
  const pathOf = (n: number) => join(folder, `${kind}.lock.${n}`);
  const locks = async () => lockNumbers(await files.list(folder), kind);

  /** Throws if the highest lock belongs to somebody who lives. */
  const refuseIfOwned = async (n: number) => {
    const path = pathOf(n);
    const owner = await readOwner(path, files);
    if (!owner || owner.id === me.id) return;
    if (owner.host !== host) {
      throw fail('folder/locked-elsewhere', { kind, folder, pid: owner.pid, host: owner.host, lock: path });
    }
    const started = processes.started(owner.pid);
    const same =
      started !== undefined && (started === '' || owner.started === '' || started === owner.started);
    if (same) throw fail('folder/locked', { kind, folder, pid: owner.pid, lock: path });
  };

  /** One try; `undefined` if another process came between, so that the folder must be looked at again. */
  const take = async (): Promise<FolderLock | undefined> => {
    const [highest = 0] = await locks();
    if (highest) await refuseIfOwned(highest);
    const mine = highest + 1;
    if (!(await createWhole(pathOf(mine), JSON.stringify(me), me.id, files))) return undefined;
    const release = () => files.remove(pathOf(mine));
    const [ruler = mine, ...older] = await locks();
    if (ruler > mine) {
      await release();
      return undefined;
    }
    for (const n of older) await files.remove(pathOf(n));
    return { folder, release };
  };

  try {
    for (;;) {
      const lock = await take();
      if (lock) return lock;
    }
  } catch (error) {
    throw describeFileError(error, folder);
  }
}

/** Creates a file with its whole content in one step; false if it exists. */
async function createWhole(path: string, content: string, id: string, files: Files): Promise<boolean> {
  const aside = join(dirname(path), `.lock.${id}.tmp`);
  try {
    await writeSyncedFile(aside, content, files);
    await files.link(aside, path).catch((error) => {
      if (codeOf(error) === 'EEXIST') throw error;
      // NOTE Some file systems have no links; there the file is created first and filled at once.
      return writeSyncedFile(path, content, files);
    });
    return true;
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause;
    if (codeOf(error) === 'EEXIST' || codeOf(cause) === 'EEXIST') return false;
    throw error;
  } finally {
    await files.remove(aside).catch(() => {});
  }
}

/** Who wrote a lock; `undefined` if it is gone or unreadable (a machine that lost power), which counts as dead. */
async function readOwner(path: string, files: Files): Promise<Owner | undefined> {
  try {
    const file = await files.open(path, 'read');
    try {
      const bytes = new Uint8Array(Math.min(4096, await file.size()));
      await file.read(bytes, 0);
      const owner = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Owner> | null;
      const { pid, host, started, id } = owner ?? {};
      if (!Number.isSafeInteger(pid) || (pid as number) <= 0 || typeof host !== 'string') return undefined;
      return { pid: pid as number, host, started: String(started ?? ''), id: String(id ?? '') };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The process of this machine that holds the folder now; undefined when nobody does. Looks only, and takes nothing. */
export async function folderOwner(
  folder: string,
  kind: FolderKind,
  options: { readonly files?: Files; readonly processes?: ProcessTable } = {},
): Promise<number | undefined> {
  const files = options.files ?? nodeFiles;
  const processes = options.processes ?? nodeProcesses;
  const [highest] = lockNumbers(await files.list(folder).catch(() => []), kind);
  const owner = highest && (await readOwner(join(folder, `${kind}.lock.${highest}`), files));
  if (!owner || owner.host !== processes.host) return undefined;
  const started = processes.started(owner.pid);
  if (started === undefined) return undefined;
  return started === '' || owner.started === '' || started === owner.started ? owner.pid : undefined;
}

/** The numbers of the locks among these files, the highest first. */
function lockNumbers(names: readonly string[], kind: FolderKind): number[] {
  const prefix = `${kind}.lock.`;
  return names
    .flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
    .flatMap((n) => (/^\d{1,15}$/.test(n) ? [Number(n)] : []))
    .sort((a, b) => b - a);
}
