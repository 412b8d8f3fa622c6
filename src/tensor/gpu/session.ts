/** An open GPU: its memory, the line of programs, and the kernels that put programs in line. */

import type { Device } from '../device.ts';
import type { Kernels } from '../kernels.ts';
import { fail } from './errors.ts';
import { createDeviceMemory, readReturn } from './memory.ts';
import {
  type Element,
  floatBits,
  LANES,
  NUMBERS_BINDING,
  numberNames,
  type Program,
  wgslOf,
} from './program.ts';

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

/** Numbers of programs in line, until they are sent off. */
const RING_BYTES = 1 << 20;
/** Where the numbers of a program may begin: what every device allows. */
const ALIGNMENT = 256;
/** Workgroups in one dimension: what every device allows. */
const MAX_GROUPS = 65_535;

const elementOf = (array: ArrayBufferView): Element | undefined =>
  array instanceof Float32Array ? 'f32' : array instanceof Int32Array ? 'i32' : undefined;

const isArray = (operand: Operand): operand is ArrayBufferView => ArrayBuffer.isView(operand);

/** @throws `gpu/size` and `gpu/type` from its kernels */
export function createSession(
  device: GPUDevice,
  name: string,
  kernelsOf: (session: Session) => Kernels,
): Device {
  const pipelines = new Map<Program, { pipeline: GPUComputePipeline; names: readonly string[] }>();
  const scratches = new Map<string, GPUBuffer>();
  const answers: { readonly back: GPUBuffer; readonly receive: (numbers: Float32Array) => void }[] = [];
  const numbers = new Uint32Array(RING_BYTES / 4);
  let used = 0;
  let dispatches = 0;
  let encoder: GPUCommandEncoder | undefined;
  let pass: GPUComputePassEncoder | undefined;
  let failure: string | undefined;
  device.addEventListener('uncapturederror', (event) => {
    failure ??= (event as GPUUncapturedErrorEvent).error.message.split('\n')[0];
  });
  device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') failure ??= message;
  });

  const copy = (from: GPUBuffer, to: GPUBuffer, sizeBytes: number): void => {
    pass?.end();
    pass = undefined;
    encoder ??= device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, to, 0, sizeBytes);
  };
  const memory = createDeviceMemory(device, copy);
  const ring = memory.make(RING_BYTES);
  // Arrays that are left out need something to be bound to: one to read, one to write.
  const [nothing, nowhere] = [memory.make(16), memory.make(16)];

  const sendOff = (): void => {
    pass?.end();
    pass = undefined;
    if (!encoder) return;
    device.queue.writeBuffer(ring, 0, numbers, 0, used / 4);
    device.queue.submit([encoder.finish()]);
    encoder = undefined;
    used = 0;
  };

  const pipelineOf = (one: Program) => {
    const known = pipelines.get(one);
    if (known) return known;
    const types: GPUBufferBindingType[] = [
      'read-only-storage',
      ...Object.keys(one.reads).map(() => 'read-only-storage' as const),
      ...Object.keys(one.writes).map(() => 'storage' as const),
    ];
    const entries = types.map((type, binding) => ({ binding, visibility: 4, buffer: { type } }));
    const layout = device.createPipelineLayout({
      bindGroupLayouts: [device.createBindGroupLayout({ entries })],
    });
    const module = device.createShaderModule({ label: one.name, code: wgslOf(one) });
    const pipeline = device.createComputePipeline({ label: one.name, layout, compute: { module } });
    const made = { pipeline, names: numberNames(one) };
    pipelines.set(one, made);
    return made;
  };

  const check = (one: Program, array: string, operand: Operand, expected: Element): void => {
    if (!isArray(operand) || elementOf(operand) === expected) return;
    if (expected === 'u32' && elementOf(operand)) return;
    throw fail('gpu/type', { kernel: one.name, array, expected, got: operand.constructor.name });
  };

  /** A copy of memory that a program would both read and write. */
  const copyOf = (one: Program, array: string, from: GPUBuffer): GPUBuffer => {
    const own = session.scratch(`${one.name} ${array}`, from.size);
    copy(from, own, from.size);
    return own;
  };

  /** The memory of each array, in the order of the bindings. */
  const bind = (one: Program, { reads, writes }: Call<string, string, string>) => {
    const memories = (operand: Operand): ArrayBuffer | GPUBuffer =>
      isArray(operand) ? (operand.buffer as ArrayBuffer) : operand;
    const written = Object.values(writes).flatMap((operand) => (operand ? memories(operand) : []));
    if (new Set(written).size < written.length) {
      throw new Error(`${one.name}: two arrays that are written lie in one memory`);
    }
    const readBuffers = Object.entries(one.reads).map(([array, type]) => {
      const operand = reads[array];
      if (!operand) return { operand, buffer: nothing };
      check(one, array, operand, type);
      const buffer = isArray(operand) ? memory.forReading(operand.buffer as ArrayBuffer) : operand;
      return { operand, buffer: written.includes(memories(operand)) ? copyOf(one, array, buffer) : buffer };
    });
    const writeBuffers = Object.entries(one.writes).map(([array, type]) => {
      const operand = writes[array];
      if (!operand) return { operand, buffer: nowhere };
      check(one, array, operand, type);
      return {
        operand,
        buffer: isArray(operand) ? memory.forWriting(operand.buffer as ArrayBuffer) : operand,
      };
    });
    return [...readBuffers, ...writeBuffers];
  };

  const session: Session = {
    run(one, call) {
      const { count, tail = [] } = call;
      const [x, y, z] = groupsOf(one, count);
      if (x * y * z === 0) return;
      const { pipeline, names } = pipelineOf(one);
      const size = Math.ceil((4 * (names.length + tail.length + 1)) / ALIGNMENT) * ALIGNMENT;
      if (used + size > RING_BYTES) sendOff();
      const arrays = bind(one, call);
      const start = used;
      used += size;
      const given: { readonly [name: string]: number } = call.numbers;
      const values = [
        ...arrays.flatMap(({ operand }) =>
          operand ? [isArray(operand) ? operand.byteOffset / 4 : 0, 1] : [0, 0],
        ),
        typeof count === 'number' ? count : 0,
        ...Object.entries<string>(one.numbers).map(([key, type]) =>
          type === 'f32' ? floatBits(given[key]) : given[key],
        ),
        ...tail,
      ];
      values.forEach((value, i) => {
        numbers[start / 4 + i] = value;
      });
      const entries = [
        { binding: NUMBERS_BINDING, resource: { buffer: ring, offset: start, size } },
        ...arrays.map(({ buffer }, i) => ({ binding: i + 1, resource: { buffer } })),
      ];
      encoder ??= device.createCommandEncoder();
      pass ??= encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
      pass.dispatchWorkgroups(x, y, z);
      dispatches++;
    },
    scratch(key, sizeBytes) {
      const known = scratches.get(key);
      if (known && known.size >= sizeBytes) return known;
      const made = memory.make(sizeBytes);
      scratches.set(key, made);
      return made;
    },
    answer(from, count, receive) {
      const back = memory.makeReturn(4 * count);
      copy(from, back, 4 * count);
      answers.push({ back, receive });
    },
  };

  const requireHealthy = (): void => {
    if (failure !== undefined) throw fail('gpu/failed', { message: failure });
  };

  return {
    name,
    kernels: kernelsOf(session),
    get dispatches() {
      return dispatches;
    },
    async submit() {
      sendOff();
      const waiting = answers.splice(0);
      await Promise.all(
        waiting.map(({ back, receive }) => readReturn(back, (bytes) => receive(new Float32Array(bytes)))),
      );
      requireHealthy();
    },
    async fetch(buffers) {
      const arrived = memory.fetch(buffers);
      sendOff();
      await arrived();
      requireHealthy();
    },
    renew: memory.renew,
    touch: memory.touch,
    close: () => device.destroy(),
  };
}

/** Workgroups in three dimensions. */
function groupsOf({ runs }: Program, count: Call<string, string, string>['count']): readonly number[] {
  if (typeof count !== 'number') return count;
  const groups = runs === 'elements' ? Math.ceil(count / LANES) : count;
  const rows = Math.ceil(groups / MAX_GROUPS);
  return [Math.ceil(groups / Math.max(1, rows)), rows, 1];
}
