/** The law of imports: which room may know which. The table is the law; the test reads the sources. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Every room and the rooms it may import, besides the hallway (the files right under src/). */
const law: Readonly<Record<string, readonly string[]>> = {
  tensor: [],
  text: [],
  io: [],
  nn: ['tensor'],
  models: ['tensor', 'nn', 'io'],
  data: ['text', 'io'],
  train: ['tensor', 'nn', 'data', 'io'],
  adapt: ['tensor', 'nn', 'train', 'io'],
  federated: ['tensor', 'train'],
  parallel: ['tensor', 'data', 'train'],
  repeat: ['text'],
  context: ['text', 'io'],
  retrieve: ['text', 'io', 'context'],
  decode: ['text', 'repeat'],
  plots: [],
  glossary: [],
  remote: [],
  music: [],
  speech: ['text', 'io', 'remote'],
  eval: ['text', 'data', 'decode', 'repeat', 'plots'],
  classify: ['tensor', 'text', 'io', 'nn', 'data', 'train', 'eval'],
  recommend: ['tensor', 'text', 'io', 'nn', 'train', 'retrieve', 'eval'],
  gan: ['tensor', 'nn', 'models', 'train', 'classify', 'repeat'],
  vision: ['tensor', 'text', 'io', 'nn', 'models', 'data', 'train', 'decode', 'eval'],
  // The lock of a folder is in io: one rule for runs and for the embedded database.
  store: ['io'],
  apps: ['text', 'decode', 'repeat', 'context', 'retrieve'],
  serve: ['text', 'decode', 'repeat', 'retrieve', 'recommend', 'apps', 'remote', 'store', 'speech'],
  cli: [
    'tensor',
    'text',
    'io',
    'nn',
    'models',
    'data',
    'train',
    'adapt',
    'federated',
    'parallel',
    'repeat',
    'context',
    'retrieve',
    'decode',
    'plots',
    'glossary',
    'eval',
    'classify',
    'recommend',
    'gan',
    'vision',
    'music',
    'speech',
    'remote',
    'store',
    'apps',
    'serve',
  ],
};

/** Rooms that run anywhere: no Node modules. */
const pureRooms = ['text', 'repeat', 'decode', 'plots', 'glossary', 'remote', 'music'];

const source = resolve(import.meta.dirname, '../src');

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .map((path) => path.replaceAll('\\', '/'));

const roomOf = (path: string): string => (path.includes('/') ? path.split('/')[0] : 'hallway');

function importsOf(path: string): string[] {
  const text = readFileSync(join(source, path), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]);
}

/** `room → room (file)` for every import that crosses rooms. */
function crossings(path: string): { to: string; door: boolean; specifier: string }[] {
  return importsOf(path)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => {
      const target = relative(source, resolve(source, dirname(path), specifier)).replaceAll('\\', '/');
      return { to: roomOf(target), door: target.endsWith('/index.ts'), specifier };
    })
    .filter(({ to }) => to !== roomOf(path));
}

describe('the law of imports', () => {
  test('every room is in the table, and every room of the table exists', () => {
    const rooms = new Set(files.map(roomOf).filter((room) => room !== 'hallway'));
    expect([...rooms].sort()).toEqual(Object.keys(law).sort());
  });

  test('a room imports only rooms the law allows, through their doors', () => {
    const broken = files.flatMap((path) =>
      crossings(path)
        .filter(({ to, door }) => {
          if (to === 'hallway') return false;
          const allowed = law[roomOf(path)] ?? [];
          return !allowed.includes(to) || !door;
        })
        .map(({ specifier }) => `${path} imports ${specifier}`),
    );
    expect(broken).toEqual([]);
  });

  test('the hallway imports no room', () => {
    const broken = files
      .filter((path) => roomOf(path) === 'hallway')
      .flatMap((path) => crossings(path).map(({ specifier }) => `${path} imports ${specifier}`));
    expect(broken).toEqual([]);
  });

  test('pure rooms import nothing of Node', () => {
    const broken = files
      .filter((path) => pureRooms.includes(roomOf(path)) || roomOf(path) === 'hallway')
      .flatMap((path) =>
        importsOf(path)
          .filter((specifier) => specifier.startsWith('node:'))
          .map((specifier) => `${path} imports ${specifier}`),
      );
    expect(broken).toEqual([]);
  });

  test('no file is longer than 500 lines', () => {
    const long = files
      .map((path) => ({ path, lines: readFileSync(join(source, path), 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > 500);
    expect(long).toEqual([]);
  });
});
