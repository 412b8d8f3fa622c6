/** The line of programs and copies that wait to be sent off, and the numbers that go with them. */

/** Numbers of programs in line, until they are sent off. */
const RING_BYTES = 1 << 20;
/** Where the numbers of a program may begin: what every device allows. */
const ALIGNMENT = 256;
const STORAGE_AND_COPIES = 128 | 4 | 8; // GPUBufferUsage.STORAGE, COPY_SRC, COPY_DST

export interface Line {
  /** Copies behind the programs before it. */
  copy(from: GPUBuffer, to: GPUBuffer, sizeBytes: number): void;
  /** Keeps numbers, 32 bits each and a spare one, for the program that is put in line next. May send off what is in line. */
  keep(numbers: readonly number[]): GPUBufferBinding;
  /** Puts a program in line. */
  dispatch(
    pipeline: GPUComputePipeline,
    entries: readonly GPUBindGroupEntry[],
    groups: readonly number[],
  ): void;
  /** Frees memory when what is in line has been sent off: whoever waited for JavaScript's collector would run out of it. */
  release(buffer: GPUBuffer): void;
  sendOff(): void;
  /** Programs so far. */
  readonly dispatches: number;
}

export function createLine(device: GPUDevice): Line {
  const ring = device.createBuffer({ size: RING_BYTES, usage: STORAGE_AND_COPIES });
  const kept = new Uint32Array(RING_BYTES / 4);
  const released: GPUBuffer[] = [];
  let used = 0;
  let dispatches = 0;
  let encoder: GPUCommandEncoder | undefined;
  let pass: GPUComputePassEncoder | undefined;

  const endPass = (): void => {
    pass?.end();
    pass = undefined;
  };
  const sendOff = (): void => {
    endPass();
    if (!encoder) return;
    device.queue.writeBuffer(ring, 0, kept, 0, used / 4);
    device.queue.submit([encoder.finish()]);
    for (const buffer of released.splice(0)) buffer.destroy();
    encoder = undefined;
    used = 0;
  };
  return {
    copy(from, to, sizeBytes) {
      endPass();
      encoder ??= device.createCommandEncoder();
      encoder.copyBufferToBuffer(from, 0, to, 0, sizeBytes);
    },
    keep(numbers) {
      const size = Math.ceil((4 * (numbers.length + 1)) / ALIGNMENT) * ALIGNMENT;
      if (used + size > RING_BYTES) sendOff();
      kept.set(numbers, used / 4);
      const binding = { buffer: ring, offset: used, size };
      used += size;
      return binding;
    },
    dispatch(pipeline, entries, [x, y, z]) {
      encoder ??= device.createCommandEncoder();
      pass ??= encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(
        0,
        device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [...entries] }),
      );
      pass.dispatchWorkgroups(x, y, z);
      dispatches++;
    },
    release(buffer) {
      released.push(buffer);
    },
    sendOff,
    get dispatches() {
      return dispatches;
    },
  };
}
