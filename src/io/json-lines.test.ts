import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openJsonLines, readJsonLines } from './json-lines.ts';
import { limits } from './limits.ts';
import { simulateFiles } from './simulated-files.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 lines-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const newPath = () => join(folder, `${count++}.jsonl`);
async function collect<T>(records: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const record of records) found.push(record);
  return found;
}
const all = (path: string) => collect(readJsonLines<{ step: number; text?: string }>(path));

describe('json lines', () => {
  test('records come back in order, also when appended without waiting', async () => {
    const path = newPath();
    const log = await openJsonLines<{ step: number; text: string }>(path);
    const records = Array.from({ length: 200 }, (_, step) => ({ step, text: `line\n換行 "${step}" 😀` }));
    await Promise.all(records.map((r) => log.append(r)));
    await log.close();
    expect(await all(path)).toEqual(records);
  });

  test('cut at every byte, the whole lines are read and the torn one is replaced', async () => {
    const text = [{ step: 1 }, { step: 2, text: '春眠不覺曉' }, { step: 3 }]
      .map((r) => `${JSON.stringify(r)}\n`)
      .join('');
    const bytes = Buffer.from(text);
    for (let length = 0; length <= bytes.length; length++) {
      const path = newPath();
      writeFileSync(path, bytes.subarray(0, length));
      const whole = bytes.subarray(0, length).toString('latin1').split('\n').length - 1;
      const read = await all(path);
      // A line that only lacks its newline is a record, too, but it is not kept: its step is run again.
      expect([whole, whole + 1]).toContain(read.length);
      const log = await openJsonLines(path);
      await log.append({ step: 9 });
      await log.close();
      expect((await all(path)).map((r) => r.step)).toEqual([...[1, 2, 3].slice(0, whole), 9]);
    }
  });

  test('a resumed run has no step twice', async () => {
    const path = newPath();
    const first = await openJsonLines<{ step: number }>(path);
    for (let step = 1; step <= 10; step++) await first.append({ step });
    await first.close();
    const resumed = await openJsonLines<{ step: number }>(path, { keep: (r) => r.step <= 6 });
    for (let step = 7; step <= 12; step++) await resumed.append({ step });
    await resumed.close();
    expect((await all(path)).map((r) => r.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('a malformed line in the middle is an error with its number', async () => {
    const path = newPath();
    writeFileSync(path, '{"step":1}\n{"step":\n{"step":3}\n');
    await expect(all(path)).rejects.toThrow(`${path}:2`);
    await expect(openJsonLines(path)).rejects.toMatchObject({ code: 'io/json' });
    expect(readFileSync(path, 'utf8')).toContain('"step":3');
    writeFileSync(path, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d, 10]));
    await expect(all(path)).rejects.toThrow('not UTF-8 at byte 2');
  });

  test('lines longer than a chunk are whole; longer than the limit, refused', async () => {
    const path = newPath();
    const text = '字'.repeat(800_000);
    writeFileSync(path, `${JSON.stringify({ step: 1, text })}\n{"step":2}\n`);
    expect((await all(path))[0].text).toBe(text);
    writeFileSync(path, '"');
    for (let i = 0; i <= limits.jsonLineBytes; i += 2 ** 22) appendFileSync(path, Buffer.alloc(2 ** 22, 97));
    await expect(all(path)).rejects.toMatchObject({ code: 'io/json-line-length' });
  });

  test('a full disk leaves whole lines only and names the file', async () => {
    const files = simulateFiles();
    const log = await openJsonLines<{ step: number }>('/m.jsonl', { files });
    await log.append({ step: 1 });
    files.failAt({ at: 1, kind: 'ENOSPC' });
    await expect(log.append({ step: 2 })).rejects.toThrow('no space left for /m.jsonl');
    await log.append({ step: 3 });
    const read = await collect(readJsonLines('/m.jsonl', { files }));
    expect(read).toEqual([{ step: 1 }, { step: 3 }]);
  });
});
