/** An open GPU: its memory, the line of programs, and the kernels that put programs in line. */

import { type Device, setDevice } from '../device.ts';
import type { Kernels } from '../kernels.ts';
import { fail } from './errors.ts';
import { createLine } from './line.ts';
import { createDeviceMemory, readReturn } from './memory.ts';
import { type Element, floatBits, LANES, NUMBERS_BINDING, type Program, wgslOf } from './program.ts';

/** An array of the processor, whose twin is taken, or memory of the device alone. */
export type Operand = ArrayBufferView<ArrayBufferLike> | GPUBuffer;

export interface Call<Read extends string, Write extends string, Number extends string> {
  /** Those that are left out are not read. */
  readonly reads: { readonly [R in Read]: Operand | undefined };
  readonly writes: { readonly [W in Write]: Operand | undefined };
  readonly numbers: { readonly [N in Number]: number };
  readonly tail?: readonly number[];
  /** How many elements or groups; for tiles their numbers in each dimension. */
  readonly count: number | readonly [number, number, number];
}

/** What kernels are written with. */
export interface Session {
  /** Puts one program in line. Nothing happens for a count of 0. */
  run<Read extends string, Write extends string, Number extends string>(
    program: Program<Read, Write, Number>,
    call: Call<Read, Write, Number>,
  ): void;
  /** Memory of the device alone, to be used until the next call with the same name. */
  scratch(name: string, sizeBytes: number): GPUBuffer;
  /** Calls `receive` with so many floats of this memory when the line was sent off and has run. */
  answer(from: GPUBuffer, count: number, receive: (numbers: Float32Array) => void): void;
}

/** Shaders that compute, in the numbers of the specification. */
const COMPUTE = 4;
/** Workgroups in one dimension: what every device allows. */
const MAX_GROUPS = 65_535;

const isArray = (operand: Operand): operand is ArrayBufferView => ArrayBuffer.isView(operand);
const memoryOf = (operand: Operand): ArrayBuffer | GPUBuffer =>
  isArray(operand) ? (operand.buffer as ArrayBuffer) : operand;

/** @throws `gpu/size` and `gpu/type` from its kernels */
export function createSession(
  device: GPUDevice,
  { name, isSoftware }: Pick<Device, 'name' | 'isSoftware'>,
  kernelsOf: (session: Session) => Kernels,
): Device {
  const line = createLine(device);
  const memory = createDeviceMemory(device, line);
  const pipelineOf = pipelinesOf(device);
  const failure = watchFailures(device);
  const scratches = new Map<string, GPUBuffer>();
  const answers: { readonly back: GPUBuffer; readonly receive: (numbers: Float32Array) => void }[] = [];
  // Arrays that are left out need something to be bound to: one to read, one to write.
  const [nothing, nowhere] = [memory.make(0), memory.make(0)];

  const scratch: Session['scratch'] = (key, sizeBytes) => {
    const known = scratches.get(key);
    if (known && known.size >= sizeBytes) return known;
    if (known) line.release(known);
    const made = memory.make(sizeBytes);
    scratches.set(key, made);
    return made;
  };

  /** The memory of each array, in the order of the bindings; what would be both read and written is copied. */
  const bind = (one: Program, { reads, writes }: Call<string, string, string>): GPUBuffer[] => {
    const written = new Set(Object.values(writes).flatMap((operand) => (operand ? memoryOf(operand) : [])));
    const read = Object.entries(one.reads).map(([array, type]) => {
      const operand = reads[array];
      if (!operand) return nothing;
      requireType(one, array, operand, type);
      const from = memoryOf(operand);
      const buffer = from instanceof ArrayBuffer ? memory.forReading(from) : from;
      if (!written.has(from)) return buffer;
      const own = scratch(`${one.name} ${array}`, buffer.size);
      line.copy(buffer, own, buffer.size);
      return own;
    });
    const toWrite = Object.entries(one.writes).map(([array, type]) => {
      const operand = writes[array];
      if (!operand) return nowhere;
      requireType(one, array, operand, type);
      const to = memoryOf(operand);
      return to instanceof ArrayBuffer ? memory.forWriting(to) : to;
    });
    return [...read, ...toWrite];
  };

  const run: Session['run'] = (one, call) => {
    const groups = groupsOf(one, call.count);
    if (groups.includes(0)) return;
    const pipeline = pipelineOf(one);
    const numbers = line.keep(numbersOf(one, call));
    const entries = bind(one, call).map((buffer, i) => ({ binding: i + 1, resource: { buffer } }));
    line.dispatch(pipeline, [{ binding: NUMBERS_BINDING, resource: numbers }, ...entries], groups);
  };

  const answer: Session['answer'] = (from, count, receive) => {
    const back = memory.makeReturn(4 * count);
    line.copy(from, back, 4 * count);
    answers.push({ back, receive });
  };

  return {
    name,
    isSoftware,
    kernels: kernelsOf({ run, scratch, answer }),
    get dispatches() {
      return line.dispatches;
    },
    submit: () =>
      failure.during(async () => {
        line.sendOff();
        const waiting = answers.splice(0);
        await Promise.all(
          waiting.map(({ back, receive }) => readReturn(back, (bytes) => receive(new Float32Array(bytes)))),
        );
      }),
    fetch: (buffers) =>
      failure.during(async () => {
        const arrived = memory.fetch(buffers);
        line.sendOff();
        await arrived();
      }),
    renew: memory.renew,
    touch: memory.touch,
    close() {
      setDevice(undefined);
      device.destroy();
    },
  };
}

/** Compiles each program once. */
function pipelinesOf(device: GPUDevice): (one: Program) => GPUComputePipeline {
  const made = new Map<Program, GPUComputePipeline>();
  return (one) => {
    const known = made.get(one);
    if (known) return known;
    const reads = [NUMBERS_BINDING, ...Object.keys(one.reads)].map(() => 'read-only-storage' as const);
    const writes = Object.keys(one.writes).map(() => 'storage' as const);
    const entries = [...reads, ...writes].map((type, binding) => ({
      binding,
      visibility: COMPUTE,
      buffer: { type },
    }));
    const bindGroupLayouts = [device.createBindGroupLayout({ entries })];
    const pipeline = device.createComputePipeline({
      label: one.name,
      layout: device.createPipelineLayout({ bindGroupLayouts }),
      compute: { module: device.createShaderModule({ label: one.name, code: wgslOf(one) }) },
    });
    made.set(one, pipeline);
    return pipeline;
  };
}

/** Remembers the first thing that went wrong; `during` throws it. */
function watchFailures(device: GPUDevice): { during(wait: () => Promise<void>): Promise<void> } {
  let message: string | undefined;
  device.addEventListener('uncapturederror', (event) => {
    message ??= (event as GPUUncapturedErrorEvent).error.message.split('\n')[0];
  });
  device.lost.then((lost) => {
    if (lost.reason !== 'destroyed') message ??= lost.message;
  });
  return {
    async during(wait) {
      try {
        await wait();
      } catch (error) {
        // A device that is lost takes with it what waits for numbers, at times without a word.
        const { name, message: own } = error as Error;
        message ??= own || name;
      }
      if (message !== undefined) throw fail('gpu/failed', { message });
    },
  };
}

/** The numbers of a call in the order of the program's names. */
function numbersOf(one: Program, { reads, writes, numbers, tail = [], count }: Call<string, string, string>) {
  const arrays = [
    ...Object.keys(one.reads).map((array) => reads[array]),
    ...Object.keys(one.writes).map((array) => writes[array]),
  ];
  return [
    ...arrays.flatMap((operand) => [
      operand && isArray(operand) ? operand.byteOffset / 4 : 0,
      operand ? 1 : 0,
    ]),
    typeof count === 'number' ? count : 0,
    ...Object.entries(one.numbers).map(([key, type]) =>
      type === 'f32' ? floatBits(numbers[key]) : numbers[key],
    ),
    ...tail,
  ];
}

/** @throws `gpu/type` */
function requireType(one: Program, array: string, operand: Operand, expected: Element): void {
  if (!isArray(operand)) return;
  const type = operand instanceof Float32Array ? 'f32' : operand instanceof Int32Array ? 'i32' : undefined;
  if (type && (type === expected || expected === 'u32')) return;
  throw fail('gpu/type', { kernel: one.name, array, expected, got: operand.constructor.name });
}

/** Workgroups in three dimensions. */
function groupsOf({ runs }: Program, count: Call<string, string, string>['count']): readonly number[] {
  if (typeof count !== 'number') return count;
  const groups = runs === 'elements' ? Math.ceil(count / LANES) : count;
  const rows = Math.max(1, Math.ceil(groups / MAX_GROUPS));
  return [Math.ceil(groups / rows), rows, 1];
}
