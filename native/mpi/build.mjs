// Builds the binding to MPI into native/build/mpi.node, where MPI's own compiler is installed; elsewhere nothing happens. It is
// small, and the names it needs of Node come from the process that loads it: no node-gyp.

import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';

const source = path.join(import.meta.dirname, 'mpi.cc');
const flags = [
  ...[
    '-std=gnu++17',
    '-O2',
    '-Wall',
    '-Wextra',
    '-fPIC',
    '-shared',
    '-fvisibility=hidden',
    '-DNAPI_VERSION=8',
  ],
  // The C++ classes of MPI, long withdrawn from the standard.
  ...['-DOMPI_SKIP_MPICXX', '-DMPICH_SKIP_MPICXX'],
  ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
];

/**
 * `run` starts a program and gives { ok, output }; `withHeaders` calls back with a folder that has include/node. Returns what the
 * compiler said where it could not build, else undefined.
 */
export function buildMpi(buildFolder, run, withHeaders) {
  const version = run('mpicxx', ['--version']);
  if (!version.ok) return version.output.includes('ENOENT') ? undefined : version.output;
  // The version is that of the compiler behind it: which MPI it links shows in how it calls it.
  const call = run('mpicxx', ['-show']);
  const [binding, stamp] = ['mpi.node', 'mpi.stamp'].map((name) => path.join(buildFolder, name));
  const print = createHash('sha256')
    .update(`${process.version} ${process.arch} ${version.output}\n${call.output}\n${flags}\n`)
    .update(fs.readFileSync(source))
    .digest('hex');
  if (fs.existsSync(binding) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === print)
    return undefined;
  const aside = `${binding}.${process.pid}`;
  const made = withHeaders((folder) =>
    run('mpicxx', [...flags, '-I', path.join(folder, 'include/node'), source, '-o', aside]),
  );
  if (!made.ok) return made.output;
  fs.renameSync(aside, binding);
  fs.writeFileSync(stamp, print);
  return undefined;
}
