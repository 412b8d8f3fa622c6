// Builds the native kernels with node-gyp into native/build/inkstone.node. Runs at `npm ci`; never fails an install:
// where it cannot build, it says in one line why and what cures it, and Inkstone runs on its TypeScript kernels.
//
//   node native/build.mjs           builds when sources, Node or compiler changed
//   node native/build.mjs --strict  the same, but exits 1 when the kernels could not be built
//   node native/build.mjs --test    builds the C++ tests with AddressSanitizer and UBSan, and runs them

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const buildFolder = path.join(here, 'build');
const addonPath = path.join(buildFolder, 'inkstone.node');
const stampPath = path.join(buildFolder, 'stamp.json');
const sourceFolder = path.join(here, 'src');
const jobs = Math.max(1, Math.min(os.availableParallelism(), 8));
const compiler = process.env.CXX || 'c++';
const chinese = /^zh/i.test(
  process.env.INKSTONE_LANG || process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '',
);

class CannotBuild extends Error {
  constructor(en, zh) {
    super(chinese ? zh : en);
  }
}

const cure = {
  compiler: {
    linux: ['install a C++ compiler, make and Python 3 (Debian, Ubuntu: apt-get install g++ make python3)', '请安装 C++ 编译器、make 和 Python 3（Debian、Ubuntu：apt-get install g++ make python3）'],
    darwin: ['run xcode-select --install', '请运行 xcode-select --install'],
    win32: ['install Visual Studio Build Tools with C++ and Clang', '请安装带 C++ 与 Clang 的 Visual Studio Build Tools'],
  },
}; // biome-ignore format: sentences

const [cureEn, cureZh] = cure.compiler[process.platform] ?? cure.compiler.linux;

/** Runs a program quietly; its exit status and what it said. A list of arguments, no shell: any folder name works. */
function run(program, args, options = {}) {
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  return {
    ok: result.status === 0,
    output: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`,
  };
}

/** The words of $CXX: `ccache g++` is two. */
const compilerWords = compiler.split(' ').filter(Boolean);

function checkTools() {
  if (process.platform === 'win32') return;
  const program = '#include <thread>\nint main() { return 0; }\n';
  const probe = run(
    compilerWords[0],
    [...compilerWords.slice(1), '-std=c++17', '-x', 'c++', '-fsyntax-only', '-'],
    {
      input: program,
    },
  );
  if (!probe.ok || probe.output.includes('ENOENT')) {
    throw new CannotBuild(
      `the C++ compiler "${compiler}" does not work; ${cureEn}`,
      `C++ 编译器“${compiler}”无法使用；${cureZh}`,
    );
  }
  for (const [tool, names] of [
    ['make', [process.env.MAKE, 'make', 'gmake']],
    ['Python 3', [process.env.npm_config_python, process.env.PYTHON, 'python3', 'python']],
  ]) {
    if (!names.some((name) => name && run(name, ['--version']).ok)) {
      throw new CannotBuild(`${tool} is missing; ${cureEn}`, `找不到 ${tool}；${cureZh}`);
    }
  }
}

/** npm's own node-gyp, or one installed beside. */
function findNodeGyp() {
  const npmRoots = [
    process.env.npm_execpath && path.resolve(path.dirname(process.env.npm_execpath), '..'),
    path.resolve(path.dirname(process.execPath), '../lib/node_modules/npm'),
    path.resolve(path.dirname(fs.realpathSync(process.execPath)), '../lib/node_modules/npm'),
    path.resolve(path.dirname(process.execPath), 'node_modules/npm'),
    ...(process.env.PATH ?? '').split(path.delimiter).flatMap((folder) => {
      const npm = path.join(folder, 'npm');
      return fs.existsSync(npm) ? [path.resolve(path.dirname(fs.realpathSync(npm)), '..')] : [];
    }),
  ];
  const candidates = [
    process.env.npm_config_node_gyp,
    ...npmRoots.filter(Boolean).map((root) => path.join(root, 'node_modules/node-gyp/bin/node-gyp.js')),
  ];
  const found = candidates.find((file) => file && fs.existsSync(file));
  if (!found) {
    throw new CannotBuild(
      'node-gyp was not found; install npm beside node, or set npm_config_node_gyp',
      '找不到 node-gyp；请安装与 node 配套的 npm，或设置 npm_config_node_gyp',
    );
  }
  return found;
}

/** Calls use(folder with headers). node-gyp does not quote that name: one with a blank in it is lent a plain one. */
function withHeaders(use) {
  const nodedir = findHeaders();
  if (!/\s/.test(nodedir)) return use(nodedir);
  const plain = fs.mkdtempSync(path.join(os.tmpdir(), 'inkstone-headers-'));
  try {
    fs.cpSync(path.join(nodedir, 'include/node'), path.join(plain, 'include/node'), { recursive: true });
    return use(plain);
  } finally {
    fs.rmSync(plain, { recursive: true, force: true });
  }
}

/** A folder with include/node: the one beside the running Node, else one assembled from `node-api-headers`. */
function findHeaders() {
  for (const executable of [process.execPath, fs.realpathSync(process.execPath)]) {
    const prefix = path.resolve(path.dirname(executable), '..');
    const has = (name) => fs.existsSync(path.join(prefix, 'include/node', name));
    if (has('node_api.h') && has('common.gypi') && !process.env.INKSTONE_HEADERS_PACKAGE) return prefix;
  }
  let headers;
  try {
    headers = createRequire(import.meta.url)('node-api-headers').include_dir;
  } catch {
    throw new CannotBuild(
      'the headers of Node are missing; run npm install node-api-headers',
      '缺少 Node 头文件；请运行 npm install node-api-headers',
    );
  }
  const nodedir = path.join(buildFolder, 'headers');
  const include = path.join(nodedir, 'include/node');
  fs.mkdirSync(include, { recursive: true });
  for (const name of fs.readdirSync(headers)) {
    if (name.endsWith('.h')) fs.copyFileSync(path.join(headers, name), path.join(include, name));
  }
  const settings = {
    target_defaults: {
      configurations: { Release: { cflags: ['-fPIC'] } },
      default_configuration: 'Release',
      cflags: ['-fPIC', '-pthread'],
      cflags_cc: ['-fno-exceptions', '-fno-rtti'],
      conditions: [
        [
          'OS=="mac"',
          { xcode_settings: { GCC_ENABLE_CPP_EXCEPTIONS: 'NO' }, defines: ['_DARWIN_USE_64_BIT_INODE=1'] },
        ],
      ],
    },
  };
  fs.writeFileSync(path.join(include, 'common.gypi'), JSON.stringify(settings));
  fs.writeFileSync(
    path.join(include, 'config.gypi'),
    JSON.stringify({ target_defaults: {}, variables: process.config.variables }),
  );
  return nodedir;
}

/** What the build depends on, as one hash. */
function fingerprint() {
  const hash = createHash('sha256');
  hash.update(
    `${process.version} ${process.platform} ${process.arch} ${compiler} ${process.env.CXXFLAGS ?? ''}\n`,
  );
  const files = [
    'binding.gyp',
    ...fs
      .readdirSync(sourceFolder)
      .sort()
      .map((name) => path.join('src', name)),
  ];
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(fs.readFileSync(path.join(here, file)));
  return hash.digest('hex');
}

/** Does a fresh Node load it? A half-written or foreign addon is found out here, not in the user's hands. */
function loads(file) {
  const script = 'const a = require(process.argv[1]); if (!a.version || !a.paths().length) process.exit(1)';
  return run(process.execPath, ['-e', script, file]).ok;
}

function stampMatches(print) {
  try {
    return JSON.parse(fs.readFileSync(stampPath, 'utf8')).fingerprint === print && loads(addonPath);
  } catch {
    return false;
  }
}

function gyp(nodeGyp, nodedir) {
  const common = ['-C', here, `--nodedir=${nodedir}`, '--loglevel=warn'];
  const env = { ...process.env, npm_config_loglevel: 'warn' };
  const configured = run(process.execPath, [nodeGyp, 'configure', ...common], { env });
  if (!configured.ok) return configured;
  return run(process.execPath, [nodeGyp, 'build', '-j', String(jobs), ...common], { env });
}

/** The first line of a tool's output that tells what went wrong. */
function reason(output) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const line =
    lines.find(
      (text) => /\berror\b/i.test(text) && !/gyp ERR! (stack|build error|configure error)/.test(text),
    ) ??
    lines.at(-1) ??
    '?';
  return line.slice(0, 200);
}

/** Two builds in one folder would break each other: the second waits. A lock whose owner is gone does not count. */
async function withLock(work) {
  const lock = path.join(buildFolder, 'lock');
  const mine = `${lock}.${process.pid}`;
  fs.mkdirSync(buildFolder, { recursive: true });
  fs.writeFileSync(mine, String(process.pid));
  for (;;) {
    try {
      fs.linkSync(mine, lock); // with its content, or not at all
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    try {
      process.kill(Number(fs.readFileSync(lock, 'utf8')), 0);
      await new Promise((resolve) => setTimeout(resolve, 200));
    } catch {
      fs.rmSync(lock, { force: true });
    }
  }
  fs.rmSync(mine);
  try {
    return await work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

/** Removes what a build made, the lock aside. */
function clean() {
  for (const name of fs.readdirSync(buildFolder)) {
    if (!name.startsWith('lock')) fs.rmSync(path.join(buildFolder, name), { recursive: true, force: true });
  }
}

function build() {
  const print = fingerprint();
  if (stampMatches(print)) return;
  checkTools();
  const nodeGyp = findNodeGyp();
  const built = path.join(buildFolder, 'Release', 'inkstone.node');
  let result = withHeaders((nodedir) => gyp(nodeGyp, nodedir));
  const compilerComplains = /\berror: |No space left/.test(result.output);
  if ((!result.ok && !compilerComplains) || (result.ok && !loads(built))) {
    // What an interrupted build left behind may be the cause: once more from nothing.
    clean();
    result = withHeaders((nodedir) => gyp(nodeGyp, nodedir));
  }
  if (!result.ok) {
    fs.writeFileSync(path.join(buildFolder, 'build.log'), result.output);
    throw new CannotBuild(
      `${reason(result.output)} (all of it: ${path.join(buildFolder, 'build.log')}); ${cureEn}`,
      `${reason(result.output)}（全文见 ${path.join(buildFolder, 'build.log')}）；${cureZh}`,
    );
  }
  if (!loads(built)) throw new CannotBuild('the addon was built but does not load', '插件已编译，但无法加载');
  const aside = `${addonPath}.${process.pid}`;
  fs.copyFileSync(built, aside);
  fs.renameSync(aside, addonPath);
  fs.writeFileSync(stampPath, JSON.stringify({ fingerprint: print }));
}

/** Every native/test/*.cc is one program; it links all sources but the doors to JavaScript. */
function test(names) {
  checkTools();
  const folder = path.join(buildFolder, 'test');
  fs.mkdirSync(folder, { recursive: true });
  const flags = [
    '-std=gnu++17',
    '-O1',
    '-g',
    '-ffp-contract=fast',
    '-fno-math-errno',
    '-fno-trapping-math',
    '-Wall',
    '-Wextra',
    '-Wno-psabi',
    '-fsanitize=address,undefined',
    '-fno-sanitize-recover=all',
    '-fno-omit-frame-pointer',
    '-pthread',
    '-I',
    sourceFolder,
  ];
  const door = /^(addon|napi|glue_.*)\.cc$/;
  const sources = [
    ...fs
      .readdirSync(sourceFolder)
      .filter((name) => name.endsWith('.cc') && !door.test(name))
      .map((name) => path.join(sourceFolder, name)),
    path.join(here, 'test/support/isa_wide.cc'),
  ];
  const topics = fs
    .readdirSync(path.join(here, 'test'))
    .filter((name) => name.endsWith('.cc'))
    .map((name) => name.slice(0, -3));
  const newest = Math.max(
    ...fs.readdirSync(sourceFolder).map((name) => fs.statSync(path.join(sourceFolder, name)).mtimeMs),
  );
  const compile = (source, object) => {
    if (fs.existsSync(object) && fs.statSync(object).mtimeMs > Math.max(newest, fs.statSync(source).mtimeMs))
      return;
    const made = run(compilerWords[0], [...compilerWords.slice(1), ...flags, '-c', source, '-o', object]);
    process.stdout.write(made.output);
    if (!made.ok) process.exit(1);
  };
  const objects = sources.map((source) => {
    const object = path.join(folder, `${path.basename(source)}.o`);
    compile(source, object);
    return object;
  });
  let failed = 0;
  for (const topic of topics.filter((name) => !names.length || names.includes(name))) {
    const object = path.join(folder, `${topic}.test.o`);
    const program = path.join(folder, topic);
    compile(path.join(here, 'test', `${topic}.cc`), object);
    const linked = run(compilerWords[0], [
      ...compilerWords.slice(1),
      ...flags,
      object,
      ...objects,
      '-o',
      program,
    ]);
    const ran = linked.ok ? run(program, []) : linked;
    process.stdout.write(ran.output);
    console.log(`native ${topic}: ${ran.ok ? 'passed' : 'FAILED'}`);
    if (!ran.ok) failed += 1;
  }
  process.exit(failed ? 1 : 0);
}

const args = process.argv.slice(2);
if (args[0] === '--test') test(args.slice(1));
try {
  await withLock(build);
} catch (error) {
  if (!(error instanceof CannotBuild)) error.message = `${error.message ?? error}`.split('\n')[0];
  console.log(
    chinese
      ? `Inkstone：未编译高速内核（将使用较慢的 TypeScript 内核，一切功能照常）。原因：${error.message}`
      : `Inkstone: the fast kernels were not built (everything still works, on the slower TypeScript kernels): ${error.message}`,
  );
  if (args[0] === '--strict') process.exit(1);
}
