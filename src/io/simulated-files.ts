/**
 * A disk in memory whose operations can fail at the n-th call and which forgets what was not synced: for tests of everything
 * that writes. Content is durable after `sync` of the file; a name is durable after `syncFolder` of its folder.
 */

import { dirname, normalize } from 'node:path';
import type { Files, OpenFile } from './files.ts';

/** What a power loss leaves: every write, only what was synced, or every name but only synced content. */
export type AfterCrash = 'everything' | 'only-synced' | 'names-without-content';

export interface Fault {
  /** The operation that fails, counted from 1. */
  readonly at: number;
  /** `crash`: this and every later operation fails until `restart`; otherwise only this one, with the system's code. */
  readonly kind: 'crash' | 'ENOSPC' | 'EIO';
}

export interface SimulatedFiles extends Files {
  /** Operations so far, such as `sync /run/a`. */
  readonly log: readonly string[];
  /** Arms a fault, counting operations from now on; `undefined` disarms. */
  failAt(fault: Fault | undefined): void;
  /** The machine starts again: open files are gone and the disk holds what `after` says. */
  restart(after: AfterCrash): void;
}

interface FileNode {
  kind: 'file';
  content: Uint8Array;
  synced: Uint8Array;
}
interface FolderNode {
  kind: 'folder';
  entries: Map<string, Node>;
  synced: Map<string, Node>;
}
type Node = FileNode | FolderNode;

const newFolder = (): FolderNode => ({ kind: 'folder', entries: new Map(), synced: new Map() });
const systemError = (code: string, path: string) => Object.assign(new Error(`${code}: ${path}`), { code });

/** An empty simulated disk. Paths are absolute with `/`. */
export function simulateFiles(): SimulatedFiles {
  const root = newFolder();
  const log: string[] = [];
  let fault: Fault | undefined;
  let faultCount = 0;
  let down = false;
  let boot = 0;

  /** Counts one operation; throws if its turn to fail has come. `torn` runs first when the failure leaves a part behind. */
  const operation = (name: string, path: string, torn?: () => void) => {
    if (down) throw systemError('ECRASHED', path);
    log.push(`${name} ${path}`);
    if (!fault || ++faultCount !== fault.at) return;
    torn?.();
    if (fault.kind === 'crash') down = true;
    throw systemError(fault.kind === 'crash' ? 'ECRASHED' : fault.kind, path);
  };
  const parts = (path: string) => normalize(path).split('/').filter(Boolean);
  const find = (path: string): Node | undefined => {
    let node: Node | undefined = root;
    for (const part of parts(path)) node = node?.kind === 'folder' ? node.entries.get(part) : undefined;
    return node;
  };
  const folderOf = (path: string): FolderNode => {
    const folder = find(dirname(normalize(path)));
    if (folder?.kind !== 'folder') throw systemError('ENOENT', path);
    return folder;
  };
  const nameOf = (path: string) => parts(path).at(-1) as string;

  const openNode = (node: FileNode, path: string): OpenFile => {
    const bornIn = boot;
    const check = (name: string, torn?: () => void) => {
      if (bornIn !== boot) throw systemError('EBADF', path);
      operation(name, path, torn);
    };
    const append = (bytes: Uint8Array) => {
      const grown = new Uint8Array(node.content.length + bytes.length);
      grown.set(node.content);
      grown.set(bytes, node.content.length);
      node.content = grown;
    };
    return {
      async read(into, position) {
        check('read');
        const piece = node.content.subarray(position, position + into.length);
        into.set(piece);
        return piece.length;
      },
      async write(bytes) {
        check('write', () => append(bytes.subarray(0, bytes.length >> 1)));
        append(bytes);
      },
      async truncate(size) {
        check('truncate');
        node.content = node.content.slice(0, size);
      },
      size: async () => node.content.length,
      async sync() {
        check('sync');
        node.synced = node.content;
      },
      close: async () => {},
    };
  };

  return {
    log,
    failAt(next) {
      fault = next;
      faultCount = 0;
    },
    restart(after) {
      const settle = (node: Node): Node => {
        if (node.kind === 'file') {
          if (after !== 'everything') node.content = node.synced;
          return { ...node, synced: node.content };
        }
        const names = after === 'only-synced' ? node.synced : node.entries;
        const kept = new Map([...names].map(([name, child]) => [name, settle(child)]));
        return { kind: 'folder', entries: kept, synced: new Map(kept) };
      };
      const settled = settle(root) as FolderNode;
      root.entries = settled.entries;
      root.synced = settled.synced;
      down = false;
      fault = undefined;
      boot++;
    },
    async open(path, mode) {
      operation(`open-${mode}`, path);
      const found = find(path);
      if (found?.kind === 'folder') throw systemError('EISDIR', path);
      if (found && mode === 'create') throw systemError('EEXIST', path);
      if (!found && mode === 'read') throw systemError('ENOENT', path);
      if (found) return openNode(found, path);
      const node: FileNode = { kind: 'file', content: new Uint8Array(0), synced: new Uint8Array(0) };
      folderOf(path).entries.set(nameOf(path), node);
      return openNode(node, path);
    },
    async rename(from, to) {
      operation('rename', `${from} ${to}`);
      const node = find(from);
      if (!node) throw systemError('ENOENT', from);
      const target = find(to);
      if (target?.kind === 'folder' && target.entries.size > 0) throw systemError('ENOTEMPTY', to);
      folderOf(to).entries.set(nameOf(to), node);
      folderOf(from).entries.delete(nameOf(from));
    },
    async link(from, to) {
      operation('link', `${from} ${to}`);
      const node = find(from);
      if (!node) throw systemError('ENOENT', from);
      if (find(to)) throw systemError('EEXIST', to);
      folderOf(to).entries.set(nameOf(to), node);
    },
    async makeFolder(path) {
      operation('makeFolder', path);
      let node: FolderNode = root;
      for (const part of parts(path)) {
        const next: Node = node.entries.get(part) ?? newFolder();
        if (next.kind !== 'folder') throw systemError('EEXIST', path);
        node.entries.set(part, next);
        node = next;
      }
    },
    async list(path) {
      operation('list', path);
      const node = find(path);
      if (node?.kind === 'file') throw systemError('ENOTDIR', path);
      return node ? [...node.entries.keys()].sort() : [];
    },
    async status(path) {
      operation('status', path);
      const node = find(path);
      return node && { kind: node.kind, size: node.kind === 'file' ? node.content.length : 0 };
    },
    async remove(path) {
      // A folder is emptied name by name, as on a real disk, so that a fault can strike in the middle.
      const removeTree = (target: string) => {
        const node = find(target);
        if (node?.kind === 'folder')
          for (const name of [...node.entries.keys()]) removeTree(`${target}/${name}`);
        operation('remove', target);
        if (node) folderOf(target).entries.delete(nameOf(target));
      };
      removeTree(path);
    },
    async syncFolder(path) {
      operation('syncFolder', path);
      const node = find(path);
      if (node?.kind !== 'folder') throw systemError('ENOENT', path);
      node.synced = new Map(node.entries);
    },
  };
}
