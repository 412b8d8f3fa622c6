// Builds the native kernels with node-gyp into native/build/inkstone.node. Runs at `npm ci`; never fails an install:
// where it cannot build, it says in one line why and what cures it, and Inkstone runs on its TypeScript kernels.
//
//   node native/build.mjs           builds when sources, Node or compiler changed
//   node native/build.mjs --strict  the same, but exits 1 when the kernels could not be built
//   node native/build.mjs --test [TOPIC…]     builds the C++ tests with AddressSanitizer and UBSan, and runs them
//   node native/build.mjs --test --arch arm64 the same tests on the portable path, cross-compiled, in qemu

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildMpi } from './mpi/build.mjs';
import { hashOfSources } from './sources.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const buildFolder = path.join(here, 'build');
const addonPath = path.join(buildFolder, 'inkstone.node');
const stampPath = path.join(buildFolder, 'stamp.json');
const sourcesHeader = path.join(buildFolder, 'sources.h');
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

/** What the compiler says of a program, with these flags. */
const probe = (program, ...flags) =>
  run(compilerWords[0], [...compilerWords.slice(1), ...flags, '-x', 'c++', '-fsyntax-only', '-'], {
    input: program,
  });

function checkTools() {
  if (process.platform === 'win32') return;
  const probed = probe('#include <thread>\nint main() { return 0; }\n', '-std=c++17');
  if (!probed.ok || probed.output.includes('ENOENT')) {
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
  const flags = process.env.CXXFLAGS ?? '';
  return createHash('sha256')
    .update(
      `${process.version} ${process.platform} ${process.arch} ${compiler} ${flags}\n${hashOfSources(here)}`,
    )
    .digest('hex');
}

/** Tells addon.cc, and no other file, what it is built from: a compiler cache keeps the rest. */
function writeSourcesHeader() {
  const line = `#define INKSTONE_SOURCES "${hashOfSources(here)}"\n`;
  const isThere = fs.existsSync(sourcesHeader) && fs.readFileSync(sourcesHeader, 'utf8') === line;
  if (!isThere) fs.writeFileSync(sourcesHeader, line);
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
  writeSourcesHeader();
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

/** Training on several machines has its binding where MPI is installed; no reason to fail an install. */
function buildBinding() {
  let output;
  try {
    output = buildMpi(buildFolder, run, withHeaders);
  } catch (error) {
    output = `${error.message ?? error}`;
  }
  if (output === undefined) return;
  console.log(
    chinese
      ? `Inkstone：未编译 MPI 绑定（单机训练不需要它）：${reason(output)}`
      : `Inkstone: the binding to MPI was not built (on one machine nothing needs it): ${reason(output)}`,
  );
}

/** Runs a program without blocking the others. */
function start(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ ok: false, output: `${error}` }));
    child.on('close', (status) => resolve({ ok: status === 0, output }));
  });
}

/** Calls work(item) for all items, so many at a time as there are processors. */
async function eachInParallel(items, work) {
  const waiting = [...items];
  const worker = async () => {
    while (waiting.length) await work(waiting.shift());
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

const sanitizers = [
  '-fsanitize=address,undefined',
  '-fno-sanitize=null', // the address sanitizer sees those
  '-fno-sanitize-recover=all',
  '-fno-omit-frame-pointer',
];

/**
 * For GCC. Of sanitized emulated products, one analysis was four fifths of the compiling: minutes. Of little optimized code, products
 * and sums would not be fused as they are in use.
 */
const asInUse = ['-fno-tree-pta', '-fexpensive-optimizations'];

/** How the tests are built and run: for this machine under sanitizers, or for another one in an emulator. */
function testTarget(arch) {
  if (arch && arch !== process.arch) {
    const target = { arm64: 'aarch64' }[arch];
    if (!target) throw new CannotBuild(`--arch ${arch}: there is arm64`, `--arch ${arch}：可选 arm64`);
    const [crossCompiler, emulator] = [`${target}-linux-gnu-g++`, `qemu-${target}`];
    const missing = [crossCompiler, emulator].filter((tool) => !run(tool, ['--version']).ok);
    if (missing.length) {
      return {
        skipped: `needs ${missing.join(' and ')} (Debian: apt-get install g++-${target}-linux-gnu qemu-user)`,
      };
    }
    const flags = ['-DINKSTONE_OWN_PATHS', '-static'];
    return { name: arch, words: [crossCompiler], flags, support: [], plain: () => true, launch: [emulator] };
  }
  const x86 = process.arch === 'x64';
  const cpu = fs.existsSync('/proc/cpuinfo') ? fs.readFileSync('/proc/cpuinfo', 'utf8') : '';
  const has = (feature) => new RegExp(`\\b${feature}\\b`).test(cpu);
  return {
    name: 'sanitized',
    words: compilerWords,
    flags: x86 ? [] : ['-DINKSTONE_OWN_PATHS'],
    support: x86 ? ['isa_wide.cc', 'isa_wide_vnni.cc', 'isa_wide_bf16.cc', 'isa_wide_amx.cc'] : [],
    // Sanitized is what only this machine can show; the portable path's logic is that of the others, in shorter vectors,
    // what the processor lacks is linked but never called, and what it has need not be emulated carefully.
    plain: (name) =>
      x86 &&
      (name === 'isa_portable.cc' ||
        (name === 'isa_avx512.cc' && !has('avx512f')) ||
        (name === 'isa_avx2vnni.cc' && !has('avx_vnni')) ||
        name === (has('avx512_vnni') ? 'isa_wide_vnni.cc' : 'isa_avx512vnni.cc') ||
        (name === 'isa_avx512bf16.cc' && !has('avx512_bf16')) ||
        (name === 'isa_amx.cc' && !has('amx_bf16'))),
    launch: [],
  };
}

/**
 * Every native/test/*.cc is one program; it links all sources but the doors to JavaScript. Objects newer than all sources
 * are kept.
 */
async function test(names, arch) {
  const target = testTarget(arch);
  if (target.skipped) {
    console.log(`native ${arch}: skipped: ${target.skipped}`);
    return;
  }
  if (!arch) checkTools();
  const testFolder = path.join(here, 'test');
  const folder = path.join(buildFolder, 'test', target.name);
  fs.mkdirSync(folder, { recursive: true });
  const flags = [
    ...['-std=gnu++17', '-g1', '-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math', '-pthread'],
    ...['-Wall', '-Wextra', '-Wno-psabi', '-Wno-maybe-uninitialized', '-I', sourceFolder, ...target.flags],
  ];
  const strict =
    target.name === 'sanitized' ? [...sanitizers, ...(probe('', ...asInUse).ok ? asInUse : [])] : [];
  const newest = Math.max(
    ...[sourceFolder, path.join(testFolder, 'support')].flatMap((place) =>
      fs.readdirSync(place).map((name) => fs.statSync(path.join(place, name)).mtimeMs),
    ),
  );
  const objectOf = (source) =>
    path.join(folder, `${path.relative(here, source).replaceAll(path.sep, '-')}.o`);
  const compile = async (source) => {
    const name = path.basename(source);
    const object = objectOf(source);
    const since = Math.max(newest, fs.statSync(source).mtimeMs);
    if (fs.existsSync(object) && fs.statSync(object).mtimeMs > since) return;
    const level = target.plain(name) && strict.length ? ['-O0'] : ['-O1', ...strict];
    const made = await start(target.words[0], [
      ...target.words.slice(1),
      ...[...flags, ...level, '-c', source, '-o', `${object}.part`],
    ]);
    process.stdout.write(made.output);
    if (!made.ok) process.exit(1);
    fs.renameSync(`${object}.part`, object);
  };
  const sources = [
    ...fs
      .readdirSync(sourceFolder)
      .filter((name) => name.endsWith('.cc') && !/^(addon|napi|glue_.*)\.cc$/.test(name))
      .map((name) => path.join(sourceFolder, name)),
    ...target.support.map((name) => path.join(testFolder, 'support', name)),
  ];
  const topics = fs
    .readdirSync(testFolder)
    .filter((name) => name.endsWith('.cc'))
    .map((name) => name.slice(0, -3))
    .filter((name) => !names.length || names.includes(name));
  const sizeOf = (source) => (/isa_(avx2|wide\w*|portable|avx512)\.cc$/.test(source) ? 1 : 0);
  const programs = topics.map((topic) => path.join(testFolder, `${topic}.cc`));
  await eachInParallel(
    [...sources, ...programs].sort((a, b) => sizeOf(b) - sizeOf(a)), // the long ones first
    compile,
  );
  const objects = sources.map(objectOf);
  let failed = 0;
  const runTopic = async (topic) => {
    const program = path.join(folder, topic);
    const linked = await start(target.words[0], [
      ...target.words.slice(1),
      ...[...flags, ...strict, objectOf(path.join(testFolder, `${topic}.cc`)), ...objects, '-o', program],
    ]);
    const [first, ...rest] = [...target.launch, program];
    const began = Date.now();
    const ran = linked.ok ? await start(first, rest) : linked;
    process.stdout.write(ran.output);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(`native ${target.name} ${topic}: ${ran.ok ? `passed, ${seconds} s` : 'FAILED'}`);
    if (!ran.ok) failed += 1;
  };
  const matmulFirst = (topic) => (topic === 'matmul' ? 0 : 1); // it takes longest
  await eachInParallel(
    topics.sort((a, b) => matmulFirst(a) - matmulFirst(b)),
    runTopic,
  );
  if (failed) process.exit(1);
}

const args = process.argv.slice(2);
const testing = args[0] === '--test';
try {
  if (testing) {
    const at = args.indexOf('--arch');
    const arch = at < 0 ? undefined : args[at + 1];
    await test(
      args.slice(1).filter((_, i) => at < 0 || (i + 1 !== at && i !== at)),
      arch,
    );
  } else {
    await withLock(() => {
      build();
      buildBinding();
    });
  }
} catch (error) {
  if (!(error instanceof CannotBuild)) error.message = `${error.message ?? error}`.split('\n')[0];
  console.log(
    chinese
      ? `Inkstone：未编译高速内核（将使用较慢的 TypeScript 内核，一切功能照常）。原因：${error.message}`
      : `Inkstone: the fast kernels were not built (everything still works, on the slower TypeScript kernels): ${error.message}`,
  );
  if (testing || args[0] === '--strict') process.exit(1);
}
