/**
 * JavaScript engines on the same products: one JSON request a line, one answer a line.
 *   {"engine": "tfjs-cpu" | "tfjs-wasm" | "onnxruntime", "m": …, "n": …, "k": …, "seconds": …, "threads": …}
 * Answer: {"ms": …}, the median call; or {"error": "…"}.
 */

import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

const random = (size) => Float32Array.from({ length: size }, () => Math.random() - 0.5);

const engines = {
  async 'tfjs-cpu'(request) {
    await import('@tensorflow/tfjs-backend-cpu');
    return tfjs('cpu', request);
  },
  async 'tfjs-wasm'(request) {
    const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    const entry = createRequire(import.meta.url).resolve(
      '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
    );
    setWasmPaths(`${dirname(entry)}/`);
    setThreadsCount(request.threads);
    return tfjs('wasm', request);
  },
  async onnxruntime({ m, n, k, threads }) {
    const { InferenceSession, Tensor } = await import('onnxruntime-node');
    const session = await InferenceSession.create(matmulModel(), { intraOpNumThreads: threads });
    const feeds = {
      A: new Tensor('float32', random(m * k), [m, k]),
      B: new Tensor('float32', random(k * n), [k, n]),
    };
    return () => session.run(feeds);
  },
};

async function tfjs(backend, { m, n, k }) {
  const tf = await import('@tensorflow/tfjs-core');
  await tf.setBackend(backend);
  await tf.ready();
  const [a, b] = [tf.tensor2d(random(m * k), [m, k]), tf.tensor2d(random(k * n), [k, n])];
  return async () => {
    const product = tf.matMul(a, b);
    await product.data();
    product.dispose();
  };
}

/** The smallest ONNX file with C = A·B, as protocol-buffer bytes (onnx.proto3). */
function matmulModel() {
  const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
  const number = (field, value) => [...varint(field << 3), ...varint(value)];
  const bytes = (field, content) => [...varint((field << 3) | 2), ...varint(content.length), ...content];
  const text = (field, value) => bytes(field, [...new TextEncoder().encode(value)]);
  const FLOAT = 1;
  const dimension = (name) => bytes(1, text(2, name));
  const value = (name, rows, columns) => [
    ...text(1, name),
    ...bytes(2, bytes(1, [...number(1, FLOAT), ...bytes(2, [...dimension(rows), ...dimension(columns)])])),
  ];
  const node = [...text(1, 'A'), ...text(1, 'B'), ...text(2, 'C'), ...text(4, 'MatMul')];
  const graph = [
    ...bytes(1, node),
    ...text(2, 'matmul'),
    ...bytes(11, value('A', 'm', 'k')),
    ...bytes(11, value('B', 'k', 'n')),
    ...bytes(12, value('C', 'm', 'n')),
  ];
  return Uint8Array.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, number(2, 13))]);
}

const calls = new Map();

async function measure(request) {
  const { engine, m, n, k, seconds } = request;
  const key = [engine, m, n, k].join();
  if (!calls.has(key)) calls.set(key, await engines[engine](request));
  const call = calls.get(key);
  await call();
  const times = [];
  const begin = performance.now();
  while (performance.now() - begin < seconds * 1000 || times.length < 3) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { ms: times[times.length >> 1] };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await measure(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
