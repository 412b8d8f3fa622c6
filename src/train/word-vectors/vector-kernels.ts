/** The three loops of word vectors over one shared memory, four numbers at a time in WebAssembly, and the same in plain TypeScript. */

/** A memory of WebAssembly that threads share. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** What is used of WebAssembly; the types of Node do not describe it. */
const wasm = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Memory: new (limits: {
        readonly initial: number;
        readonly maximum: number;
        readonly shared: true;
      }) => SharedMemory;
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object, imports: object) => { readonly exports: object };
    };
  }
).WebAssembly;

const PAGE_BYTES = 65_536;

/** A shared memory of at least so many bytes, all 0. */
export function sharedMemory(bytes: number): SharedMemory {
  const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  return new wasm.Memory({ initial: pages, maximum: pages, shared: true });
}

/** Rows are places in bytes; lengths in bytes, multiples of 32. */
export interface VectorKernels {
  /** a·b */
  dot(a: number, b: number, length: number): number;
  /** gradient += scale·output; output += scale·input: one target of one input, with the output as it was. */
  push(output: number, input: number, gradient: number, length: number, scale: number): void;
  /** into += scale·from */
  add(into: number, from: number, length: number, scale: number): void;
}

/** The clear ones, which the fast ones must equal but for the order of sums. */
export function plainKernels(memory: SharedMemory): VectorKernels {
  const values = new Float32Array(memory.buffer);
  return {
    dot(a, b, length) {
      let sum = 0;
      for (let i = 0; i < length / 4; i++) sum += values[a / 4 + i] * values[b / 4 + i];
      return sum;
    },
    push(output, input, gradient, length, scale) {
      for (let i = 0; i < length / 4; i++) {
        const before = values[output / 4 + i];
        values[gradient / 4 + i] += scale * before;
        values[output / 4 + i] = before + scale * values[input / 4 + i];
      }
    },
    add(into, from, length, scale) {
      for (let i = 0; i < length / 4; i++) values[into / 4 + i] += scale * values[from / 4 + i];
    },
  };
}

/** The fast ones. They do not grow the memory and know nothing but the places they are given. */
export function fastKernels(memory: SharedMemory): VectorKernels {
  const program = new wasm.Module(Uint8Array.from(moduleBytes(memory)));
  return new wasm.Instance(program, { env: { memory } }).exports as unknown as VectorKernels;
}

// What follows spells a module by the binary format of WebAssembly (core specification 2.0, chapter 5).
const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const constant = (value: number): number[] => [0x41, value];
const addInteger = [0x6a];
const isBelow = [0x49];
const addFloat = [0x92];
const load = (offset: number): number[] => [0xfd, 0x00, 0x02, offset];
const store = (offset: number): number[] => [0xfd, 0x0b, 0x02, offset];
const splat = [0xfd, 0x13];
const lane = (index: number): number[] => [0xfd, 0x1f, index];
const addLanes = [0xfd, 0xe4, 0x01];
const multiplyLanes = [0xfd, 0xe6, 0x01];
const END = 0x0b;

const advance = (pointer: number): number[] => [...get(pointer), ...constant(32), ...addInteger];

/** `end = first + length; do { body; all pointers += 32 } while (first < end)` */
function loopOver(
  pointers: readonly number[],
  length: number,
  end: number,
  body: readonly number[],
): number[] {
  const [first, ...others] = pointers;
  return [
    ...[...get(first), ...get(length), ...addInteger, ...set(end)],
    ...[0x03, 0x40],
    ...body,
    ...others.flatMap((pointer) => [...advance(pointer), ...set(pointer)]),
    ...[...advance(first), ...tee(first), ...get(end), ...isBelow, 0x0d, 0],
    END,
  ];
}

function dotBody(): number[] {
  // Locals: a, b, length, end, two sums.
  const half = (offset: number, sum: number): number[] => [
    ...get(sum),
    ...[...get(0), ...load(offset), ...get(1), ...load(offset), ...multiplyLanes],
    ...[...addLanes, ...set(sum)],
  ];
  const total = [...get(4), ...get(5), ...addLanes, ...set(4)];
  const lanes = [0, 1, 2, 3].flatMap((i) => [...get(4), ...lane(i), ...(i > 0 ? addFloat : [])]);
  return [...loopOver([0, 1], 2, 3, [...half(0, 4), ...half(16, 5)]), ...total, ...lanes];
}

function pushBody(): number[] {
  // Locals: output, input, gradient, length, scale, end, scale four times, output as it was.
  const half = (offset: number): number[] => [
    ...[...get(0), ...load(offset), ...set(7)],
    ...[...get(2), ...get(2), ...load(offset), ...get(6), ...get(7), ...multiplyLanes],
    ...[...addLanes, ...store(offset)],
    ...[...get(0), ...get(7), ...get(6), ...get(1), ...load(offset), ...multiplyLanes],
    ...[...addLanes, ...store(offset)],
  ];
  return [...get(4), ...splat, ...set(6), ...loopOver([0, 1, 2], 3, 5, [...half(0), ...half(16)])];
}

function addBody(): number[] {
  // Locals: into, from, length, scale, end, scale four times.
  const half = (offset: number): number[] => [
    ...[...get(0), ...get(0), ...load(offset), ...get(5), ...get(1), ...load(offset), ...multiplyLanes],
    ...[...addLanes, ...store(offset)],
  ];
  return [...get(3), ...splat, ...set(5), ...loopOver([0, 1], 2, 4, [...half(0), ...half(16)])];
}

function moduleBytes(memory: SharedMemory): number[] {
  const pages = memory.buffer.byteLength / PAGE_BYTES;
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  const section = (id: number, content: readonly number[]): number[] => [
    id,
    ...unsigned(content.length),
    ...content,
  ];
  const list = (items: readonly (readonly number[])[]): number[] => [items.length, ...items.flat()];
  const type = (inputs: readonly number[], outputs: readonly number[]): number[] => [
    0x60,
    ...[inputs.length, ...inputs],
    ...[outputs.length, ...outputs],
  ];
  const code = (locals: readonly number[], body: readonly number[]): number[] => {
    const whole = [...list(locals.map((local) => [1, local])), ...body, END];
    return [...unsigned(whole.length), ...whole];
  };
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      list([
        type([I32, I32, I32], [F32]),
        type([I32, I32, I32, I32, F32], []),
        type([I32, I32, I32, F32], []),
      ]),
    ),
    // A shared memory states how far it may grow: not at all.
    ...section(2, list([[...name('env'), ...name('memory'), 2, 3, ...unsigned(pages), ...unsigned(pages)]])),
    ...section(3, list([[0], [1], [2]])),
    ...section(7, list(['dot', 'push', 'add'].map((export_, i) => [...name(export_), 0, i]))),
    ...section(
      10,
      list([
        code([I32, V128, V128], dotBody()),
        code([I32, V128, V128], pushBody()),
        code([I32, V128], addBody()),
      ]),
    ),
  ];
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}
