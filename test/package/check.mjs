// Packs this package, installs the tarball into an empty project in a folder with a space and Chinese in its name, and
// imports every door. Run after a build; prints one line per door.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'inkstone-package-'));
const project = join(scratch, 'a project 工程');
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  mkdirSync(project);
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', scratch], root),
  );
  const stray = files.map(({ path }) => path).filter((path) => /\.test\.|^test\/|^src\/|golden/.test(path));
  if (stray.length) throw new Error(`the package holds files nobody needs: ${stray.slice(0, 5).join(', ')}`);
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'scratch', private: true, type: 'module' }),
  );
  run('npm', ['install', '--no-audit', '--no-fund', join(scratch, filename)], project);
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const doors = Object.keys(exports).filter((door) => !door.endsWith('.json'));
  for (const door of doors) {
    const name = `inkstone${door.slice(1)}`;
    const program = `const m = await import(${JSON.stringify(name)}); console.log(Object.keys(m).length)`;
    const count = Number(run(process.execPath, ['--input-type=module', '-e', program], project));
    if (!(count > 0)) throw new Error(`${name} exports nothing`);
    console.log(`${name}: ${count} exports`);
  }
  const version = run(
    process.execPath,
    [join(project, 'node_modules/inkstone/bin/inkstone.js'), '--version'],
    project,
  );
  console.log(`inkstone --version: ${version.trim()}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
