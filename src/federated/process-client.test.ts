/** A client's process may refuse, die or be too late; the next question finds it alive again. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ClientLost, startProcessClient } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkstone-federated-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Speaks the protocol without loading anything: the process is there in a blink. */
const SCRIPT = `
process.on('message', ({ type, begin, what, question }) => {
  if (type === 'begin' && begin.examples === 0) process.send({ type: 'refused', error: { code: 'no/text', en: 'no text', zh: '没有文本' } });
  else if (type === 'begin') process.send({ type: 'ready', size: { examples: begin.examples, tokensPerRound: 7 } });
  else if (what === 'measure') process.send({ type: 'answer', answer: question.weights });
  else if (what === 'keys') process.send({ type: 'refused', error: { en: 'no keys here' } });
  else if (what === 'unmask') process.exit(3);
});
process.on('disconnect', () => process.exit(0));
`;

test('a process that refuses, dies or is too late', async () => {
  const script = join(folder, 'client.mjs');
  writeFileSync(script, SCRIPT);
  const { signal } = new AbortController();
  const client = await startProcessClient(
    { name: 'ann', script, execArgv: [], begin: { examples: 5 } },
    signal,
  );
  try {
    expect(client).toMatchObject({ name: 'ann', examples: 5, tokensPerRound: 7 });
    const weights = Float32Array.of(1, 2);
    const place = { round: 0, rounds: 1 };
    const first = client.pid;
    expect(await client.ask('measure', { weights }, signal)).toEqual(weights);
    await expect(client.ask('keys', place, signal)).rejects.toThrow('no keys here');
    expect(client.pid).toBe(first);

    const dies = client.ask('unmask', { ...place, survivors: [], gone: [] }, signal);
    await expect(dies).rejects.toThrow(new ClientLost('process ended: exit 3'));
    expect(await client.ask('measure', { weights }, signal)).toEqual(weights);
    const second = client.pid;
    expect(second).not.toBe(first);

    const deadline = new AbortController();
    const late = client.ask('shares', { ...place, peers: {}, threshold: 2 }, deadline.signal);
    deadline.abort(new Error('too late'));
    await expect(late).rejects.toThrow('too late');
    expect(client.pid).toBeUndefined();
    const empty = startProcessClient({ name: 'bob', script, execArgv: [], begin: { examples: 0 } }, signal);
    await expect(empty).rejects.toMatchObject({ code: 'no/text', message: 'no text' });
  } finally {
    client.close();
  }
});
