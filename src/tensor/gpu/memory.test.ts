/** Memory of a device is freed when it has been used, on a device that only counts. */

import { expect, test } from 'vitest';
import { createLine } from './line.ts';
import { createDeviceMemory } from './memory.ts';

test('what numbers are brought over in is freed once it was sent off, and not before', () => {
  const happened: string[] = [];
  let made = 0;
  const createBuffer = ({ size }: GPUBufferDescriptor) => {
    const name = `buffer ${made++}`;
    return { getMappedRange: () => new ArrayBuffer(size), unmap() {}, destroy: () => happened.push(name) };
  };
  const device = {
    limits: { maxBufferSize: 1000, maxStorageBufferBindingSize: 1000 },
    createBuffer,
    createCommandEncoder: () => ({ copyBufferToBuffer: () => happened.push('copy'), finish() {} }),
    queue: { writeBuffer() {}, submit: () => happened.push('submit') },
  } as unknown as GPUDevice;
  const line = createLine(device); // buffer 0
  const memory = createDeviceMemory(device, line);
  const numbers = new Float32Array([1, 2, 3]).buffer;
  memory.forReading(numbers); // the twin, 1, and what goes over, 2
  memory.forReading(numbers);
  expect(happened).toEqual(['copy']);
  line.sendOff();
  line.sendOff();
  expect(happened).toEqual(['copy', 'submit', 'buffer 2']);
});
