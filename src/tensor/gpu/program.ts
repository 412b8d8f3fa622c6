/** Programs for a GPU in WGSL (W3C, "WebGPU Shading Language"): a body, and the names and types of what it is given. */

/** What an array holds; `u32` are any four bytes. */
export type Element = 'f32' | 'i32' | 'u32';

/**
 * One program. In its body a number `n` is `args.n`; an array `x` is read by `x(i)`, and is there when `args.has_x` is 1; `set_y(i, v)`
 * writes. `args.tail[i]` are numbers without a name.
 */
export interface Program<
  Read extends string = string,
  Write extends string = string,
  Number extends string = string,
> {
  readonly name: string;
  /**
   * How often the body runs. `elements`: once for each `i` below `args.count`. `groups`: 64 times, as `lane` 0 … 63, for each `group` below
   * `args.count`; `total(lane, x)` and `largest(lane, x)` are over the lanes. `tiles`: 64 times for each place `tile` in three dimensions.
   */
  readonly runs: 'elements' | 'groups' | 'tiles';
  readonly reads: { readonly [R in Read]: Element };
  /** Arrays in memories of their own: no two lie in one. */
  readonly writes: { readonly [W in Write]: Element };
  readonly numbers: { readonly [N in Number]: 'u32' | 'i32' | 'f32' };
  /** Functions and shared variables before the body. */
  readonly before?: string;
  readonly body: string;
}

/** Checks nothing: it is there for the types. */
export const program = <Read extends string, Write extends string, Number extends string>(
  one: Program<Read, Write, Number>,
): Program<Read, Write, Number> => one;

/** Threads of a workgroup: every device can do 64. */
export const LANES = 64;

/** The binding of the numbers; those of the arrays follow, as they are named. */
export const NUMBERS_BINDING = 0;

/** Every thread adds up what all have found: few barriers, which cost more than sums. */
const overLanes = /* wgsl */ `
var<workgroup> parts: array<f32, ${LANES}>;
fn share(lane: u32, value: f32) {
  workgroupBarrier();
  parts[lane] = value;
  workgroupBarrier();
}
fn total(lane: u32, value: f32) -> f32 {
  share(lane, value);
  var sum = parts[0];
  for (var i = 1u; i < ${LANES}u; i++) { sum += parts[i]; }
  return sum;
}
fn largest(lane: u32, value: f32) -> f32 {
  share(lane, value);
  var most = parts[0];
  for (var i = 1u; i < ${LANES}u; i++) { most = max(most, parts[i]); }
  return most;
}
`;

const mains = {
  elements: (body: string) => /* wgsl */ `
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * ${LANES}u;
  if (i >= args.count) { return; }
  ${body}
}`,
  groups: (body: string) => /* wgsl */ `
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3u) {
  let group = id.x + id.y * groups.x;
  if (group >= args.count) { return; }
  ${body}
}`,
  tiles: (body: string) => /* wgsl */ `
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  ${body}
}`,
} as const;

/** The names of all numbers in the order in which they are given: places and presence of arrays, the count, the program's own. */
function numberNames({ reads, writes, numbers }: Program): string[] {
  const arrays = [...Object.keys(reads), ...Object.keys(writes)];
  return [...arrays.flatMap((name) => [`at_${name}`, `has_${name}`]), 'count', ...Object.keys(numbers)];
}

/** The whole text of a program. */
export function wgslOf(one: Program): string {
  const own = new Map(Object.entries(one.numbers));
  const members = numberNames(one).map((name) => `${name}: ${own.get(name) ?? 'u32'},`);
  const arrays = [
    ...Object.entries(one.reads).map(([name, type]) => ({ name, type, mode: 'read' })),
    ...Object.entries(one.writes).map(([name, type]) => ({ name, type, mode: 'read_write' })),
  ];
  const bindings = arrays.map(({ name, type, mode }, i) => {
    const place = `args.at_${name} + i`;
    const write = `fn set_${name}(i: u32, value: ${type}) { all_${name}[${place}] = value; }`;
    return `@group(0) @binding(${i + 1}) var<storage, ${mode}> all_${name}: array<${type}>;
fn ${name}(i: u32) -> ${type} { return all_${name}[${place}]; }
${mode === 'read' ? '' : write}`;
  });
  return `struct Args { ${members.join(' ')} tail: array<u32>, }
@group(0) @binding(${NUMBERS_BINDING}) var<storage, read> args: Args;
${bindings.join('\n')}
${one.runs === 'groups' ? overLanes : ''}
${one.before ?? ''}
${mains[one.runs](one.body)}`;
}

const bits = new DataView(new ArrayBuffer(4));

/** The bits of a float, as a number of a tail. */
export function floatBits(value: number): number {
  bits.setFloat32(0, value);
  return bits.getUint32(0);
}
