/** The metrics of a run as its file holds them: read whole and thinned for a chart, or followed as it grows. */

import { open, stat } from 'node:fs/promises';

/** One line of `metrics.jsonl`. */
export interface MetricsRecord {
  readonly type: string;
  readonly step?: number;
  readonly [key: string]: unknown;
}

/** What is drawn over the steps, a column each. */
const COLUMNS = ['step', 'loss', 'lr', 'gradNorm', 'tokensPerSecond', 'seconds'] as const;
type Column = (typeof COLUMNS)[number];

export interface RunMetrics {
  /** Steps, thinned: each point is the mean of its steps. */
  readonly columns: Readonly<Record<Column, readonly number[]>>;
  readonly evaluations: readonly MetricsRecord[];
  readonly samples: readonly MetricsRecord[];
  /** Bytes read: where following goes on. */
  readonly offset: number;
}

/** Bytes read at a time. */
const PIECE = 1 << 20;
/** Lines longer than this are not ours. */
const LONGEST_LINE = 1 << 20;

/**
 * Whole lines from a place in the file on, and the place behind them. A line that is not whole yet, or no JSON, is left
 * for later or passed over. A file that is not there is empty.
 */
export async function readRecords(
  path: string,
  from: number,
  hear: (record: MetricsRecord) => void,
  most = Number.POSITIVE_INFINITY,
): Promise<number> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return 0;
  try {
    let offset = from;
    let rest = Buffer.alloc(0);
    for (let read = 0; read < most; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE), 0, PIECE, offset + rest.length);
      if (bytesRead === 0) break;
      read += bytesRead;
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(10) + 1;
      for (const line of bytes.subarray(0, end).toString('utf8').split('\n')) {
        const record = parse(line);
        if (record) hear(record);
      }
      offset += end;
      rest = bytes.subarray(end);
      if (rest.length > LONGEST_LINE) break;
    }
    return offset;
  } finally {
    await file.close();
  }
}

/** The last records of the file: of its last `bytes` bytes. */
export async function readLastRecords(path: string, bytes: number): Promise<MetricsRecord[]> {
  const size = await sizeOf(path);
  const records: MetricsRecord[] = [];
  // The first of them may be half a line, which is no JSON.
  await readRecords(path, Math.max(0, size - bytes), (record) => records.push(record));
  return records;
}

export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** Everything, with at most so many points. */
export async function readMetrics(path: string, points: number): Promise<RunMetrics> {
  const all: Record<Column, number[]> = {
    step: [],
    loss: [],
    lr: [],
    gradNorm: [],
    tokensPerSecond: [],
    seconds: [],
  };
  const evaluations: MetricsRecord[] = [];
  const samples: MetricsRecord[] = [];
  const offset = await readRecords(path, 0, (record) => {
    if (record.type === 'step') for (const name of COLUMNS) all[name].push(Number(record[name]));
    else if (record.type === 'evaluation') evaluations.push(record);
    else if (record.type === 'sample') samples.push(record);
  });
  for (const name of COLUMNS) all[name] = thin(all[name], points);
  return { columns: all, evaluations, samples, offset };
}

/** Means of neighbours, so that there are at most `points`. */
function thin(values: readonly number[], points: number): number[] {
  const width = Math.ceil(values.length / points);
  if (width <= 1) return [...values];
  return Array.from({ length: Math.ceil(values.length / width) }, (_, i) => {
    const part = values.slice(i * width, (i + 1) * width);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

function parse(line: string): MetricsRecord | undefined {
  if (line === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    const isRecord = typeof value === 'object' && value !== null && 'type' in value;
    return isRecord ? (value as MetricsRecord) : undefined;
  } catch {
    return undefined;
  }
}
